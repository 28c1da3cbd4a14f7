"""Accounts: one address is one person, a log-in is a session, and neither can be raced."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from argon2 import PasswordHasher

from resolvers.accounts import LogIn, Proof, SignedIn, find_user, login, logout, register
from resolvers.emails import email_key
from resolvers.failures import EmailTaken, InvalidCredentials, InvalidInput
from resolvers.passwords import Passwords
from resolvers.requester import Client, authenticate
from resolvers.services import Services
from resolvers.sessions import my_sessions
from storage.records import DeviceKind, EventKind, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    FIREFOX,
    IPHONE,
    LAPTOP,
    PASSWORD,
    PHONE,
    as_requester,
    events_of,
    live_row,
    sign_in,
    sign_up,
)


async def hash_of(services: Services, email: str = "ana@example.com") -> str:
    """The hash that is kept of somebody's password."""
    async with services.storage.reading() as repositories:
        found = await repositories.users.find_credentials(email_key(email))
    assert found is not None
    return found.password_hash


async def test_registering_makes_an_account_and_a_session(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)

    assert (ana.user.email, ana.user.created_at, ana.user.last_login) == ("ana@example.com", clock(), clock())
    assert await find_user(services, as_requester(ana)) == ana.user
    assert await live_row(services, ana.session) == ana.session
    [event] = await events_of(services, ana.user.id)
    assert (event.kind, event.session_id, event.actor_id) == (EventKind.REGISTERED, ana.session.id, ana.session.id)
    assert (event.ip_address, event.device, event.occurred_at) == ("192.0.2.1", "Firefox on Ubuntu", clock())


