"""Renaming sessions: set and remove names of own sessions only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput, SessionEnded
from sessionql.resolvers.sessions import (
    count_sessions,
    rename_session,
)
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import EventKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    add_session,
    as_requester,
    events_of,
    get_row,
    sign_in,
    sign_up,
)


async def test_a_session_is_renamed_and_its_name_removed(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    wanted = str(phone.session.id)

    renamed = await rename_session(deps, as_requester(ana), wanted, "  Cafe\u0301 ", LAPTOP)

    assert renamed == replace(phone.session, name="Café") == await get_row(deps, phone.session)
    event = (await events_of(deps, ana.user.id))[0]
    assert (event.kind, event.session_id, event.actor_id) == (
        EventKind.SESSION_RENAMED,
        phone.session.id,
        ana.session.id,
    )
    assert await rename_session(deps, as_requester(ana), wanted, None, LAPTOP) == phone.session
    assert await count_sessions(deps, ana.user.id, SessionFilter(search="café")) == 0


@pytest.mark.parametrize("name", ["", " \n", "n" * 81, "a\0", "\ud800", "a\u202eb"], ids=ascii)
async def test_an_invalid_name_is_rejected_and_changes_nothing(deps: Dependencies, name: str) -> None:
    ana = await sign_up(deps)

    rejected = await rename_session(deps, as_requester(ana), str(ana.session.id), name, LAPTOP)

    assert isinstance(rejected, InvalidInput)
    assert rejected.path == ("input", "name")
    assert await get_row(deps, ana.session) == ana.session


async def test_an_ended_session_keeps_its_name_and_reports_when_it_ended(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    revoked = await add_session(deps, ana.user.id, revoked_at=clock(), revocation_reason=RevocationReason.LOGGED_OUT)
    idle = await add_session(deps, ana.user.id, last_active=clock() - timedelta(days=31))
    aged = await add_session(deps, ana.user.id, created_at=clock() - timedelta(days=91))
    ends = {revoked.id: clock(), idle.id: clock() - timedelta(days=1), aged.id: clock() - timedelta(days=1)}
    clock.advance(minutes=1)

    for session in (revoked, idle, aged):
        result = await rename_session(deps, as_requester(ana), str(session.id), "new", LAPTOP)
        assert result == SessionEnded(ended_at=ends[session.id])
        assert await get_row(deps, session) == session
    assert len(await events_of(deps, ana.user.id)) == 1
