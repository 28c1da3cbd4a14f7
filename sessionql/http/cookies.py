"""Reads and writes the cookies that hold the tokens of a browser (RFC 6265bis).

Both have the prefix `__Host-`: browsers store such a cookie only for the host that sets it, over https, and send it to
every path. No other host of the domain can set one of them for this host.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Literal

from sessionql.resolvers.cookie_jar import Cookie, CookieKind
from sessionql.resolvers.service_keys import PREFIX as SERVICE_KEY_PREFIX

SameSite = Literal["strict", "lax", "none"]

_NAMES = {
    CookieKind.ACCESS: "sessionql_access",
    CookieKind.REFRESH: "sessionql_refresh",
    CookieKind.DEVICE: "sessionql_device",
}
_PREFIX = "__Host-"
# Browsers remove spaces and tabs around a name, and nothing else: `\x85__Host-sessionql_access`, which another host can
# set, is not our name.
_COOKIES = {
    secure: re.compile(
        rb"(?:^|;)[ \t]*%ssessionql_(access|refresh|device)[ \t]*=([^;]*)" % (_PREFIX.encode() if secure else b"")
    )
    for secure in (True, False)
}
_MAX_COOKIES = 20
"""The number of cookies with our names that are read. A browser sends one of each."""
_EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"


@dataclass(frozen=True, slots=True, repr=False)
class RequestCookies:
    """The SessionQL cookies of a request. `sent`: one with an access or refresh token, valid or not."""

    sent: bool = False
    access_token: str | None = None
    refresh_token: str | None = None
    device_token: str | None = None


NO_COOKIES = RequestCookies()


@dataclass(frozen=True, slots=True)
class CookieRules:
    """The names and attributes of the cookies.

    Without `secure`, for development, browsers store them over http too. The prefix is then not possible, so other
    hosts of the domain can set them.
    """

    same_site: SameSite = "strict"
    secure: bool = True

    def name(self, kind: CookieKind) -> str:
        """The name of a cookie."""
        return f"{_PREFIX if self.secure else ''}{_NAMES[kind]}"

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> RequestCookies:
        """The SessionQL cookies in the headers of a request.

        A browser sends each of them once. Two of the same name come from another program, or without `secure` also
        from another host, and the server cannot know which is the user's: then no cookie is used.
        """
        lines = [value for name, value in headers if name == b"cookie"]
        if not any(b"sessionql_" in line for line in lines):
            return NO_COOKIES
        found: dict[bytes, list[str]] = {}
        # A search, because the other cookies of a host can be thousands of pairs. So can ours: then none is read.
        matches = chain.from_iterable(map(_COOKIES[self.secure].finditer, lines))
        for match in islice(matches, _MAX_COOKIES):
            found.setdefault(match[1], []).append(match[2].strip(b" \t").decode("latin-1"))
        if next(matches, None) is not None:
            return RequestCookies(sent=True)
        access, refresh, device = (found.get(name, []) for name in (b"access", b"refresh", b"device"))
        device_token = device[0] if len(device) == 1 else None
        if len(access) > 1 or len(refresh) > 1:
            return RequestCookies(sent=True, device_token=device_token)
        # Service keys are for programs: SessionQL never sets one as a cookie.
        token = next((value for value in access if not value.startswith(SERVICE_KEY_PREFIX)), None)
        return RequestCookies(bool(access or refresh), token, next(iter(refresh), None), device_token)

    def write(self, changes: Mapping[CookieKind, Cookie | None], now: datetime) -> list[tuple[str, str]]:
        """The `Set-Cookie` headers of the changes."""
        return [("set-cookie", self._cookie(kind, cookie, now)) for kind, cookie in changes.items()]

    def _cookie(self, kind: CookieKind, cookie: Cookie | None, now: datetime) -> str:
        token = "" if cookie is None else cookie.token
        seconds = 0 if cookie is None else max(0, int((cookie.expires_at - now).total_seconds()))
        parts = [f"{self.name(kind)}={token}", "Path=/", f"Max-Age={seconds}"]
        if cookie is None:
            parts.append(f"Expires={_EPOCH}")
        parts += ["HttpOnly", f"SameSite={self.same_site.capitalize()}"]
        return "; ".join([*parts, "Secure"] if self.secure else parts)
