"""Operators' changes to users: effective immediately, in the audit log, limited to one user."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogIn, LogInResult, PresentedCredentials, login, logout, register
from sessionql.resolvers.admin import (
    UserChangeResult,
    UserSelector,
    delete_user,
    disable_user,
    enable_user,
    find_user,
    list_admin_actions,
    revoke_session,
    revoke_sessions,
)
from sessionql.resolvers.dependencies import Dependencies
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
from sessionql.storage.records import AdminActionKind, EventKind, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    admin_actions_of,
    as_requester,
    events_of,
    find_row,
    get_row,
    sign_in,
    sign_in_externally,
    sign_up,
)

Change = Callable[[Dependencies, str, str], Awaitable[Any]]
CHANGES: list[Change] = [revoke_sessions, disable_user, enable_user, delete_user]
SUPPORT = "Support"


async def operator_events(deps: Dependencies, ana: LogInResult) -> list[tuple[EventKind, str | None]]:
    """Return the events that operators caused, newest first."""
    return [(each.kind, each.actor_name) for each in await events_of(deps, ana.user.id) if each.actor_name]


async def is_authenticated(deps: Dependencies, who: LogInResult) -> bool:
    return await authenticate(deps, who.tokens.access.text, LAPTOP) is not None


async def test_a_user_is_found_by_id_email_or_subject(deps: Dependencies) -> None:
    ana = (await sign_up(deps, "Ána@Example.com")).user
    bob = (await sign_in_externally(deps, "crm|42")).user

    for selector in (
        UserSelector(id=str(ana.id)),
        UserSelector(email="Ána@Example.com"),
        UserSelector(email=" ÁNA@example.COM "),
    ):
        assert await find_user(deps, selector) == ana, selector
    for selector in (UserSelector(id=str(bob.id)), UserSelector(subject="crm|42")):
        assert await find_user(deps, selector) == bob, selector
    unknown = [
        UserSelector(),
        UserSelector(id=""),
        UserSelector(id=str(uuid7())),
        UserSelector(id=str(ana.id).upper()),
        UserSelector(email=""),
    ]
    unknown += [
        UserSelector(email="x"),
        UserSelector(email="eve@example.com"),
        UserSelector(subject=""),
        UserSelector(subject="CRM|42"),
    ]
    unknown += [
        UserSelector(subject="\0"),
        UserSelector(subject="\ud800"),
        UserSelector(email="\ud800@a.b"),
        UserSelector(subject="%"),
    ]
    for selector in unknown:
        assert await find_user(deps, selector) is None, selector


async def test_a_revoked_session_is_rejected_from_the_next_request_on(deps: Dependencies) -> None:
    ana, phone, bob = await sign_up(deps), await sign_in(deps), await sign_up(deps, "bob@example.com")

    done = await revoke_session(deps, SUPPORT, str(ana.user.id), str(phone.session.id))

    assert isinstance(done, SessionRecord)
    assert done.revocation_reason is RevocationReason.REVOKED_BY_OPERATOR
    assert [await is_authenticated(deps, each) for each in (ana, phone, bob)] == [True, False, True]
    assert isinstance(await refresh(deps, phone.tokens.refresh, PHONE), RefreshTokenInvalid)
    (event, *_) = await events_of(deps, ana.user.id)
    assert (event.kind, event.session_id) == (EventKind.SESSION_REVOKED, phone.session.id)
    assert (event.actor_name, event.actor_id, event.ip_address) == (SUPPORT, None, None)
    (operation,) = await admin_actions_of(deps)
    assert (operation.kind, operation.user_id) == (AdminActionKind.SESSION_REVOKED, ana.user.id)
    assert (operation.actor_name, operation.revoked_count) == (SUPPORT, 1)


async def test_a_session_is_revoked_for_its_own_user_only(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")

    for session_id in (str(bob.session.id), str(uuid7()), "", "x", str(ana.session.id).upper()):
        done = await revoke_session(deps, SUPPORT, str(ana.user.id), session_id)
        assert isinstance(done, SessionNotFound), session_id
    for user_id in (str(uuid7()), "", "x", str(ana.user.id).upper()):
        assert isinstance(await revoke_session(deps, SUPPORT, user_id, str(ana.session.id)), UserNotFound)

    assert [await is_authenticated(deps, ana), await is_authenticated(deps, bob)] == [True, True]
    assert await admin_actions_of(deps) == []


async def test_all_sessions_of_one_user_are_revoked(deps: Dependencies) -> None:
    ana, phone, bob = await sign_up(deps), await sign_in(deps), await sign_up(deps, "bob@example.com")

    done = await revoke_sessions(deps, SUPPORT, str(ana.user.id))

    assert isinstance(done, UserChangeResult)
    assert sorted(done.revoked) == sorted([ana.session.id, phone.session.id])
    assert [await is_authenticated(deps, each) for each in (ana, phone, bob)] == [False, False, True]
    kinds = sorted(kind for kind, _ in await operator_events(deps, ana))
    assert kinds == [EventKind.SESSIONS_REVOKED, EventKind.SESSION_REVOKED, EventKind.SESSION_REVOKED]
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), PHONE), LogInResult)


async def test_no_credentials_of_a_disabled_user_are_valid(deps: Dependencies) -> None:
    """Tokens of a suspended user that were still accepted: Directus' GHSA-56p6-qw3c-fq2g."""
    ana, phone, bob = await sign_up(deps), await sign_in(deps), await sign_up(deps, "bob@example.com")

    done = await disable_user(deps, SUPPORT, str(ana.user.id))

    assert isinstance(done, UserChangeResult)
    assert (done.user.disabled_at, len(done.revoked)) == (deps.clock(), 2)
    for each in (ana, phone):
        assert not await is_authenticated(deps, each)
        assert isinstance(await refresh(deps, each.tokens.refresh, PHONE), RefreshTokenInvalid)
        assert (await get_row(deps, each.session)).revocation_reason is RevocationReason.USER_DISABLED
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), PHONE), AccountDisabled)
    assert isinstance(await login(deps, LogIn("ana@example.com", "wrong"), PHONE), InvalidCredentials)
    assert await is_authenticated(deps, bob)
    assert (EventKind.USER_DISABLED, SUPPORT) in await operator_events(deps, ana)
    (operation,) = await admin_actions_of(deps)
    assert (operation.kind, operation.revoked_count) == (AdminActionKind.USER_DISABLED, 2)


