"""Authentication: a valid token and a session that is active now."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.sessions import rename_session, revoke_session
from sessionql.storage.records import SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PHONE, add_session, add_user, as_requester, sign_in, sign_up
from tests.resolvers.handmade_tokens import signed, valid_claims


def long_token(deps: Dependencies, session: SessionRecord, **changes: object) -> str:
    """Build a token that is valid for a year, so that only the session row can end it."""
    end = int(deps.clock().timestamp()) + 365 * 86400
    return signed(deps.tokens.keys(), valid_claims(session, deps.clock(), **({"exp": end} | changes)))


async def is_authenticated(deps: Dependencies, token: str) -> bool:
    """Whether the token authenticates now."""
    return await authenticate(deps, token, LAPTOP) is not None


async def test_the_row_is_read_for_every_request(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await rename_session(deps, as_requester(ana), str(ana.session.id), "Laptop", LAPTOP)

    requester = await authenticate(deps, ana.tokens.access.text, LAPTOP)

    assert requester is not None
    assert requester.session == replace(ana.session, name="Laptop")
    assert requester.user_id == ana.user.id


async def test_a_revoked_session_is_rejected_by_the_very_next_request(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    assert await is_authenticated(deps, phone.tokens.access.text)

    await revoke_session(deps, as_requester(ana), str(phone.session.id), LAPTOP)

    assert not await is_authenticated(deps, phone.tokens.access.text)
    assert await is_authenticated(deps, ana.tokens.access.text)
    await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)
    assert not await is_authenticated(deps, ana.tokens.access.text)


async def test_an_unused_session_ends_at_the_exact_instant(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    token = long_token(deps, ana.session)

    clock.now = ana.session.last_active + timedelta(days=30, microseconds=-1)
    assert await is_authenticated(deps, token)
    clock.advance(microseconds=1)
    assert not await is_authenticated(deps, token)


async def test_a_used_session_ends_exactly_at_its_absolute_lifetime(deps: Dependencies, clock: FakeClock) -> None:
    ana = await add_user(deps)
    created_at = clock() - timedelta(days=90) + timedelta(seconds=1)
    session = await add_session(deps, ana.id, created_at=created_at)
    token = long_token(deps, session)

    clock.advance(seconds=1, microseconds=-1)
    assert await is_authenticated(deps, token)
    clock.advance(microseconds=1)
    assert not await is_authenticated(deps, token)


async def test_an_expired_token_of_an_active_session_is_rejected(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)

    clock.now = ana.tokens.access.expires_at - timedelta(microseconds=1)
    assert await is_authenticated(deps, ana.tokens.access.text)
    clock.advance(microseconds=1)
    assert not await is_authenticated(deps, ana.tokens.access.text)


async def test_a_session_of_another_user_does_not_authenticate(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    assert await is_authenticated(deps, long_token(deps, ana.session))

    assert not await is_authenticated(deps, long_token(deps, ana.session, sub=str(bob.user.id)))
    assert not await is_authenticated(deps, long_token(deps, ana.session, sid=str(bob.session.id)))
    assert not await is_authenticated(deps, long_token(deps, ana.session, sid=str(uuid7())))


async def test_activity_is_recorded_with_the_address_of_the_client(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=2)

    await authenticate(deps, ana.tokens.access.text, ClientInfo("203.0.113.9", None))
    await deps.activity.flush()

    requester = await authenticate(deps, ana.tokens.access.text, LAPTOP)
    assert requester is not None
    assert (requester.session.last_active, requester.session.ip_address) == (clock(), "203.0.113.9")


async def test_a_rejected_request_is_not_activity(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)
    clock.advance(minutes=2)

    assert not await is_authenticated(deps, ana.tokens.access.text)
    assert await deps.activity.flush() == 0


def pieces(token: str) -> set[str]:
    """Return all substrings of eight characters of a token."""
    return {token[at : at + 8] for at in range(len(token) - 7)}


async def test_no_part_of_a_rejected_token_is_logged(deps: Dependencies, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ana: LogInResult = await sign_up(deps)
    await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)
    good = ana.tokens.access.text
    for token in (good, good + "=", good[:-9], good.swapcase(), "Bearer " + good, "secret-secret-secret"):
        assert await authenticate(deps, token, PHONE) is None

    assert caplog.text.count("Rejected an access token from 198.51.100.7: not valid") == 5
    assert caplog.text.count("Rejected an access token from 198.51.100.7: its session has ended") == 1
    secrets = pieces(good) | pieces(good.swapcase()) | pieces("secret-secret-secret")
    assert not any(secret in caplog.text for secret in secrets)
