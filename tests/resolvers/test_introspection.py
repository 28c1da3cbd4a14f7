"""Token introspection: agrees with authentication and changes nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.admin import delete_user, disable_user, revoke_sessions
from sessionql.resolvers.credentials import PasswordChange, change_password, reauthenticate
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.introspection import ActiveToken, TokenKind, introspect
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.service_keys import NewKey, create_key
from sessionql.storage.records import Scope
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, events_of, get_row, sign_in, sign_up
from tests.resolvers.handmade_tokens import BASE64URL


async def is_active(deps: Dependencies, token: str) -> bool:
    return await introspect(deps, token) is not None


async def both(deps: Dependencies, ana: LogInResult) -> tuple[bool, bool]:
    """Whether the access token and the refresh token are active."""
    return await is_active(deps, ana.tokens.access.text), await is_active(deps, ana.tokens.refresh)


async def test_valid_tokens_are_active_and_report_their_session(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    access = await introspect(deps, ana.tokens.access.text)
    refreshing = await introspect(deps, ana.tokens.refresh)

    assert access == ActiveToken(TokenKind.ACCESS, ana.tokens.access.expires_at, ana.session)
    assert refreshing == ActiveToken(TokenKind.REFRESH, ana.tokens.refresh_expires_at, ana.session)


@pytest.mark.parametrize("ending", ["logout", "operator", "disabled", "deleted"])
async def test_once_the_session_has_ended_none_is_active(deps: Dependencies, ending: str) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    user_id = str(ana.user.id)
    if ending == "logout":
        await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)
    elif ending == "operator":
        await revoke_sessions(deps, "Support", user_id)
    else:
        await {"disabled": disable_user, "deleted": delete_user}[ending](deps, "Support", user_id)

    assert await both(deps, ana) == (False, False)
    assert await both(deps, bob) == (True, True)


async def test_the_expiry_is_exact_to_the_instant(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)

    clock.now = ana.tokens.access.expires_at - timedelta(microseconds=1)
    assert await both(deps, ana) == (True, True)
    clock.advance(microseconds=1)
    assert await both(deps, ana) == (False, True)
    clock.now = ana.tokens.refresh_expires_at - timedelta(microseconds=1)
    assert await both(deps, ana) == (False, True)
    clock.advance(microseconds=1)
    assert await both(deps, ana) == (False, False)


async def test_an_access_token_that_was_replaced_is_not_active(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await reauthenticate(deps, as_requester(ana), PASSWORD, LAPTOP)

    assert await both(deps, ana) == (False, True)
    assert await authenticate(deps, ana.tokens.access.text, LAPTOP) is None


async def test_a_changed_password_invalidates_both(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await change_password(deps, as_requester(ana), PasswordChange(PASSWORD, "another long secret"), LAPTOP)

    assert await both(deps, ana) == (False, False)


async def test_a_used_refresh_token_is_active_until_the_grace_is_over(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    first = await refresh(deps, ana.tokens.refresh, LAPTOP)
    assert isinstance(first, RefreshResult)

    found = await introspect(deps, ana.tokens.refresh)
    assert found is not None
    assert found.expires_at == clock() + deps.policy.refresh_grace
    clock.advance(seconds=10, microseconds=-1)
    assert await is_active(deps, ana.tokens.refresh)
    clock.advance(microseconds=1)
    assert not await is_active(deps, ana.tokens.refresh)
    assert await is_active(deps, first.tokens.refresh)


async def test_without_a_grace_a_used_refresh_token_is_not_active(deps: Dependencies) -> None:
    strict = replace(deps, policy=Policy(refresh_grace=timedelta(0)))
    ana = await sign_up(strict)
    await refresh(strict, ana.tokens.refresh, LAPTOP)

    assert not await is_active(strict, ana.tokens.refresh)


async def test_of_three_generations_the_first_is_not_active(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    for token in (ana.tokens.refresh, (second := await refresh(deps, ana.tokens.refresh, LAPTOP))):
        if isinstance(token, RefreshResult):
            await refresh(deps, token.tokens.refresh, LAPTOP)

    assert isinstance(second, RefreshResult)
    assert not await is_active(deps, ana.tokens.refresh)
    assert await is_active(deps, second.tokens.refresh)


async def test_introspection_consumes_and_revokes_nothing(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    first = await refresh(deps, ana.tokens.refresh, LAPTOP)
    assert isinstance(first, RefreshResult)
    clock.advance(minutes=2)
    before = await get_row(deps, ana.session), await events_of(deps, ana.user.id)

    for _ in range(5):
        for token in (ana.tokens.refresh, first.tokens.refresh, first.tokens.access.text):
            await introspect(deps, token)

    assert (await get_row(deps, ana.session), await events_of(deps, ana.user.id)) == before
    assert await deps.activity.flush() == 0, "asking about a token is no use of the session"
    assert isinstance(await refresh(deps, first.tokens.refresh, LAPTOP), RefreshResult)


async def test_text_that_is_not_a_token_is_not_active(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    key = await create_key(deps, "Shop", list(Scope))
    assert isinstance(key, NewKey)
    access, refresh_token = ana.tokens.access.text, ana.tokens.refresh

    for token in ("", "x", "\0", "\ud800", "a.b.c", "sqlr_", key.token, str(ana.session.id), "x" * 100_000):
        assert not await is_active(deps, token)
    for token in (access, refresh_token):
        for odd in (token + "=", token[:-1], " " + token, "Bearer " + token, token.swapcase()):
            assert not await is_active(deps, odd)
        last = BASE64URL[BASE64URL.find(token[-1]) ^ 1]
        assert not await is_active(deps, token[:-1] + last), "one spelling"


async def test_introspection_agrees_with_authentication_while_sessions_end(deps: Dependencies) -> None:
    """Never active after an endpoint has rejected the token; many requests run while the session is revoked."""
    ana = await sign_up(deps)
    phones = [await sign_in(deps, client=PHONE) for _ in range(10)]

    async def ask(phone: LogInResult) -> tuple[bool, bool]:
        rejected = await authenticate(deps, phone.tokens.access.text, PHONE) is None
        return rejected, await is_active(deps, phone.tokens.access.text)

    asked, _ = await asyncio.gather(
        asyncio.gather(*map(ask, phones * 3)), revoke_sessions(deps, "Support", str(ana.user.id))
    )

    assert (True, True) not in asked
    assert await both(deps, ana) == (False, False)
