"""Who asks: a good token and a row that is alive at this very moment."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import Proof, SignedIn, logout
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.requester import Client, authenticate
from sessionql.resolvers.sessions import rename_session, revoke_session
from sessionql.storage.records import SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PHONE,
    add_session,
    add_user,
    as_requester,
    good_claims,
    sign_in,
    sign_up,
    signed,
)


def long_token(services: Services, session: SessionRecord, **changes: object) -> str:
    """A token of the session that itself lasts a year, so that only the row can end it."""
    end = int(services.clock().timestamp()) + 365 * 86400
    return signed(services.tokens.keys(), good_claims(session, services.clock(), **({"exp": end} | changes)))


async def is_let_in(services: Services, token: str) -> bool:
    """Whether the token opens the door now."""
    return await authenticate(services, token, LAPTOP) is not None


async def test_the_row_is_read_anew_each_time(services: Services) -> None:
    ana = await sign_up(services)
    await rename_session(services, as_requester(ana), str(ana.session.id), "Laptop", LAPTOP)

    requester = await authenticate(services, ana.tokens.access.text, LAPTOP)

    assert requester is not None
    assert requester.session == replace(ana.session, name="Laptop")
    assert requester.user_id == ana.user.id


async def test_a_revoked_session_is_refused_by_the_very_next_request(services: Services) -> None:
    ana, phone = await sign_up(services), await sign_in(services)
    assert await is_let_in(services, phone.tokens.access.text)

    await revoke_session(services, as_requester(ana), str(phone.session.id), LAPTOP)

    assert not await is_let_in(services, phone.tokens.access.text)
    assert await is_let_in(services, ana.tokens.access.text)
    await logout(services, Proof(as_requester(ana)), LAPTOP)
    assert not await is_let_in(services, ana.tokens.access.text)


async def test_an_unused_session_ends_at_the_exact_instant(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    token = long_token(services, ana.session)

    clock.now = ana.session.last_active + timedelta(days=30, microseconds=-1)
    assert await is_let_in(services, token)
    clock.advance(microseconds=1)
    assert not await is_let_in(services, token)


async def test_a_session_in_use_ends_at_its_absolute_end_to_the_instant(services: Services, clock: FakeClock) -> None:
    ana = await add_user(services)
    born = clock() - timedelta(days=90) + timedelta(seconds=1)
    session = await add_session(services, ana.id, created_at=born)
    token = long_token(services, session)

    clock.advance(seconds=1, microseconds=-1)
    assert await is_let_in(services, token)
    clock.advance(microseconds=1)
    assert not await is_let_in(services, token)


async def test_a_token_that_expired_is_refused_though_its_session_lives(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)

    clock.now = ana.tokens.access.expires_at - timedelta(microseconds=1)
    assert await is_let_in(services, ana.tokens.access.text)
    clock.advance(microseconds=1)
    assert not await is_let_in(services, ana.tokens.access.text)


async def test_a_session_of_another_user_is_no_session(services: Services) -> None:
    ana, bob = await sign_up(services), await sign_up(services, "bob@example.com")
    assert await is_let_in(services, long_token(services, ana.session))

    assert not await is_let_in(services, long_token(services, ana.session, sub=str(bob.user.id)))
    assert not await is_let_in(services, long_token(services, ana.session, sid=str(bob.session.id)))
    assert not await is_let_in(services, long_token(services, ana.session, sid=str(uuid7())))


async def test_a_use_is_noted_from_where_it_came(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    clock.advance(minutes=2)

    await authenticate(services, ana.tokens.access.text, Client("203.0.113.9", None))
    await services.activity.flush()

    requester = await authenticate(services, ana.tokens.access.text, LAPTOP)
    assert requester is not None
    assert (requester.session.last_active, requester.session.ip_address) == (clock(), "203.0.113.9")


async def test_a_request_that_was_refused_is_no_use(services: Services, clock: FakeClock) -> None:
    ana = await sign_up(services)
    await logout(services, Proof(as_requester(ana)), LAPTOP)
    clock.advance(minutes=2)

    assert not await is_let_in(services, ana.tokens.access.text)
    assert await services.activity.flush() == 0


def pieces(token: str) -> set[str]:
    """Every eight characters of a token."""
    return {token[at : at + 8] for at in range(len(token) - 7)}


async def test_no_part_of_a_rejected_token_is_logged(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ana: SignedIn = await sign_up(services)
    await logout(services, Proof(as_requester(ana)), LAPTOP)
    good = ana.tokens.access.text
    for token in (good, good + "=", good[:-9], good.swapcase(), "Bearer " + good, "secret-secret-secret"):
        assert await authenticate(services, token, PHONE) is None

    assert caplog.text.count("Rejected an access token from 198.51.100.7: not valid") == 5
    assert caplog.text.count("Rejected an access token from 198.51.100.7: its session has ended") == 1
    secrets = pieces(good) | pieces(good.swapcase()) | pieces("secret-secret-secret")
    assert not any(secret in caplog.text for secret in secrets)
