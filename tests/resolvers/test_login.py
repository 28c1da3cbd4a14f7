"""Log-in: with the current password; unknown accounts take the same work."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from argon2 import PasswordHasher

from sessionql.resolvers.accounts import LogIn, LogInResult, current_user, login, register
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import EmailTaken, InvalidCredentials
from sessionql.resolvers.passwords import Passwords
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.sessions import my_sessions
from sessionql.resolvers.values.emails import email_key
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    FIREFOX,
    LAPTOP,
    PASSWORD,
    PHONE,
    as_requester,
    events_of,
    sign_in,
    sign_up,
)


async def hash_of(deps: Dependencies, email: str = "ana@example.com") -> str:
    """Return the stored password hash of the user."""
    async with deps.storage.reading() as repositories:
        found = await repositories.users.find_credentials(email_key(email))
    assert found is not None
    return found.password_hash


async def test_the_tokens_of_a_log_in_work(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)

    requester = await authenticate(deps, ana.tokens.access.text, LAPTOP)

    assert requester is not None
    assert requester.session == ana.session
    assert ana.tokens.access.expires_at == clock().replace(microsecond=0) + timedelta(minutes=5)
    assert ana.tokens.refresh_expires_at == clock() + timedelta(days=30)


async def test_a_log_in_is_recorded_on_the_account(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(days=1)

    signed_in = await sign_in(deps)

    assert signed_in.user == replace(ana.user, last_login=clock())
    assert await current_user(deps, as_requester(ana)) == signed_in.user
    kinds = [event.kind for event in await events_of(deps, ana.user.id)]
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
async def test_another_form_of_an_address_is_the_same_account(deps: Dependencies, registered: str, typed: str) -> None:
    ana = await sign_up(deps, registered)

    assert await register(deps, LogIn(typed, PASSWORD), PHONE) == EmailTaken()
    assert (await sign_in(deps, typed)).user.id == ana.user.id
    assert len(await my_sessions(deps, as_requester(ana))) == 2, "the rejected one created no session"


@pytest.mark.parametrize("email", ["ana@example.com", "unknown@example.com", "no address", "", "\ud800@example.com"])
async def test_a_wrong_password_and_an_unknown_address_look_and_cost_the_same(
    deps: Dependencies, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    ana = await sign_up(deps)
    checked: list[str] = []

    class Counting:
        def verify(self, password_hash: str, password: str) -> object:
            checked.append(password_hash)
            return hasher.verify(password_hash, password)

    hasher: PasswordHasher = deps.passwords._hasher
    monkeypatch.setattr(deps.passwords, "_hasher", Counting())

    assert await login(deps, LogIn(email, "wrong horse"), PHONE) == InvalidCredentials()

    [one] = checked
    assert one.startswith("$argon2id$v=19$m=8,t=1,p=1$"), "the same costs, too"
    assert len(await my_sessions(deps, as_requester(ana))) == 1
    tried = [EventKind.LOGIN_FAILED] if email == "ana@example.com" else []
    assert [event.kind for event in await events_of(deps, ana.user.id)] == [*tried, EventKind.REGISTERED]


class ChangedAfterCheck:
    """Passwords that another request changes right after a successful check."""

    def __init__(self, deps: Dependencies, new_hash: str) -> None:
        self._deps = deps
        self._new_hash = new_hash

    def __getattr__(self, name: str) -> object:
        return getattr(self._deps.passwords, name)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        assert password_hash is not None
        right = await self._deps.passwords.verify(password, password_hash)
        async with self._deps.storage.reading() as repositories:
            found = await repositories.users.find_credentials("ana@example.com")
        assert found is not None
        async with self._deps.storage.transaction() as repositories:
            assert await repositories.users.replace_password(found.user.id, password_hash, self._new_hash)
        return right


async def test_a_password_changed_during_its_check_is_rejected(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    new_hash = await deps.passwords.hash("a new password")
    raced = replace(deps, passwords=cast(Passwords, ChangedAfterCheck(deps, new_hash)))

    assert await login(raced, LogIn("ana@example.com", PASSWORD), PHONE) == InvalidCredentials()

    assert await my_sessions(deps, as_requester(ana)) == [ana.session]
    assert await current_user(deps, as_requester(ana)) == ana.user, "not even the time of the log-in"
    assert await hash_of(deps) == new_hash
    assert isinstance(await login(deps, LogIn("ana@example.com", "a new password"), PHONE), LogInResult)


async def test_a_hash_with_old_parameters_is_replaced_at_the_next_log_in(deps: Dependencies) -> None:
    await sign_up(deps)
    old = await hash_of(deps)
    dearer = Passwords(time_cost=2, memory_kib=16)
    today = replace(deps, passwords=dearer)

    assert await login(today, LogIn("ana@example.com", "wrong horse"), PHONE) == InvalidCredentials()
    assert await hash_of(deps) == old, "a wrong password renews nothing"

    await sign_in(today)
    renewed = await hash_of(deps)
    assert renewed.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    await sign_in(today)
    assert await hash_of(deps) == renewed, "once is enough"
    dearer.close()


async def test_two_log_ins_that_replace_a_hash_concurrently_leave_a_valid_hash(deps: Dependencies) -> None:
    await sign_up(deps)
    dearer = Passwords(time_cost=2, memory_kib=16)
    today = replace(deps, passwords=dearer)

    results = await asyncio.gather(*(login(today, LogIn("ana@example.com", PASSWORD), PHONE) for _ in range(5)))

    assert any(isinstance(result, LogInResult) for result in results)
    assert isinstance(await login(today, LogIn("ana@example.com", PASSWORD), PHONE), LogInResult)
    dearer.close()


async def test_no_secret_is_in_the_repr_of_a_log_in(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    assert PASSWORD not in repr(LogIn("ana@example.com", PASSWORD))
    assert ana.tokens.refresh not in repr(ana)
    assert ana.tokens.access.text not in repr(ana)
    assert FIREFOX in repr(ana), "the rest is"
