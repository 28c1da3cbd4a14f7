"""Rate limits: attempts are counted in the database before they run, so concurrent requests cannot exceed a limit.

A failed attempt stays counted, a successful one is refunded. Accounts and networks are counted separately: a
successful log-in to one account does not reset the counter of the network.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from math import ceil
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import RateLimited
from sessionql.resolvers.known_clients import KnownClient
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import ConsumedAttempt, Limit
from sessionql.storage.records import SessionRecord

P = ParamSpec("P")
T = TypeVar("T")

WIDER_NETWORKS: Mapping[int, float] = MappingProxyType({24: 20, 56: 1.5, 48: 2.5})
"""How many times the attempts of one address a wider network has, by the length of its prefix. Many subscribers may
share an IPv4 /24 behind addresses that each have many users (CGNAT); one subscriber may have a whole IPv6 /48."""
WIDER_NETWORKS_OF_ACCOUNT: Mapping[int, float] = MappingProxyType({24: 4, 56: 1.5, 48: 2})
"""The same for the attempts of one account."""
ALL_NETWORKS = 10
"""All networks from which an account is not known have together this many times `Policy.attempts_per_account`."""
SESSION_FAILURES_WINDOW = timedelta(days=1)
SESSION_FAILURES = 2
"""A session ends after this many times `Policy.attempts_per_account` wrong passwords in `SESSION_FAILURES_WINDOW`."""
ALL_SESSIONS = 10
"""All sessions of an account together have this many times `Policy.attempts_per_account`."""


@dataclass(frozen=True, slots=True)
class PasswordLimits:
    """The limits of one password check. The checks that share the limit `narrowest` run one after the other."""

    narrowest: Limit
    others: tuple[Limit, ...] = ()
    shared: tuple[str, ...] = ()
    """Keys of which each may have a few concurrent checks: the account, the network. None for a known device."""
    session_failures: Limit | None = None
    """The failures after which the session ends."""

    @property
    def all(self) -> Sequence[Limit]:
        limits = (self.narrowest, *self.others)
        return (*limits, self.session_failures) if self.session_failures else limits


class LimitReached(Exception):
    """A limit is reached: the transaction is rolled back. `limited` returns the failure instead."""

    def __init__(self, attempts: Sequence[ConsumedAttempt], now: datetime) -> None:
        super().__init__()
        waits = (attempt.window_ends - now for attempt in attempts)
        self.failure = RateLimited(retry_after_seconds=max(1, ceil(max(waits).total_seconds())))


def login_limits(policy: Policy, account: str, client: ClientInfo, known: KnownClient) -> PasswordLimits:
    """Return the limits of a log-in. The account need not exist.

    A known device has a counter of its own, and so has each network. Only attempts from networks where the account is
    not known count for the account as a whole, so that strangers cannot keep its owner from logging in.
    """
    attempts = policy.attempts_per_account
    if known.device_id is not None:
        return PasswordLimits(Limit(f"device:{known.device_id}", attempts))
    # Hashed, because users sometimes type a password or other secrets where the e-mail address belongs.
    account_key = f"account:{sha256(account.encode(errors='surrogatepass')).hexdigest()}"
    here, *around = network_limits(account_key, client, attempts, WIDER_NETWORKS_OF_ACCOUNT)
    total = Limit(account_key, attempts * ALL_NETWORKS)
    others = network_limits("password", client, policy.attempts_per_address)
    if known.has_network:
        return PasswordLimits(here, tuple(others), (client.network,))
    return PasswordLimits(here, (*others, *around, total), (account_key, client.network))


def network_limits(
    name: str, client: ClientInfo, max_attempts: int, wider: Mapping[int, float] = WIDER_NETWORKS
) -> Sequence[Limit]:
    """Return the limits of something by network: that of the client, then the wider ones with growing numbers."""
    around = ((each, wider[int(each.rpartition("/")[2])]) for each in client.wider_networks)
    return (
        Limit(f"{name}:{client.network}", max_attempts),
        *(Limit(f"{name}:{network}", ceil(max_attempts * factor)) for network, factor in around),
    )


def session_limits(policy: Policy, session: SessionRecord) -> PasswordLimits:
    """Return the limits of password checks in a session: its own, and a larger one of all sessions of its user.

    No limit by network or of log-ins: neither a stranger nor a thief in another session may keep the owner from
    entering the password.
    """
    attempts = policy.attempts_per_account
    return PasswordLimits(
        Limit(f"session:{session.id}", attempts),
        (Limit(f"user:{session.user_id}", attempts * ALL_SESSIONS),),
        session_failures=Limit(f"failures:{session.id}", attempts * SESSION_FAILURES, SESSION_FAILURES_WINDOW),
    )


def refresh_limits(policy: Policy, client: ClientInfo) -> Sequence[Limit]:
    """Return the limits of failed refreshes by network."""
    return network_limits("refresh", client, policy.attempts_per_address)


def registration_limits(policy: Policy, client: ClientInfo) -> Sequence[Limit]:
    """Return the limits of registrations by network."""
    return network_limits("register", client, policy.registrations_per_address)


def reset_limits(policy: Policy, client: ClientInfo) -> Sequence[Limit]:
    """Return the limits of password resets that fail by network."""
    return network_limits("reset", client, policy.attempts_per_address)


async def consume(deps: Dependencies, *limits: Limit) -> Sequence[ConsumedAttempt] | RateLimited:
    """Count one attempt under each limit. If one limit is reached, counts under none and returns RateLimited."""
    # Counted even without a limit, so that a failure takes equally long under every configuration.
    try:
        async with deps.storage.transaction() as repositories:
            return await _consume(repositories, limits, deps.clock())
    except LimitReached as reached:
        return reached.failure


async def record_success(
    deps: Dependencies,
    repositories: Repositories,
    attempts: Sequence[ConsumedAttempt],
    user_id: UUID,
    client: ClientInfo,
    now: datetime,
) -> None:
    """Subtract the attempts again, and count a right password, in the transaction of the success.

    Raises LimitReached when there were too many right passwords: then the attempts stay counted, so that further ones
    are soon rejected before they are checked.
    """
    await repositories.rate_limits.refund(attempts)
    by_account = Limit(f"logins:{user_id}", deps.policy.logins_per_account)
    by_network = network_limits("logins", client, deps.policy.logins_per_address)
    await _consume(repositories, (by_account, *by_network), now)


def limited(resolver: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T | RateLimited]]:
    """Return RateLimited from a resolver that raises LimitReached."""

    @wraps(resolver)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T | RateLimited:
        try:
            return await resolver(*args, **kwargs)
        except LimitReached as reached:
            return reached.failure

    return run


async def _consume(repositories: Repositories, limits: Sequence[Limit], now: datetime) -> Sequence[ConsumedAttempt]:
    attempts = await repositories.rate_limits.consume(limits, now)
    if over := [attempt for attempt in attempts if attempt.is_over]:
        raise LimitReached(over, now)
    return attempts
