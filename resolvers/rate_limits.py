"""Attempts: counted in the database before they are made, so that nobody gets more of them by being many.

A failed one stays counted, one that was no failure is given back. Accounts and addresses are
counted apart: a success at one account clears nothing for an address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import RateLimited
from sessionql.resolvers.requester import Client
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import Attempt

WINDOW = timedelta(minutes=1)
ANY_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts of what `key` names in a window; 0 for any number."""

    key: str
    most: int


class _Full(Exception):
    def __init__(self, window_ends: datetime) -> None:
        super().__init__()
        self.window_ends = window_ends


def password_limits(services: Services, account: str, client: Client) -> tuple[Limit, Limit]:
    """The limits of password checks. `account` is whatever names it; it may be nobody's."""
    # Hashed, for people type all sorts of things where an address belongs.
    hidden = sha256(account.encode(errors="surrogatepass")).hexdigest()
    by_address = Limit(f"password:{client.network}", services.policy.attempts_per_address)
    return by_address, Limit(f"account:{hidden}", services.policy.attempts_per_account)


def refresh_limit(services: Services, client: Client) -> Limit:
    """The limit of refused refreshes."""
    return Limit(f"refresh:{client.network}", services.policy.attempts_per_address)


def registration_limit(services: Services, client: Client) -> Limit:
    """The limit of new accounts."""
    return Limit(f"register:{client.network}", services.policy.registrations_per_address)


async def take(services: Services, *limits: Limit) -> Sequence[Attempt] | RateLimited:
    """Count one attempt under each limit; when one of them is reached, under none."""
    now = services.clock()
    try:
        async with services.storage.transaction() as repositories:
            return [await _take(repositories, limit, now) for limit in limits]
    except _Full as full:
        wait = ceil((full.window_ends - now).total_seconds())
        return RateLimited(retry_after_seconds=max(1, wait))


async def give_back(repositories: Repositories, attempts: Sequence[Attempt]) -> None:
    """Count these no longer, in the transaction that makes them a success."""
    for attempt in attempts:
        await repositories.attempts.give_back(attempt)


async def _take(repositories: Repositories, limit: Limit, now: datetime) -> Attempt:
    # Counted without a limit too, so that a failure costs the same whatever is set.
    taken = await repositories.attempts.take(limit.key, limit.most or ANY_NUMBER, now, now + WINDOW)
    if taken is None:
        raise _Full(await repositories.attempts.find_end(limit.key) or now)
    return taken
