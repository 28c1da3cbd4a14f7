"""Watching one's sessions: what happens to them is told, in order, until one's own is over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from sessionql.resolvers import admin as operators
from sessionql.resolvers import subscriptions as watching
from sessionql.resolvers.accounts import Proof, SignedIn, logout
from sessionql.resolvers.background.pubsub import BACKLOG, Broadcast, Interrupted, News
from sessionql.resolvers.credentials import PasswordChange, change_password, reauthenticate
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.refresh import refresh
from sessionql.resolvers.sessions import rename_session, revoke_all_sessions, revoke_session
from sessionql.resolvers.subscriptions import End, revoked_sessions, security_events, until_over
from sessionql.storage import StorageUnavailable
from sessionql.storage.notifications import Announcement
from sessionql.storage.records import EventKind, EventRecord, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, sign_in, sign_up

T = TypeVar("T")


@pytest.fixture
async def watched(services: Services) -> AsyncIterator[Services]:
    """Services that hear the news."""
    async with hearing(services):
        yield services


@asynccontextmanager
async def hearing(services: Services) -> AsyncIterator[None]:
    running = asyncio.create_task(services.broadcast.run())
    await services.broadcast.begun()
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

    def __init__(self, services: Services, stream: AsyncIterator[T]) -> None:
        self._before = len(services.broadcast._watchers)
        self._services = services
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


async def watch(services: Services, stream: AsyncIterator[T]) -> Watch:
    """Begin to watch. Over when the watcher waits for news."""
    before = watchers(services)
    begun = Watch(services, stream)
    await all_wait(services, before + 1)
    return begun


async def all_wait(services: Services, count: int = 1) -> None:
    """Over when that many watchers have looked at what is, and wait for news."""
    await until(lambda: watchers(services) >= count)
    await until(lambda: all(each._waiter for own in services.broadcast._watchers.values() for each in own))


def watchers(services: Services) -> int:
    return sum(map(len, services.broadcast._watchers.values()))


async def over(services: Services, session: SessionRecord, act: Callable[[], Awaitable[object]]) -> End:
    """Why a session may be watched with no longer after `act`; it may before."""
    ending = asyncio.create_task(until_over(services, session))
    await all_wait(services)
    assert not ending.done()
    await act()
    async with asyncio.timeout(10):
        return await ending


async def test_the_other_device_sees_who_is_signed_out(watched: Services) -> None:
    laptop, phone = await sign_up(watched), await sign_in(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(laptop)))

    await revoke_session(watched, as_requester(laptop), str(phone.session.id), LAPTOP)

    seen = await watching_.next()
    assert isinstance(seen, SessionRecord)
    assert (seen.id, seen.revocation_reason) == (phone.session.id, RevocationReason.REVOKED_BY_USER)
    watching_.task.cancel()


async def test_ones_own_end_is_the_last_that_one_sees(watched: Services) -> None:
    laptop, phone, tablet = await sign_up(watched), await sign_in(watched), await sign_in(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(phone)))

    await revoke_all_sessions(watched, as_requester(laptop), keep_current=False, client=LAPTOP)

    seen = [item.id for item in await watching_.rest() if isinstance(item, SessionRecord)]
    assert set(seen) == {laptop.session.id, tablet.session.id, phone.session.id}
    assert seen[-1] == phone.session.id
    assert watchers(watched) == 0


async def test_nobody_sees_what_happens_to_others(watched: Services) -> None:
    ana, eve = await sign_up(watched), await sign_up(watched, "eve@example.com")
    second = await sign_in(watched, "eve@example.com")
    hers = await watch(watched, revoked_sessions(watched, as_requester(eve)))

    await revoke_all_sessions(watched, as_requester(ana), keep_current=False, client=LAPTOP)
    await revoke_session(watched, as_requester(eve), str(second.session.id), LAPTOP)

    seen = await hers.next()
    assert isinstance(seen, SessionRecord)
    assert seen.id == second.session.id
    hers.task.cancel()


async def test_one_whose_session_ended_before_sees_just_that(watched: Services) -> None:
    phone = await sign_up(watched)
    await logout(watched, Proof(as_requester(phone)), PHONE)
    seen = [session async for session in revoked_sessions(watched, as_requester(phone))]
    assert [session.id for session in seen] == [phone.session.id]
    assert seen[0].revocation_reason is RevocationReason.LOGGED_OUT
    assert [event async for event in security_events(watched, as_requester(phone), None)] == []


async def test_what_happens_to_the_account_is_seen_as_it_happens(services: Services) -> None:
    laptop = await sign_up(services)
    renamings = frozenset({EventKind.SESSION_RENAMED})
    async with hearing(services):
        everything = await watch(services, security_events(services, as_requester(laptop), None))
        some = await watch(services, security_events(services, as_requester(laptop), renamings))

        await sign_in(services)
        await rename_session(services, as_requester(laptop), str(laptop.session.id), "Desk", LAPTOP)
        await logout(services, Proof(as_requester(laptop)), LAPTOP)

        seen, renamed = kinds(await everything.rest()), kinds(await some.rest())
    assert seen == ["LOGGED_IN", "NEW_DEVICE", "SESSION_RENAMED", "LOGGED_OUT"]
    assert renamed == ["SESSION_RENAMED"]


def kinds(seen: list[object]) -> list[str]:
    return [item.kind.value for item in seen if isinstance(item, EventRecord)]


async def test_an_account_that_is_deleted_ends_every_watch(watched: Services) -> None:
    laptop = await sign_up(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(laptop)))
    end = await over(
        watched, laptop.session, lambda: operators.delete_user(watched, "operator", str(laptop.session.user_id))
    )
    assert end is End.REVOKED
    assert await watching_.rest() == [], "nothing is left of the session to show"


Act = Callable[[Services, SignedIn], Awaitable[object]]


async def _reused(services: Services, signed_in: SignedIn) -> None:
    token = signed_in.tokens.refresh
    await refresh(services, token, LAPTOP)
    services.clock.advance(seconds=60)  # type: ignore[attr-defined]
    await refresh(services, token, LAPTOP)


ENDS: dict[str, tuple[End, Act]] = {
    "logged out": (End.REVOKED, lambda services, it: logout(services, Proof(as_requester(it)), LAPTOP)),
    "revoked": (
        End.REVOKED,
        lambda services, it: revoke_session(services, as_requester(it), str(it.session.id), LAPTOP),
    ),
    "refresh token reused": (End.REVOKED, _reused),
    "disabled": (
        End.REVOKED,
        lambda services, it: operators.disable_user(services, "operator", str(it.session.user_id)),
    ),
    "proved anew": (
        End.REPLACED,
        lambda services, it: reauthenticate(services, as_requester(it), PASSWORD, LAPTOP),
    ),
    "password changed": (
        End.REPLACED,
        lambda services, it: change_password(
            services, as_requester(it), PasswordChange(PASSWORD, "another horse battery", True), LAPTOP
        ),
    ),
}


@pytest.mark.parametrize("name", ENDS)
async def test_a_session_may_be_watched_with_until(name: str, watched: Services) -> None:
    end, act = ENDS[name]
    laptop = await sign_up(watched)
    assert await over(watched, laptop.session, lambda: act(watched, laptop)) is end
    assert watchers(watched) == 0


async def test_what_does_not_end_it_goes_on(watched: Services) -> None:
    laptop = await sign_up(watched)

    async def act() -> None:
        phone = await sign_in(watched)
        await rename_session(watched, as_requester(laptop), str(laptop.session.id), "Desk", LAPTOP)
        await logout(watched, Proof(as_requester(phone)), PHONE)
        await refresh(watched, laptop.tokens.refresh, LAPTOP)
        await logout(watched, Proof(as_requester(laptop)), LAPTOP)

    assert await over(watched, laptop.session, act) is End.REVOKED


async def test_a_session_that_runs_out_is_over(watched: Services, clock: FakeClock) -> None:
    laptop = await sign_up(watched)
    clock.advance(days=29, hours=23, minutes=59, seconds=59, milliseconds=950)
    assert await over(watched, laptop.session, lambda: asyncio.to_thread(clock.advance, days=1)) is End.EXPIRED


async def test_a_session_that_is_used_meanwhile_lasts(
    watched: Services, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at when it would have expired, and watched for longer."""
    looked: list[bool] = []
    judge = watching._judge

    def spy(*asked: object) -> object:
        found = judge(*asked)  # type: ignore[arg-type]
        looked.append(isinstance(found, End))
        return found

    monkeypatch.setattr(watching, "_judge", spy)
    laptop = await sign_up(watched)
    clock.advance(days=29, hours=23, minutes=59, seconds=59, milliseconds=950)

    async def act() -> None:
        await refresh(watched, laptop.tokens.refresh, LAPTOP)
        clock.advance(days=1)
        await until(lambda: len(looked) > 1)
        await logout(watched, Proof(as_requester(laptop)), LAPTOP)

    assert await over(watched, laptop.session, act) is End.REVOKED
    assert looked == [False, False, True]


