"""Subscriptions end with their session, their access token, and the connection to the database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.resolvers import admin, subscriptions
from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.background.pubsub import PubSub, UserUpdate
from sessionql.resolvers.credentials import PasswordChange, change_password, reauthenticate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import Requester, revalidate
from sessionql.resolvers.sessions import rename_session, revoke_session
from sessionql.resolvers.subscriptions import EndReason, wait_until_invalid
from sessionql.storage import StorageUnavailable
from sessionql.storage.notifications import Notification
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, sign_in, sign_up
from tests.resolvers.subscribers import (
    end_reason,
    run_pubsub,
    subscriber_count,
    until,
    wait_for_subscribers,
)

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


async def test_a_token_from_before_a_reauthentication_cannot_subscribe(listening: Dependencies) -> None:
    laptop = await sign_up(listening)
    older = replace(laptop.session, authenticated_at=laptop.session.authenticated_at - timedelta(seconds=2))
    assert await wait_until_invalid(listening, lambda: Requester(older)) is EndReason.REPLACED
