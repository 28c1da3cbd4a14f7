"""Reads and writes the two cookies that hold the tokens of a browser (RFC 6265bis).

Browsers send the access token to every path of this host, and the refresh token only to the endpoint. With the
prefixes of their names, browsers reject a cookie that another host or an insecure page sets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sessionql.resolvers.cookie_jar import Cookie, CookieKind
from sessionql.resolvers.service_keys import PREFIX as SERVICE_KEY_PREFIX

SameSite = Literal["strict", "lax", "none"]

_NAMES = {CookieKind.ACCESS: "sessionql_access", CookieKind.REFRESH: "sessionql_refresh"}
_PREFIXES = {CookieKind.ACCESS: "__Host-", CookieKind.REFRESH: "__Secure-"}
_EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"


@dataclass(frozen=True, slots=True, repr=False)
class RequestCookies:
    """The SessionQL cookies of a request. `sent`: there was at least one, valid or not."""

    sent: bool = False
    access_token: str | None = None
    refresh_token: str | None = None


NO_COOKIES = RequestCookies()


@dataclass(frozen=True, slots=True)
class CookieRules:
    """The names and attributes of the cookies. Without `secure`, browsers store them over http too."""

    same_site: SameSite = "strict"
    secure: bool = True

    def name(self, kind: CookieKind) -> str:
        """The name of a cookie."""
        return f"{_PREFIXES[kind] if self.secure else ''}{_NAMES[kind]}"

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> RequestCookies:
        """The SessionQL cookies in the headers of a request.

        A browser sends each of them once. With two of the same name, another host has set one of them, and the
        server cannot know which, so none is used.
        """
        lines = [value for name, value in headers if name == b"cookie"]
        if not any(b"sessionql_" in line for line in lines):
            return NO_COOKIES
        pairs = (pair.partition("=") for line in lines for pair in line.decode("latin-1").split(";"))
        found = [(name.strip(), value.strip()) for name, _, value in pairs]
        access, refresh = ([value for name, value in found if name == self.name(kind)] for kind in CookieKind)
        if len(access) > 1 or len(refresh) > 1:
            return RequestCookies(sent=True)
        # Service keys are for programs: SessionQL never sets one as a cookie.
        token = next((value for value in access if not value.startswith(SERVICE_KEY_PREFIX)), None)
        return RequestCookies(bool(access or refresh), token, next(iter(refresh), None))

    def write(
        self, changes: Mapping[CookieKind, Cookie | None], scope: Mapping[str, Any], now: datetime
    ) -> list[tuple[str, str]]:
        """The `Set-Cookie` headers of the changes."""
        return [("set-cookie", self._cookie(kind, cookie, scope, now)) for kind, cookie in changes.items()]

    def _cookie(self, kind: CookieKind, cookie: Cookie | None, scope: Mapping[str, Any], now: datetime) -> str:
        token = "" if cookie is None else cookie.token
        seconds = 0 if cookie is None else max(0, int((cookie.expires_at - now).total_seconds()))
        path = "/" if kind is CookieKind.ACCESS else _path_of(scope)
        parts = [f"{self.name(kind)}={token}", f"Path={path}", f"Max-Age={seconds}"]
        if cookie is None:
            parts.append(f"Expires={_EPOCH}")
        parts += ["HttpOnly", f"SameSite={self.same_site.capitalize()}"]
        return "; ".join([*parts, "Secure"] if self.secure else parts)


def _path_of(scope: Mapping[str, Any]) -> str:
    """The path of the endpoint in the browser: a proxy may have removed a prefix from it."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path if path.startswith(f"{root}/") else f"{root}{path}"
