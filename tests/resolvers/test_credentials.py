"""Proving again who one is, changing the password, and what needs a log-in of late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.resolvers.accounts import LogIn, SignedIn, login
from sessionql.resolvers.credentials import (
    PasswordChange,
    Renewed,
    change_password,
    reauthenticate,
    require_fresh_login,
)
from sessionql.resolvers.dependencies import Policy, Services
from sessionql.resolvers.errors import InvalidCredentials, InvalidInput, ReauthenticationRequired, RefreshTokenInvalid
from sessionql.resolvers.refresh import Refreshed, refresh
from sessionql.resolvers.requester import Requester, Unauthenticated, authenticate
from sessionql.resolvers.sessions import (
    Revoked,
    RevokedMany,
    revoke_all_sessions,
    revoke_session,
    revoke_sessions,
)
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import EventKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, events_of, live_row, sign_in, sign_up

NEW = "a new correct horse"


async def again(services: Services, signed_in: SignedIn, password: str = PASSWORD) -> Renewed:
    done = await reauthenticate(services, await asking(services, signed_in), password, LAPTOP)
    assert isinstance(done, Renewed)
    return done


async def changed(services: Services, signed_in: SignedIn, *, keep_others: bool = False) -> Renewed:
    change = PasswordChange(PASSWORD, NEW, keep_others)
    done = await change_password(services, await asking(services, signed_in), change, LAPTOP)
    assert isinstance(done, Renewed)
    return done


async def asking(services: Services, signed_in: SignedIn) -> Requester:
    return Requester(await live_row(services, signed_in.session))


async def is_in(services: Services, token: str) -> bool:
    return await authenticate(services, token, LAPTOP) is not None


async def test_a_proof_makes_the_session_fresh_again(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    clock.advance(hours=2)
    assert require_fresh_login(services, await asking(services, ana)) is not None

    done = await again(services, ana)

    assert done.session.authenticated_at == clock()
    assert require_fresh_login(services, await asking(services, ana)) is None
    event = (await events_of(services, ana.user.id))[0]
    assert (event.kind, event.session_id) == (EventKind.REAUTHENTICATED, ana.session.id)


async def test_a_proof_replaces_the_access_token_and_not_the_refresh_token(services: Services) -> None:
    """Even within the second of the log-in, by which tokens tell their age."""
    ana = await sign_up(services)

    done = await again(services, ana)

    assert not await is_in(services, ana.tokens.access.text)
    assert await is_in(services, done.tokens.access.text)
    assert isinstance(await refresh(services, ana.tokens.refresh, LAPTOP), Refreshed)


async def test_another_tab_goes_on_after_a_refresh(services: Services) -> None:
    ana = await sign_up(services)
    await again(services, ana)

    other_tab = await refresh(services, ana.tokens.refresh, LAPTOP)

    assert isinstance(other_tab, Refreshed)
    assert await is_in(services, other_tab.tokens.access.text)


async def test_a_wrong_password_proves_nothing(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    clock.advance(hours=2)

    done = await reauthenticate(services, as_requester(ana), "wrong horse", LAPTOP)

    assert done == InvalidCredentials("The password is wrong.", ("input", "password"))
    assert await live_row(services, ana.session) == ana.session


async def test_somebody_elses_password_proves_nothing(services: Services) -> None:
    ana = await sign_up(services)
    await sign_up(services, "bob@example.com")
    change = PasswordChange(NEW, "yet another horse")
    async with services.storage.transaction() as repositories:
        found = await repositories.users.find_credentials("bob@example.com")
        assert found is not None
        hashed = await services.passwords.hash(NEW)
        await repositories.users.replace_password(found.user.id, found.password_hash, hashed)

    assert isinstance(await reauthenticate(services, as_requester(ana), NEW, LAPTOP), InvalidCredentials)
    assert isinstance(await change_password(services, as_requester(ana), change, LAPTOP), InvalidCredentials)


async def test_a_session_that_ended_meanwhile_is_not_brought_back(services: Services) -> None:
    ana, phone = await sign_up(services), await sign_in(services)
    await revoke_session(services, as_requester(ana), str(phone.session.id), LAPTOP)
    ended = await live_row(services, phone.session)

    with pytest.raises(Unauthenticated):
        await reauthenticate(services, as_requester(phone), PASSWORD, PHONE)
    with pytest.raises(Unauthenticated):
        await change_password(services, as_requester(phone), PasswordChange(PASSWORD, NEW), PHONE)

    assert await live_row(services, phone.session) == ended
    assert isinstance(await login(services, LogIn("ana@example.com", PASSWORD), PHONE), SignedIn), "still the old one"


async def test_a_new_password_ends_the_other_sessions(services: Services) -> None:
    """A changed password that keeps sessions keeps the thief (Strapi CVE-2026-22706)."""
    ana, phone, bob = await sign_up(services), await sign_in(services), await sign_up(services, "bob@example.com")

    done = await changed(services, ana)

    assert list(done.revoked) == [phone.session.id]
    assert (await live_row(services, phone.session)).revocation_reason is RevocationReason.PASSWORD_CHANGED
    assert not await is_in(services, phone.tokens.access.text)
    assert isinstance(await refresh(services, phone.tokens.refresh, PHONE), RefreshTokenInvalid)
    assert isinstance(await login(services, LogIn("ana@example.com", PASSWORD), PHONE), InvalidCredentials)
    assert isinstance(await login(services, LogIn("ana@example.com", NEW), PHONE), SignedIn)
    assert await is_in(services, bob.tokens.access.text), "somebody else's"
    kinds = [event.kind for event in await events_of(services, ana.user.id)]
    assert EventKind.PASSWORD_CHANGED in kinds


async def test_a_new_password_keeps_the_other_sessions_when_asked_to(services: Services) -> None:
    ana, phone = await sign_up(services), await sign_in(services)

    done = await changed(services, ana, keep_others=True)

    assert done.revoked == ()
    assert await is_in(services, phone.tokens.access.text)


async def test_a_new_password_voids_the_tokens_of_before(services: Services) -> None:
    """A thief may have copies of this session's own tokens: they get not even the moment of grace."""
    ana = await sign_up(services)
    done = await changed(services, ana)

    assert await is_in(services, done.tokens.access.text)
    assert not await is_in(services, ana.tokens.access.text)
    stolen = await refresh(services, ana.tokens.refresh, PHONE)
    assert isinstance(stolen, RefreshTokenInvalid)


