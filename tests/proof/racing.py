"""What races are made of: things that begin at odd moments, and all that must hold when they are over."""

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
"""Seconds over which the things of one race begin: about what one of them takes."""


class Race:
    """Begins things at moments that a seed decides, so that they cross in ever other ways."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    async def later(self, work: Callable[Args, Awaitable[T]], *args: Args.args, **kwargs: Args.kwargs) -> T:
        """Do it, but not at once."""
        return await self.after(0, work, *args, **kwargs)

    async def after(
        self, wait: float, work: Callable[Args, Awaitable[T]], *args: Args.args, **kwargs: Args.kwargs
    ) -> T:
        """Do it so many seconds later still."""
        await asyncio.sleep(wait + self._random.random() * SPREAD)
        return await work(*args, **kwargs)

    def head_start(self) -> float:
        """Seconds by which one side of a race begins earlier: none, some, or as good as all."""
        return self._random.choice((0, SPREAD, 3 * SPREAD))


def with_policy(workers: Workers, **changes: int) -> Workers:
    """Workers with other rules."""
    policy: Policy = replace(workers[0].policy, **changes)  # type: ignore[arg-type]
    return replace(workers[0], policy=policy), replace(workers[1], policy=policy)


async def is_let_in(deps: Dependencies, grant: TokenPair) -> bool:
    """Whether the access token is accepted."""
    return await authenticate(deps, grant.access.text, LAPTOP) is not None


async def refreshing(deps: Dependencies, signed_in: LogInResult) -> TokenPair | None:
    """The tokens of a refresh that takes part in a race, and a use of them; None when it was refused."""
    done = await refresh(deps, signed_in.tokens.refresh, PHONE)
    if not isinstance(done, RefreshResult):
        assert isinstance(done, RefreshTokenInvalid), done
        assert not done.reuse_detected, "an honest client was taken for a thief"
        return None
    await authenticate(deps, done.tokens.access.text, PHONE)
    return done.tokens


async def using(deps: Dependencies, signed_in: LogInResult) -> None:
    """A slow request of the session, whose use is written in the middle of the race."""
    await authenticate(deps, signed_in.tokens.access.text, PHONE)
    await deps.activity.flush()


async def assert_over(
    workers: Workers, session: SessionRecord, grants: Sequence[TokenPair], reason: RevocationReason
) -> None:
    """The session is revoked for good: none of its tokens opens anything, on any worker."""
    ended = await get_row(workers[0], session)
    assert ended.revoked_at is not None, "acknowledged, and not done"
    assert ended.revocation_reason is reason
    for worker in workers:
        for grant in grants:
            assert not await is_let_in(worker, grant)
            assert isinstance(await refresh(worker, grant.refresh, PHONE), RefreshTokenInvalid)
        assert session.id not in [each.id for each in await my_sessions(worker, Requester(session))]
    for worker in workers:
        await worker.activity.flush()
    assert await get_row(workers[0], session) == ended, "what was noted in the race changed an ended session"
