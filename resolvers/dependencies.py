"""The dependencies of resolvers: storage, tokens, clock and policy. Built once at start-up and passed down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.background.pubsub import PubSub
from sessionql.resolvers.devices.locations import Locations
from sessionql.resolvers.keyed_semaphore import KeyedSemaphore
from sessionql.resolvers.passwords import Passwords
from sessionql.resolvers.tokens.access import AccessTokens
from sessionql.storage import Storage

Accounts = Literal["open", "closed", "off"]
"""The accounts with a password here: every visitor may register, operators create them, or there are none."""

Clock = Callable[[], datetime]
IdSource = Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules that the operator configures. The lifetimes of sessions are in `storage.Lifetimes`."""

    refresh_grace: timedelta = timedelta(seconds=10)
    """How long the previous refresh token still returns the same successor, for tabs that refresh concurrently."""
    refresh_grace_same_client: bool = False
    """Within the grace, reject the previous token from another network or program than that of the refresh."""
    keep_ended: timedelta = timedelta(days=30)
    """How long ended sessions stay visible to their user before they are deleted."""
    keep_events: timedelta = timedelta(days=90)
    """How long security events are kept."""
    keep_addresses: timedelta | None = None
    """How long IP addresses are kept; None: as long as their session or event."""
    truncate_addresses: bool = False
    """Store only the network of an IP address (IPv4 /24, IPv6 /48)."""
    session_limit: int = 50
    """Maximum number of active sessions per user; 0: no limit."""
    fresh_login: timedelta = timedelta(hours=1)
    """Maximum age of the last authentication for revoking other sessions; 0: no limit."""
    attempts_per_account: int = 5
    """Maximum number of failed password checks per minute, of an account and a network, a known device, or a session;
    0: no limit. `rate_limits` derives the larger limits from it."""
    attempts_per_address: int = 20
    """Maximum number of failed password checks, of failed refreshes and of failed resets, per address and minute; 0: no
    limit."""
    registrations_per_address: int = 30
    """Maximum number of registrations per network and minute; 0: no limit."""
    nonstandard_emails: bool = False
    """Whether addresses of private domains, and with the dots of docomo's addresses, can register."""
    password_reset_lifetime: timedelta = timedelta(hours=24)
    """How long a token that resets a password is valid."""
    only_services: bool = False
    """Accept only the sessions that services created."""
    logins_per_account: int = 30
    """Maximum number of right passwords per account and minute; 0: no limit."""
    logins_per_address: int = 300
    """Maximum number of right passwords per address and minute; 0: no limit."""
    list_size: int = 100
    """Maximum number of items per page, and of IDs in a list argument."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything that resolvers need from outside. Tests pass their own."""

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
