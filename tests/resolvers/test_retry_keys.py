"""Retry keys: the client that lost a response gets the same successor again, and no other client does."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionql.resolvers.accounts import LogInResult, PresentedCredentials, logout
from sessionql.resolvers.credentials import PasswordChange, ReauthenticationResult, change_password, reauthenticate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput, RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.values.retry_keys import check_retry_key
from sessionql.storage.records import RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, get_row, sign_up
from tests.schema.graphql_client import recorded_statements

KEY, OTHER_KEY = "0f3b9a52c7d84e61", "another-key-of-24-letters"
AGES = [timedelta(0), timedelta(seconds=9), timedelta(seconds=11), timedelta(hours=5), timedelta(days=29)]


async def refreshed(deps: Dependencies, token: str, key: str | None) -> RefreshResult:
    """Refresh and assert that it succeeds."""
    result = await refresh(deps, token, LAPTOP, key)
    assert isinstance(result, RefreshResult)
    return result


async def assert_theft(deps: Dependencies, ana: LogInResult, token: str, key: str | None) -> None:
    """Refresh and assert that the session is revoked for it."""
    result = await refresh(deps, token, PHONE, key)
    assert isinstance(result, RefreshTokenInvalid)
    assert result.reuse_detected
    assert (await get_row(deps, ana.session)).revocation_reason is RevocationReason.REFRESH_TOKEN_REUSED


@pytest.mark.parametrize("late", AGES)
async def test_the_same_key_gets_the_same_successor_at_any_time(
    deps: Dependencies, clock: FakeClock, late: timedelta
) -> None:
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh, KEY)
    clock.now += late

    for _ in range(3):
        again = await refreshed(deps, ana.tokens.refresh, KEY)
        assert again.tokens.refresh == first.tokens.refresh
        assert again.session == await get_row(deps, ana.session)
        assert (again.session.generation, again.session.rotated_at) == (1, first.session.rotated_at)
    assert (await refreshed(deps, first.tokens.refresh, OTHER_KEY)).session.generation == 2, "the lineage continues"


@pytest.mark.parametrize(("first", "again"), [(None, None), (None, KEY), (KEY, None), (KEY, OTHER_KEY)])
async def test_another_key_is_a_racing_tab_within_the_grace_and_a_theft_afterwards(
    deps: Dependencies, clock: FakeClock, first: str | None, again: str | None
) -> None:
    ana = await sign_up(deps)
    successor = (await refreshed(deps, ana.tokens.refresh, first)).tokens.refresh
    clock.advance(seconds=9)
    assert (await refreshed(deps, ana.tokens.refresh, again)).tokens.refresh == successor
    clock.advance(seconds=1)

    await assert_theft(deps, ana, ana.tokens.refresh, again)


@pytest.mark.parametrize("next_key", [None, KEY, OTHER_KEY])
async def test_the_key_is_replaced_at_each_rotation(deps: Dependencies, clock: FakeClock, next_key: str | None) -> None:
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh, KEY)
    second = await refreshed(deps, first.tokens.refresh, next_key)
    clock.advance(minutes=1)

    if next_key is not None:
        assert (await refreshed(deps, first.tokens.refresh, next_key)).tokens.refresh == second.tokens.refresh
    await assert_theft(deps, ana, ana.tokens.refresh, KEY)


async def test_a_password_change_ends_every_retry(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await refreshed(deps, ana.tokens.refresh, KEY)
    change = PasswordChange(PASSWORD, "another staple of the horse")
    changed = await change_password(deps, as_requester(ana), change, LAPTOP)
    assert isinstance(changed, ReauthenticationResult)

    result = await refresh(deps, ana.tokens.refresh, LAPTOP, KEY)

    assert isinstance(result, RefreshTokenInvalid)
    assert not result.reuse_detected
    await refreshed(deps, changed.tokens.refresh, KEY)


async def test_a_reauthentication_keeps_the_retry(deps: Dependencies, clock: FakeClock) -> None:
    """It replaces access tokens only, so the refresh token that a client retries has the same successor."""
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh, KEY)
    await reauthenticate(deps, as_requester(ana), PASSWORD, LAPTOP)
    clock.advance(minutes=1)

    assert (await refreshed(deps, ana.tokens.refresh, KEY)).tokens.refresh == first.tokens.refresh


async def test_an_ended_session_has_no_retry(deps: Dependencies, clock: FakeClock) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    for user in (ana, bob):
        await refreshed(deps, user.tokens.refresh, KEY)
    await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)
    clock.advance(days=30)

    for user in (ana, bob):
        result = await refresh(deps, user.tokens.refresh, LAPTOP, KEY)
        assert result == RefreshTokenInvalid("This session has ended. Log in again.")


async def test_concurrent_retries_and_tabs_share_one_lineage(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    keys = [KEY, OTHER_KEY, None] * 10

    results = await asyncio.gather(*(refreshed(deps, ana.tokens.refresh, key) for key in keys))

    assert len({result.tokens.refresh for result in results}) == 1
    assert (await get_row(deps, ana.session)).generation == 1


async def test_a_retry_needs_no_further_statement(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    counts = []
    for key in (None, None, KEY):
        with recorded_statements(deps.storage.database) as executed:
            await refreshed(deps, ana.tokens.refresh, key)
        counts.append(len(executed))
    ana = await sign_up(deps, "bob@example.com")
    await refreshed(deps, ana.tokens.refresh, KEY)
    clock.advance(minutes=1)
    with recorded_statements(deps.storage.database) as executed:
        await refreshed(deps, ana.tokens.refresh, KEY)

    assert [*counts, len(executed)] == [1, 2, 2, 2]


async def test_only_the_hash_of_the_key_is_stored(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await refreshed(deps, ana.tokens.refresh, KEY)

    bob = await sign_up(deps, "bob@example.com")

    async with deps.storage.reading() as repositories:
        found = await repositories.sessions.find_retried(ana.user.id, ana.session.id)
        other = await repositories.sessions.find_retried(bob.user.id, ana.session.id)

    assert found == (await get_row(deps, ana.session), sha256(KEY.encode()).hexdigest())
    assert other is None, "another user's"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x" * 15,
        "x" * 65,
        "x" * 100_000,
        "with spaces here",
        "plus+slash/equal",
        "ünïcödé-letters_",
        "0" * 15 + "\n",
    ],
)
async def test_a_key_of_another_form_is_rejected_before_the_token_is_used(deps: Dependencies, key: str) -> None:
    ana = await sign_up(deps)

    result = await refresh(deps, ana.tokens.refresh, LAPTOP, key)

    assert isinstance(result, InvalidInput)
    assert result.path == ("input", "retryKey")
    assert "16 to 64" in result.message
    assert await get_row(deps, ana.session) == ana.session


@given(st.from_regex(r"\A[A-Za-z0-9_-]{16,64}\Z"))
def test_every_key_of_the_right_form_is_accepted(key: str) -> None:
    assert check_retry_key(key) is None
