"""Reading and writing the two cookies that a browser keeps its tokens in (RFC 6265bis).

The access token goes with every request to this host, the refresh token only to the endpoint.
The names' prefixes have browsers refuse what another host or an insecure page tries to set.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sessionql.resolvers.cookie_jar import Cookie, CookieKind

SameSite = Literal["strict", "lax", "none"]

_NAMES = {CookieKind.ACCESS: "sessionql_access", CookieKind.REFRESH: "sessionql_refresh"}
_PREFIXES = {CookieKind.ACCESS: "__Host-", CookieKind.REFRESH: "__Secure-"}
_SERVICE_KEY = "sqls_"
_LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"


@dataclass(frozen=True, slots=True, repr=False)
class RequestCookies:
    """Our cookies of a request. `sent` says that there were some, good or not."""

    sent: bool = False
    access_token: str | None = None
    refresh_token: str | None = None


NONE = RequestCookies()


@dataclass(frozen=True, slots=True)
class CookieRules:
    """How cookies are named and guarded. Without `secure`, browsers that want https for that keep them too."""

    same_site: SameSite = "strict"
    secure: bool = True

    def name(self, secret: CookieKind) -> str:
        """The name of a cookie."""
        return f"{_PREFIXES[secret] if self.secure else ''}{_NAMES[secret]}"

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> RequestCookies:
        """Our cookies among a request's headers.

        A browser sends each of them once: when there are two of a name, another host has planted
        one, and nobody can tell which, so none is used.
        """
        lines = [value for name, value in headers if name == b"cookie"]
        if not any(b"sessionql_" in line for line in lines):
            return NONE
        pairs = (pair.partition("=") for line in lines for pair in line.decode("latin-1").split(";"))
        found = [(name.strip(), value.strip()) for name, _, value in pairs]
        access, refresh = ([value for name, value in found if name == self.name(secret)] for secret in CookieKind)
        if len(access) > 1 or len(refresh) > 1:
            return RequestCookies(sent=True)
        # Keys of services are for programs: one in a browser's cookie was not put there by us.
        token = next((value for value in access if not value.startswith(_SERVICE_KEY)), None)
        return RequestCookies(bool(access or refresh), token, next(iter(refresh), None))

    def write(
        self, changes: Mapping[CookieKind, Cookie | None], scope: Mapping[str, Any], now: datetime
    ) -> list[tuple[str, str]]:
        """The headers that have a browser keep tokens, or forget them."""
        return [("set-cookie", self._cookie(secret, kept, scope, now)) for secret, kept in changes.items()]

    def _cookie(self, secret: CookieKind, kept: Cookie | None, scope: Mapping[str, Any], now: datetime) -> str:
        token, seconds = ("", 0) if kept is None else (kept.token, max(0, int((kept.expires_at - now).total_seconds())))
        path = "/" if secret is CookieKind.ACCESS else _path_of(scope)
        parts = [f"{self.name(secret)}={token}", f"Path={path}", f"Max-Age={seconds}"]
        if kept is None:
            parts.append(f"Expires={_LONG_AGO}")
        parts += ["HttpOnly", f"SameSite={self.same_site.capitalize()}"]
        return "; ".join([*parts, "Secure"] if self.secure else parts)


def _path_of(scope: Mapping[str, Any]) -> str:
    """The endpoint's path as browsers know it: a proxy may have taken the front of it away."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path if path.startswith(f"{root}/") else f"{root}{path}"
