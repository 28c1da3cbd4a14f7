"""Attempts: counted in the database before they are made, so that nobody gets more of them by being many.

A failed one stays counted, one that was no failure is given back. Accounts and addresses are
counted apart: a success at one account clears nothing for an address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RateLimited
from sessionql.resolvers.requester import ClientInfo
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import ConsumedAttempt

WINDOW = timedelta(minutes=1)
UNLIMITED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts of what `key` names in a window; 0 for any number."""

    key: str
    max_attempts: int


class _LimitReached(Exception):
    def __init__(self, window_ends: datetime) -> None:
        super().__init__()
        self.window_ends = window_ends


def password_limits(deps: Dependencies, account: str, client: ClientInfo) -> tuple[Limit, Limit]:
    """The limits of password checks. `account` is whatever names it; it may be nobody's."""
    # Hashed, for people type all sorts of things where an address belongs.
    hidden = sha256(account.encode(errors="surrogatepass")).hexdigest()
    by_address = Limit(f"password:{client.network}", deps.policy.attempts_per_address)
    return by_address, Limit(f"account:{hidden}", deps.policy.attempts_per_account)


def refresh_limit(deps: Dependencies, client: ClientInfo) -> Limit:
    """The limit of refused refreshes."""
    return Limit(f"refresh:{client.network}", deps.policy.attempts_per_address)


def registration_limit(deps: Dependencies, client: ClientInfo) -> Limit:
    """The limit of new accounts."""
    return Limit(f"register:{client.network}", deps.policy.registrations_per_address)


async def consume(deps: Dependencies, *limits: Limit) -> Sequence[ConsumedAttempt] | RateLimited:
    """Count one attempt under each limit; when one of them is reached, under none."""
    now = deps.clock()
    try:
        async with deps.storage.transaction() as repositories:
            return [await _consume(repositories, limit, now) for limit in limits]
    except _LimitReached as full:
        wait = ceil((full.window_ends - now).total_seconds())
        return RateLimited(retry_after_seconds=max(1, wait))


async def refund(repositories: Repositories, attempts: Sequence[ConsumedAttempt]) -> None:
    """Count these no longer, in the transaction that makes them a success."""
    for attempt in attempts:
        await repositories.rate_limits.refund(attempt)


async def _consume(repositories: Repositories, limit: Limit, now: datetime) -> ConsumedAttempt:
    # Counted without a limit too, so that a failure costs the same whatever is set.
    taken = await repositories.rate_limits.consume(limit.key, limit.max_attempts or UNLIMITED, now, now + WINDOW)
    if taken is None:
        raise _LimitReached(await repositories.rate_limits.find_window_end(limit.key) or now)
    return taken
