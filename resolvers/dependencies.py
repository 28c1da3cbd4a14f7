"""What resolvers work with. Composed once at start and handed down; tests hand down others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.background.pubsub import PubSub
from sessionql.resolvers.devices.locations import Locations
from sessionql.resolvers.keyed_semaphore import KeyedSemaphore
from sessionql.resolvers.passwords import Passwords
from sessionql.resolvers.tokens.access import AccessTokens
from sessionql.storage import Storage

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
    keep_addresses: timedelta | None = None
    """How long addresses are kept; None for as long as what they belong to."""
    truncate_addresses: bool = False
    """Whether only the network of an address is kept (IPv4 /24, IPv6 /48)."""
    session_limit: int = 50
    """Active sessions of one user, at most; 0 for any number."""
    fresh_login: timedelta = timedelta(hours=1)
    """Ending other sessions needs a log-in no older than this; 0 for any age."""
    attempts_per_account: int = 5
    """Failed password checks of one account in a minute, at most; 0 for any number."""
    attempts_per_address: int = 20
    """Failed password checks, and as many refused refreshes, from one address in a minute; 0 for any number."""
    registrations_per_address: int = 30
    """Accounts made from one address in a minute, at most; 0 for any number."""
    list_size: int = 100
    """Items of a page, and ids of a list, at most."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything a resolver may need."""

    storage: Storage
    tokens: AccessTokens
    passwords: Passwords
    activity: Activity
    locations: Locations
    pubsub: PubSub
    clock: Clock
    new_id: IdSource
    policy: Policy
    keyed_semaphore: KeyedSemaphore = field(default_factory=KeyedSemaphore)
