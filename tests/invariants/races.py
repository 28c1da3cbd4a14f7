"""Parts of race tests: operations that start at random moments, and assertions on the state afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random
from typing import ParamSpec, TypeVar

from sessionql.resolvers.accounts import LogInResult
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import Requester, authenticate
from sessionql.resolvers.sessions import my_sessions
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.storage.records import RevocationReason, SessionRecord
from tests.resolvers.builders import LAPTOP, PHONE, get_row

Args = ParamSpec("Args")
T = TypeVar("T")

Workers = tuple[Dependencies, Dependencies]

SPREAD = 0.004
"""Seconds over which the operations of one race start: about the duration of one of them."""


class Race:
    """Starts operations at moments drawn from a seed, so that they interleave in different orders."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    async def later(self, work: Callable[Args, Awaitable[T]], *args: Args.args, **kwargs: Args.kwargs) -> T:
        """Run the operation after a random delay."""
        return await self.after(0, work, *args, **kwargs)

    async def after(
        self, wait: float, work: Callable[Args, Awaitable[T]], *args: Args.args, **kwargs: Args.kwargs
    ) -> T:
        """Run the operation after `wait` seconds and a random delay."""
        await asyncio.sleep(wait + self._random.random() * SPREAD)
        return await work(*args, **kwargs)

    def head_start(self) -> float:
        """Draw the seconds by which one side of a race starts earlier: none, some, or nearly all of its duration."""
        return self._random.choice((0, SPREAD, 3 * SPREAD))


def with_policy(workers: Workers, **changes: int) -> Workers:
    """Return the workers with another policy."""
    policy: Policy = replace(workers[0].policy, **changes)  # type: ignore[arg-type]
    return replace(workers[0], policy=policy), replace(workers[1], policy=policy)


async def is_accepted(deps: Dependencies, pair: TokenPair) -> bool:
    """Return whether the access token is accepted."""
    return await authenticate(deps, pair.access.text, LAPTOP) is not None


async def refresh_in_race(deps: Dependencies, signed_in: LogInResult) -> TokenPair | None:
    """Refresh and use the new token; returns None when the refresh was rejected. A reported reuse fails the test."""
    done = await refresh(deps, signed_in.tokens.refresh, PHONE)
    if not isinstance(done, RefreshResult):
        assert isinstance(done, RefreshTokenInvalid), done
        assert not done.reuse_detected, "reuse was reported for a client that raced"
        return None
    await authenticate(deps, done.tokens.access.text, PHONE)
    return done.tokens


async def use_in_race(deps: Dependencies, signed_in: LogInResult) -> None:
    """Run a slow request of the session, whose activity is written in the middle of the race."""
    await authenticate(deps, signed_in.tokens.access.text, PHONE)
    await deps.activity.flush()


async def assert_ended(
    workers: Workers, session: SessionRecord, pairs: Sequence[TokenPair], reason: RevocationReason
) -> None:
    """Assert that the session is revoked and that no worker accepts any of its tokens."""
    ended = await get_row(workers[0], session)
    assert ended.revoked_at is not None, "acknowledged but not revoked"
    assert ended.revocation_reason is reason
    for worker in workers:
        for pair in pairs:
            assert not await is_accepted(worker, pair)
            assert isinstance(await refresh(worker, pair.refresh, PHONE), RefreshTokenInvalid)
        assert session.id not in [each.id for each in await my_sessions(worker, Requester(session))]
    for worker in workers:
        await worker.activity.flush()
    assert await get_row(workers[0], session) == ended, "activity changed an ended session"
