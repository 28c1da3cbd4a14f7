"""Disabling a user while they log in and refresh: whoever was in before is out, and nobody slips in."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sessionql.resolvers.accounts import LogIn, SignedIn, login
from sessionql.resolvers.admin import delete_user, disable_user, enable_user, revoke_sessions
from sessionql.resolvers.bulk_revocation import revoke_everyone
from sessionql.resolvers.dependencies import Policy, Services
from sessionql.resolvers.errors import AccountDisabled, InvalidCredentials, RefreshTokenInvalid
from sessionql.resolvers.external_users import SubjectLogIn, create_session
from sessionql.resolvers.refresh import Refreshed, refresh
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.token_pairs import Grant
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    a_service,
    sign_in,
    sign_in_elsewhere,
    sign_up,
)

ROUNDS = 24


@pytest.fixture
def services(services: Services) -> Services:
    """Without limits: these tests try more often in a minute than anybody may."""
    return replace(services, policy=Policy(attempts_per_account=0, attempts_per_address=0, registrations_per_address=0))


async def all_refused(services: Services, grants: Sequence[Grant]) -> bool:
    """Whether no token of these opens anything."""
    for each in grants:
        if await authenticate(services, each.access.text, LAPTOP) is not None:
            return False
        if not isinstance(await refresh(services, each.refresh, LAPTOP), RefreshTokenInvalid):
            return False
    return True


def grants_of(results: Sequence[object]) -> list[Grant]:
    return [each.tokens for each in results if isinstance(each, SignedIn | Refreshed)]


async def test_no_log_in_and_no_refresh_outlives_the_disabling_it_crosses(services: Services) -> None:
    ana = await sign_up(services)
    credentials, user_id = LogIn("ana@example.com", PASSWORD), str(ana.user.id)
    for round_ in range(ROUNDS):
        phone = await sign_in(services)
        results = await asyncio.gather(
            login(services, credentials, PHONE),
            refresh(services, phone.tokens.refresh, PHONE),
            disable_user(services, "Support", user_id),
            refresh(services, phone.tokens.refresh, PHONE),
            login(services, credentials, LAPTOP),
        )
        assert await all_refused(services, [phone.tokens, *grants_of(results)]), f"round {round_}"
        assert isinstance(await login(services, credentials, PHONE), AccountDisabled)
        await enable_user(services, "Support", user_id)


async def test_no_session_of_a_service_outlives_the_disabling_it_crosses(services: Services) -> None:
    ana, service = await sign_in_elsewhere(services, "crm|42"), await a_service(services)
    user_id, subject = str(ana.user.id), SubjectLogIn("crm|42")
    for round_ in range(ROUNDS):
        results = await asyncio.gather(
            create_session(services, service, subject, PHONE),
            create_session(services, service, subject, LAPTOP),
            disable_user(services, "Support", user_id),
            create_session(services, service, subject, PHONE),
        )
        assert await all_refused(services, grants_of(results)), f"round {round_}"
        assert isinstance(await create_session(services, service, subject, PHONE), AccountDisabled)
        await enable_user(services, "Support", user_id)


async def test_no_session_outlives_the_deletion_it_crosses(services: Services) -> None:
    for round_ in range(ROUNDS // 2):
        email = f"ana{round_}@example.com"
        ana = await sign_up(services, email)
        results = await asyncio.gather(
            login(services, LogIn(email, PASSWORD), PHONE),
            refresh(services, ana.tokens.refresh, LAPTOP),
            delete_user(services, "Support", str(ana.user.id)),
            refresh(services, ana.tokens.refresh, LAPTOP),
            disable_user(services, "Support", str(ana.user.id)),
        )
        assert await all_refused(services, [ana.tokens, *grants_of(results)]), f"round {round_}"


async def test_a_wrong_password_for_an_account_that_is_just_deleted_is_a_wrong_password(services: Services) -> None:
    """Not a fault, though the account is gone before the failure can be written down."""
    for round_ in range(ROUNDS // 2):
        email = f"ana{round_}@example.com"
        ana = await sign_up(services, email)
        wrong = LogIn(email, "wrong")
        *tried, _ = await asyncio.gather(
            login(services, wrong, PHONE),
            login(services, wrong, PHONE),
            login(services, wrong, PHONE),
            delete_user(services, "Support", str(ana.user.id)),
        )
        assert [type(each) for each in tried] == [InvalidCredentials] * 3


async def test_operators_at_once_never_wait_in_a_circle(services: Services) -> None:
    """On PostgreSQL a circle would be ended as a deadlock, after a second."""
    for round_ in range(ROUNDS // 2):
        emails = [f"ana{round_}-{n}@example.com" for n in range(4)]
        people = [await sign_up(services, email) for email in emails]
        people += [await sign_in(services, email) for email in emails]
        ids = [str(each.user.id) for each in people]
        results = await asyncio.gather(
            delete_user(services, "Support", ids[0]),
            revoke_everyone(services, "Support"),
            disable_user(services, "Support", ids[1]),
            delete_user(services, "Support", ids[2]),
            revoke_everyone(services, "Support"),
            revoke_sessions(services, "Support", ids[3]),
            revoke_sessions(services, "Support", ids[0]),
            *(refresh(services, each.tokens.refresh, PHONE) for each in people),
        )
        assert await all_refused(services, [each.tokens for each in people] + grants_of(results)), f"round {round_}"
