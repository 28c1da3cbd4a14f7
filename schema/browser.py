"""What the browser of a request keeps for us in cookies. Plain data: HTTP is somebody else's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from sessionql.resolvers.token_pairs import TokenPair


class CookiesRejected(Exception):
    """The request is not one that cookies may be read or set for: another site may have had it sent."""


class CookieKind(Enum):
    """What a browser can keep."""

    ACCESS = auto()
    REFRESH = auto()


@dataclass(frozen=True, slots=True, repr=False)
class Cookie:
    """A token to keep, and until when."""

    token: str
    expires_at: datetime


def _never_rejected() -> str | None:
    return None


@dataclass(slots=True)
class CookieJar:
    """The cookies that came with a request, and what is to become of them.

    `sent`: there was one. `speaks`: the request is proven by them, because it proves itself by
    nothing else. `refresh_token` is what a later request would send. `refusal` says why none may
    be set, if so.
    """

    sent: bool = False
    authenticates: bool = False
    refresh_token: str | None = field(default=None, repr=False)
    rejection: Callable[[], str | None] = _never_rejected
    changes: dict[CookieKind, Cookie | None] = field(default_factory=dict[CookieKind, Cookie | None])

    def require_allowed(self) -> None:
        """Raises CookiesRefused when no cookies may be set."""
        if reason := self.rejection():
            raise CookiesRejected(reason)

    def set(self, grant: TokenPair, *, refresh: bool = True) -> None:
        """Keep these tokens. An access token that is out of date still says that there is one to refresh."""
        self.changes[CookieKind.ACCESS] = Cookie(grant.access.text, grant.refresh_expires_at)
        if refresh:
            self.changes[CookieKind.REFRESH] = Cookie(grant.refresh, grant.refresh_expires_at)
            self.refresh_token = grant.refresh
        self.sent = True

    def clear(self) -> None:
        """Keep nothing any longer, if there was anything."""
        self.refresh_token = None
        if self.sent:
            self.changes = dict.fromkeys(CookieKind)
