"""Revoking sessions: one, some or all, effective immediately, own ones only."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import Requester, authenticate
from sessionql.resolvers.sessions import (
    ACTIVE,
    RevokeManyResult,
    RevokeResult,
    list_sessions,
    my_sessions,
    revoke_all_sessions,
    revoke_session,
    revoke_sessions,
)
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import DeviceKind, EventKind, RevocationReason, SessionRecord, SessionState
from sessionql.storage.sessions import SessionOrder
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    NOW,
    PHONE,
    add_many_sessions,
    add_session,
    as_requester,
    events_of,
    find_row,
    get_row,
    sign_in,
    sign_up,
)

EVERY = SessionFilter(states=None)


async def rows_of(deps: Dependencies, user_id: UUID) -> Sequence[SessionRecord]:
    """Return all sessions of a user, active or ended."""
    found = await list_sessions(deps, user_id, EVERY, SessionOrder(), Page(100))
    return found.items


async def test_revoking_another_own_session_ends_it_immediately(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    clock.advance(minutes=1)

    result = await revoke_session(deps, as_requester(ana), str(phone.session.id), LAPTOP)

    ended = replace(phone.session, revoked_at=clock(), revocation_reason=RevocationReason.REVOKED_BY_USER)
    assert result == RevokeResult(ended, was_current=False)
    assert await get_row(deps, phone.session) == ended
    assert await authenticate(deps, phone.tokens.access.text, PHONE) is None
    event = (await events_of(deps, ana.user.id))[0]
    assert (event.kind, event.session_id, event.actor_id) == (
        EventKind.SESSION_REVOKED,
        phone.session.id,
        ana.session.id,
    )
    assert (event.device, event.ip_address, event.occurred_at) == ("Firefox on Ubuntu", "192.0.2.1", clock())


async def test_revoking_the_current_session_is_logging_out(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    result = await revoke_session(deps, as_requester(ana), str(ana.session.id), LAPTOP)

    assert isinstance(result, RevokeResult)
    assert result.was_current
    assert result.session.revocation_reason is RevocationReason.LOGGED_OUT
    event = (await events_of(deps, ana.user.id))[0]
    assert (event.session_id, event.actor_id) == (ana.session.id, ana.session.id)


async def test_revoking_again_changes_nothing_and_is_a_success(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    first = await revoke_session(deps, as_requester(ana), str(phone.session.id), LAPTOP)
    clock.advance(minutes=1)

    again = await revoke_session(deps, as_requester(ana), str(phone.session.id), LAPTOP)

    assert again == first
    kinds = [event.kind for event in await events_of(deps, ana.user.id)]
    assert kinds.count(EventKind.SESSION_REVOKED) == 1


async def test_revoking_an_expired_session_leaves_it_expired(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    expired = await add_session(deps, ana.user.id, last_active=clock() - timedelta(days=31))

    result = await revoke_session(deps, as_requester(ana), str(expired.id), LAPTOP)

    assert result == RevokeResult(expired, was_current=False)
    assert await get_row(deps, expired) == expired


async def test_revoking_one_session_concurrently_records_it_once(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    wanted = str(phone.session.id)

    results = await asyncio.gather(*(revoke_session(deps, as_requester(ana), wanted, LAPTOP) for _ in range(10)))

    assert {isinstance(result, RevokeResult) for result in results} == {True}
    kinds = [event.kind for event in await events_of(deps, ana.user.id)]
    assert kinds.count(EventKind.SESSION_REVOKED) == 1


async def test_revoking_all_others_keeps_the_current_one(deps: Dependencies, clock: FakeClock) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    others = [await sign_in(deps) for _ in range(3)]
    expired = await add_session(deps, ana.user.id, last_active=clock() - timedelta(days=31))
    clock.advance(minutes=1)

    result = await revoke_all_sessions(deps, as_requester(ana), keep_current=True, client=LAPTOP)
    assert isinstance(result, RevokeManyResult)

    assert set(result.ids) == {other.session.id for other in others}
    assert len(result.ids) == 3
    assert result.kept == ana.session
    assert await my_sessions(deps, as_requester(ana)) == [ana.session]
    assert await my_sessions(deps, as_requester(bob)) == [bob.session]
    assert await get_row(deps, expired) == expired
    for other in others:
        row = await get_row(deps, other.session)
        assert (row.revoked_at, row.revocation_reason) == (clock(), RevocationReason.REVOKED_BY_USER)
        assert await authenticate(deps, other.tokens.access.text, PHONE) is None


async def test_revoking_all_ends_the_current_one_too(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    phone = await sign_in(deps)

    result = await revoke_all_sessions(deps, as_requester(ana), keep_current=False, client=LAPTOP)
    assert isinstance(result, RevokeManyResult)

    assert set(result.ids) == {ana.session.id, phone.session.id}
    assert result.kept is None
    assert await my_sessions(deps, as_requester(ana)) == []
    assert await authenticate(deps, ana.tokens.access.text, LAPTOP) is None


@pytest.mark.parametrize("keep_current", [True, False])
async def test_revoking_all_is_recorded_for_the_account_and_for_each(deps: Dependencies, keep_current: bool) -> None:
    ana = await sign_up(deps)
    for _ in range(2):
        await sign_in(deps)
    before = len(await events_of(deps, ana.user.id))

    result = await revoke_all_sessions(deps, as_requester(ana), keep_current=keep_current, client=LAPTOP)
    assert isinstance(result, RevokeManyResult)

    events = (await events_of(deps, ana.user.id))[:-before]
    assert events[0].kind is EventKind.SESSIONS_REVOKED
    assert events[0].session_id is None
    assert {event.kind for event in events[1:]} == {EventKind.SESSION_REVOKED}
    assert sorted(str(event.session_id) for event in events[1:]) == sorted(map(str, result.ids))
    assert {event.actor_id for event in events} == {ana.session.id}


async def test_revoking_no_sessions_is_no_event(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    result = await revoke_all_sessions(deps, as_requester(ana), keep_current=True, client=LAPTOP)
    assert isinstance(result, RevokeManyResult)

    assert result == RevokeManyResult([], ana.session)
    assert len(await events_of(deps, ana.user.id)) == 1


def states(*wanted: SessionState) -> frozenset[SessionState]:
    return frozenset(wanted)


FILTERS = {
    "active": (ACTIVE, 3),
    "any": (EVERY, 3),
    "nothing": (SessionFilter(states=states()), 0),
    "expired": (SessionFilter(states=states(SessionState.EXPIRED)), 0),
    "revoked": (SessionFilter(states=states(SessionState.REVOKED)), 0),
    "phones": (SessionFilter(device_kinds=frozenset({DeviceKind.PHONE})), 2),
    "desktops": (SessionFilter(device_kinds=frozenset({DeviceKind.DESKTOP})), 1),
    "no kind": (SessionFilter(device_kinds=frozenset()), 0),
    "a name": (SessionFilter(search="OFFICE"), 1),
    "a name that looks like a pattern": (SessionFilter(search="100% phone_"), 1),
    "a pattern": (SessionFilter(search="%"), 1),
    "a device": (SessionFilter(search="firefox on"), 1),
    "an address": (SessionFilter(search="192.0.2.1"), 3),
    "unused": (SessionFilter(inactive_since=NOW - timedelta(days=10)), 1),
}


@pytest.mark.parametrize("sort", list(FILTERS))
async def test_a_dry_run_returns_the_sessions_and_revokes_none(deps: Dependencies, clock: FakeClock, sort: str) -> None:
    ana = await add_many_sessions(deps, clock)
    requester = as_requester(ana)
    filter_, expected = FILTERS[sort]
    before, events = await rows_of(deps, ana.user.id), await events_of(deps, ana.user.id)

    would = await revoke_sessions(deps, requester, filter_, dry_run=True, client=LAPTOP)

    assert isinstance(would, RevokeManyResult)
    assert len(would.ids) == expected
    assert would.kept == ana.session
    assert await rows_of(deps, ana.user.id) == before
    assert await events_of(deps, ana.user.id) == events

    did = await revoke_sessions(deps, requester, filter_, dry_run=False, client=LAPTOP)

    assert isinstance(did, RevokeManyResult)
    assert sorted(did.ids) == sorted(would.ids)
    assert did.kept == ana.session
    after = await rows_of(deps, ana.user.id)
    gone = [row.id for row, was in zip(after, before, strict=True) if row != was]
    assert sorted(gone) == sorted(did.ids)
    assert bool(expected) is (len(await events_of(deps, ana.user.id)) > len(events))


async def test_revoking_some_does_not_affect_other_users(deps: Dependencies, clock: FakeClock) -> None:
    ana = await add_many_sessions(deps, clock)
    bob = await sign_in(deps, "bob@example.com")
    before = await rows_of(deps, bob.user.id)

    await revoke_sessions(deps, as_requester(ana), EVERY, dry_run=False, client=LAPTOP)

    assert await rows_of(deps, bob.user.id) == before


async def test_a_session_that_just_ended_can_finish_its_request_only(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    await revoke_session(deps, as_requester(ana), str(phone.session.id), LAPTOP)

    late = await revoke_all_sessions(deps, Requester(phone.session), keep_current=True, client=PHONE)
    assert isinstance(late, RevokeManyResult)

    row = await find_row(deps, phone.session)
    assert row is not None
    assert row.revoked_at is not None, "whatever it did, it was not brought back"
    assert phone.session.id not in late.ids
