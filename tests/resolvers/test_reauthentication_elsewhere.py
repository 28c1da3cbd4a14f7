"""A service says that its user proved again who they are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import Proof, SignedIn, logout
from sessionql.resolvers.credentials import Renewed, require_fresh_login
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import InvalidInput, SessionEnded, SessionNotFound
from sessionql.resolvers.external_users import Reproof, mark_reauthenticated
from sessionql.resolvers.refresh import Refreshed, refresh
from sessionql.resolvers.requester import Requester, authenticate
from sessionql.resolvers.service_keys import Service
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PHONE,
    a_service,
    as_requester,
    events_of,
    live_row,
    sign_in_elsewhere,
    sign_up,
)


def of(ana: SignedIn) -> Reproof:
    return Reproof(str(ana.user.id), str(ana.session.id))


async def mark(services: Services, service: Service, request: Reproof) -> Renewed:
    done = await mark_reauthenticated(services, service, request)
    assert isinstance(done, Renewed)
    return done


async def test_the_session_is_fresh_and_older_access_tokens_are_replaced(services: Services, clock: FakeClock) -> None:
    ana, service = await sign_in_elsewhere(services), await a_service(services, name="Shop")
    clock.advance(hours=2)
    stale = await refresh(services, ana.tokens.refresh, PHONE)
    assert isinstance(stale, Refreshed)
    assert require_fresh_login(services, Requester(stale.session)) is not None

    done = await mark(services, service, of(ana))

    requester = await authenticate(services, done.tokens.access.text, PHONE)
    assert requester is not None
    assert require_fresh_login(services, requester) is None
    assert await authenticate(services, stale.tokens.access.text, PHONE) is None
    assert isinstance(await refresh(services, stale.tokens.refresh, PHONE), Refreshed), "the refresh token stays"
    event = (await events_of(services, ana.user.id))[0]
    assert (event.kind, event.actor_name, event.actor_id) == (EventKind.REAUTHENTICATED, "Shop", None)
    assert (event.session_id, event.device, event.ip_address) == (ana.session.id, "Safari on iPhone", None)


async def test_twice_in_a_second_each_replaces_the_tokens_before(services: Services) -> None:
    ana, service = await sign_in_elsewhere(services), await a_service(services)

    first = await mark(services, service, of(ana))
    second = await mark(services, service, of(ana))

    tokens = [each.tokens.access.text for each in (ana, first, second)]
    assert [await authenticate(services, token, PHONE) is not None for token in tokens] == [False, False, True]


@pytest.mark.parametrize("ago", [timedelta(hours=3), timedelta(hours=2), timedelta(hours=2, microseconds=-1)])
async def test_a_proof_of_some_time_ago_is_as_old_as_it_says(
    services: Services, clock: FakeClock, ago: timedelta
) -> None:
    ana, service = await sign_in_elsewhere(services), await a_service(services)
    logged_in = ana.session.authenticated_at
    clock.advance(hours=2)
    proved = clock() - ago

    done = await mark(services, service, replace(of(ana), authenticated_at=proved))

    row = await live_row(services, ana.session)
    assert row == done.session
    kinds = [event.kind for event in await events_of(services, ana.user.id)]
    if proved <= logged_in:
        assert row == ana.session, "it is no newer than the log-in: nothing changes"
        assert EventKind.REAUTHENTICATED not in kinds
    else:
        assert row.authenticated_at == logged_in.replace(microsecond=0) + timedelta(seconds=1)
        assert kinds[0] is EventKind.REAUTHENTICATED
    assert await authenticate(services, done.tokens.access.text, PHONE) is not None


async def test_it_is_for_users_with_a_password_too(services: Services) -> None:
    ana = await sign_up(services)

    assert (await mark(services, await a_service(services), of(ana))).session.id == ana.session.id


async def test_a_session_of_somebody_else_is_no_session(services: Services) -> None:
    ana, bob, service = await sign_up(services), await sign_in_elsewhere(services), await a_service(services)
    tried = [
        Reproof(str(ana.user.id), str(bob.session.id)),
        Reproof(str(bob.user.id), str(ana.session.id)),
        Reproof(str(uuid7()), str(ana.session.id)),
        Reproof(str(ana.user.id), "x"),
        Reproof("", str(ana.session.id)),
    ]

    refused = {await mark_reauthenticated(services, service, request) for request in tried}

    assert len(refused) == 1
    assert isinstance(refused.pop(), SessionNotFound)
    assert await live_row(services, ana.session) == ana.session
    assert await live_row(services, bob.session) == bob.session


async def test_an_ended_session_stays_ended(services: Services, clock: FakeClock) -> None:
    ana, service = await sign_up(services), await a_service(services)
    await logout(services, Proof(as_requester(ana)), LAPTOP)
    ended = await live_row(services, ana.session)

    refused = await mark_reauthenticated(services, service, of(ana))

    assert isinstance(refused, SessionEnded)
    assert refused.ended_at == clock()
    assert await live_row(services, ana.session) == ended


async def test_a_proof_in_the_future_is_refused(services: Services, clock: FakeClock) -> None:
    ana, service = await sign_up(services), await a_service(services)
    late = replace(of(ana), authenticated_at=clock() + timedelta(minutes=2))

    assert isinstance(await mark_reauthenticated(services, service, late), InvalidInput)
    assert await live_row(services, ana.session) == ana.session
