"""The device of a session follows its use, as the address does: silently, or with an event when it is another one."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.client_hints import NO_HINTS
from sessionql.resolvers.requester import authenticate, revalidate
from sessionql.resolvers.sessions import my_sessions, rename_session, revoke_all_sessions
from sessionql.storage import Storage
from sessionql.storage.errors import StorageUnavailable
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    FIREFOX,
    LAPTOP,
    PHONE,
    FailingStorage,
    as_requester,
    events_of,
    get_row,
    sign_in,
    sign_up,
)
from tests.resolvers.devices.test_client_hints import WINDOWS, hints
from tests.schema.graphql_client import recorded_statements

CURL = ClientInfo("203.0.113.9", "curl/8.5.0")
MINUTE = timedelta(minutes=1)


async def use(deps: Dependencies, signed_in: LogInResult, *clients: ClientInfo) -> None:
    """Send one request from each client."""
    for client in clients:
        assert await authenticate(deps, signed_in.tokens.access.text, client) is not None


async def changes_of(deps: Dependencies, signed_in: LogInResult) -> list[tuple[str, str | None, str | None]]:
    """The device, the device before, and the address of each DEVICE_CHANGED event, newest first."""
    events = await events_of(deps, signed_in.user.id)
    kind = EventKind.DEVICE_CHANGED
    return [(each.device, each.previous_device, each.ip_address) for each in events if each.kind is kind]


async def test_another_program_with_the_access_token_is_listed_and_leaves_an_event(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana = await sign_up(deps)
    await rename_session(deps, as_requester(ana), str(ana.session.id), "My laptop", LAPTOP)
    clock.advance(minutes=1)

    await use(deps, ana, CURL)
    await deps.activity.flush()

    (listed,) = await my_sessions(deps, as_requester(ana))
    assert (listed.device.label, listed.user_agent, listed.ip_address, listed.name, listed.last_active) == (
        "curl",
        "curl/8.5.0",
        "203.0.113.9",
        "My laptop",
        clock(),
    )
    assert await changes_of(deps, ana) == [("curl", "Firefox on Ubuntu", "203.0.113.9")]


async def test_the_use_by_another_device_is_written_also_when_the_usual_one_follows(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=1)
    await use(deps, ana, LAPTOP, CURL, LAPTOP)
    await deps.activity.flush()
    clock.advance(minutes=1)
    await use(deps, ana, LAPTOP)
    await deps.activity.flush()

    assert await changes_of(deps, ana) == [
        ("Firefox on Ubuntu", "curl", LAPTOP.ip_address),
        ("curl", "Firefox on Ubuntu", CURL.ip_address),
    ]
    assert (await get_row(deps, ana.session)).device == ana.session.device


async def test_updates_and_later_client_hints_are_silent(deps: Dependencies, clock: FakeClock) -> None:
    windows = ClientInfo("192.0.2.1", WINDOWS)
    newer = replace(windows, user_agent=WINDOWS.replace("129", "131"))
    ana = await sign_up(deps, client=windows)
    labels = []
    for client in (replace(windows, hints=hints("Windows", "15.0.0")), windows, newer, ClientInfo("192.0.2.1", None)):
        clock.advance(minutes=1)
        await use(deps, ana, client)
        await deps.activity.flush()
        labels.append((await get_row(deps, ana.session)).device.label)

    row = await get_row(deps, ana.session)
    assert labels == ["Chrome on Windows 11"] * 4
    assert (row.device.browser_version, row.user_agent, row.last_active) == ("131.0", newer.user_agent, clock())
    assert await changes_of(deps, ana) == []


async def test_a_socket_without_a_user_agent_changes_no_device(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=1)

    assert await revalidate(deps, as_requester(ana), ClientInfo("203.0.113.9", None)) is not None
    await deps.activity.flush()

    assert await get_row(deps, ana.session) == replace(ana.session, last_active=clock(), ip_address="203.0.113.9")


async def test_a_socket_of_another_program_changes_the_device(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=1)

    assert await revalidate(deps, as_requester(ana), CURL) is not None
    await deps.activity.flush()

    assert (await get_row(deps, ana.session)).device.label == "curl"
    assert await changes_of(deps, ana) == [("curl", "Firefox on Ubuntu", "203.0.113.9")]


async def test_two_workers_write_one_event(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    other = replace(deps, activity=Activity(deps.storage, MINUTE))
    clock.advance(minutes=1)
    await use(deps, ana, CURL)
    await use(other, ana, CURL)

    await other.activity.flush()
    await deps.activity.flush()

    assert len(await changes_of(deps, ana)) == 1


async def test_no_device_of_a_revoked_session_changes(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=1)
    await use(deps, ana, CURL)
    ended = await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)

    await deps.activity.flush()

    assert await get_row(deps, ana.session) == ended
    assert await changes_of(deps, ana) == []


async def test_a_change_is_kept_while_the_database_is_unavailable(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    failing = FailingStorage(deps.storage, StorageUnavailable("away"), failures=2)
    broken = replace(deps, activity=Activity(cast(Storage, failing), MINUTE))
    clock.advance(minutes=1)
    await use(broken, ana, CURL)
    await use(broken, phone, PHONE)
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await broken.activity.flush()

    assert await broken.activity.flush() == 2
    assert len(await changes_of(deps, ana)) == 1
    assert (await get_row(deps, phone.session)).last_active == clock()


async def test_a_request_needs_no_further_statement_for_its_device(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=1)
    with recorded_statements(deps.storage.database) as executed:
        await use(deps, ana, LAPTOP, CURL, replace(LAPTOP, user_agent=FIREFOX.replace("128", "129")))
        assert len(executed) == 3, "each request reads the row of its session"
        del executed[:]
        await deps.activity.flush()
    assert len(executed) == 3, "the device, its event and the bound of events, in the batch"


async def test_a_requester_has_the_stored_device(deps: Dependencies, clock: FakeClock) -> None:
    """`isCurrent` has the label that the other devices see."""
    ana = await sign_up(deps)
    clock.advance(minutes=1)
    await use(deps, ana, CURL)
    await deps.activity.flush()

    requester = await authenticate(deps, ana.tokens.access.text, CURL)

    assert requester is not None
    assert requester.session == await get_row(deps, ana.session)
    assert await my_sessions(deps, requester) == [requester.session]


async def test_events_show_the_device_as_the_list_does(deps: Dependencies, clock: FakeClock) -> None:
    """A socket sends no Client Hints, so its requests tell less than the log-in."""
    windows = ClientInfo("192.0.2.1", WINDOWS, hints=hints("Windows", "15.0.0"))
    ana, other = await sign_up(deps, client=windows), await sign_in(deps)
    by_socket = replace(windows, hints=NO_HINTS)
    await rename_session(deps, as_requester(ana), str(ana.session.id), "My laptop", by_socket)
    await rename_session(deps, as_requester(ana), str(ana.session.id), "Mine", CURL)
    await revoke_all_sessions(deps, as_requester(ana), keep_current=True, client=by_socket)

    shown = {(each.kind.value, each.device) for each in await events_of(deps, ana.user.id)}

    assert {
        ("SESSION_RENAMED", "Chrome on Windows 11"),
        ("SESSION_RENAMED", "curl"),
        ("SESSION_REVOKED", "Chrome on Windows 11"),
        ("SESSIONS_REVOKED", "Chrome on Windows 11"),
    } <= shown
    assert (await get_row(deps, other.session)).revoked_at == clock()
