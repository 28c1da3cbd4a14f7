"""Registration: a valid e-mail address and password create an account and a session."""

import asyncio
from dataclasses import replace

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, current_user, login, register
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import EmailTaken, InvalidCredentials, InvalidInput
from sessionql.resolvers.sessions import my_sessions
from sessionql.storage.records import DeviceKind, EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    IPHONE,
    LAPTOP,
    PASSWORD,
    PHONE,
    as_requester,
    events_of,
    get_row,
    sign_in,
    sign_up,
)


async def test_registering_creates_an_account_and_a_session(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)

    assert (ana.user.email, ana.user.created_at, ana.user.last_login) == ("ana@example.com", clock(), clock())
    assert await current_user(deps, as_requester(ana)) == ana.user
    assert await get_row(deps, ana.session) == ana.session
    [event] = await events_of(deps, ana.user.id)
    assert (event.kind, event.session_id, event.actor_id) == (EventKind.REGISTERED, ana.session.id, ana.session.id)
    assert (event.ip_address, event.device, event.occurred_at) == ("192.0.2.1", "Firefox on Ubuntu", clock())


async def test_a_session_has_the_address_and_device_of_its_client(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(days=1)

    session = (await sign_in(deps, name=" Ana\u0301s phone ")).session

    assert session == await get_row(deps, session)
    assert (session.ip_address, session.user_agent, session.name) == ("198.51.100.7", IPHONE, "Anás phone")
    assert (session.device.label, session.device.kind) == ("Safari on iPhone", DeviceKind.PHONE)
    assert session.created_at == session.authenticated_at == session.last_active == clock()
    assert (session.generation, session.rotated_at, session.revoked_at) == (0, None, None)
    assert session.user_id == ana.user.id
    assert session.id != ana.session.id


async def test_a_client_without_an_address_and_user_agent_can_sign_in(deps: Dependencies) -> None:
    ana = await sign_up(deps, client=ClientInfo(None, None))

    assert (ana.session.ip_address, ana.session.user_agent) == (None, None)
    assert (await get_row(deps, ana.session)).device.kind is DeviceKind.UNKNOWN


async def test_of_many_concurrent_registrations_of_one_address_one_succeeds(deps: Dependencies) -> None:
    spellings = ["ana@example.com", "ANA@example.com", "Ana@Example.com", "aNa@EXAMPLE.COM"]
    requests = [LogIn(spelling, f"{PASSWORD} {number}") for number, spelling in enumerate(spellings * 5)]

    results = await asyncio.gather(*(register(deps, request, LAPTOP) for request in requests))

    [ana] = [result for result in results if isinstance(result, LogInResult)]
    assert results.count(EmailTaken()) == 19
    assert await my_sessions(deps, as_requester(ana)) == [ana.session]
    assert len(await events_of(deps, ana.user.id)) == 1
    chosen = requests[results.index(ana)].password
    unlimited = replace(deps, policy=Policy(attempts_per_account=0, attempts_per_address=0))
    for request in requests:
        found = await login(unlimited, replace(request, email="ana@example.com"), PHONE)
        assert isinstance(found, LogInResult) is (request.password == chosen), "the account is the winner's"


BAD_NAMES = ["", " ", "n" * 81, "a\0b", "a\nb", "\ud800", "a\u202eb", "a\u2066b", "\x7f", "a\u0085x"]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
async def test_an_invalid_name_is_rejected_before_anything_is_created(deps: Dependencies, name: str) -> None:
    ana = await sign_up(deps)

    for rejected in (
        await login(deps, LogIn("ana@example.com", PASSWORD, name), PHONE),
        await register(deps, LogIn("bob@example.com", PASSWORD, name), PHONE),
    ):
        assert isinstance(rejected, InvalidInput)
        assert rejected.path == ("input", "sessionName")
    assert len(await my_sessions(deps, as_requester(ana))) == 1
    assert await login(deps, LogIn("bob@example.com", PASSWORD), PHONE) == InvalidCredentials()


async def test_a_name_of_eighty_characters_in_any_script_is_stored(deps: Dependencies) -> None:
    await sign_up(deps)
    name = "書斎👩‍💻 é" * 10

    assert (await get_row(deps, (await sign_in(deps, name=name)).session)).name == name


@pytest.mark.parametrize(
    ("email", "password", "path"),
    [
        ("no address", PASSWORD, "email"),
        ("bob@example.com", "short", "password"),
        ("bob@example.com", "Password", "password"),
    ],
)
async def test_an_invalid_address_or_password_is_rejected_by_its_name(
    deps: Dependencies, email: str, password: str, path: str
) -> None:
    rejected = await register(deps, LogIn(email, password), PHONE)

    assert isinstance(rejected, InvalidInput)
    assert rejected.path == ("input", path)


async def test_a_lone_surrogate_in_a_password_is_rejected_without_an_exception(deps: Dependencies) -> None:
    await sign_up(deps)

    assert isinstance(await register(deps, LogIn("bob@example.com", "\ud800" * 9), PHONE), InvalidInput)
    assert await login(deps, LogIn("ana@example.com", "\ud800" * 9), PHONE) == InvalidCredentials()
