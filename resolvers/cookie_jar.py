"""The token cookies of one request and the changes to send back. Plain data; `sessionql.http.cookies` reads and writes
the headers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from sessionql.resolvers.token_pairs import TokenPair


class CookiesRejected(Exception):
    """Cookies may be neither used nor set for this request, because another origin may have caused it (CSRF)."""


class CookieKind(Enum):
    """The token that a cookie holds."""

    ACCESS = auto()
    REFRESH = auto()
    DEVICE = auto()


@dataclass(frozen=True, slots=True, repr=False)
class Cookie:
    """A token to store in a cookie, and when the cookie expires."""

    token: str
    expires_at: datetime


def _never_rejected() -> str | None:
    return None


@dataclass(slots=True)
class CookieJar:
    """The SessionQL cookies of a request, and the changes that its response makes to them.

    `sent`: the request had a cookie with an access or refresh token, valid or not. `refresh_token` and `device_token`:
    the values of these cookies. `rejection` returns why no cookie may be set for this request, or None. `changes`: the
    cookies that the response sets, and None for one that it deletes.
    """

    sent: bool = False
    refresh_token: str | None = field(default=None, repr=False)
    device_token: str | None = field(default=None, repr=False)
    rejection: Callable[[], str | None] = _never_rejected
    changes: dict[CookieKind, Cookie | None] = field(default_factory=dict[CookieKind, Cookie | None])

    def require_allowed(self) -> None:
        """Raises CookiesRejected when no cookie may be set."""
        if reason := self.rejection():
            raise CookiesRejected(reason)

    def set(self, tokens: TokenPair, *, refresh: bool = True) -> None:
        """Set the access cookie and, unless `refresh` is false, the refresh cookie.

        The access cookie expires with the refresh token: an access token that has expired still shows that
        there is a session to refresh.
        """
        self.changes[CookieKind.ACCESS] = Cookie(tokens.access.text, tokens.refresh_expires_at)
        if refresh:
            self.changes[CookieKind.REFRESH] = Cookie(tokens.refresh, tokens.refresh_expires_at)
            self.refresh_token = tokens.refresh
        self.sent = True

    def set_device(self, token: str, expires_at: datetime) -> None:
        """Set the device cookie. It stays after a log-out."""
        self.changes[CookieKind.DEVICE] = Cookie(token, expires_at)

    def clear(self) -> None:
        """Delete the cookies of a session, if the request had one or the response was to set one."""
        self.refresh_token = None
        if self.sent:
            self.changes |= {CookieKind.ACCESS: None, CookieKind.REFRESH: None}
