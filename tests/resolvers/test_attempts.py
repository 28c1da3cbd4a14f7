"""Attempts: counted one by one, per account and per address, and given back where they were no failure."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from sessionql.resolvers.accounts import LogIn, SignedIn, login, register
from sessionql.resolvers.client import client
from sessionql.resolvers.credentials import PasswordChange, change_password, reauthenticate
from sessionql.resolvers.dependencies import Policy, Services
from sessionql.resolvers.errors import EmailTaken, InvalidCredentials, RateLimited
from sessionql.resolvers.refresh import Refreshed, refresh
from sessionql.resolvers.requester import Client
from sessionql.storage.rate_limits import Attempt, AttemptRepository
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, as_requester, events_of, sign_in, sign_up

WRONG = "wrong horse battery"


async def attempt(services: Services, email: str, sender: Client = LAPTOP, password: str = WRONG) -> object:
    return await login(services, LogIn(email, password), sender)


def somewhere(number: int) -> Client:
    return client(f"198.51.100.{number}", None, truncate=False)


async def test_the_sixth_wrong_password_of_an_account_in_a_minute_is_not_looked_at(
    services: Services, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(services)
    for number in range(5):
        assert await attempt(services, "ana@example.com", somewhere(number)) == InvalidCredentials()
        clock.advance(seconds=1)
    monkeypatch.setattr(services.passwords, "verify", None)

    limited = await attempt(services, "ANA@example.com", somewhere(9), PASSWORD)

    assert limited == RateLimited(retry_after_seconds=55)


async def test_after_a_minute_there_are_five_more(services: Services, clock: FakeClock) -> None:
    await sign_up(services)
    for _ in range(6):
        await attempt(services, "ana@example.com")

    clock.advance(seconds=59.999)
    assert await attempt(services, "ana@example.com") == RateLimited(retry_after_seconds=1)
    clock.advance(seconds=0.001)
    assert isinstance(await attempt(services, "ana@example.com", password=PASSWORD), SignedIn)
    assert [await attempt(services, "ana@example.com") for _ in range(6)].count(InvalidCredentials()) == 5


async def test_an_unknown_account_is_limited_just_like_one_that_there_is(services: Services) -> None:
    await sign_up(services)

    for email in ("ana@example.com", "nobody@example.com", "no address at all"):
        found = [await attempt(services, email, somewhere(len(email))) for _ in range(6)]
        assert found == [InvalidCredentials()] * 5 + [RateLimited(retry_after_seconds=60)]


@pytest.mark.parametrize("email", ["ana@example.com", "nobody@example.com"])
async def test_a_refused_log_in_writes_the_same_whether_there_is_an_account_or_not(
    services: Services, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    """Committing is what takes time: an unknown account that committed nothing would be told by that."""
    await sign_up(services)
    noted: list[str] = []
    note = AttemptRepository.note_failure

    async def spied(self: AttemptRepository, attempt: Attempt, now: datetime) -> None:
        noted.append(attempt.key.partition(":")[0])
        await note(self, attempt, now)

    monkeypatch.setattr(AttemptRepository, "note_failure", spied)

    assert await attempt(services, email) == InvalidCredentials()

    assert noted == ["password", "account"]


async def test_an_address_gets_twenty_a_minute_for_all_accounts_together(services: Services) -> None:
    await sign_up(services)
    sender = somewhere(1)

    found = [await attempt(services, f"{number}@example.com", sender) for number in range(25)]

    assert found == [InvalidCredentials()] * 20 + [RateLimited(retry_after_seconds=60)] * 5
    assert await attempt(services, "ana@example.com", sender, PASSWORD) == RateLimited(retry_after_seconds=60)
    assert isinstance(await attempt(services, "ana@example.com", somewhere(2), PASSWORD), SignedIn)


async def test_a_success_clears_nothing_for_the_address(services: Services) -> None:
    """Whoever has one account of their own gets no more guesses at those of others."""
    await sign_up(services)
    found: list[object] = []
    for number in range(25):
        found.append(await attempt(services, f"{number}@example.com"))
        await attempt(services, "ana@example.com", password=PASSWORD)

    assert found.count(InvalidCredentials()) == 20


async def test_successes_are_not_counted(services: Services) -> None:
    await sign_up(services)

    for _ in range(50):
        await sign_in(services)

    assert await attempt(services, "ana@example.com") == InvalidCredentials()


@pytest.mark.parametrize("addresses", [["2001:db8:1:2::1", "2001:0DB8:1:2:ffff::9", "2001:db8:1:2:0:0:0:1"]])
async def test_all_addresses_of_one_network_are_one(services: Services, addresses: list[str]) -> None:
    """However an IPv6 address is written, and whichever of its /64 it is (CVE-2026-45364)."""
    senders = [client(addresses[number % 3], None, truncate=False) for number in range(30)]

    found = [await attempt(services, f"{number}@example.com", sender) for number, sender in enumerate(senders)]

    assert found.count(InvalidCredentials()) == 20
    other = client("2001:db8:1:3::1", None, truncate=False)
    assert await attempt(services, "ana@example.com", other) == InvalidCredentials()


async def test_of_a_hundred_guesses_at_once_five_are_looked_at(services: Services) -> None:
    await sign_up(services)

    found = await asyncio.gather(*(attempt(services, "ana@example.com", somewhere(number)) for number in range(100)))

    assert found.count(InvalidCredentials()) == 5
    assert {type(each) for each in found} == {InvalidCredentials, RateLimited}


async def test_wrong_passwords_are_told_to_the_owner(services: Services) -> None:
    ana = await sign_up(services)
    await attempt(services, "ana@example.com", somewhere(7))

    event = (await events_of(services, ana.user.id))[0]

    assert (event.kind, event.ip_address) == (EventKind.LOGIN_FAILED, "198.51.100.7")
    assert (event.session_id, event.actor_id) == (None, None)


async def test_guesses_from_within_a_session_are_counted_too(services: Services) -> None:
    ana = await sign_up(services)
    change = PasswordChange(WRONG, "a new correct horse")

    first = [await reauthenticate(services, as_requester(ana), WRONG, somewhere(n)) for n in range(3)]
    then = [await change_password(services, as_requester(ana), change, somewhere(n)) for n in range(3)]

    assert [type(each) for each in [*first, *then]] == [InvalidCredentials] * 5 + [RateLimited]
    assert (await events_of(services, ana.user.id))[0].session_id == ana.session.id


async def test_whoever_locks_an_account_from_outside_does_not_lock_its_owner_in(services: Services) -> None:
    ana = await sign_up(services)
    for number in range(9):
        await attempt(services, "ana@example.com", somewhere(number))

    assert not isinstance(await reauthenticate(services, as_requester(ana), PASSWORD, LAPTOP), RateLimited)


async def test_thirty_accounts_a_minute_are_made_from_one_address(services: Services, clock: FakeClock) -> None:
    found = [await register(services, LogIn(f"{number}@example.com", PASSWORD), LAPTOP) for number in range(30)]
    assert all(isinstance(each, SignedIn) for each in found)

    late = LogIn("late@example.com", PASSWORD)
    assert await register(services, late, LAPTOP) == RateLimited(retry_after_seconds=60)
    assert isinstance(await register(services, late, somewhere(1)), SignedIn)
    assert await register(services, late, somewhere(1)) == EmailTaken()
    clock.advance(minutes=1)
    assert await register(services, late, LAPTOP) == EmailTaken()


async def test_refused_refreshes_are_limited_and_good_ones_never(services: Services) -> None:
    ana = await sign_up(services)
    found = [await refresh(services, "sqlr_garbage", LAPTOP) for _ in range(22)]
    assert [type(each) is RateLimited for each in found] == [False] * 20 + [True] * 2

    token = ana.tokens.refresh
    for _ in range(30):
        done = await refresh(services, token, LAPTOP)
        assert isinstance(done, Refreshed)
        token = done.tokens.refresh
    assert isinstance(await sign_in(services, client=LAPTOP), SignedIn), "log-ins are counted apart"


async def test_a_limit_of_nothing_is_no_limit(services: Services) -> None:
    free = replace(services, policy=Policy(attempts_per_account=0, attempts_per_address=0, registrations_per_address=0))

    assert [await attempt(free, "ana@example.com") for _ in range(30)] == [InvalidCredentials()] * 30
    for number in range(35):
        assert isinstance(await register(free, LogIn(f"{number}@example.com", PASSWORD), LAPTOP), SignedIn)
