"""Rate limits: attempts are counted in the database before they run, so concurrent requests cannot exceed a limit.

A failed attempt stays counted, a successful one is refunded. Accounts and networks are counted separately: a
successful log-in to one account does not reset the counter of the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RateLimited
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import ConsumedAttempt

WINDOW = timedelta(minutes=1)
UNLIMITED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max_attempts` per key and rate window; 0: no limit."""

    key: str
    max_attempts: int


class _LimitReached(Exception):
    def __init__(self, window_ends: datetime) -> None:
        super().__init__()
        self.window_ends = window_ends


def password_limits(deps: Dependencies, account: str, client: ClientInfo) -> tuple[Limit, Limit]:
    """Return the limits of password checks by network and by account. The account need not exist."""
    # Hashed, because users sometimes type a password or other secrets where the e-mail address belongs.
    account_hash = sha256(account.encode(errors="surrogatepass")).hexdigest()
    by_network = Limit(f"password:{client.network}", deps.policy.attempts_per_address)
    return by_network, Limit(f"account:{account_hash}", deps.policy.attempts_per_account)


def refresh_limit(deps: Dependencies, client: ClientInfo) -> Limit:
    """Return the limit of failed refreshes by network."""
    return Limit(f"refresh:{client.network}", deps.policy.attempts_per_address)


def registration_limit(deps: Dependencies, client: ClientInfo) -> Limit:
    """Return the limit of registrations by network."""
    return Limit(f"register:{client.network}", deps.policy.registrations_per_address)


async def consume(deps: Dependencies, *limits: Limit) -> Sequence[ConsumedAttempt] | RateLimited:
    """Count one attempt under each limit. If one limit is reached, counts under none and returns RateLimited."""
    now = deps.clock()
    try:
        async with deps.storage.transaction() as repositories:
            return [await _consume(repositories, limit, now) for limit in limits]
    except _LimitReached as reached:
        wait = ceil((reached.window_ends - now).total_seconds())
        return RateLimited(retry_after_seconds=max(1, wait))


async def refund(repositories: Repositories, attempts: Sequence[ConsumedAttempt]) -> None:
    """Subtract the attempts again, in the transaction of the success."""
    for attempt in attempts:
        await repositories.rate_limits.refund(attempt)


async def _consume(repositories: Repositories, limit: Limit, now: datetime) -> ConsumedAttempt:
    # Counted even without a limit, so that a failure takes equally long under every configuration.
    attempt = await repositories.rate_limits.consume(limit.key, limit.max_attempts or UNLIMITED, now, now + WINDOW)
    if attempt is None:
        raise _LimitReached(await repositories.rate_limits.find_window_end(limit.key) or now)
    return attempt
