"""Re-authentication, password changes, and actions that require a fresh log-in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.credentials import (
    PasswordChange,
    ReauthenticationResult,
    change_password,
    reauthenticate,
)
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import InvalidCredentials, InvalidInput, ReauthenticationRequired, RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import Requester, Unauthenticated, authenticate, require_fresh_login
from sessionql.resolvers.sessions import (
    RevokeManyResult,
    RevokeResult,
    revoke_all_sessions,
    revoke_session,
    revoke_sessions,
)
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import EventKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, events_of, get_row, sign_in, sign_up

NEW = "a new correct horse"


async def reauthenticate_with(
    deps: Dependencies, signed_in: LogInResult, password: str = PASSWORD
) -> ReauthenticationResult:
    done = await reauthenticate(deps, await current_requester(deps, signed_in), password, LAPTOP)
    assert isinstance(done, ReauthenticationResult)
    return done


async def change_password_of(
    deps: Dependencies, signed_in: LogInResult, *, keep_others: bool = False
) -> ReauthenticationResult:
    change = PasswordChange(PASSWORD, NEW, keep_others)
    done = await change_password(deps, await current_requester(deps, signed_in), change, LAPTOP)
    assert isinstance(done, ReauthenticationResult)
    return done


async def current_requester(deps: Dependencies, signed_in: LogInResult) -> Requester:
    return Requester(await get_row(deps, signed_in.session))


async def is_authenticated(deps: Dependencies, token: str) -> bool:
    return await authenticate(deps, token, LAPTOP) is not None


async def test_a_reauthentication_makes_the_session_fresh_again(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(hours=2)
    assert require_fresh_login(deps, await current_requester(deps, ana)) is not None

    done = await reauthenticate_with(deps, ana)

    assert done.session.authenticated_at == clock()
    assert require_fresh_login(deps, await current_requester(deps, ana)) is None
    event = (await events_of(deps, ana.user.id))[0]
    assert (event.kind, event.session_id) == (EventKind.REAUTHENTICATED, ana.session.id)


async def test_a_reauthentication_replaces_the_access_token_and_not_the_refresh_token(deps: Dependencies) -> None:
    """Even within the second of the log-in: `auth_time` has whole seconds."""
    ana = await sign_up(deps)

    done = await reauthenticate_with(deps, ana)

    assert not await is_authenticated(deps, ana.tokens.access.text)
    assert await is_authenticated(deps, done.tokens.access.text)
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshResult)


async def test_another_tab_continues_after_a_refresh(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await reauthenticate_with(deps, ana)

    other_tab = await refresh(deps, ana.tokens.refresh, LAPTOP)

    assert isinstance(other_tab, RefreshResult)
    assert await is_authenticated(deps, other_tab.tokens.access.text)


async def test_a_wrong_password_does_not_reauthenticate(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(hours=2)

    done = await reauthenticate(deps, as_requester(ana), "wrong horse", LAPTOP)

    assert done == InvalidCredentials("The password is wrong.", ("input", "password"))
    assert await get_row(deps, ana.session) == ana.session


async def test_the_password_of_another_user_does_not_reauthenticate(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await sign_up(deps, "bob@example.com")
    change = PasswordChange(NEW, "yet another horse")
    async with deps.storage.transaction() as repositories:
        found = await repositories.users.find_credentials("bob@example.com")
        assert found is not None
        hashed = await deps.passwords.hash(NEW)
        await repositories.users.replace_password(found.user.id, found.password_hash, hashed)

    assert isinstance(await reauthenticate(deps, as_requester(ana), NEW, LAPTOP), InvalidCredentials)
    assert isinstance(await change_password(deps, as_requester(ana), change, LAPTOP), InvalidCredentials)


async def test_a_session_that_ended_meanwhile_stays_ended(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    await revoke_session(deps, as_requester(ana), str(phone.session.id), LAPTOP)
    ended = await get_row(deps, phone.session)

    with pytest.raises(Unauthenticated):
        await reauthenticate(deps, as_requester(phone), PASSWORD, PHONE)
    with pytest.raises(Unauthenticated):
        await change_password(deps, as_requester(phone), PasswordChange(PASSWORD, NEW), PHONE)

    assert await get_row(deps, phone.session) == ended
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), PHONE), LogInResult), "still the old one"


async def test_a_new_password_revokes_the_other_sessions(deps: Dependencies) -> None:
    """A password change that keeps all sessions keeps a thief signed in (Strapi CVE-2026-22706)."""
    ana, phone, bob = await sign_up(deps), await sign_in(deps), await sign_up(deps, "bob@example.com")

    done = await change_password_of(deps, ana)

    assert list(done.revoked) == [phone.session.id]
    assert (await get_row(deps, phone.session)).revocation_reason is RevocationReason.PASSWORD_CHANGED
    assert not await is_authenticated(deps, phone.tokens.access.text)
    assert isinstance(await refresh(deps, phone.tokens.refresh, PHONE), RefreshTokenInvalid)
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), PHONE), InvalidCredentials)
    assert isinstance(await login(deps, LogIn("ana@example.com", NEW), PHONE), LogInResult)
    assert await is_authenticated(deps, bob.tokens.access.text), "of another user"
    kinds = [event.kind for event in await events_of(deps, ana.user.id)]
    assert EventKind.PASSWORD_CHANGED in kinds


async def test_a_new_password_keeps_the_other_sessions_when_asked_to(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)

    done = await change_password_of(deps, ana, keep_others=True)

    assert done.revoked == ()
    assert await is_authenticated(deps, phone.tokens.access.text)


async def test_a_new_password_invalidates_the_older_tokens(deps: Dependencies) -> None:
    """A thief may have copies of the tokens of this session: the grace period does not apply to them."""
    ana = await sign_up(deps)
    done = await change_password_of(deps, ana)

    assert await is_authenticated(deps, done.tokens.access.text)
    assert not await is_authenticated(deps, ana.tokens.access.text)
    stolen = await refresh(deps, ana.tokens.refresh, PHONE)
    assert isinstance(stolen, RefreshTokenInvalid)


async def test_a_late_refresh_of_another_tab_does_not_sign_the_owner_out(deps: Dependencies, clock: FakeClock) -> None:
    """It sends the token that the new password replaced. The token was never used, so this is no theft."""
    ana = await sign_up(deps)
    done = await change_password_of(deps, ana)

    late = await refresh(deps, ana.tokens.refresh, LAPTOP)

    assert isinstance(late, RefreshTokenInvalid)
    assert not late.reuse_detected
    next_ = await refresh(deps, done.tokens.refresh, LAPTOP)
    assert isinstance(next_, RefreshResult)
    clock.advance(minutes=1)
    reauthenticated = await refresh(deps, ana.tokens.refresh, PHONE)
    assert isinstance(reauthenticated, RefreshTokenInvalid)
    assert reauthenticated.reuse_detected, "but from then on an old token is an old token"


async def test_the_new_refresh_token_works(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    done = await change_password_of(deps, ana)

    assert isinstance(await refresh(deps, done.tokens.refresh, LAPTOP), RefreshResult)


@pytest.mark.parametrize("password", ["short", "password", "x" * 129])
async def test_a_new_password_must_follow_the_rules(deps: Dependencies, password: str) -> None:
    ana = await sign_up(deps)

    done = await change_password(deps, as_requester(ana), PasswordChange(PASSWORD, password), LAPTOP)

    assert isinstance(done, InvalidInput)
    assert done.path == ("input", "newPassword")


async def test_a_wrong_old_password_changes_nothing(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)

    done = await change_password(deps, as_requester(ana), PasswordChange("wrong horse", NEW), LAPTOP)

    assert done == InvalidCredentials("The password is wrong.", ("input", "currentPassword"))
    assert await is_authenticated(deps, phone.tokens.access.text)
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), PHONE), LogInResult)


async def test_revoking_other_sessions_requires_a_fresh_log_in(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    stale = ReauthenticationRequired(max_age_seconds=3600)
    requester = as_requester(ana)
    clock.advance(hours=1)
    assert isinstance(
        await revoke_sessions(deps, requester, SessionFilter(), dry_run=False, client=LAPTOP), RevokeManyResult
    )
    phone = await sign_in(deps)
    clock.advance(microseconds=1)

    assert await revoke_session(deps, requester, str(phone.session.id), LAPTOP) == stale
    assert await revoke_all_sessions(deps, requester, keep_current=True, client=LAPTOP) == stale
    assert await revoke_all_sessions(deps, requester, keep_current=False, client=LAPTOP) == stale
    assert await revoke_sessions(deps, requester, SessionFilter(), dry_run=False, client=LAPTOP) == stale

    assert await is_authenticated(deps, phone.tokens.access.text)


async def test_reading_and_logging_out_never_require_a_fresh_log_in(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    clock.advance(days=1)
    requester = as_requester(ana)

    would = await revoke_sessions(deps, requester, SessionFilter(), dry_run=True, client=LAPTOP)
    assert isinstance(would, RevokeManyResult)
    assert list(would.ids) == [phone.session.id]
    assert isinstance(await revoke_session(deps, requester, str(ana.session.id), LAPTOP), RevokeResult)


async def test_a_maximum_age_of_zero_is_no_limit(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    free = replace(deps, policy=Policy(fresh_login=timedelta(0)))
    clock.advance(days=20)

    assert isinstance(await revoke_session(free, as_requester(ana), str(phone.session.id), LAPTOP), RevokeResult)
