"""What the browser of a request keeps for us in cookies. Plain data: HTTP is somebody else's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from sessionql.resolvers.token_pairs import Grant


class CookiesRefused(Exception):
    """The request is not one that cookies may be read or set for: another site may have had it sent."""


class Secret(Enum):
    """What a browser can keep."""

    ACCESS = auto()
    REFRESH = auto()


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """A token to keep, and until when."""

    token: str
    until: datetime


def _nothing_refused() -> str | None:
    return None


@dataclass(slots=True)
class Browser:
    """The cookies that came with a request, and what is to become of them.

    `sent`: there was one. `speaks`: the request is proven by them, because it proves itself by
    nothing else. `refresh_token` is what a later request would send. `refusal` says why none may
    be set, if so.
    """

    sent: bool = False
    speaks: bool = False
    refresh_token: str | None = field(default=None, repr=False)
    refusal: Callable[[], str | None] = _nothing_refused
    changes: dict[Secret, Kept | None] = field(default_factory=dict[Secret, Kept | None])

    def require(self) -> None:
        """Raises CookiesRefused when no cookies may be set."""
        if reason := self.refusal():
            raise CookiesRefused(reason)

    def keep(self, grant: Grant, *, refresh: bool = True) -> None:
        """Keep these tokens. An access token that is out of date still says that there is one to refresh."""
        self.changes[Secret.ACCESS] = Kept(grant.access.text, grant.refresh_expires_at)
        if refresh:
            self.changes[Secret.REFRESH] = Kept(grant.refresh, grant.refresh_expires_at)
            self.refresh_token = grant.refresh
        self.sent = True

    def forget(self) -> None:
        """Keep nothing any longer, if there was anything."""
        self.refresh_token = None
        if self.sent:
            self.changes = dict.fromkeys(Secret)