async def test_another_tab_that_was_late_does_not_sign_its_owner_out(services: Services, clock: FakeClock) -> None:
    """It sends what the new password replaced, which nobody had used: that is no theft."""
    ana = await sign_up(services)
    done = await changed(services, ana)

    late = await refresh(services, ana.tokens.refresh, LAPTOP)

    assert isinstance(late, RefreshTokenInvalid)
    assert not late.reuse_detected
    next_ = await refresh(services, done.tokens.refresh, LAPTOP)
    assert isinstance(next_, Refreshed)
    clock.advance(minutes=1)
    again = await refresh(services, ana.tokens.refresh, PHONE)
    assert isinstance(again, RefreshTokenInvalid)
    assert again.reuse_detected, "but from then on an old token is an old token"


async def test_the_new_refresh_token_works(services: Services) -> None:
    ana = await sign_up(services)
    done = await changed(services, ana)

    assert isinstance(await refresh(services, done.tokens.refresh, LAPTOP), Refreshed)


@pytest.mark.parametrize("password", ["short", "password", "x" * 129])
async def test_a_new_password_has_to_be_a_good_one(services: Services, password: str) -> None:
    ana = await sign_up(services)

    done = await change_password(services, as_requester(ana), PasswordChange(PASSWORD, password), LAPTOP)

    assert isinstance(done, InvalidInput)
    assert done.path == ("input", "newPassword")


async def test_a_wrong_old_password_changes_nothing(services: Services) -> None:
    ana, phone = await sign_up(services), await sign_in(services)

    done = await change_password(services, as_requester(ana), PasswordChange("wrong horse", NEW), LAPTOP)

    assert done == InvalidCredentials("The password is wrong.", ("input", "currentPassword"))
    assert await is_in(services, phone.tokens.access.text)
    assert isinstance(await login(services, LogIn("ana@example.com", PASSWORD), PHONE), SignedIn)


async def test_ending_others_needs_a_log_in_of_late(services: Services, clock: FakeClock) -> None:
    ana, phone = await sign_up(services), await sign_in(services)
    stale = ReauthenticationRequired(max_age_seconds=3600)
    requester = as_requester(ana)
    clock.advance(hours=1)
    assert isinstance(
        await revoke_sessions(services, requester, SessionFilter(), dry_run=False, client=LAPTOP), RevokedMany
    )
    phone = await sign_in(services)
    clock.advance(microseconds=1)

    assert await revoke_session(services, requester, str(phone.session.id), LAPTOP) == stale
    assert await revoke_all_sessions(services, requester, keep_current=True, client=LAPTOP) == stale
    assert await revoke_all_sessions(services, requester, keep_current=False, client=LAPTOP) == stale
    assert await revoke_sessions(services, requester, SessionFilter(), dry_run=False, client=LAPTOP) == stale

    assert await is_in(services, phone.tokens.access.text)


async def test_looking_and_leaving_never_do(services: Services, clock: FakeClock) -> None:
    ana, phone = await sign_up(services), await sign_in(services)
    clock.advance(days=1)
    requester = as_requester(ana)

    would = await revoke_sessions(services, requester, SessionFilter(), dry_run=True, client=LAPTOP)
    assert isinstance(would, RevokedMany)
    assert list(would.ids) == [phone.session.id]
    assert isinstance(await revoke_session(services, requester, str(ana.session.id), LAPTOP), Revoked)


async def test_a_rule_of_zero_is_no_rule(services: Services, clock: FakeClock) -> None:
    ana, phone = await sign_up(services), await sign_in(services)
    free = replace(services, policy=Policy(fresh_login=timedelta(0)))
    clock.advance(days=20)

    assert isinstance(await revoke_session(free, as_requester(ana), str(phone.session.id), LAPTOP), Revoked)
