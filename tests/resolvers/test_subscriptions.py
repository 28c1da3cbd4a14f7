"""Watching one's sessions: what happens to them is told, in order, until one's own is over."""

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
from sessionql.resolvers.refresh import refresh
from sessionql.resolvers.sessions import rename_session, revoke_all_sessions, revoke_session
from sessionql.resolvers.subscriptions import EndReason, revoked_sessions, security_events, wait_until_invalid
from sessionql.storage import StorageUnavailable
from sessionql.storage.notifications import Notification
from sessionql.storage.records import EventKind, EventRecord, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, sign_in, sign_up

T = TypeVar("T")


@pytest.fixture
async def watched(deps: Dependencies) -> AsyncIterator[Dependencies]:
    """Services that hear the news."""
    async with hearing(deps):
        yield deps


@asynccontextmanager
async def hearing(deps: Dependencies) -> AsyncIterator[None]:
    running = asyncio.create_task(deps.pubsub.run())
    await deps.pubsub.started()
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - nobody tells of what is looked at here
            await asyncio.sleep(0)


class Watch:
    """Somebody who watches in the background, and what they saw."""

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
        """What came until the end."""
        async with asyncio.timeout(10):
            await self.task
        return [self.seen.get_nowait() for _ in range(self.seen.qsize())]


async def watch(deps: Dependencies, stream: AsyncIterator[T]) -> Watch:
    """Begin to watch. Over when the watcher waits for news."""
    before = watchers(deps)
    begun = Watch(deps, stream)
    await all_wait(deps, before + 1)
    return begun


async def all_wait(deps: Dependencies, count: int = 1) -> None:
    """Over when that many watchers have looked at what is, and wait for news."""
    await until(lambda: watchers(deps) >= count)
    await until(lambda: all(each._waiter for own in deps.pubsub._subscribers.values() for each in own))


def watchers(deps: Dependencies) -> int:
    return sum(map(len, deps.pubsub._subscribers.values()))


async def over(deps: Dependencies, session: SessionRecord, act: Callable[[], Awaitable[object]]) -> EndReason:
    """Why a session may be watched with no longer after `act`; it may before."""
    ending = asyncio.create_task(wait_until_invalid(deps, session))
    await all_wait(deps)
    assert not ending.done()
    await act()
    async with asyncio.timeout(10):
        return await ending


async def test_the_other_device_receives_the_revoked_session(watched: Dependencies) -> None:
    laptop, phone = await sign_up(watched), await sign_in(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(laptop)))

    await revoke_session(watched, as_requester(laptop), str(phone.session.id), LAPTOP)

    seen = await watching_.next()
    assert isinstance(seen, SessionRecord)
    assert (seen.id, seen.revocation_reason) == (phone.session.id, RevocationReason.REVOKED_BY_USER)
    watching_.task.cancel()


async def test_the_own_revocation_is_the_last_update(watched: Dependencies) -> None:
    laptop, phone, tablet = await sign_up(watched), await sign_in(watched), await sign_in(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(phone)))

    await revoke_all_sessions(watched, as_requester(laptop), keep_current=False, client=LAPTOP)

    seen = [item.id for item in await watching_.rest() if isinstance(item, SessionRecord)]
    assert set(seen) == {laptop.session.id, tablet.session.id, phone.session.id}
    assert seen[-1] == phone.session.id
    assert watchers(watched) == 0


async def test_updates_of_other_users_are_not_received(watched: Dependencies) -> None:
    ana, eve = await sign_up(watched), await sign_up(watched, "eve@example.com")
    second = await sign_in(watched, "eve@example.com")
    hers = await watch(watched, revoked_sessions(watched, as_requester(eve)))

    await revoke_all_sessions(watched, as_requester(ana), keep_current=False, client=LAPTOP)
    await revoke_session(watched, as_requester(eve), str(second.session.id), LAPTOP)

    seen = await hers.next()
    assert isinstance(seen, SessionRecord)
    assert seen.id == second.session.id
    hers.task.cancel()


async def test_a_session_that_ended_before_receives_only_its_own_end(watched: Dependencies) -> None:
    phone = await sign_up(watched)
    await logout(watched, PresentedCredentials(as_requester(phone)), PHONE)
    seen = [session async for session in revoked_sessions(watched, as_requester(phone))]
    assert [session.id for session in seen] == [phone.session.id]
    assert seen[0].revocation_reason is RevocationReason.LOGGED_OUT
    assert [event async for event in security_events(watched, as_requester(phone), None)] == []


async def test_security_events_are_received_as_they_happen(deps: Dependencies) -> None:
    laptop = await sign_up(deps)
    renamings = frozenset({EventKind.SESSION_RENAMED})
    async with hearing(deps):
        everything = await watch(deps, security_events(deps, as_requester(laptop), None))
        some = await watch(deps, security_events(deps, as_requester(laptop), renamings))

        await sign_in(deps)
        await rename_session(deps, as_requester(laptop), str(laptop.session.id), "Desk", LAPTOP)
        await logout(deps, PresentedCredentials(as_requester(laptop)), LAPTOP)

        seen, renamed = kinds(await everything.rest()), kinds(await some.rest())
    assert seen == ["LOGGED_IN", "NEW_DEVICE", "SESSION_RENAMED", "LOGGED_OUT"]
    assert renamed == ["SESSION_RENAMED"]


