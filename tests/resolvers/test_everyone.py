"""Ending everybody's sessions, window by window, each told once."""

from collections import Counter
from datetime import timedelta

import pytest

from sessionql.resolvers import bulk_revocation as everyone
from sessionql.resolvers.accounts import LogIn, SignedIn, login
from sessionql.resolvers.bulk_revocation import revoke_everyone
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.requester import authenticate
from sessionql.storage import StorageUnavailable
from sessionql.storage.records import EventKind, OperationKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    add_session,
    add_user,
    events_of,
    live_row,
    operations_of,
    sign_up,
)


@pytest.mark.parametrize("window", [1, 2, 3, 1000])
async def test_every_session_is_ended_and_every_user_told_once(
    services: Services, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(everyone, "WINDOW", window)
    users = [await add_user(services, f"{n}@example.com") for n in range(3)]
    idle = await add_user(services, "idle@example.com")
    sessions = [await add_session(services, user.id) for user in users for _ in range(3)]

    assert await revoke_everyone(services, "Support") == 9

    rows = [await live_row(services, session) for session in sessions]
    assert {row.revocation_reason for row in rows} == {RevocationReason.REVOKED_BY_OPERATOR}
    for user in users:
        events = await events_of(services, user.id)
        told = Counter(event.kind for event in events)
        assert told == {EventKind.SESSION_REVOKED: 3, EventKind.SESSIONS_REVOKED: 1}
        assert {event.actor_name for event in events} == {"Support"}
    assert await events_of(services, idle.id) == []
    (operation,) = await operations_of(services)
    assert (operation.kind, operation.user_id) == (OperationKind.EVERY_SESSION_REVOKED, None)
    assert (operation.actor_name, operation.revoked_count) == ("Support", 9)


async def test_everybody_may_log_in_again(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    await revoke_everyone(services, "Support")
    assert await authenticate(services, ana.tokens.access.text, LAPTOP) is None

    again = await login(services, LogIn("ana@example.com", PASSWORD), LAPTOP)

    assert isinstance(again, SignedIn)
    assert await authenticate(services, again.tokens.access.text, LAPTOP) is not None
    clock.advance(seconds=1)
    assert await revoke_everyone(services, "Support") == 1


async def test_sessions_that_begin_during_it_stay(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everyone, "WINDOW", 1)
    user = await add_user(services)
    old = await add_session(services, user.id)
    # Its id is behind the walk, as that of a log-in during the first window is.
    new = await add_session(services, user.id, created_at=services.clock() + timedelta(microseconds=1))

    assert await revoke_everyone(services, "Support") == 1

    assert (await live_row(services, old)).revoked_at is not None
    assert await live_row(services, new) == new


async def test_what_failed_halfway_can_be_done_again(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everyone, "WINDOW", 1)
    user = await add_user(services)
    sessions = [await add_session(services, user.id) for _ in range(3)]
    telling = everyone._tell
    calls = iter([False, True])

    async def fail(*given: object) -> object:
        if next(calls, False):
            raise StorageUnavailable("gone for a moment")
        return await telling(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(everyone, "_tell", fail)
    with pytest.raises(StorageUnavailable):
        await revoke_everyone(services, "Support")
    ended = [(await live_row(services, session)).revoked_at is not None for session in sessions]
    assert ended == [True, False, False], "a window stands or falls with its events"
    assert await operations_of(services) == []

    assert await revoke_everyone(services, "Support") == 2
    assert None not in [(await live_row(services, session)).revoked_at for session in sessions]
