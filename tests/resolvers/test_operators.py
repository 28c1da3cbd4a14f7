"""What operators do to users: it holds at once, is written down with a name, and does not spill over."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogIn, Proof, SignedIn, login, logout, register
from sessionql.resolvers.admin import (
    Lookup,
    Touched,
    delete_user,
    disable_user,
    enable_user,
    list_operations,
    look_up,
    revoke_session,
    revoke_sessions,
)
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import (
    AccountDisabled,
    InvalidArgument,
    InvalidCredentials,
    RefreshTokenInvalid,
    SessionNotFound,
    UserNotFound,
)
from sessionql.resolvers.refresh import refresh
from sessionql.resolvers.requester import authenticate
from sessionql.storage.records import EventKind, OperationKind, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    as_requester,
    events_of,
    live_row,
    operations_of,
    row_of,
    sign_in,
    sign_in_elsewhere,
    sign_up,
)

Change = Callable[[Services, str, str], Awaitable[Any]]
CHANGES: list[Change] = [revoke_sessions, disable_user, enable_user, delete_user]
SUPPORT = "Support"


async def story(services: Services, ana: SignedIn) -> list[tuple[EventKind, str | None]]:
    """What operators did, as the user sees it, newest first."""
    return [(each.kind, each.actor_name) for each in await events_of(services, ana.user.id) if each.actor_name]


async def is_in(services: Services, who: SignedIn) -> bool:
    return await authenticate(services, who.tokens.access.text, LAPTOP) is not None


async def test_a_user_is_looked_up_by_what_names_them(services: Services) -> None:
    ana = (await sign_up(services, "Ána@Example.com")).user
    bob = (await sign_in_elsewhere(services, "crm|42")).user

    for lookup in (Lookup(id=str(ana.id)), Lookup(email="Ána@Example.com"), Lookup(email=" ÁNA@example.COM ")):
        assert await look_up(services, lookup) == ana, lookup
    for lookup in (Lookup(id=str(bob.id)), Lookup(subject="crm|42")):
        assert await look_up(services, lookup) == bob, lookup
    nobody = [Lookup(), Lookup(id=""), Lookup(id=str(uuid7())), Lookup(id=str(ana.id).upper()), Lookup(email="")]
    nobody += [Lookup(email="x"), Lookup(email="eve@example.com"), Lookup(subject=""), Lookup(subject="CRM|42")]
    nobody += [Lookup(subject="\0"), Lookup(subject="\ud800"), Lookup(email="\ud800@a.b"), Lookup(subject="%")]
    for lookup in nobody:
        assert await look_up(services, lookup) is None, lookup


async def test_a_session_is_revoked_with_its_very_next_request(services: Services) -> None:
    ana, phone, bob = await sign_up(services), await sign_in(services), await sign_up(services, "bob@example.com")

    done = await revoke_session(services, SUPPORT, str(ana.user.id), str(phone.session.id))

    assert isinstance(done, SessionRecord)
    assert done.revocation_reason is RevocationReason.REVOKED_BY_OPERATOR
    assert [await is_in(services, each) for each in (ana, phone, bob)] == [True, False, True]
    assert isinstance(await refresh(services, phone.tokens.refresh, PHONE), RefreshTokenInvalid)
    (event, *_) = await events_of(services, ana.user.id)
    assert (event.kind, event.session_id) == (EventKind.SESSION_REVOKED, phone.session.id)
    assert (event.actor_name, event.actor_id, event.ip_address) == (SUPPORT, None, None)
    (operation,) = await operations_of(services)
    assert (operation.kind, operation.user_id) == (OperationKind.SESSION_REVOKED, ana.user.id)
    assert (operation.actor_name, operation.revoked_count) == (SUPPORT, 1)


async def test_a_session_is_revoked_of_its_own_user_only(services: Services) -> None:
    ana, bob = await sign_up(services), await sign_up(services, "bob@example.com")

    for session_id in (str(bob.session.id), str(uuid7()), "", "x", str(ana.session.id).upper()):
        done = await revoke_session(services, SUPPORT, str(ana.user.id), session_id)
        assert isinstance(done, SessionNotFound), session_id
    for user_id in (str(uuid7()), "", "x", str(ana.user.id).upper()):
        assert isinstance(await revoke_session(services, SUPPORT, user_id, str(ana.session.id)), UserNotFound)

    assert [await is_in(services, ana), await is_in(services, bob)] == [True, True]
    assert await operations_of(services) == []


async def test_all_sessions_of_one_user_are_revoked(services: Services) -> None:
    ana, phone, bob = await sign_up(services), await sign_in(services), await sign_up(services, "bob@example.com")

    done = await revoke_sessions(services, SUPPORT, str(ana.user.id))

    assert isinstance(done, Touched)
    assert sorted(done.revoked) == sorted([ana.session.id, phone.session.id])
    assert [await is_in(services, each) for each in (ana, phone, bob)] == [False, False, True]
    kinds = sorted(kind for kind, _ in await story(services, ana))
    assert kinds == [EventKind.SESSIONS_REVOKED, EventKind.SESSION_REVOKED, EventKind.SESSION_REVOKED]
    assert isinstance(await login(services, LogIn("ana@example.com", PASSWORD), PHONE), SignedIn)


async def test_nothing_of_a_disabled_user_is_good_any_more(services: Services) -> None:
    """Tokens of a suspended user that still opened doors: Directus' GHSA-56p6-qw3c-fq2g."""
    ana, phone, bob = await sign_up(services), await sign_in(services), await sign_up(services, "bob@example.com")

    done = await disable_user(services, SUPPORT, str(ana.user.id))

    assert isinstance(done, Touched)
    assert (done.user.disabled_at, len(done.revoked)) == (services.clock(), 2)
    for each in (ana, phone):
        assert not await is_in(services, each)
        assert isinstance(await refresh(services, each.tokens.refresh, PHONE), RefreshTokenInvalid)
        assert (await live_row(services, each.session)).revocation_reason is RevocationReason.USER_DISABLED
    assert isinstance(await login(services, LogIn("ana@example.com", PASSWORD), PHONE), AccountDisabled)
    assert isinstance(await login(services, LogIn("ana@example.com", "wrong"), PHONE), InvalidCredentials)
    assert await is_in(services, bob)
    assert (EventKind.USER_DISABLED, SUPPORT) in await story(services, ana)
    (operation,) = await operations_of(services)
    assert (operation.kind, operation.revoked_count) == (OperationKind.USER_DISABLED, 2)