async def test_an_enabled_user_can_log_in_again(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await disable_user(deps, SUPPORT, str(ana.user.id))

    done = await enable_user(deps, SUPPORT, str(ana.user.id))

    assert done == ana.user
    assert not await is_authenticated(deps, ana), "what has ended stays ended"
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshTokenInvalid)
    again = await sign_in(deps)
    assert await is_authenticated(deps, again)
    assert (EventKind.USER_ENABLED, SUPPORT) in await operator_events(deps, ana)


async def test_only_the_audit_log_remains_of_a_deleted_user(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")

    done = await delete_user(deps, SUPPORT, str(ana.user.id))

    assert isinstance(done, UserChangeResult)
    assert list(done.revoked) == [ana.session.id]
    assert not await is_authenticated(deps, ana)
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshTokenInvalid)
    assert await find_row(deps, ana.session) is None
    assert await events_of(deps, ana.user.id) == []
    assert await find_user(deps, UserSelector(email="ana@example.com")) is None
    assert await is_authenticated(deps, bob)
    (operation,) = await admin_actions_of(deps)
    assert (operation.kind, operation.user_id) == (AdminActionKind.USER_DELETED, ana.user.id)
    again = await register(deps, LogIn("ana@example.com", PASSWORD), LAPTOP)
    assert isinstance(again, LogInResult), "the address is free"
    assert again.user.id != ana.user.id


async def test_a_change_that_is_in_effect_already_writes_nothing(deps: Dependencies, clock: FakeClock) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    await logout(deps, PresentedCredentials(as_requester(bob)), LAPTOP)
    await disable_user(deps, SUPPORT, str(ana.user.id))
    events = [await events_of(deps, each.user.id) for each in (ana, bob)]
    operations = await admin_actions_of(deps)
    clock.advance(minutes=1)

    disabled = await disable_user(deps, SUPPORT, str(ana.user.id))
    assert disabled == UserChangeResult(replace(ana.user, disabled_at=events[0][0].occurred_at))
    assert await enable_user(deps, SUPPORT, str(bob.user.id)) == bob.user
    assert await revoke_sessions(deps, SUPPORT, str(bob.user.id)) == UserChangeResult(bob.user, [])
    ended = await revoke_session(deps, SUPPORT, str(bob.user.id), str(bob.session.id))
    assert isinstance(ended, SessionRecord)
    assert ended.revocation_reason is RevocationReason.LOGGED_OUT, "as it ended, it stays"

    assert [await events_of(deps, each.user.id) for each in (ana, bob)] == events
    assert await admin_actions_of(deps) == operations


@pytest.mark.parametrize("change", CHANGES)
async def test_an_unknown_user_is_not_found(deps: Dependencies, change: Change) -> None:
    ana = await sign_up(deps)

    for user_id in (str(uuid7()), "", "x", "\0", str(ana.user.id).upper(), str(ana.session.id), "ana@example.com"):
        assert isinstance(await change(deps, SUPPORT, user_id), UserNotFound), user_id

    assert await is_authenticated(deps, ana)
    assert await admin_actions_of(deps) == []


async def test_the_audit_log_is_paginated(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    for change in (disable_user, enable_user, disable_user, delete_user):
        await change(deps, SUPPORT, str(ana.user.id))
    every = await admin_actions_of(deps)
    assert [each.kind.removeprefix("USER_") for each in every] == ["DELETED", "DISABLED", "ENABLED", "DISABLED"]

    assert list(await list_admin_actions(deps, 3, None)) == every[:3]
    assert list(await list_admin_actions(deps, 3, str(every[2].id))) == every[3:]
    for first, before in ((0, None), (101, None), (-1, None), (1, "x"), (1, "")):
        with pytest.raises(InvalidArgument):
            await list_admin_actions(deps, first, before)
