"""Refresh: concurrent tabs all succeed, reuse revokes the session, and nothing undoes the revocation."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.tokens import refresh as refresh_tokens
from sessionql.resolvers.tokens.refresh import RefreshClaims, verify
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PHONE, as_requester, events_of, get_row, sign_in, sign_up

ENDED = "This session has ended. Log in again."


def signed_refresh_token(deps: Dependencies, session: SessionRecord, **changes: object) -> str:
    """Build a refresh token as the server signs it."""
    claims = replace(RefreshClaims(session.user_id, session.id, session.generation), **changes)  # type: ignore[arg-type]
    return refresh_tokens.sign(claims, deps.tokens.keys().refresh[0])


async def refreshed(
    deps: Dependencies, token: str, client: ClientInfo = PHONE, retry_key: str | None = None
) -> RefreshResult:
    """Refresh and assert that it succeeds."""
    result = await refresh(deps, token, client, retry_key)
    assert isinstance(result, RefreshResult)
    return result


async def assert_revoked_for_reuse(deps: Dependencies, ana: LogInResult, result: object) -> None:
    """Check the result, and the stored row through a new connection."""
    assert isinstance(result, RefreshTokenInvalid)
    assert result.reuse_detected
    assert result.path == ("input", "refreshToken")
    await deps.storage.database.close()
    await deps.storage.database.open()
    row = await get_row(deps, ana.session)
    assert (row.revoked_at, row.revocation_reason) == (deps.clock(), RevocationReason.REFRESH_TOKEN_REUSED)
    event = (await events_of(deps, ana.user.id))[0]
    assert event.kind is EventKind.REFRESH_TOKEN_REUSED
    assert (event.session_id, event.actor_id, event.ip_address) == (ana.session.id, ana.session.id, PHONE.ip_address)


async def test_a_refresh_rotates(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=5)

    result = await refreshed(deps, ana.tokens.refresh)

    assert result.session == await get_row(deps, ana.session)
    assert (result.session.generation, result.session.rotated_at) == (1, clock())
    assert (result.session.last_active, result.session.ip_address) == (clock(), PHONE.ip_address)
    assert result.tokens.refresh != ana.tokens.refresh
    assert result.tokens.refresh_expires_at == clock() + timedelta(days=30)
    assert verify(result.tokens.refresh, deps.tokens.keys().refresh) == RefreshClaims(ana.user.id, ana.session.id, 1)
    requester = await authenticate(deps, result.tokens.access.text, LAPTOP)
    assert requester is not None
    assert requester.session.id == ana.session.id


async def test_a_refresh_is_no_new_log_in(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(days=2)

    result = await refreshed(deps, ana.tokens.refresh, LAPTOP)

    assert result.session.authenticated_at == ana.session.authenticated_at
    assert result.session.created_at == ana.session.created_at
    assert len(await events_of(deps, ana.user.id)) == 1


async def test_a_chain_of_refreshes_ends_at_the_absolute_lifetime(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    token, end = ana.tokens.refresh, ana.session.created_at + timedelta(days=90)
    for index in range(1, 5):
        clock.advance(days=20)
        result = await refreshed(deps, token)
        token = result.tokens.refresh
        assert result.session.generation == index
        assert result.tokens.refresh_expires_at == min(clock() + timedelta(days=30), end)

    clock.now = end
    assert await refresh(deps, token, PHONE) == RefreshTokenInvalid(ENDED)


async def test_fifty_tabs_that_refresh_concurrently_get_one_successor(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    results = await asyncio.gather(*(refreshed(deps, ana.tokens.refresh) for _ in range(50)))

    assert {result.session.generation for result in results} == {1}
    assert len({result.tokens.refresh for result in results}) == 1
    assert len({result.tokens.access.text for result in results}) == 50
    row = await get_row(deps, ana.session)
    assert (row.generation, row.revoked_at) == (1, None)
    assert (await refreshed(deps, results[0].tokens.refresh)).session.generation == 2, "and it works"


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=5), timedelta(seconds=10, microseconds=-1)])
async def test_within_the_grace_a_late_tab_gets_the_same_successor(
    deps: Dependencies, clock: FakeClock, late: timedelta
) -> None:
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh)
    clock.now += late

    again = await refreshed(deps, ana.tokens.refresh)

    assert again.tokens.refresh == first.tokens.refresh
    assert (await get_row(deps, ana.session)).generation == 1


async def test_late_tabs_do_not_extend_the_grace(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    await refreshed(deps, ana.tokens.refresh)
    clock.advance(seconds=9)
    await refreshed(deps, ana.tokens.refresh)
    clock.advance(seconds=1)

    await assert_revoked_for_reuse(deps, ana, await refresh(deps, ana.tokens.refresh, PHONE))


@pytest.mark.parametrize("late", [timedelta(seconds=10), timedelta(seconds=11), timedelta(days=29)])
async def test_after_the_grace_a_replay_revokes_the_session(
    deps: Dependencies, clock: FakeClock, late: timedelta
) -> None:
    ana = await sign_up(deps)
    successor = await refreshed(deps, ana.tokens.refresh)
    clock.now += late

    result = await refresh(deps, ana.tokens.refresh, PHONE)

    await assert_revoked_for_reuse(deps, ana, result)
    assert await authenticate(deps, successor.tokens.access.text, LAPTOP) is None
    assert await refresh(deps, successor.tokens.refresh, LAPTOP) == RefreshTokenInvalid(ENDED)


@pytest.mark.parametrize("overtaken", [timedelta(0), timedelta(milliseconds=5)])
async def test_without_a_grace_every_second_use_ends_the_session(
    deps: Dependencies, clock: FakeClock, overtaken: timedelta
) -> None:
    """ASVS 10.4.5 literally, even for a request that started before the one that was faster."""
    strict = replace(deps, policy=Policy(refresh_grace=timedelta(0)))
    ana = await sign_up(strict)
    await refreshed(strict, ana.tokens.refresh)
    clock.now -= overtaken

    await assert_revoked_for_reuse(strict, ana, await refresh(strict, ana.tokens.refresh, PHONE))


async def test_once_the_successor_was_used_a_replay_is_theft_even_within_the_grace(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh)
    await refreshed(deps, first.tokens.refresh)

    await assert_revoked_for_reuse(deps, ana, await refresh(deps, ana.tokens.refresh, PHONE))


async def test_a_replay_ends_one_session_and_no_other(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    phone = await sign_in(deps)
    bob = await sign_up(deps, "bob@example.com")
    await refreshed(deps, ana.tokens.refresh)
    clock.advance(minutes=1)

    await assert_revoked_for_reuse(deps, ana, await refresh(deps, ana.tokens.refresh, PHONE))

    for other in (phone, bob):
        assert (await get_row(deps, other.session)).revoked_at is None
        await refreshed(deps, other.tokens.refresh)


async def test_concurrent_replays_revoke_once_and_record_once(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    await refreshed(deps, ana.tokens.refresh, LAPTOP)
    clock.advance(minutes=1)

    results = await asyncio.gather(*(refresh(deps, ana.tokens.refresh, PHONE) for _ in range(10)))

    assert not any(isinstance(result, RefreshResult) for result in results)
    kinds = [event.kind for event in await events_of(deps, ana.user.id)]
    assert kinds == [EventKind.REFRESH_TOKEN_REUSED, EventKind.REGISTERED]


async def test_a_thief_who_refreshed_first_is_signed_out_too(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    thief = await refreshed(deps, ana.tokens.refresh)
    clock.advance(minutes=4)
    await refresh(deps, ana.tokens.refresh, LAPTOP)

    assert await authenticate(deps, thief.tokens.access.text, PHONE) is None
    assert isinstance(await refresh(deps, thief.tokens.refresh, PHONE), RefreshTokenInvalid)


async def test_a_generation_that_was_never_issued_is_rejected(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    for ahead in (1, 2, 2**31 - 1):
        result = await refresh(deps, signed_refresh_token(deps, ana.session, generation=ahead), PHONE)
        assert isinstance(result, RefreshTokenInvalid)
    assert (await get_row(deps, ana.session)).generation == 0


async def test_a_token_of_an_unknown_session_is_rejected_and_is_no_reuse(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    result = await refresh(deps, signed_refresh_token(deps, ana.session, session_id=uuid7()), PHONE)

    assert result == RefreshTokenInvalid(ENDED)
    assert (await get_row(deps, ana.session)) == ana.session


async def test_a_signed_token_with_the_id_of_another_user_finds_nothing(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")

    for owner, generation in ((bob.user.id, 0), (bob.user.id, 1), (uuid7(), 0)):
        token = signed_refresh_token(deps, ana.session, user_id=owner, generation=generation)
        assert await refresh(deps, token, PHONE) == RefreshTokenInvalid(ENDED)
    assert await get_row(deps, ana.session) == ana.session
    assert await get_row(deps, bob.session) == bob.session


@pytest.mark.parametrize("generation", [0, 1])
async def test_a_revoked_session_stays_unchanged(deps: Dependencies, clock: FakeClock, generation: int) -> None:
    ana = await sign_up(deps)
    await refreshed(deps, ana.tokens.refresh)
    await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)
    row = await get_row(deps, ana.session)
    clock.advance(seconds=1)

    result = await refresh(deps, signed_refresh_token(deps, ana.session, generation=generation), PHONE)

    assert result == RefreshTokenInvalid(ENDED), "no reuse, and no grace either"
    assert await get_row(deps, ana.session) == row


async def test_a_session_is_not_refreshed_from_its_expiry_on(deps: Dependencies, clock: FakeClock) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")

    clock.advance(days=30, microseconds=-1)
    await refreshed(deps, bob.tokens.refresh)
    clock.advance(microseconds=1)

    assert await refresh(deps, ana.tokens.refresh, PHONE) == RefreshTokenInvalid(ENDED)
    assert await get_row(deps, ana.session) == ana.session


async def test_revocation_wins_over_every_concurrent_refresh(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    results = await asyncio.gather(
        *(refresh(deps, ana.tokens.refresh, PHONE) for _ in range(5)),
        logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP),
        *(refresh(deps, ana.tokens.refresh, PHONE) for _ in range(5)),
    )

    assert (await get_row(deps, ana.session)).revocation_reason is RevocationReason.LOGGED_OUT
    for result in results:
        if isinstance(result, RefreshResult):
            assert await authenticate(deps, result.tokens.access.text, PHONE) is None
            assert await refresh(deps, result.tokens.refresh, PHONE) == RefreshTokenInvalid(ENDED)


async def test_a_token_that_was_changed_does_nothing_and_is_not_logged(
    deps: Dependencies, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ana = await sign_up(deps)
    token = ana.tokens.refresh
    for changed in (token[:-1], token + "=", token.swapcase(), "sqlr_", "", "\ud800", ana.tokens.access.text):
        result = await refresh(deps, changed, PHONE)
        assert result == RefreshTokenInvalid("This refresh token is not valid. Log in again.")

    assert await get_row(deps, ana.session) == ana.session
    assert "Rejected a refresh token from 198.51.100.7: This refresh token is not valid" in caplog.text
    pieces = {text[at : at + 8] for text in (token, token.swapcase()) for at in range(len(token) - 8)}
    assert not any(piece in caplog.text for piece in pieces)


async def test_a_new_refresh_secret_invalidates_every_old_token(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    resealed = deps.tokens.keys().with_new_refresh_secret()
    deps.tokens.keys = lambda: resealed

    result = await refresh(deps, ana.tokens.refresh, PHONE)

    assert isinstance(result, RefreshTokenInvalid)
    assert not result.reuse_detected
