"""Refreshes that cross the end of their session: once that is acknowledged, nothing of it works."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import product

import pytest

from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.credentials import PasswordChange, ReauthenticationResult, change_password
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RefreshTokenInvalid
from sessionql.resolvers.refresh import refresh
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.sessions import (
    RevokeManyResult,
    RevokeResult,
    revoke_all_sessions,
    revoke_session,
    revoke_sessions,
)
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import RevocationReason
from tests.proof.racing import Race, Workers, assert_over, is_let_in, refreshing, using, with_policy
from tests.proof.rounds import assert_both, rounds
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, get_row, sign_in, sign_up

TABS = 3

End = Callable[[Dependencies, Requester, LogInResult], Awaitable[object]]


async def by_hand(deps: Dependencies, ana: Requester, phone: LogInResult) -> object:
    done = await revoke_session(deps, ana, str(phone.session.id), LAPTOP)
    assert isinstance(done, RevokeResult)
    return done


async def with_all_others(deps: Dependencies, ana: Requester, _phone: LogInResult) -> object:
    done = await revoke_all_sessions(deps, ana, keep_current=True, client=LAPTOP)
    assert isinstance(done, RevokeManyResult)
    return done


async def by_filter(deps: Dependencies, ana: Requester, _phone: LogInResult) -> object:
    done = await revoke_sessions(deps, ana, SessionFilter(search="iphone"), dry_run=False, client=LAPTOP)
    assert isinstance(done, RevokeManyResult)
    return done


async def by_itself(deps: Dependencies, _ana: Requester, phone: LogInResult) -> object:
    # With its access token alone, as somebody whose requester was not looked up.
    return await logout(deps, PresentedCredentials(None, phone.tokens.access.text), PHONE)


async def with_the_password(deps: Dependencies, ana: Requester, _phone: LogInResult) -> object:
    # To the same one, so that the next round can log in.
    done = await change_password(deps, ana, PasswordChange(PASSWORD, PASSWORD), LAPTOP)
    assert isinstance(done, ReauthenticationResult)
    return done


ENDS = [
    (by_hand, RevocationReason.REVOKED_BY_USER),
    (with_all_others, RevocationReason.REVOKED_BY_USER),
    (by_filter, RevocationReason.REVOKED_BY_USER),
    (by_itself, RevocationReason.LOGGED_OUT),
    (with_the_password, RevocationReason.PASSWORD_CHANGED),
]


Got = list[TokenPair | None]
"""What each tab got: tokens, or None."""


async def race(workers: Workers, phone: LogInResult, crossing: Race, end: Callable[[], Awaitable[object]]) -> Got:
    """Tabs of the phone refresh, and slow requests of it finish, while it is ended."""

    async def ended() -> None:
        await end()
        for worker in workers:
            assert not await is_let_in(worker, phone.tokens), "the very next request, anywhere"

    wait = crossing.head_start()
    uses = [crossing.after(wait, using, worker, phone) for worker in workers]
    tabs = [crossing.after(wait, refreshing, worker, phone) for worker in workers * TABS]
    got, _, _ = await asyncio.gather(asyncio.gather(*tabs), crossing.later(ended), asyncio.gather(*uses))
    return got


def given(phone: LogInResult, got: Got) -> list[TokenPair]:
    """All tokens of the session that anybody may have."""
    return [phone.tokens, *(grant for grant in got if grant is not None)]


def assert_crossed(gots: list[Got]) -> None:
    """It was a race: some refreshes were faster than the end, and some were not."""
    assert_both({grant is not None for got in gots for grant in got})


@pytest.mark.parametrize(("end", "reason"), ENDS, ids=[end.__name__ for end, _ in ENDS])
async def test_nothing_works_once_the_end_is_acknowledged(workers: Workers, end: End, reason: RevocationReason) -> None:
    """A concurrent request must not restore a deleted session (rack-session CVE-2025-46336)."""
    ana, crossing = await sign_up(workers[0]), Race(end.__name__)
    gots: list[Got] = []
    for _ in range(rounds(12)):
        phone = await sign_in(workers[1])
        requester = Requester(await get_row(workers[0], ana.session))
        gots.append(await race(workers, phone, crossing, partial(end, workers[0], requester, phone)))
        await assert_over(workers, phone.session, given(phone, gots[-1]), reason)
    assert_crossed(gots)


async def test_a_log_in_at_the_limit_ends_the_other_session_whatever_it_does_just_then(workers: Workers) -> None:
    workers = with_policy(workers, session_limit=1)
    phone, crossing = await sign_up(workers[0], client=PHONE), Race("limit")
    gots: list[Got] = []
    for _ in range(rounds(12)):
        logged_in: list[LogInResult] = []

        async def log_in(logged_in: list[LogInResult] = logged_in) -> None:
            logged_in.append(await sign_in(workers[0]))

        gots.append(await race(workers, phone, crossing, log_in))
        await assert_over(workers, phone.session, given(phone, gots[-1]), RevocationReason.SESSION_LIMIT)
        (phone,) = logged_in
        assert await is_let_in(workers[1], phone.tokens), "the current one is never evicted"
    assert_crossed(gots)


async def test_a_password_change_voids_what_its_own_session_gets_just_then(workers: Workers) -> None:
    """Tabs that refresh meanwhile are refused, or given what is void at once; none is taken for a thief."""
    phone, crossing = await sign_up(workers[0], client=PHONE), Race("own")
    gots: list[Got] = []
    for _ in range(rounds(12)):
        requester, renewed = as_requester(phone), list[ReauthenticationResult]()

        async def change(requester: Requester = requester, renewed: list[ReauthenticationResult] = renewed) -> None:
            done = await change_password(workers[0], requester, PasswordChange(PASSWORD, PASSWORD), PHONE)
            assert isinstance(done, ReauthenticationResult)
            renewed.append(done)

        gots.append(await race(workers, phone, crossing, change))
        for worker, grant in product(workers, given(phone, gots[-1])):
            assert not await is_let_in(worker, grant)
            assert isinstance(await refresh(worker, grant.refresh, PHONE), RefreshTokenInvalid)
        phone = LogInResult(phone.user, renewed[0].session, renewed[0].tokens)
        assert await is_let_in(workers[1], phone.tokens), "the tab that changed it goes on"
    assert_crossed(gots)
