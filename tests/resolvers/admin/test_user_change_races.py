"""Disabling a user during log-ins and refreshes ends all sessions, including concurrent ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.admin import delete_user, disable_user, enable_user, revoke_sessions
from sessionql.resolvers.admin.bulk_revocation import revoke_all_users_sessions
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import AccountDisabled, InvalidCredentials, RefreshTokenInvalid
from sessionql.resolvers.external_users import ExternalLogin, create_session
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.token_pairs import TokenPair
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    a_service,
    sign_in,
    sign_in_externally,
    sign_up,
)

ROUNDS = 24


@pytest.fixture
def deps(deps: Dependencies) -> Dependencies:
    """Without rate limits: these tests need more attempts per minute."""
    return replace(deps, policy=Policy(attempts_per_account=0, attempts_per_address=0, registrations_per_address=0))


async def all_rejected(deps: Dependencies, token_pairs: Sequence[TokenPair]) -> bool:
    """Whether all these tokens are rejected."""
    for each in token_pairs:
        if await authenticate(deps, each.access.text, LAPTOP) is not None:
            return False
        if not isinstance(await refresh(deps, each.refresh, LAPTOP), RefreshTokenInvalid):
            return False
    return True


def token_pairs_of(results: Sequence[object]) -> list[TokenPair]:
    return [each.tokens for each in results if isinstance(each, LogInResult | RefreshResult)]


async def test_no_concurrent_log_in_or_refresh_outlives_disabling_the_user(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    credentials, user_id = LogIn("ana@example.com", PASSWORD), str(ana.user.id)
    for round_ in range(ROUNDS):
        phone = await sign_in(deps)
        results = await asyncio.gather(
            login(deps, credentials, PHONE),
            refresh(deps, phone.tokens.refresh, PHONE),
            disable_user(deps, "Support", user_id),
            refresh(deps, phone.tokens.refresh, PHONE),
            login(deps, credentials, LAPTOP),
        )
        assert await all_rejected(deps, [phone.tokens, *token_pairs_of(results)]), f"round {round_}"
        assert isinstance(await login(deps, credentials, PHONE), AccountDisabled)
        await enable_user(deps, "Support", user_id)


async def test_no_session_of_a_concurrent_service_outlives_disabling_the_user(deps: Dependencies) -> None:
    ana, service = await sign_in_externally(deps, "crm|42"), await a_service(deps)
    user_id, subject = str(ana.user.id), ExternalLogin("crm|42")
    for round_ in range(ROUNDS):
        results = await asyncio.gather(
            create_session(deps, service, subject, PHONE),
            create_session(deps, service, subject, LAPTOP),
            disable_user(deps, "Support", user_id),
            create_session(deps, service, subject, PHONE),
        )
        assert await all_rejected(deps, token_pairs_of(results)), f"round {round_}"
        assert isinstance(await create_session(deps, service, subject, PHONE), AccountDisabled)
        await enable_user(deps, "Support", user_id)


async def test_no_concurrent_session_outlives_deleting_the_user(deps: Dependencies) -> None:
    for round_ in range(ROUNDS // 2):
        email = f"ana{round_}@example.com"
        ana = await sign_up(deps, email)
        results = await asyncio.gather(
            login(deps, LogIn(email, PASSWORD), PHONE),
            refresh(deps, ana.tokens.refresh, LAPTOP),
            delete_user(deps, "Support", str(ana.user.id)),
            refresh(deps, ana.tokens.refresh, LAPTOP),
            disable_user(deps, "Support", str(ana.user.id)),
        )
        assert await all_rejected(deps, [ana.tokens, *token_pairs_of(results)]), f"round {round_}"


async def test_a_wrong_password_for_an_account_being_deleted_is_a_wrong_password(deps: Dependencies) -> None:
    """No exception, although the account is deleted before the failure is written."""
    for round_ in range(ROUNDS // 2):
        email = f"ana{round_}@example.com"
        ana = await sign_up(deps, email)
        wrong = LogIn(email, "wrong")
        *tried, _ = await asyncio.gather(
            login(deps, wrong, PHONE),
            login(deps, wrong, PHONE),
            login(deps, wrong, PHONE),
            delete_user(deps, "Support", str(ana.user.id)),
        )
        assert [type(each) for each in tried] == [InvalidCredentials] * 3


async def test_concurrent_operators_never_deadlock(deps: Dependencies) -> None:
    """PostgreSQL would end a deadlock with an error after a second."""
    for round_ in range(ROUNDS // 2):
        emails = [f"ana{round_}-{n}@example.com" for n in range(4)]
        people = [await sign_up(deps, email) for email in emails]
        people += [await sign_in(deps, email) for email in emails]
        ids = [str(each.user.id) for each in people]
        results = await asyncio.gather(
            delete_user(deps, "Support", ids[0]),
            revoke_all_users_sessions(deps, "Support"),
            disable_user(deps, "Support", ids[1]),
            delete_user(deps, "Support", ids[2]),
            revoke_all_users_sessions(deps, "Support"),
            revoke_sessions(deps, "Support", ids[3]),
            revoke_sessions(deps, "Support", ids[0]),
            *(refresh(deps, each.tokens.refresh, PHONE) for each in people),
        )
        assert await all_rejected(deps, [each.tokens for each in people] + token_pairs_of(results)), f"round {round_}"
