"""Neither the refresh grace nor a retry key extends a stolen token or a token from before a password change."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sessionql.resolvers.credentials import PasswordChange, ReauthenticationResult, change_password
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.storage.records import RevocationReason
from tests.conftest import FakeClock
from tests.invariants.races import Race, Workers
from tests.invariants.rounds import rounds
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, get_row, sign_up


async def test_without_a_grace_a_token_is_accepted_once_even_if_clocks_differ(
    deps: Dependencies, clock: FakeClock
) -> None:
    """The slower of two workers read the clock before the faster one."""
    deps = replace(deps, policy=replace(deps.policy, refresh_grace=timedelta(0)))
    ana, started = await sign_up(deps), clock.advance(minutes=5)
    clock.advance(seconds=1)
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshResult)
    clock.now = started

    slower = await refresh(deps, ana.tokens.refresh, PHONE)

    assert isinstance(slower, RefreshTokenInvalid)
    assert slower.reuse_detected
    assert (await get_row(deps, ana.session)).revocation_reason is RevocationReason.REFRESH_TOKEN_REUSED


async def test_a_password_change_voids_refresh_tokens_without_reporting_reuse(
    deps: Dependencies, clock: FakeClock
) -> None:
    """A tab with an old token is rejected; its session stays active."""
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
    assert again.reuse_detected, "reuse is detected in the new lineage too"


async def test_retries_of_one_refresh_on_two_workers_share_one_lineage(workers: Workers) -> None:
    """Without a grace only the retry key distinguishes a retry from a theft."""
    first, second = (replace(each, policy=replace(each.policy, refresh_grace=timedelta(0))) for each in workers)
    ana, race, count = await sign_up(first), Race("retries"), rounds(6)
    token = ana.tokens.refresh
    for number in range(count):
        key = f"retry-key-number-{number}"
        tries = [race.later(refresh, worker, token, LAPTOP, key) for worker in (first, second) for _ in range(5)]
        done = await asyncio.gather(*tries)
        succeeded = [each.tokens.refresh for each in done if isinstance(each, RefreshResult)]
        assert len(succeeded) == len(done), "an honest retry was rejected"
        (token,) = set(succeeded)
        assert (await get_row(second, ana.session)).generation == number + 1

    assert (await get_row(first, ana.session)).revoked_at is None
    theft = await refresh(second, ana.tokens.refresh, LAPTOP, "retry-key-number-0")
    assert isinstance(theft, RefreshTokenInvalid)
    assert theft.reuse_detected
