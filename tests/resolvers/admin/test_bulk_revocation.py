"""Revoking the sessions of all users in batches, with one event per session."""

from collections import Counter
from datetime import timedelta

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.admin import bulk_revocation
from sessionql.resolvers.admin.bulk_revocation import revoke_all_users_sessions
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import authenticate
from sessionql.storage import StorageUnavailable
from sessionql.storage.records import AdminActionKind, EventKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    add_session,
    add_user,
    admin_actions_of,
    events_of,
    get_row,
    sign_up,
)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 1000])
async def test_every_session_is_revoked_and_every_user_gets_one_event(
    deps: Dependencies, monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    monkeypatch.setattr(bulk_revocation, "BATCH_SIZE", batch_size)
    users = [await add_user(deps, f"{n}@example.com") for n in range(3)]
    idle = await add_user(deps, "idle@example.com")
    sessions = [await add_session(deps, user.id) for user in users for _ in range(3)]

    assert await revoke_all_users_sessions(deps, "Support") == 9

    rows = [await get_row(deps, session) for session in sessions]
    assert {row.revocation_reason for row in rows} == {RevocationReason.REVOKED_BY_OPERATOR}
    for user in users:
        events = await events_of(deps, user.id)
        kinds = Counter(event.kind for event in events)
        assert kinds == {EventKind.SESSION_REVOKED: 3, EventKind.SESSIONS_REVOKED: 1}
        assert {event.actor_name for event in events} == {"Support"}
    assert await events_of(deps, idle.id) == []
    (operation,) = await admin_actions_of(deps)
    assert (operation.kind, operation.user_id) == (AdminActionKind.EVERY_SESSION_REVOKED, None)
    assert (operation.actor_name, operation.revoked_count) == ("Support", 9)


async def test_every_user_can_log_in_again(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    await revoke_all_users_sessions(deps, "Support")
    assert await authenticate(deps, ana.tokens.access.text, LAPTOP) is None

    again = await login(deps, LogIn("ana@example.com", PASSWORD), LAPTOP)

    assert isinstance(again, LogInResult)
    assert await authenticate(deps, again.tokens.access.text, LAPTOP) is not None
    clock.advance(seconds=1)
    assert await revoke_all_users_sessions(deps, "Support") == 1


async def test_sessions_created_meanwhile_stay_active(deps: Dependencies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_revocation, "BATCH_SIZE", 1)
    user = await add_user(deps)
    old = await add_session(deps, user.id)
    # Its ID is before the cursor, like that of a log-in during the first batch.
    new = await add_session(deps, user.id, created_at=deps.clock() + timedelta(microseconds=1))

    assert await revoke_all_users_sessions(deps, "Support") == 1

    assert (await get_row(deps, old)).revoked_at is not None
    assert await get_row(deps, new) == new


async def test_a_failed_revocation_can_be_continued(deps: Dependencies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_revocation, "BATCH_SIZE", 1)
    user = await add_user(deps)
    sessions = [await add_session(deps, user.id) for _ in range(3)]
    write_events = bulk_revocation._write_events
    calls = iter([False, True])

    async def fail(*arguments: object) -> object:
        if next(calls, False):
            raise StorageUnavailable("gone for a moment")
        return await write_events(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk_revocation, "_write_events", fail)
    with pytest.raises(StorageUnavailable):
        await revoke_all_users_sessions(deps, "Support")
    ended = [(await get_row(deps, session)).revoked_at is not None for session in sessions]
    assert ended == [True, False, False], "a batch and its events are committed together"
    assert await admin_actions_of(deps) == []

    assert await revoke_all_users_sessions(deps, "Support") == 2
    assert None not in [(await get_row(deps, session)).revoked_at for session in sessions]