async def test_one_who_does_not_take_the_news_is_interrupted(watched: Services) -> None:
    laptop = await sign_up(watched)
    with watched.broadcast.watch(laptop.session.user_id) as watcher:
        for _ in range(BACKLOG + 1):
            watcher.tell(News({}, ()))
        with pytest.raises(Interrupted):
            await watcher.next()


async def test_whoever_watches_is_interrupted_when_nothing_is_heard_any_more(services: Services) -> None:
    laptop = await sign_up(services)
    async with hearing(services):
        ending = asyncio.create_task(until_over(services, laptop.session))
        await all_wait(services)
    async with asyncio.timeout(10):
        assert await ending is End.INTERRUPTED
    with pytest.raises(StorageUnavailable):
        await until_over(services, laptop.session)


@pytest.mark.parametrize(
    "failure",
    [StorageUnavailable("gone for a moment"), ValueError("a row of a newer version")],
    ids=["away", "unforeseen"],
)
async def test_after_a_failure_the_news_are_heard_again(
    services: Services, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    laptop, phone = await sign_up(services), await sign_in(services)
    broken = asyncio.Event()
    read = Broadcast._read

    async def fail_once(self: Broadcast, announcement: Announcement) -> News:
        if not broken.is_set():
            broken.set()
            raise failure
        return await read(self, announcement)

    monkeypatch.setattr("sessionql.resolvers.background.pubsub.PAUSE", 0)
    monkeypatch.setattr(Broadcast, "_read", fail_once)
    async with hearing(services):
        first = asyncio.create_task(until_over(services, phone.session))
        await all_wait(services)
        await revoke_session(services, as_requester(laptop), str(phone.session.id), LAPTOP)
        async with asyncio.timeout(10):
            assert await first is End.INTERRUPTED
        await until(lambda: services.broadcast._hears)
        assert await until_over(services, phone.session) is End.REVOKED


async def test_an_end_that_is_announced_wrongly_is_no_end(watched: Services) -> None:
    laptop = await sign_up(watched)
    watching_ = await watch(watched, revoked_sessions(watched, as_requester(laptop)))
    watched.broadcast._hear(Announcement(laptop.session.user_id, ended=(laptop.session.id,)))
    phone = await sign_in(watched)
    await logout(watched, Proof(as_requester(phone)), PHONE)

    seen = await watching_.next()
    assert isinstance(seen, SessionRecord)
    assert seen.id == phone.session.id
    watching_.task.cancel()


async def test_a_session_of_before_the_last_proof_is_not_watched_with(watched: Services) -> None:
    laptop = await sign_up(watched)
    older = replace(laptop.session, authenticated_at=laptop.session.authenticated_at - timedelta(seconds=2))
    assert await until_over(watched, older) is End.REPLACED
