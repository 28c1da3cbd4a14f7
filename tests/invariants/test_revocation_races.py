"""Refreshes during the end of their session: after the acknowledgement no token is accepted."""

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
from tests.invariants.races import Race, Workers, assert_ended, is_accepted, refresh_in_race, use_in_race, with_policy
from tests.invariants.rounds import assert_both, rounds
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
    # With the access token alone; the requester was not loaded.
    return await logout(deps, PresentedCredentials(None, phone.tokens.access.text), PHONE)


async def with_the_password(deps: Dependencies, ana: Requester, _phone: LogInResult) -> object:
    # To the same password, so that the next round can log in.
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
"""The tokens that each tab received, or None."""


async def race(workers: Workers, phone: LogInResult, race_: Race, end: Callable[[], Awaitable[object]]) -> Got:
    """End the session while tabs refresh it and slow requests of it finish."""

    async def ended() -> None:
        await end()
        for worker in workers:
            assert not await is_accepted(worker, phone.tokens), "the next request on any worker"

    wait = race_.head_start()
    uses = [race_.after(wait, use_in_race, worker, phone) for worker in workers]
    tabs = [race_.after(wait, refresh_in_race, worker, phone) for worker in workers * TABS]
    got, _, _ = await asyncio.gather(asyncio.gather(*tabs), race_.later(ended), asyncio.gather(*uses))
    return got


def given(phone: LogInResult, got: Got) -> list[TokenPair]:
    """Return every token of the session that was issued."""
    return [phone.tokens, *(pair for pair in got if pair is not None)]


def assert_crossed(gots: list[Got]) -> None:
    """Assert that some refreshes were faster than the end of the session, and some slower."""
    assert_both({pair is not None for got in gots for pair in got})


@pytest.mark.parametrize(("end", "reason"), ENDS, ids=[end.__name__ for end, _ in ENDS])
async def test_no_token_is_accepted_after_the_end_is_acknowledged(
    workers: Workers, end: End, reason: RevocationReason
) -> None:
    """A concurrent request must not restore a deleted session (rack-session CVE-2025-46336)."""
    ana, race_ = await sign_up(workers[0]), Race(end.__name__)
    gots: list[Got] = []
    for _ in range(rounds(12)):
        phone = await sign_in(workers[1])
        requester = Requester(await get_row(workers[0], ana.session))
        gots.append(await race(workers, phone, race_, partial(end, workers[0], requester, phone)))
        await assert_ended(workers, phone.session, given(phone, gots[-1]), reason)
    assert_crossed(gots)


async def test_a_log_in_at_the_limit_ends_the_other_session_during_its_refreshes(workers: Workers) -> None:
    workers = with_policy(workers, session_limit=1)
    phone, race_ = await sign_up(workers[0], client=PHONE), Race("limit")
    gots: list[Got] = []
    for _ in range(rounds(12)):
        logged_in: list[LogInResult] = []

        async def log_in(logged_in: list[LogInResult] = logged_in) -> None:
            logged_in.append(await sign_in(workers[0]))

        gots.append(await race(workers, phone, race_, log_in))
        await assert_ended(workers, phone.session, given(phone, gots[-1]), RevocationReason.SESSION_LIMIT)
        (phone,) = logged_in
        assert await is_accepted(workers[1], phone.tokens), "the current session is never evicted"
    assert_crossed(gots)


async def test_a_password_change_voids_concurrent_refreshes_of_its_own_session(workers: Workers) -> None:
    """Tabs that refresh meanwhile are rejected or receive tokens that are void; none is reported as reuse."""
    phone, race_ = await sign_up(workers[0], client=PHONE), Race("own")
    gots: list[Got] = []
    for _ in range(rounds(12)):
        requester, renewed = as_requester(phone), list[ReauthenticationResult]()

        async def change(requester: Requester = requester, renewed: list[ReauthenticationResult] = renewed) -> None:
            done = await change_password(workers[0], requester, PasswordChange(PASSWORD, PASSWORD), PHONE)
            assert isinstance(done, ReauthenticationResult)
            renewed.append(done)

        gots.append(await race(workers, phone, race_, change))
        for worker, pair in product(workers, given(phone, gots[-1])):
            assert not await is_accepted(worker, pair)
            assert isinstance(await refresh(worker, pair.refresh, PHONE), RefreshTokenInvalid)
        phone = LogInResult(phone.user, renewed[0].session, renewed[0].tokens)
        assert await is_accepted(workers[1], phone.tokens), "the tab that changed the password stays signed in"
    assert_crossed(gots)
