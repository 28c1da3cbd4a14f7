"""What the grace for racing tabs may not become: a second life, for thieves or after a change of the password."""

from dataclasses import replace
from datetime import timedelta

from sessionql.resolvers.credentials import PasswordChange, Renewed, change_password
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import RefreshTokenInvalid
from sessionql.resolvers.refresh import Refreshed, refresh
from sessionql.storage.records import RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, live_row, sign_up


async def test_without_a_grace_a_token_works_once_even_where_clocks_differ(
    services: Services, clock: FakeClock
) -> None:
    """The slower of two workers asked for the time before the faster did."""
    services = replace(services, policy=replace(services.policy, refresh_grace=timedelta(0)))
    ana, started = await sign_up(services), clock.advance(minutes=5)
    clock.advance(seconds=1)
    assert isinstance(await refresh(services, ana.tokens.refresh, LAPTOP), Refreshed)
    clock.now = started

    slower = await refresh(services, ana.tokens.refresh, PHONE)

    assert isinstance(slower, RefreshTokenInvalid)
    assert slower.reuse_detected
    assert (await live_row(services, ana.session)).revocation_reason is RevocationReason.REFRESH_TOKEN_REUSED


async def test_a_change_of_the_password_voids_refresh_tokens_and_calls_nobody_a_thief(
    services: Services, clock: FakeClock
) -> None:
    """A tab that did not hear of it yet is refused; it does not sign its owner out."""
    ana = await sign_up(services)
    first = await refresh(services, ana.tokens.refresh, LAPTOP)
    assert isinstance(first, Refreshed)
    changed = await change_password(services, as_requester(ana), PasswordChange(PASSWORD, "another horse"), LAPTOP)
    assert isinstance(changed, Renewed)

    for _ in range(2):
        for void in (ana.tokens.refresh, first.tokens.refresh):
            refused = await refresh(services, void, PHONE)
            assert isinstance(refused, RefreshTokenInvalid)
            assert not refused.reuse_detected
        clock.advance(days=1)

    assert isinstance(await refresh(services, changed.tokens.refresh, LAPTOP), Refreshed)
    again = await refresh(services, first.tokens.refresh, PHONE)
    assert isinstance(again, RefreshTokenInvalid)
    assert again.reuse_detected, "the lineage that goes on is guarded like any other"
