"""Subscriptions: updates arrive in order until the requester's session ends."""

import pytest

from sessionql.resolvers import admin
from sessionql.resolvers.accounts import PresentedCredentials, logout
from sessionql.resolvers.background.pubsub import MAX_PENDING, StreamInterrupted, UserUpdate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.sessions import rename_session, revoke_all_sessions, revoke_session
from sessionql.resolvers.subscriptions import EndReason, revoked_sessions, security_events
from sessionql.storage.notifications import Notification
from sessionql.storage.records import EventKind, EventRecord, RevocationReason, SessionRecord
from tests.resolvers.builders import LAPTOP, PHONE, as_requester, sign_in, sign_up
from tests.resolvers.subscribers import (
    consume,
    end_reason,
    run_pubsub,
    subscriber_count,
)


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


async def test_a_slow_subscriber_is_interrupted(listening: Dependencies) -> None:
    laptop = await sign_up(listening)
    with listening.pubsub.subscribe(laptop.session.user_id) as subscriber:
        for _ in range(MAX_PENDING + 1):
            subscriber.put(UserUpdate({}, ()))
        with pytest.raises(StreamInterrupted):
            await subscriber.next()


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
