"""What the grace for racing tabs may not become: a second life, for thieves or after a change of the password."""

from dataclasses import replace
from datetime import timedelta

from sessionql.resolvers.credentials import PasswordChange, ReauthenticationResult, change_password
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.storage.records import RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, get_row, sign_up


async def test_without_a_grace_a_token_works_once_even_where_clocks_differ(
    deps: Dependencies, clock: FakeClock
) -> None:
    """The slower of two workers asked for the time before the faster did."""
    deps = replace(deps, policy=replace(deps.policy, refresh_grace=timedelta(0)))
    ana, started = await sign_up(deps), clock.advance(minutes=5)
    clock.advance(seconds=1)
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshResult)
    clock.now = started

    slower = await refresh(deps, ana.tokens.refresh, PHONE)

    assert isinstance(slower, RefreshTokenInvalid)
    assert slower.reuse_detected
    assert (await get_row(deps, ana.session)).revocation_reason is RevocationReason.REFRESH_TOKEN_REUSED


async def test_a_change_of_the_password_voids_refresh_tokens_and_calls_nobody_a_thief(
    deps: Dependencies, clock: FakeClock
) -> None:
    """A tab that did not hear of it yet is refused; it does not sign its owner out."""
    ana = await sign_up(deps)
    first = await refresh(deps, ana.tokens.refresh, LAPTOP)
    assert isinstance(first, RefreshResult)
    changed = await change_password(deps, as_requester(ana), PasswordChange(PASSWORD, "another horse"), LAPTOP)
    assert isinstance(changed, ReauthenticationResult)

    for _ in range(2):
        for void in (ana.tokens.refresh, first.tokens.refresh):
            refused = await refresh(deps, void, PHONE)
            assert isinstance(refused, RefreshTokenInvalid)
            assert not refused.reuse_detected
        clock.advance(days=1)

    assert isinstance(await refresh(deps, changed.tokens.refresh, LAPTOP), RefreshResult)
    again = await refresh(deps, first.tokens.refresh, PHONE)
    assert isinstance(again, RefreshTokenInvalid)
    assert again.reuse_detected, "the lineage that goes on is guarded like any other"
