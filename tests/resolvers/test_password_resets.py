"""Password resets: operators issue tokens; each works once, for a limited time, and ends all sessions of its user."""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.admin import (
    IssuedReset,
    UserSelector,
    create_user,
    delete_user,
    disable_user,
    enable_user,
    issue_password_reset,
)
from sessionql.resolvers.credentials import PasswordChange, change_password
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import (
    AccountDisabled,
    EmailTaken,
    InvalidCredentials,
    InvalidInput,
    RateLimited,
    ResetTokenInvalid,
    UserNotFound,
)
from sessionql.resolvers.password_resets import PREFIX, PasswordReset, PasswordResetResult, reset_password
from sessionql.resolvers.passwords import Passwords
from sessionql.resolvers.refresh import refresh
from sessionql.resolvers.request_context import RequestContext, SignedIn
from sessionql.resolvers.requester import authenticate
from sessionql.storage.records import AdminActionKind, EventKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    admin_actions_of,
    as_requester,
    events_of,
    get_row,
    sign_in,
    sign_in_externally,
    sign_up,
)

EMAIL = "ana@example.com"
NEW = "an even better horse"
SUPPORT = "Support"
BY_EMAIL = UserSelector(email=EMAIL)

Outcome = PasswordResetResult | ResetTokenInvalid | InvalidInput | RateLimited


async def issue(deps: Dependencies, selector: UserSelector = BY_EMAIL) -> str:
    """Issue a token as an operator."""
    done = await issue_password_reset(deps, SUPPORT, selector)
    assert isinstance(done, IssuedReset)
    return done.token.text


async def reset(deps: Dependencies, token: str, password: str = NEW) -> Outcome:
    return await reset_password(RequestContext(deps, PHONE), PasswordReset(token, password))


async def log_in(deps: Dependencies, password: str) -> object:
    return await login(deps, LogIn(EMAIL, password), LAPTOP)


async def test_a_created_user_logs_in_after_the_reset_only(deps: Dependencies) -> None:
    made = await create_user(deps, SUPPORT, EMAIL)
    assert isinstance(made, IssuedReset)
    assert (made.user.email, made.user.last_login) == (EMAIL, None)
    for password in ("", NEW, made.token.text):
        assert isinstance(await log_in(deps, password), InvalidCredentials)

    assert isinstance(await reset(deps, made.token.text), PasswordResetResult)
    assert isinstance(await log_in(deps, NEW), LogInResult)


async def test_a_user_is_created_once(deps: Dependencies) -> None:
    await sign_up(deps, "Ana@example.com")
    assert isinstance(await create_user(deps, SUPPORT, EMAIL), EmailTaken)
    assert isinstance(await create_user(deps, SUPPORT, "no address"), InvalidInput)
    assert await admin_actions_of(deps) == []


async def test_a_reset_ends_every_session_and_the_old_password(deps: Dependencies) -> None:
    laptop, phone = await sign_up(deps), await sign_in(deps)
    done = await reset(deps, await issue(deps))
    assert isinstance(done, PasswordResetResult)
    assert sorted(done.revoked) == sorted([laptop.session.id, phone.session.id])
    for each in (laptop, phone):
        assert (await get_row(deps, each.session)).revocation_reason is RevocationReason.PASSWORD_RESET
        assert await authenticate(deps, each.tokens.access.text, LAPTOP) is None
        assert not hasattr(await refresh(deps, each.tokens.refresh, LAPTOP), "tokens")
    assert isinstance(await log_in(deps, PASSWORD), InvalidCredentials)
    assert isinstance(await log_in(deps, NEW), LogInResult)