def kinds(seen: list[object]) -> list[str]:
    return [item.kind.value for item in seen if isinstance(item, EventRecord)]


async def test_deleting_the_account_ends_every_subscription(watched: Dependencies) -> None:
    laptop = await sign_up(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(laptop)))
    end = await over(
        watched, laptop.session, lambda: admin.delete_user(watched, "operator", str(laptop.session.user_id))
    )
    assert end is EndReason.REVOKED
    assert await watching_.rest() == [], "nothing is left of the session to show"


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
    "proved anew": (
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
async def test_a_subscription_ends_with_a_reason(name: str, watched: Dependencies) -> None:
    end, act = ENDS[name]
    laptop = await sign_up(watched)
    assert await over(watched, laptop.session, lambda: act(watched, laptop)) is end
    assert watchers(watched) == 0


async def test_a_subscription_continues_after_other_changes(watched: Dependencies) -> None:
    laptop = await sign_up(watched)

    async def act() -> None:
        phone = await sign_in(watched)
        await rename_session(watched, as_requester(laptop), str(laptop.session.id), "Desk", LAPTOP)
        await logout(watched, PresentedCredentials(as_requester(phone)), PHONE)
        await refresh(watched, laptop.tokens.refresh, LAPTOP)
        await logout(watched, PresentedCredentials(as_requester(laptop)), LAPTOP)

    assert await over(watched, laptop.session, act) is EndReason.REVOKED


async def test_an_expired_session_ends_its_subscription(watched: Dependencies, clock: FakeClock) -> None:
    laptop = await sign_up(watched)
    clock.advance(days=29, hours=23, minutes=59, seconds=59, milliseconds=950)
    assert await over(watched, laptop.session, lambda: asyncio.to_thread(clock.advance, days=1)) is EndReason.EXPIRED


async def test_activity_extends_a_subscription(
    watched: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at when it would have expired, and watched for longer."""
    looked: list[bool] = []
    judge = subscriptions._check

    def spy(*asked: object) -> object:
        found = judge(*asked)  # type: ignore[arg-type]
        looked.append(isinstance(found, EndReason))
        return found

    monkeypatch.setattr(subscriptions, "_check", spy)
    laptop = await sign_up(watched)
    clock.advance(days=29, hours=23, minutes=59, seconds=59, milliseconds=950)

    async def act() -> None:
        await refresh(watched, laptop.tokens.refresh, LAPTOP)
        clock.advance(days=1)
        await until(lambda: len(looked) > 1)
        await logout(watched, PresentedCredentials(as_requester(laptop)), LAPTOP)

    assert await over(watched, laptop.session, act) is EndReason.REVOKED
    assert looked == [False, False, True]


async def test_a_slow_subscriber_is_interrupted(watched: Dependencies) -> None:
    laptop = await sign_up(watched)
    with watched.pubsub.subscribe(laptop.session.user_id) as watcher:
        for _ in range(MAX_PENDING + 1):
            watcher.put(UserUpdate({}, ()))
        with pytest.raises(StreamInterrupted):
            await watcher.next()


async def test_subscribers_are_interrupted_when_listen_is_lost(deps: Dependencies) -> None:
    laptop = await sign_up(deps)
    async with hearing(deps):
        ending = asyncio.create_task(wait_until_invalid(deps, laptop.session))
        await all_wait(deps)
    async with asyncio.timeout(10):
        assert await ending is EndReason.INTERRUPTED
    with pytest.raises(StorageUnavailable):
        await wait_until_invalid(deps, laptop.session)


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

    async def fail_once(self: PubSub, announcement: Notification) -> UserUpdate:
        if not broken.is_set():
            broken.set()
            raise failure
        return await read(self, announcement)

    monkeypatch.setattr("sessionql.resolvers.background.pubsub.RETRY_INTERVAL", 0)
    monkeypatch.setattr(PubSub, "_read", fail_once)
    async with hearing(deps):
        first = asyncio.create_task(wait_until_invalid(deps, phone.session))
        await all_wait(deps)
        await revoke_session(deps, as_requester(laptop), str(phone.session.id), LAPTOP)
        async with asyncio.timeout(10):
            assert await first is EndReason.INTERRUPTED
        await until(lambda: deps.pubsub._listening)
        assert await wait_until_invalid(deps, phone.session) is EndReason.REVOKED


async def test_a_forged_notification_ends_no_session(watched: Dependencies) -> None:
    laptop = await sign_up(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(laptop)))
    watched.pubsub._receive(Notification(laptop.session.user_id, ended=(laptop.session.id,)))
    phone = await sign_in(watched)
    await logout(watched, PresentedCredentials(as_requester(phone)), PHONE)

    seen = await watching_.next()
    assert isinstance(seen, SessionRecord)
    assert seen.id == phone.session.id
    watching_.task.cancel()


async def test_a_token_from_before_a_reauthentication_cannot_subscribe(watched: Dependencies) -> None:
    laptop = await sign_up(watched)
    older = replace(laptop.session, authenticated_at=laptop.session.authenticated_at - timedelta(seconds=2))
    assert await wait_until_invalid(watched, older) is EndReason.REPLACED
