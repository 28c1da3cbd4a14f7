"""What resolvers work with. Composed once at start and handed down; tests hand down others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from resolvers.activity import Activity
from resolvers.locations import Locations
from resolvers.passwords import Passwords
from resolvers.tokens import Tokens
from storage import Storage

Clock = Callable[[], datetime]
IdSource = Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules that operators set. Durations of sessions are in `storage.Lifetimes`."""

    refresh_grace: timedelta = timedelta(seconds=10)
    """How long the previous refresh token still gives the same successor (racing tabs)."""
    keep_ended: timedelta = timedelta(days=30)
    """How long ended sessions are kept for their user to see."""
    keep_events: timedelta = timedelta(days=90)
    """How long security events are kept."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a resolver may need."""

    storage: Storage
    tokens: Tokens
    passwords: Passwords
    activity: Activity
    locations: Locations
    clock: Clock
    new_id: IdSource
    policy: Policy