async def test_a_session_carries_where_it_comes_from(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    clock.advance(days=1)

    session = (await sign_in(services, name=" Ana\u0301s phone ")).session

    assert session == await live_row(services, session)
    assert (session.ip_address, session.user_agent, session.name) == ("198.51.100.7", IPHONE, "Anás phone")
    assert (session.device.label, session.device.kind) == ("Safari on iPhone", DeviceKind.PHONE)
    assert session.created_at == session.authenticated_at == session.last_active == clock()
    assert (session.generation, session.rotated_at, session.revoked_at) == (0, None, None)
    assert session.user_id == ana.user.id
    assert session.id != ana.session.id


async def test_a_client_that_says_nothing_may_sign_in(services: Services) -> None:
    ana = await sign_up(services, client=Client(None, None))

    assert (ana.session.ip_address, ana.session.user_agent) == (None, None)
    assert (await live_row(services, ana.session)).device.kind is DeviceKind.UNKNOWN


async def test_the_tokens_of_a_log_in_work(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)

    requester = await authenticate(services, ana.tokens.access.text, LAPTOP)

    assert requester is not None
    assert requester.session == ana.session
    assert ana.tokens.access.expires_at == clock().replace(microsecond=0) + timedelta(minutes=5)
    assert ana.tokens.refresh_expires_at == clock() + timedelta(days=30)


async def test_a_log_in_is_noted_on_the_account(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    clock.advance(days=1)

    signed_in = await sign_in(services)

    assert signed_in.user == replace(ana.user, last_login=clock())
    assert await find_user(services, as_requester(ana)) == signed_in.user
    kinds = [event.kind for event in await events_of(services, ana.user.id)]
    assert kinds == [EventKind.NEW_DEVICE, EventKind.LOGGED_IN, EventKind.REGISTERED]


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("ana@example.com", "ANA@Example.COM"),
        ("Ana@example.com", " ana@example.com "),
        ("josé@example.com", "JOSE\u0301@example.com"),
        ("ΣΟΦΟΣ@example.com", "σοφος@example.com"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
    ],
)
async def test_another_spelling_of_an_address_is_the_same_person(
    services: Services, registered: str, typed: str
) -> None:
    ana = await sign_up(services, registered)

    assert await register(services, LogIn(typed, PASSWORD), PHONE) == EmailTaken()
    assert (await sign_in(services, typed)).user.id == ana.user.id
    assert len(await my_sessions(services, as_requester(ana))) == 2, "the refused one made no session"


async def test_of_many_that_register_one_address_at_once_one_wins(services: Services) -> None:
    spellings = ["ana@example.com", "ANA@example.com", "Ana@Example.com", "aNa@EXAMPLE.COM"]
    requests = [LogIn(spelling, f"{PASSWORD} {number}") for number, spelling in enumerate(spellings * 5)]

    results = await asyncio.gather(*(register(services, request, LAPTOP) for request in requests))

    [ana] = [result for result in results if isinstance(result, SignedIn)]
    assert results.count(EmailTaken()) == 19
    assert await my_sessions(services, as_requester(ana)) == [ana.session]
    assert len(await events_of(services, ana.user.id)) == 1
    chosen = requests[results.index(ana)].password
    for request in requests:
        found = await login(services, replace(request, email="ana@example.com"), PHONE)
        assert isinstance(found, SignedIn) is (request.password == chosen), "the account is the winner's"


@pytest.mark.parametrize("email", ["ana@example.com", "nobody@example.com", "no address", "", "\ud800@example.com"])
async def test_a_wrong_password_and_an_unknown_address_look_the_same_and_cost_the_same(
    services: Services, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    ana = await sign_up(services)
    checked: list[str] = []

    class Counting:
        def verify(self, password_hash: str, password: str) -> object:
            checked.append(password_hash)
            return hasher.verify(password_hash, password)

    hasher: PasswordHasher = services.passwords._hasher
    monkeypatch.setattr(services.passwords, "_hasher", Counting())

    assert await login(services, LogIn(email, "wrong horse"), PHONE) == InvalidCredentials()

    [one] = checked
    assert one.startswith("$argon2id$v=19$m=8,t=1,p=1$"), "the same costs, too"
    assert len(await my_sessions(services, as_requester(ana))) == 1
    tried = [EventKind.LOGIN_FAILED] if email == "ana@example.com" else []
    assert [event.kind for event in await events_of(services, ana.user.id)] == [*tried, EventKind.REGISTERED]


class Meddling:
    """Passwords that are changed by somebody else just after they were found right."""

    def __init__(self, services: Services, new_hash: str) -> None:
        self._services = services
        self._new_hash = new_hash

    def __getattr__(self, name: str) -> object:
        return getattr(self._services.passwords, name)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        assert password_hash is not None
        right = await self._services.passwords.verify(password, password_hash)
        async with self._services.storage.reading() as repositories:
            found = await repositories.users.find_credentials("ana@example.com")
        assert found is not None
        async with self._services.storage.transaction() as repositories:
            assert await repositories.users.replace_password(found.user.id, password_hash, self._new_hash)
        return right


async def test_a_password_changed_while_it_was_checked_is_the_old_one(services: Services) -> None:
    ana = await sign_up(services)
    new_hash = await services.passwords.hash("a new password")
    raced = replace(services, passwords=cast(Passwords, Meddling(services, new_hash)))

    assert await login(raced, LogIn("ana@example.com", PASSWORD), PHONE) == InvalidCredentials()

    assert await my_sessions(services, as_requester(ana)) == [ana.session]
    assert await find_user(services, as_requester(ana)) == ana.user, "not even the time of the log-in"
    assert await hash_of(services) == new_hash
    assert isinstance(await login(services, LogIn("ana@example.com", "a new password"), PHONE), SignedIn)


async def test_a_hash_of_old_costs_is_renewed_at_the_next_log_in(services: Services) -> None:
    await sign_up(services)
    old = await hash_of(services)
    dearer = Passwords(time_cost=2, memory_kib=16)
    today = replace(services, passwords=dearer)

    assert await login(today, LogIn("ana@example.com", "wrong horse"), PHONE) == InvalidCredentials()
    assert await hash_of(services) == old, "a wrong password renews nothing"

    await sign_in(today)
    renewed = await hash_of(services)
    assert renewed.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    await sign_in(today)
    assert await hash_of(services) == renewed, "once is enough"
    dearer.close()


async def test_two_log_ins_that_renew_a_hash_at_once_leave_one_that_works(services: Services) -> None:
    await sign_up(services)
    dearer = Passwords(time_cost=2, memory_kib=16)
    today = replace(services, passwords=dearer)

    results = await asyncio.gather(*(login(today, LogIn("ana@example.com", PASSWORD), PHONE) for _ in range(5)))

    assert any(isinstance(result, SignedIn) for result in results)
    assert isinstance(await login(today, LogIn("ana@example.com", PASSWORD), PHONE), SignedIn)
    dearer.close()


BAD_NAMES = ["", " ", "n" * 81, "a\0b", "a\nb", "\ud800", "a\u202eb", "a\u2066b", "\x7f", "a\u0085x"]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
async def test_a_bad_name_is_refused_before_anything_is_made(services: Services, name: str) -> None:
    ana = await sign_up(services)

    for refused in (
        await login(services, LogIn("ana@example.com", PASSWORD, name), PHONE),
        await register(services, LogIn("bob@example.com", PASSWORD, name), PHONE),
    ):
        assert isinstance(refused, InvalidInput)
        assert refused.path == ("input", "sessionName")
    assert len(await my_sessions(services, as_requester(ana))) == 1
    assert await login(services, LogIn("bob@example.com", PASSWORD), PHONE) == InvalidCredentials()


async def test_a_name_of_eighty_characters_in_any_script_is_kept(services: Services) -> None:
    await sign_up(services)
    name = "書斎👩‍💻 é" * 10

    assert (await live_row(services, (await sign_in(services, name=name)).session)).name == name


@pytest.mark.parametrize(
    ("email", "password", "path"),
    [
        ("no address", PASSWORD, "email"),
        ("bob@example.com", "short", "password"),
        ("bob@example.com", "Password", "password"),
    ],
)
async def test_a_bad_address_or_password_is_refused_by_its_name(
    services: Services, email: str, password: str, path: str
) -> None:
    refused = await register(services, LogIn(email, password), PHONE)

    assert isinstance(refused, InvalidInput)
    assert refused.path == ("input", path)


async def test_half_a_character_in_a_password_is_refused_and_no_fault(services: Services) -> None:
    await sign_up(services)

    assert isinstance(await register(services, LogIn("bob@example.com", "\ud800" * 9), PHONE), InvalidInput)
    assert await login(services, LogIn("ana@example.com", "\ud800" * 9), PHONE) == InvalidCredentials()


async def test_logging_out_ends_this_session_alone(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    phone = await sign_in(services)
    clock.advance(minutes=1)

    ended = await logout(services, Proof(as_requester(phone)), PHONE)

    assert ended is not None
    assert ended == await live_row(services, phone.session)
    assert (ended.revoked_at, ended.revocation_reason) == (clock(), RevocationReason.LOGGED_OUT)
    assert await authenticate(services, phone.tokens.access.text, PHONE) is None
    assert await my_sessions(services, as_requester(ana)) == [ana.session]
    event = (await events_of(services, ana.user.id))[0]
    assert (event.kind, event.session_id, event.actor_id) == (EventKind.LOGGED_OUT, phone.session.id, phone.session.id)


async def test_logging_out_twice_or_without_a_session_is_nothing(services: Services) -> None:
    ana = await sign_up(services)
    results: list[SessionRecord | None] = list(
        await asyncio.gather(*(logout(services, Proof(as_requester(ana)), LAPTOP) for _ in range(5)))
    )

    assert len([result for result in results if result]) == 1
    assert await logout(services, Proof(as_requester(ana)), LAPTOP) is None
    assert await logout(services, Proof(None), LAPTOP) is None
    assert [event.kind for event in await events_of(services, ana.user.id)] == [
        EventKind.LOGGED_OUT,
        EventKind.REGISTERED,
    ]


async def test_nothing_secret_is_printed_of_a_log_in(services: Services) -> None:
    ana = await sign_up(services)

    assert PASSWORD not in repr(LogIn("ana@example.com", PASSWORD))
    assert ana.tokens.refresh not in repr(ana)
    assert ana.tokens.access.text not in repr(ana)
    assert FIREFOX in repr(ana), "the rest is"
