"""A service reports the re-authentication of its user."""

from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.credentials import ReauthenticationResult
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput, SessionEnded, SessionNotFound
from sessionql.resolvers.external_users import Reauthentication, mark_reauthenticated
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import Requester, authenticate, require_fresh_login
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PHONE,
    a_service,
    as_requester,
    events_of,
    get_row,
    sign_in_externally,
    sign_up,
)


def of(ana: LogInResult) -> Reauthentication:
    return Reauthentication(str(ana.user.id), str(ana.session.id))


async def mark(deps: Dependencies, service: ServiceAccount, request: Reauthentication) -> ReauthenticationResult:
    done = await mark_reauthenticated(deps, service, request)
    assert isinstance(done, ReauthenticationResult)
    return done


async def test_the_session_is_fresh_and_older_access_tokens_are_replaced(deps: Dependencies, clock: FakeClock) -> None:
    ana, service = await sign_in_externally(deps), await a_service(deps, name="Shop")
    clock.advance(hours=2)
    stale = await refresh(deps, ana.tokens.refresh, PHONE)
    assert isinstance(stale, RefreshResult)
    assert require_fresh_login(deps, Requester(stale.session)) is not None

    done = await mark(deps, service, of(ana))

    requester = await authenticate(deps, done.tokens.access.text, PHONE)
    assert requester is not None
    assert require_fresh_login(deps, requester) is None
    assert await authenticate(deps, stale.tokens.access.text, PHONE) is None
    assert isinstance(await refresh(deps, stale.tokens.refresh, PHONE), RefreshResult), "the refresh token stays"
    event = (await events_of(deps, ana.user.id))[0]
    assert (event.kind, event.actor_name, event.actor_id) == (EventKind.REAUTHENTICATED, "Shop", None)
    assert (event.session_id, event.device, event.ip_address) == (ana.session.id, "Safari on iPhone", None)


async def test_two_reauthentications_in_one_second_each_replace_older_tokens(deps: Dependencies) -> None:
    ana, service = await sign_in_externally(deps), await a_service(deps)

    first = await mark(deps, service, of(ana))
    second = await mark(deps, service, of(ana))

    tokens = [each.tokens.access.text for each in (ana, first, second)]
    assert [await authenticate(deps, token, PHONE) is not None for token in tokens] == [False, False, True]


@pytest.mark.parametrize("ago", [timedelta(hours=3), timedelta(hours=2), timedelta(hours=2, microseconds=-1)])
async def test_an_earlier_reauthentication_keeps_its_time(deps: Dependencies, clock: FakeClock, ago: timedelta) -> None:
    ana, service = await sign_in_externally(deps), await a_service(deps)
    logged_in = ana.session.authenticated_at
    clock.advance(hours=2)
    proved = clock() - ago

    done = await mark(deps, service, replace(of(ana), authenticated_at=proved))

    row = await get_row(deps, ana.session)
    assert row == done.session
    kinds = [event.kind for event in await events_of(deps, ana.user.id)]
    if proved <= logged_in:
        assert row == ana.session, "it is no newer than the log-in: nothing changes"
        assert EventKind.REAUTHENTICATED not in kinds
    else:
        assert row.authenticated_at == logged_in.replace(microsecond=0) + timedelta(seconds=1)
        assert kinds[0] is EventKind.REAUTHENTICATED
    assert await authenticate(deps, done.tokens.access.text, PHONE) is not None


async def test_users_with_a_password_can_be_reauthenticated_too(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    assert (await mark(deps, await a_service(deps), of(ana))).session.id == ana.session.id


async def test_a_session_of_another_user_is_not_found(deps: Dependencies) -> None:
    ana, bob, service = await sign_up(deps), await sign_in_externally(deps), await a_service(deps)
    tried = [
        Reauthentication(str(ana.user.id), str(bob.session.id)),
        Reauthentication(str(bob.user.id), str(ana.session.id)),
        Reauthentication(str(uuid7()), str(ana.session.id)),
        Reauthentication(str(ana.user.id), "x"),
        Reauthentication("", str(ana.session.id)),
    ]

    rejected = {await mark_reauthenticated(deps, service, request) for request in tried}

    assert len(rejected) == 1
    assert isinstance(rejected.pop(), SessionNotFound)
    assert await get_row(deps, ana.session) == ana.session
    assert await get_row(deps, bob.session) == bob.session


async def test_an_ended_session_stays_ended(deps: Dependencies, clock: FakeClock) -> None:
    ana, service = await sign_up(deps), await a_service(deps)
    await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)
    ended = await get_row(deps, ana.session)

    rejected = await mark_reauthenticated(deps, service, of(ana))

    assert isinstance(rejected, SessionEnded)
    assert rejected.ended_at == clock()
    assert await get_row(deps, ana.session) == ended


async def test_a_reauthentication_in_the_future_is_rejected(deps: Dependencies, clock: FakeClock) -> None:
    ana, service = await sign_up(deps), await a_service(deps)
    late = replace(of(ana), authenticated_at=clock() + timedelta(minutes=2))

    assert isinstance(await mark_reauthenticated(deps, service, late), InvalidInput)
    assert await get_row(deps, ana.session) == ana.session
