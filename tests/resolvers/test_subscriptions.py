"""Subscriptions: updates arrive in order until the requester's session ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from sessionql.resolvers import admin, subscriptions
from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.background.pubsub import MAX_PENDING, PubSub, StreamInterrupted, UserUpdate
from sessionql.resolvers.credentials import PasswordChange, change_password, reauthenticate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import Requester, revalidate
from sessionql.resolvers.sessions import rename_session, revoke_all_sessions, revoke_session
from sessionql.resolvers.subscriptions import EndReason, revoked_sessions, security_events, wait_until_invalid
from sessionql.storage import StorageUnavailable
from sessionql.storage.notifications import Notification
from sessionql.storage.records import EventKind, EventRecord, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, sign_in, sign_up

T = TypeVar("T")


@pytest.fixture
async def listening(deps: Dependencies) -> AsyncIterator[Dependencies]:
    """Dependencies whose pub/sub receives notifications."""
    async with run_pubsub(deps):
        yield deps


@asynccontextmanager
async def run_pubsub(deps: Dependencies) -> AsyncIterator[None]:
    running = asyncio.create_task(deps.pubsub.run())
    await deps.pubsub.started()
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - no event reports this condition
            await asyncio.sleep(0)


class Consumer:
    """Consumes a stream in the background and collects its items."""

    def __init__(self, deps: Dependencies, stream: AsyncIterator[T]) -> None:
        self._before = len(deps.pubsub._subscribers)
        self._deps = deps
        self.seen: asyncio.Queue[object] = asyncio.Queue()
        self.task = asyncio.create_task(self._take(stream))

    async def _take(self, stream: AsyncIterator[T]) -> None:
        async for item in stream:
            self.seen.put_nowait(item)

    async def next(self) -> object:
        async with asyncio.timeout(10):
            return await self.seen.get()

    async def rest(self) -> list[object]:
        """Return the items until the end of the stream."""
        async with asyncio.timeout(10):
            await self.task
        return [self.seen.get_nowait() for _ in range(self.seen.qsize())]


async def consume(deps: Dependencies, stream: AsyncIterator[T]) -> Consumer:
    """Start to consume the stream, and wait until its subscriber waits for updates."""
    before = subscriber_count(deps)
    begun = Consumer(deps, stream)
    await wait_for_subscribers(deps, before + 1)
    return begun


async def wait_for_subscribers(deps: Dependencies, count: int = 1) -> None:
    """Wait until `count` subscribers have read the current state and wait for updates."""
    await until(lambda: subscriber_count(deps) >= count)
    await until(lambda: all(each._waiter for own in deps.pubsub._subscribers.values() for each in own))


def subscriber_count(deps: Dependencies) -> int:
    return sum(map(len, deps.pubsub._subscribers.values()))


async def end_reason(deps: Dependencies, session: SessionRecord, act: Callable[[], Awaitable[object]]) -> EndReason:
    """Return why the subscription of the session ends after `act`; it must be valid before."""
    ending = asyncio.create_task(wait_until_invalid(deps, lambda: Requester(session)))
    await wait_for_subscribers(deps)
    assert not ending.done()
    await act()
    async with asyncio.timeout(10):
        return await ending


async def test_the_other_device_receives_the_revoked_session(listening: Dependencies) -> None:
    laptop, phone = await sign_up(listening), await sign_in(listening)
    consumer = await consume(listening, revoked_sessions(listening, as_requester(laptop)))

    await revoke_session(listening, as_requester(laptop), str(phone.session.id), LAPTOP)

    seen = await consumer.next()
    assert isinstance(seen, SessionRecord)
    assert (seen.id, seen.revocation_reason) == (phone.session.id, RevocationReason.REVOKED_BY_USER)
    consumer.task.cancel()


async def test_the_own_revocation_is_the_last_update(listening: Dependencies) -> None:
    laptop, phone, tablet = await sign_up(listening), await sign_in(listening), await sign_in(listening)
    consumer = await consume(listening, revoked_sessions(listening, as_requester(phone)))

    await revoke_all_sessions(listening, as_requester(laptop), keep_current=False, client=LAPTOP)

    seen = [item.id for item in await consumer.rest() if isinstance(item, SessionRecord)]
    assert set(seen) == {laptop.session.id, tablet.session.id, phone.session.id}
    assert seen[-1] == phone.session.id
    assert subscriber_count(listening) == 0


async def test_updates_of_other_users_are_not_received(listening: Dependencies) -> None:
    ana, eve = await sign_up(listening), await sign_up(listening, "eve@example.com")
    second = await sign_in(listening, "eve@example.com")
    hers = await consume(listening, revoked_sessions(listening, as_requester(eve)))

    await revoke_all_sessions(listening, as_requester(ana), keep_current=False, client=LAPTOP)
    await revoke_session(listening, as_requester(eve), str(second.session.id), LAPTOP)

    seen = await hers.next()
    assert isinstance(seen, SessionRecord)
    assert seen.id == second.session.id
    hers.task.cancel()


async def test_a_session_that_ended_before_receives_only_its_own_end(listening: Dependencies) -> None:
    phone = await sign_up(listening)
    await logout(listening, PresentedCredentials(as_requester(phone)), PHONE)
    seen = [session async for session in revoked_sessions(listening, as_requester(phone))]
    assert [session.id for session in seen] == [phone.session.id]
    assert seen[0].revocation_reason is RevocationReason.LOGGED_OUT
    assert [event async for event in security_events(listening, as_requester(phone), None)] == []


async def test_security_events_are_received_as_they_happen(deps: Dependencies) -> None:
    laptop = await sign_up(deps)
    renamings = frozenset({EventKind.SESSION_RENAMED})
    async with run_pubsub(deps):
        everything = await consume(deps, security_events(deps, as_requester(laptop), None))
        some = await consume(deps, security_events(deps, as_requester(laptop), renamings))

        await sign_in(deps)
        await rename_session(deps, as_requester(laptop), str(laptop.session.id), "Desk", LAPTOP)
        await logout(deps, PresentedCredentials(as_requester(laptop)), LAPTOP)

        seen, renamed = kinds(await everything.rest()), kinds(await some.rest())
    assert seen == ["LOGGED_IN", "NEW_DEVICE", "SESSION_RENAMED", "LOGGED_OUT"]
    assert renamed == ["SESSION_RENAMED"]


def kinds(seen: list[object]) -> list[str]:
    return [item.kind.value for item in seen if isinstance(item, EventRecord)]


async def test_deleting_the_account_ends_every_subscription(listening: Dependencies) -> None:
    laptop = await sign_up(listening)
    consumer = await consume(listening, revoked_sessions(listening, as_requester(laptop)))
    end = await end_reason(
        listening,
        laptop.session,
        lambda: admin.delete_user(listening, "operator", str(laptop.session.user_id)),
    )
    assert end is EndReason.REVOKED
    assert await consumer.rest() == [], "nothing is left of the session to show"


Act = Callable[[Dependencies, LogInResult], Awaitable[object]]


async def _reused(deps: Dependencies, signed_in: LogInResult) -> None:
    token = signed_in.tokens.refresh
    await refresh(deps, token, LAPTOP)
    deps.clock.advance(seconds=60)  # type: ignore[attr-defined]
    await refresh(deps, token, LAPTOP)


ENDS: dict[str, tuple[EndReason, Act]] = {
    "logged out": (
        EndReason.REVOKED,
        lambda deps, it: logout(deps, PresentedCredentials(as_requester(it)), LAPTOP),
    ),
    "revoked": (
        EndReason.REVOKED,
        lambda deps, it: revoke_session(deps, as_requester(it), str(it.session.id), LAPTOP),
    ),
    "refresh token reused": (EndReason.REVOKED, _reused),
    "disabled": (
        EndReason.REVOKED,
        lambda deps, it: admin.disable_user(deps, "operator", str(it.session.user_id)),
    ),
    "re-authenticated": (
        EndReason.REPLACED,
        lambda deps, it: reauthenticate(deps, as_requester(it), PASSWORD, LAPTOP),
    ),
    "password changed": (
        EndReason.REPLACED,
        lambda deps, it: change_password(
            deps, as_requester(it), PasswordChange(PASSWORD, "another horse battery", True), LAPTOP
        ),
    ),
}


@pytest.mark.parametrize("name", ENDS)
async def test_a_subscription_ends_with_a_reason(name: str, listening: Dependencies) -> None:
    end, act = ENDS[name]
    laptop = await sign_up(listening)
    assert await end_reason(listening, laptop.session, lambda: act(listening, laptop)) is end
    assert subscriber_count(listening) == 0


async def test_a_subscription_continues_after_other_changes(listening: Dependencies) -> None:
    laptop = await sign_up(listening)

    async def act() -> None:
        phone = await sign_in(listening)
        await rename_session(listening, as_requester(laptop), str(laptop.session.id), "Desk", LAPTOP)
        await logout(listening, PresentedCredentials(as_requester(phone)), PHONE)
        await refresh(listening, laptop.tokens.refresh, LAPTOP)
        await logout(listening, PresentedCredentials(as_requester(laptop)), LAPTOP)

    assert await end_reason(listening, laptop.session, act) is EndReason.REVOKED


async def test_an_expired_session_ends_its_subscription(listening: Dependencies, clock: FakeClock) -> None:
    laptop = await sign_up(listening)
    clock.advance(days=29, hours=23, minutes=59, seconds=59, milliseconds=950)
    assert (
        await end_reason(listening, laptop.session, lambda: asyncio.to_thread(clock.advance, days=1))
        is EndReason.EXPIRED
    )


async def test_a_subscription_ends_with_its_access_token(listening: Dependencies, clock: FakeClock) -> None:
    laptop = await sign_up(listening)
    requester = Requester(laptop.session, laptop.tokens.access)
    clock.now = laptop.tokens.access.expires_at - timedelta(milliseconds=50)
    ending = asyncio.create_task(wait_until_invalid(listening, lambda: requester))
    await wait_for_subscribers(listening)
    clock.advance(seconds=1)
    async with asyncio.timeout(10):
        assert await ending is EndReason.TOKEN_INVALID
    assert await revalidate(listening, requester, LAPTOP) is None, "nor may it run an operation"


async def test_a_newer_access_token_extends_a_subscription(listening: Dependencies, clock: FakeClock) -> None:
    laptop = await sign_up(listening)
    current = Requester(laptop.session, laptop.tokens.access)
    clock.now = laptop.tokens.access.expires_at - timedelta(milliseconds=50)
    ending = asyncio.create_task(wait_until_invalid(listening, lambda: current))
    await wait_for_subscribers(listening)
    refreshed = await refresh(listening, laptop.tokens.refresh, LAPTOP)
    assert isinstance(refreshed, RefreshResult)
    current = Requester(refreshed.session, refreshed.tokens.access)
    clock.advance(seconds=1)
    await asyncio.sleep(0.2)
    assert not ending.done()
    clock.now = refreshed.tokens.access.expires_at
    listening.pubsub.check_again()
    async with asyncio.timeout(10):
        assert await ending is EndReason.TOKEN_INVALID


async def test_a_subscription_ends_when_the_key_of_its_token_is_removed(
    listening: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = await sign_up(listening)
    requester = Requester(laptop.session, laptop.tokens.access)
    ending = asyncio.create_task(wait_until_invalid(listening, lambda: requester))
    await wait_for_subscribers(listening)
    ring = listening.tokens.keys()
    with_new_key = ring.rotated(clock(), immediately=False)
    monkeypatch.setattr(listening.tokens, "keys", lambda: with_new_key)
    listening.pubsub.check_again()
    await wait_for_subscribers(listening)
    assert not ending.done(), "its key still verifies"
    without_old_key = ring.rotated(clock(), immediately=True)
    monkeypatch.setattr(listening.tokens, "keys", lambda: without_old_key)
    listening.pubsub.check_again()
    async with asyncio.timeout(10):
        assert await ending is EndReason.TOKEN_INVALID
    assert await revalidate(listening, requester, LAPTOP) is None


async def test_activity_extends_a_subscription(
    listening: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session is read again at its former expiry, and the subscription continues."""
    looked: list[bool] = []
    check = subscriptions._check

    def spy(*arguments: object) -> object:
        found = check(*arguments)  # type: ignore[arg-type]
        looked.append(isinstance(found, EndReason))
        return found

    monkeypatch.setattr(subscriptions, "_check", spy)
    laptop = await sign_up(listening)
    clock.advance(days=29, hours=23, minutes=59, seconds=59, milliseconds=950)

    async def act() -> None:
        await refresh(listening, laptop.tokens.refresh, LAPTOP)
        clock.advance(days=1)
        await until(lambda: len(looked) > 1)
        await logout(listening, PresentedCredentials(as_requester(laptop)), LAPTOP)

    assert await end_reason(listening, laptop.session, act) is EndReason.REVOKED
    assert looked == [False, False, True]