async def test_an_enabled_user_logs_in_anew(services: Services) -> None:
    ana = await sign_up(services)
    await disable_user(services, SUPPORT, str(ana.user.id))

    done = await enable_user(services, SUPPORT, str(ana.user.id))

    assert done == ana.user
    assert not await is_in(services, ana), "what has ended stays ended"
    assert isinstance(await refresh(services, ana.tokens.refresh, LAPTOP), RefreshTokenInvalid)
    again = await sign_in(services)
    assert await is_in(services, again)
    assert (EventKind.USER_ENABLED, SUPPORT) in await story(services, ana)


async def test_of_a_deleted_user_nothing_is_left_but_that(services: Services) -> None:
    ana, bob = await sign_up(services), await sign_up(services, "bob@example.com")

    done = await delete_user(services, SUPPORT, str(ana.user.id))

    assert isinstance(done, Touched)
    assert list(done.revoked) == [ana.session.id]
    assert not await is_in(services, ana)
    assert isinstance(await refresh(services, ana.tokens.refresh, LAPTOP), RefreshTokenInvalid)
    assert await row_of(services, ana.session) is None
    assert await events_of(services, ana.user.id) == []
    assert await look_up(services, Lookup(email="ana@example.com")) is None
    assert await is_in(services, bob)
    (operation,) = await operations_of(services)
    assert (operation.kind, operation.user_id) == (OperationKind.USER_DELETED, ana.user.id)
    again = await register(services, LogIn("ana@example.com", PASSWORD), LAPTOP)
    assert isinstance(again, SignedIn), "the address is free"
    assert again.user.id != ana.user.id


async def test_what_is_so_already_stays_as_it_is(services: Services, clock: FakeClock) -> None:
    ana, bob = await sign_up(services), await sign_up(services, "bob@example.com")
    await logout(services, Proof(as_requester(bob)), LAPTOP)
    await disable_user(services, SUPPORT, str(ana.user.id))
    events = [await events_of(services, each.user.id) for each in (ana, bob)]
    operations = await operations_of(services)
    clock.advance(minutes=1)

    disabled = await disable_user(services, SUPPORT, str(ana.user.id))
    assert disabled == Touched(replace(ana.user, disabled_at=events[0][0].occurred_at))
    assert await enable_user(services, SUPPORT, str(bob.user.id)) == bob.user
    assert await revoke_sessions(services, SUPPORT, str(bob.user.id)) == Touched(bob.user, [])
    ended = await revoke_session(services, SUPPORT, str(bob.user.id), str(bob.session.id))
    assert isinstance(ended, SessionRecord)
    assert ended.revocation_reason is RevocationReason.LOGGED_OUT, "as it ended, it stays"

    assert [await events_of(services, each.user.id) for each in (ana, bob)] == events
    assert await operations_of(services) == operations


@pytest.mark.parametrize("change", CHANGES)
async def test_nobody_is_nobody(services: Services, change: Change) -> None:
    ana = await sign_up(services)

    for user_id in (str(uuid7()), "", "x", "\0", str(ana.user.id).upper(), str(ana.session.id), "ana@example.com"):
        assert isinstance(await change(services, SUPPORT, user_id), UserNotFound), user_id

    assert await is_in(services, ana)
    assert await operations_of(services) == []


async def test_operations_come_in_pages(services: Services) -> None:
    ana = await sign_up(services)
    for change in (disable_user, enable_user, disable_user, delete_user):
        await change(services, SUPPORT, str(ana.user.id))
    every = await operations_of(services)
    assert [each.kind.removeprefix("USER_") for each in every] == ["DELETED", "DISABLED", "ENABLED", "DISABLED"]

    assert list(await list_operations(services, 3, None)) == every[:3]
    assert list(await list_operations(services, 3, str(every[2].id))) == every[3:]
    for first, before in ((0, None), (101, None), (-1, None), (1, "x"), (1, "")):
        with pytest.raises(InvalidArgument):
            await list_operations(services, first, before)
