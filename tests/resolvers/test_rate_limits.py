"""Rate limits: attempts are counted per account and per address, and refunded after a success."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login, register
from sessionql.resolvers.client import ClientInfo, client_info
from sessionql.resolvers.credentials import reauthenticate
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import EmailTaken, InvalidCredentials, RateLimited
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.storage.rate_limits import ConsumedAttempt, RateLimitRepository
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, as_requester, events_of, sign_in, sign_up

WRONG = "wrong horse battery"


async def attempt(deps: Dependencies, email: str, sender: ClientInfo = LAPTOP, password: str = WRONG) -> object:
    return await login(deps, LogIn(email, password), sender)


def client_at(number: int) -> ClientInfo:
    return client_info(f"198.51.{number}.7", None, truncate=False)


async def test_the_sixth_wrong_password_from_a_network_in_a_minute_is_not_checked(
    deps: Dependencies, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(deps)
    for _ in range(5):
        assert await attempt(deps, "ana@example.com", client_at(1)) == InvalidCredentials()
        clock.advance(seconds=1)
    monkeypatch.setattr(deps.passwords, "verify", None)

    limited = await attempt(deps, "ANA@example.com", client_at(1), PASSWORD)

    assert limited == RateLimited(retry_after_seconds=55)


async def test_after_a_minute_five_more_attempts_are_allowed(deps: Dependencies, clock: FakeClock) -> None:
    await sign_up(deps)
    for _ in range(6):
        await attempt(deps, "ana@example.com")

    clock.advance(seconds=59.999)
    assert await attempt(deps, "ana@example.com") == RateLimited(retry_after_seconds=1)
    clock.advance(seconds=0.001)
    assert isinstance(await attempt(deps, "ana@example.com", password=PASSWORD), LogInResult)
    assert [await attempt(deps, "ana@example.com") for _ in range(6)].count(InvalidCredentials()) == 5


async def test_an_unknown_account_is_limited_like_an_existing_one(deps: Dependencies) -> None:
    await sign_up(deps)

    for email in ("ana@example.com", "unknown@example.com", "no address at all"):
        found = [await attempt(deps, email, client_at(len(email))) for _ in range(6)]
        assert found == [InvalidCredentials()] * 5 + [RateLimited(retry_after_seconds=60)]


@pytest.mark.parametrize("email", ["ana@example.com", "unknown@example.com"])
async def test_a_failed_log_in_writes_the_same_for_known_and_unknown_accounts(
    deps: Dependencies, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    """The commit takes the most time: without it, the response time would reveal an unknown account."""
    await sign_up(deps)
    noted: list[str] = []
    note = RateLimitRepository.note_failure

    async def spy(self: RateLimitRepository, attempt: ConsumedAttempt, now: datetime) -> None:
        noted.append(attempt.limit.key.partition(":")[0])
        await note(self, attempt, now)

    monkeypatch.setattr(RateLimitRepository, "note_failure", spy)

    assert await attempt(deps, email) == InvalidCredentials()

    assert noted == ["account"]


async def test_an_address_gets_twenty_attempts_a_minute_for_all_accounts_together(deps: Dependencies) -> None:
    await sign_up(deps)
    sender = client_at(1)

    found = [await attempt(deps, f"{number}@example.com", sender) for number in range(25)]

    assert found == [InvalidCredentials()] * 20 + [RateLimited(retry_after_seconds=60)] * 5
    assert await attempt(deps, "ana@example.com", sender, PASSWORD) == RateLimited(retry_after_seconds=60)
    assert isinstance(await attempt(deps, "ana@example.com", client_at(2), PASSWORD), LogInResult)


async def test_a_success_does_not_reset_the_counter_of_the_address(deps: Dependencies) -> None:
    """An own account does not give more guesses at the accounts of others."""
    await sign_up(deps)
    found: list[object] = []
    for number in range(25):
        found.append(await attempt(deps, f"{number}@example.com"))
        await attempt(deps, "ana@example.com", password=PASSWORD)

    assert found.count(InvalidCredentials()) == 20


async def test_successes_are_not_counted_as_failures(deps: Dependencies) -> None:
    await sign_up(deps)

    for _ in range(30):
        await sign_in(deps)

    assert await attempt(deps, "ana@example.com") == InvalidCredentials()


@pytest.mark.parametrize("addresses", [["2001:db8:1:2::1", "2001:0DB8:1:2:ffff::9", "2001:db8:1:2:0:0:0:1"]])
async def test_all_addresses_of_one_network_share_one_counter(deps: Dependencies, addresses: list[str]) -> None:
    """Any notation of an IPv6 address, and any address of its /64 (CVE-2026-45364)."""
    senders = [client_info(addresses[number % 3], None, truncate=False) for number in range(30)]

    found = [await attempt(deps, f"{number}@example.com", sender) for number, sender in enumerate(senders)]

    assert found.count(InvalidCredentials()) == 20
    other = client_info("2001:db8:1:3::1", None, truncate=False)
    assert await attempt(deps, "ana@example.com", other) == InvalidCredentials()


@pytest.mark.parametrize(("networks", "checked"), [(1, 5), (30, 30)])
async def test_concurrent_guesses_get_no_more_checks_than_others(
    deps: Dependencies, networks: int, checked: int
) -> None:
    await sign_up(deps)

    guesses = (attempt(deps, "ana@example.com", client_at(number % networks)) for number in range(30))
    found = await asyncio.gather(*guesses)

    assert found.count(InvalidCredentials()) == checked
    assert {type(each) for each in found} <= {InvalidCredentials, RateLimited}


async def test_failed_log_ins_are_events_of_the_account(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    await attempt(deps, "ana@example.com", client_at(7))

    event = (await events_of(deps, ana.user.id))[0]

    assert (event.kind, event.ip_address) == (EventKind.LOGIN_FAILED, "198.51.7.7")
    assert (event.session_id, event.actor_id) == (None, None)


async def test_failed_log_ins_from_elsewhere_do_not_block_a_signed_in_owner(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    for number in range(9):
        await attempt(deps, "ana@example.com", client_at(number))

    assert not isinstance(await reauthenticate(deps, as_requester(ana), PASSWORD, LAPTOP), RateLimited)


async def test_thirty_accounts_a_minute_are_created_from_one_address(deps: Dependencies, clock: FakeClock) -> None:
    found = [await register(deps, LogIn(f"{number}@example.com", PASSWORD), LAPTOP) for number in range(30)]
    assert all(isinstance(each, LogInResult) for each in found)

    late = LogIn("late@example.com", PASSWORD)
    assert await register(deps, late, LAPTOP) == RateLimited(retry_after_seconds=60)
    assert isinstance(await register(deps, late, client_at(1)), LogInResult)
    assert await register(deps, late, client_at(1)) == EmailTaken()
    clock.advance(minutes=1)
    assert await register(deps, late, LAPTOP) == EmailTaken()


async def test_failed_refreshes_are_limited_and_valid_ones_never(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    found = [await refresh(deps, "sqlr_garbage", LAPTOP) for _ in range(22)]
    assert [type(each) is RateLimited for each in found] == [False] * 20 + [True] * 2

    token = ana.tokens.refresh
    for _ in range(30):
        done = await refresh(deps, token, LAPTOP)
        assert isinstance(done, RefreshResult)
        token = done.tokens.refresh
    assert isinstance(await sign_in(deps, client=LAPTOP), LogInResult), "log-ins are counted apart"


async def test_a_limit_of_zero_is_no_limit(deps: Dependencies) -> None:
    free = replace(deps, policy=Policy(attempts_per_account=0, attempts_per_address=0, registrations_per_address=0))

    assert [await attempt(free, "ana@example.com") for _ in range(30)] == [InvalidCredentials()] * 30
    for number in range(35):
        assert isinstance(await register(free, LogIn(f"{number}@example.com", PASSWORD), LAPTOP), LogInResult)