async def test_a_slow_subscriber_is_interrupted(listening: Dependencies) -> None:
    laptop = await sign_up(listening)
    with listening.pubsub.subscribe(laptop.session.user_id) as subscriber:
        for _ in range(MAX_PENDING + 1):
            subscriber.put(UserUpdate({}, ()))
        with pytest.raises(StreamInterrupted):
            await subscriber.next()


async def test_subscribers_are_interrupted_when_listen_is_lost(deps: Dependencies) -> None:
    laptop = await sign_up(deps)
    async with run_pubsub(deps):
        ending = asyncio.create_task(wait_until_invalid(deps, lambda: as_requester(laptop)))
        await wait_for_subscribers(deps)
    async with asyncio.timeout(10):
        assert await ending is EndReason.INTERRUPTED
    with pytest.raises(StorageUnavailable):
        await wait_until_invalid(deps, lambda: as_requester(laptop))


@pytest.mark.parametrize(
    "failure",
    [StorageUnavailable("gone for a moment"), ValueError("a row of a newer version")],
    ids=["away", "unforeseen"],
)
async def test_updates_are_received_again_after_a_failure(
    deps: Dependencies, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    laptop, phone = await sign_up(deps), await sign_in(deps)
    broken = asyncio.Event()
    read = PubSub._read

    async def fail_once(self: PubSub, notification: Notification) -> UserUpdate:
        if not broken.is_set():
            broken.set()
            raise failure
        return await read(self, notification)

    monkeypatch.setattr("sessionql.resolvers.background.pubsub.RETRY_INTERVAL", 0)
    monkeypatch.setattr(PubSub, "_read", fail_once)
    async with run_pubsub(deps):
        first = asyncio.create_task(wait_until_invalid(deps, lambda: as_requester(phone)))
        await wait_for_subscribers(deps)
        await revoke_session(deps, as_requester(laptop), str(phone.session.id), LAPTOP)
        async with asyncio.timeout(10):
            assert await first is EndReason.INTERRUPTED
        await until(lambda: deps.pubsub._listening)
        assert await wait_until_invalid(deps, lambda: as_requester(phone)) is EndReason.REVOKED


async def test_a_forged_notification_ends_no_session(listening: Dependencies) -> None:
    laptop = await sign_up(listening)
    consumer = await consume(listening, revoked_sessions(listening, as_requester(laptop)))
    listening.pubsub._receive(Notification(laptop.session.user_id, ended=(laptop.session.id,)))
    phone = await sign_in(listening)
    await logout(listening, PresentedCredentials(as_requester(phone)), PHONE)

    seen = await consumer.next()
    assert isinstance(seen, SessionRecord)
    assert seen.id == phone.session.id
    consumer.task.cancel()


async def test_a_token_from_before_a_reauthentication_cannot_subscribe(listening: Dependencies) -> None:
    laptop = await sign_up(listening)
    older = replace(laptop.session, authenticated_at=laptop.session.authenticated_at - timedelta(seconds=2))
    assert await wait_until_invalid(listening, lambda: Requester(older)) is EndReason.REPLACED