async def test_a_reset_signs_out_the_request_that_has_a_session_of_this_user(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    for who, stays in ((bob, True), (ana, False)):
        context = RequestContext(deps, LAPTOP, SignedIn(as_requester(who)))
        assert isinstance(await reset_password(context, PasswordReset(await issue(deps), NEW)), PasswordResetResult)
        assert (context.requester is not None) is stays


async def test_each_step_is_in_the_history_and_in_the_audit_log(deps: Dependencies) -> None:
    made = await create_user(deps, SUPPORT, EMAIL)
    assert isinstance(made, IssuedReset)
    await reset(deps, made.token.text)
    await log_in(deps, NEW)
    await reset(deps, await issue(deps))

    found = [(each.kind, each.actor_name) for each in await events_of(deps, made.user.id)]
    assert sorted(found, key=str) == sorted(
        [
            (EventKind.REGISTERED, SUPPORT),
            (EventKind.PASSWORD_RESET, None),
            (EventKind.LOGGED_IN, None),
            (EventKind.NEW_DEVICE, None),
            (EventKind.PASSWORD_RESET_ISSUED, SUPPORT),
            (EventKind.PASSWORD_RESET, None),
            (EventKind.SESSION_REVOKED, None),
            (EventKind.SESSIONS_REVOKED, None),
        ],
        key=str,
    )
    assert [(each.kind, each.actor_name, each.user_id) for each in await admin_actions_of(deps)] == [
        (AdminActionKind.PASSWORD_RESET_ISSUED, SUPPORT, made.user.id),
        (AdminActionKind.USER_CREATED, SUPPORT, made.user.id),
    ]


async def test_a_token_works_once(deps: Dependencies) -> None:
    await sign_up(deps)
    token = await issue(deps)
    assert isinstance(await reset(deps, token), PasswordResetResult)
    assert await reset(deps, token) == ResetTokenInvalid()


async def test_of_concurrent_resets_with_one_token_one_wins(deps: Dependencies) -> None:
    await sign_up(deps)
    token = await issue(deps)
    passwords = [f"an even better horse {number}" for number in range(6)]
    done = await asyncio.gather(*(reset(deps, token, password) for password in passwords))
    (winner,) = [number for number, each in enumerate(done) if isinstance(each, PasswordResetResult)]
    assert isinstance(await log_in(deps, passwords[winner]), LogInResult)
    assert isinstance(await log_in(deps, passwords[winner - 1]), InvalidCredentials)


async def test_no_concurrent_log_in_with_the_old_password_outlives_a_reset(deps: Dependencies) -> None:
    await sign_up(deps)
    token = await issue(deps)
    *logged_in, done = await asyncio.gather(*(log_in(deps, PASSWORD) for _ in range(4)), reset(deps, token))
    assert isinstance(done, PasswordResetResult)
    for each in logged_in:
        if isinstance(each, LogInResult):
            assert await authenticate(deps, each.tokens.access.text, LAPTOP) is None


async def test_a_newer_token_replaces_the_older(deps: Dependencies) -> None:
    await sign_up(deps)
    older, newer = await issue(deps), await issue(deps)
    assert await reset(deps, older) == ResetTokenInvalid()
    assert isinstance(await reset(deps, newer), PasswordResetResult)


async def test_a_token_expires(deps: Dependencies, clock: FakeClock) -> None:
    await sign_up(deps)
    token = await issue(deps)
    clock.advance(seconds=deps.policy.password_reset_lifetime.total_seconds() - 1)
    assert isinstance(await reset(deps, token, "short"), InvalidInput), "it is still valid"
    clock.advance(seconds=1)
    assert await reset(deps, token) == ResetTokenInvalid()


async def test_a_change_of_the_password_ends_the_token(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    token = await issue(deps)
    await change_password(deps, as_requester(ana), PasswordChange(PASSWORD, NEW), LAPTOP)
    assert await reset(deps, token, "another good horse") == ResetTokenInvalid()
    assert isinstance(await log_in(deps, NEW), LogInResult)


async def test_disabling_or_deleting_the_user_ends_the_token(deps: Dependencies) -> None:
    ana = str((await sign_up(deps)).user.id)
    token = await issue(deps)
    await disable_user(deps, SUPPORT, ana)
    assert await reset(deps, token) == ResetTokenInvalid()
    await enable_user(deps, SUPPORT, ana)
    assert await reset(deps, token) == ResetTokenInvalid(), "enabling does not bring it back"

    token = await issue(deps)
    await delete_user(deps, SUPPORT, ana)
    assert await reset(deps, token) == ResetTokenInvalid()


async def test_a_token_is_for_its_user_only(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    token = await issue(deps)
    raw = urlsafe_b64decode(token.removeprefix(PREFIX))
    assert raw[:16] == ana.user.id.bytes
    forged = PREFIX + urlsafe_b64encode(bob.user.id.bytes + raw[16:]).decode()
    for other in (forged, token[:-1], f"{token}=", token.upper(), token.removeprefix(PREFIX), "", "sqlp_", "ä" * 69):
        assert isinstance(await reset(deps, other), ResetTokenInvalid), other
    assert isinstance(await log_in(deps, PASSWORD), LogInResult)


async def test_a_weak_password_does_not_use_the_token(deps: Dependencies) -> None:
    await sign_up(deps)
    token = await issue(deps)
    for weak in ("short", "password1", "ana@example.com"):
        done = await reset(deps, token, weak)
        assert isinstance(done, InvalidInput)
        assert done.path == ("input", "newPassword")
    assert isinstance(await reset(deps, token), PasswordResetResult)


async def test_wrong_tokens_are_limited_by_address_and_valid_ones_are_not(deps: Dependencies) -> None:
    deps = replace(deps, policy=replace(deps.policy, attempts_per_address=2))
    await sign_up(deps)
    token = await issue(deps)
    wrong = [await reset(deps, token[:-4] + "AAAA") for _ in range(3)]
    assert [type(each) for each in wrong] == [ResetTokenInvalid, ResetTokenInvalid, RateLimited]
    assert isinstance(await reset(deps, token), PasswordResetResult)


async def test_weak_passwords_are_limited_too_because_each_is_estimated(deps: Dependencies) -> None:
    deps = replace(deps, policy=replace(deps.policy, attempts_per_address=2))
    await sign_up(deps)
    token = await issue(deps)
    done = [await reset(deps, token, "password1") for _ in range(3)]
    assert [type(each) for each in done] == [InvalidInput, InvalidInput, RateLimited]
    assert isinstance(await reset(deps, token), PasswordResetResult), "the token is not used up"


async def test_no_password_is_hashed_for_a_wrong_token(deps: Dependencies, monkeypatch: pytest.MonkeyPatch) -> None:
    await sign_up(deps)
    token = await issue(deps)
    hashed = list[str]()
    hash_ = Passwords.hash

    async def spy(self: Passwords, password: str) -> str:
        hashed.append(password)
        return await hash_(self, password)

    monkeypatch.setattr(Passwords, "hash", spy)
    await reset(deps, token[:-4] + "AAAA")
    assert hashed == []
    await reset(deps, token)
    assert hashed == [NEW]


async def test_only_enabled_accounts_with_an_email_address_get_a_token(deps: Dependencies) -> None:
    ana, external = await sign_up(deps), await sign_in_externally(deps)
    for selector in (UserSelector(email="eve@example.com"), UserSelector(id="x"), UserSelector()):
        assert isinstance(await issue_password_reset(deps, SUPPORT, selector), UserNotFound)
    by_id = UserSelector(id=str(external.user.id))
    assert isinstance(await issue_password_reset(deps, SUPPORT, by_id), InvalidInput)
    await disable_user(deps, SUPPORT, str(ana.user.id))
    assert isinstance(await issue_password_reset(deps, SUPPORT, BY_EMAIL), AccountDisabled)
    assert {each.kind for each in await admin_actions_of(deps)} == {AdminActionKind.USER_DISABLED}


async def test_the_token_is_not_shown_by_repr_and_not_in_the_database(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    done = await issue_password_reset(deps, SUPPORT, UserSelector(id=str(ana.user.id)))
    assert isinstance(done, IssuedReset)
    token = done.token.text
    assert token not in repr(done)
    assert token not in repr(PasswordReset(token, NEW))
    secret = urlsafe_b64decode(token.removeprefix(PREFIX))[16:]
    async with deps.storage.reading() as repositories:
        found = await repositories.users.find_resettable(ana.user.id, secret.hex(), deps.clock())
    assert found is None, "the database compares the hash, not the secret"
