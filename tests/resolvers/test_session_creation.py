"""New sessions: the session limit, and events for new devices."""

import asyncio
from dataclasses import replace

from sessionql.resolvers.accounts import LogInResult
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.devices.client_hints import NO_HINTS
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.sessions import my_sessions
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import EventKind, RevocationReason
from sessionql.storage.sessions import SessionOrder
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PHONE, as_requester, events_of, get_row, sign_in, sign_up
from tests.resolvers.devices.test_client_hints import MAC, WINDOWS, hints
from tests.resolvers.devices.test_client_hints import PHONE as ANDROID

EVERY = SessionFilter(states=None)


async def test_the_session_inactive_for_longest_is_evicted(deps: Dependencies, clock: FakeClock) -> None:
    few = replace(deps, policy=Policy(session_limit=3))
    ana = await sign_up(few)
    clock.advance(minutes=2)
    second, third = await sign_in(few), await sign_in(few)
    clock.advance(minutes=2)
    for used in (ana, third):
        assert await authenticate(few, used.tokens.access.text, PHONE) is not None
    await few.activity.flush()

    fourth = await sign_in(few)

    left = {session.id for session in await my_sessions(few, as_requester(fourth))}
    assert left == {ana.session.id, third.session.id, fourth.session.id}
    evicted = await get_row(few, second.session)
    assert (evicted.revoked_at, evicted.revocation_reason) == (clock(), RevocationReason.SESSION_LIMIT)
    event = (await events_of(few, ana.user.id))[0]
    assert (event.kind, event.session_id, event.actor_id) == (
        EventKind.SESSION_REVOKED,
        second.session.id,
        fourth.session.id,
    )


async def test_twenty_concurrent_log_ins_stay_within_the_limit(deps: Dependencies) -> None:
    few = replace(deps, policy=Policy(session_limit=5, attempts_per_account=0, attempts_per_address=0))
    ana = await sign_up(few)

    await asyncio.gather(*(sign_in(few) for _ in range(20)))

    assert len(await my_sessions(few, as_requester(ana))) == 5
    async with few.storage.reading() as repositories:
        every = await repositories.sessions.list(ana.user.id, EVERY, SessionOrder(), Page(100), few.clock())
    assert len(every) == 21
    assert [each.revocation_reason for each in every].count(RevocationReason.SESSION_LIMIT) == 16


async def test_sessions_of_other_users_are_not_counted(deps: Dependencies) -> None:
    few = replace(deps, policy=Policy(session_limit=1))
    ana, bob = await sign_up(few), await sign_up(few, "bob@example.com")
    await sign_in(few, "bob@example.com")

    assert await authenticate(few, ana.tokens.access.text, LAPTOP) is not None
    assert await authenticate(few, bob.tokens.access.text, LAPTOP) is None


async def test_a_limit_of_zero_is_no_limit(deps: Dependencies) -> None:
    free = replace(deps, policy=Policy(session_limit=0, logins_per_account=0))
    ana = await sign_up(free)
    for _ in range(60):
        await sign_in(free)

    assert len(await my_sessions(free, as_requester(ana))) == 61


async def test_a_device_is_new_once(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    tablet = ClientInfo("192.0.2.9", "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1")
    for sender in (LAPTOP, PHONE, PHONE, tablet, LAPTOP):
        await sign_in(deps, client=sender)

    new = [event for event in await events_of(deps, ana.user.id) if event.kind is EventKind.NEW_DEVICE]

    assert [(event.device, event.ip_address) for event in new] == [
        ("Safari on iPad", "192.0.2.9"),
        ("Safari on iPhone", "198.51.100.7"),
    ]


async def test_later_client_hints_make_no_new_device(deps: Dependencies) -> None:
    """The first request of a browser has no full hints: the server asks for them in its response."""
    pixel, windows_11 = hints("Android", "14.0.0", "Pixel 8"), hints("Windows", "15.0.0")
    ana = await sign_up(deps, client=ClientInfo("192.0.2.1", ANDROID))
    for user_agent, sent in ((ANDROID, pixel), (ANDROID, NO_HINTS), (WINDOWS, NO_HINTS), (WINDOWS, windows_11)):
        await sign_in(deps, client=ClientInfo("192.0.2.1", user_agent, hints=sent))

    assert await new_devices(deps, ana) == ["Chrome on Windows"]

    await sign_in(deps, client=ClientInfo("192.0.2.1", WINDOWS.replace("Chrome", "Edg/1 Chrome")))
    await sign_in(deps, client=ClientInfo("192.0.2.1", MAC))
    assert len(await new_devices(deps, ana)) == 3, "another browser or system is a new device"


async def test_two_models_are_two_devices(deps: Dependencies) -> None:
    pixel, galaxy = hints("Android", "14.0.0", "Pixel 8"), hints("Android", "14.0.0", "SM-S911B")
    ana = await sign_up(deps, client=ClientInfo("192.0.2.1", ANDROID, hints=pixel))

    await sign_in(deps, client=ClientInfo("192.0.2.1", ANDROID, hints=galaxy))

    assert await new_devices(deps, ana) == ["Chrome on Galaxy S23"]


async def new_devices(deps: Dependencies, signed_in: LogInResult) -> list[str]:
    """The devices of the NEW_DEVICE events of a user, newest first."""
    return [each.device for each in await events_of(deps, signed_in.user.id) if each.kind is EventKind.NEW_DEVICE]
