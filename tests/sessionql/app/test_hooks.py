"""Hooks of an embedding application: called after the commit, and outside of the request."""

import asyncio

import pytest

from sessionql import SessionChange, SessionQL
from sessionql.resolvers.dependencies import Dependencies
from sessionql.storage.records import RevocationReason, SessionRecord
from tests.sessionql.app.embedding import REVOKE, application, at, open_


class RecordingHooks:
    """Records the calls of the hooks."""

    def __init__(self, sessions: SessionQL) -> None:
        self.changes: asyncio.Queue[tuple[str, str, str | None]] = asyncio.Queue()
        sessions.on_session_created(self.created)
        sessions.on_new_device(self.new_device)
        sessions.on_session_revoked(self.revoked)

    async def created(self, change: SessionChange) -> None:
        self.changes.put_nowait(("created", change.session.device.label, change.user.email))

    async def new_device(self, change: SessionChange) -> None:
        self.changes.put_nowait(("new device", change.session.device.label, change.user.email))

    async def revoked(self, change: SessionChange) -> None:
        self.changes.put_nowait(("revoked", str(change.session.revocation_reason), change.user.email))

    async def next(self, count: int = 1) -> list[tuple[str, str, str | None]]:
        async with asyncio.timeout(10):
            return sorted([await self.changes.get() for _ in range(count)])


async def test_hooks_are_called_for_new_and_revoked_sessions(sessions: SessionQL) -> None:
    recorder = RecordingHooks(sessions)
    async with open_(application(sessions)) as http:
        laptop = await at(http).register("ana@example.com")
        assert await recorder.next() == [("created", "Firefox on Ubuntu", "ana@example.com")]
        await at(http).log_in("ana@example.com")
        assert await recorder.next() == [("created", "Firefox on Ubuntu", "ana@example.com")]
        phone = at(http)
        phone._user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari"
        await phone.log_in("ana@example.com")
        assert [what for what, *_ in await recorder.next(2)] == ["created", "new device"]
        await laptop.get(REVOKE)
        assert await recorder.next(2) == [("revoked", "REVOKED_BY_USER", "ana@example.com")] * 2
        await laptop.get("mutation { logout { __typename } }")
        assert await recorder.next() == [("revoked", "LOGGED_OUT", "ana@example.com")]
        assert recorder.changes.empty()


async def test_hooks_that_fail_or_never_end_delay_no_request(
    sessions: SessionQL, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.background.hooks.SHUTDOWN_TIMEOUT", 0.2)

    @sessions.on_session_created
    async def fail(_change: SessionChange) -> None:
        raise RuntimeError("the mail server is away")

    @sessions.on_session_created
    async def hang(_change: SessionChange) -> None:
        await asyncio.Event().wait()

    recorder = RecordingHooks(sessions)
    async with open_(application(sessions)) as http:
        laptop = await at(http).register("ana@example.com")
        assert laptop.token
        assert [what for what, *_ in await recorder.next()] == ["created"]
    messages = [record.getMessage() for record in caplog.records]
    assert [message for message in messages if "fail failed" in message]
    assert [message for message in messages if "at least 1 hook calls" in message]


async def test_a_hook_that_takes_too_long_does_not_block_others(
    sessions: SessionQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.resolvers.background.hooks.CALL_TIMEOUT", 0.2)
    monkeypatch.setattr("sessionql.resolvers.background.hooks.MAX_CONCURRENT", 1)

    @sessions.on_session_created
    async def hang(_change: SessionChange) -> None:
        await asyncio.Event().wait()

    recorder = RecordingHooks(sessions)
    async with open_(application(sessions)) as http:
        for name in ("ana", "bo"):
            await at(http).register(f"{name}@example.com")
        assert [email for *_, email in await recorder.next(2)] == ["ana@example.com", "bo@example.com"]


async def test_hooks_are_not_called_after_a_rollback(sessions: SessionQL) -> None:
    created: asyncio.Queue[SessionRecord] = asyncio.Queue()
    recorder = RecordingHooks(sessions)

    @sessions.on_session_created
    async def keep(change: SessionChange) -> None:
        created.put_nowait(change.session)

    async with open_(application(sessions)) as http:
        laptop = await at(http).register("ana@example.com")
        session = await created.get()
        with pytest.raises(ZeroDivisionError):
            await revoke_and_fail(sessions.dependencies, session)
        await laptop.get("mutation { logout { __typename } }")
        assert [what for what, *_ in await recorder.next(2)] == ["created", "revoked"]
    assert recorder.changes.empty()


async def revoke_and_fail(deps: Dependencies, session: SessionRecord) -> None:
    async with deps.storage.transaction() as repositories:
        reason = RevocationReason.LOGGED_OUT
        assert await repositories.sessions.revoke(session.user_id, session.id, reason, deps.clock())
        raise ZeroDivisionError
