"""Strangers who guess passwords: they are slowed, and do not keep the owner of the account from logging in."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login, register
from sessionql.resolvers.client import ClientInfo, client_info
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, RateLimited
from sessionql.resolvers.refresh import refresh
from sessionql.resolvers.tokens import device
from sessionql.resolvers.tokens.device import DeviceClaims
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import PASSWORD, events_of, sign_up

WRONG = "wrong horse battery"
EMAIL = "ana@example.com"


def at(address: str) -> ClientInfo:
    return client_info(address, None, truncate=False)


HOME = at("192.0.2.1")


async def try_at(
    deps: Dependencies, address: str, password: str = WRONG, device_token: str | None = None, email: str = EMAIL
) -> type:
    return type(await login(deps, LogIn(email, password, device_token=device_token), at(address)))


async def guess_from_many_networks(deps: Dependencies, number: int) -> Counter[type]:
    return Counter([await try_at(deps, f"100.{n // 250}.{n % 250}.9") for n in range(number)])


async def test_a_stranger_does_not_lock_the_owner_out_of_a_known_device(deps: Dependencies) -> None:
    """Also a stranger who shares the owner's address, or who has many."""
    ana = await sign_up(deps, client=HOME)
    for _ in range(40):
        await try_at(deps, "192.0.2.1")
    await guess_from_many_networks(deps, 60)

    assert await try_at(deps, "192.0.2.1", PASSWORD) is RateLimited
    for address in ("192.0.2.1", "198.51.100.7"):
        assert await try_at(deps, address, PASSWORD, ana.device_token) is LogInResult


async def test_strangers_elsewhere_do_not_lock_the_owner_out_at_home(deps: Dependencies) -> None:
    """For clients without cookies: a network of the account's own sessions is known."""
    await sign_up(deps, client=HOME)
    await guess_from_many_networks(deps, 60)

    assert await try_at(deps, "192.0.2.1", PASSWORD) is LogInResult
    assert await try_at(deps, "198.51.100.7", PASSWORD) is RateLimited, "a network without a session"


@pytest.mark.parametrize(("home", "later"), [("2001:db8:1:2::1", "2001:db8:1:2:a:b:c:d"), ("192.0.2.1", "192.0.2.1")])
@pytest.mark.parametrize("truncate", [False, True])
async def test_a_known_network_is_recognized_however_its_address_is_stored(
    deps: Dependencies, home: str, later: str, truncate: bool
) -> None:
    await sign_up(deps, client=client_info(home, None, truncate=truncate))
    await guess_from_many_networks(deps, 60)

    again = await login(deps, LogIn(EMAIL, PASSWORD), client_info(later, None, truncate=truncate))

    assert isinstance(again, LogInResult)


async def test_a_stranger_gets_five_guesses_and_the_owner_logs_in_elsewhere(deps: Dependencies) -> None:
    await sign_up(deps, client=HOME)

    found = [await try_at(deps, "203.0.113.66") for _ in range(8)]

    assert found == [InvalidCredentials] * 5 + [RateLimited] * 3
    assert await try_at(deps, "198.51.100.7", PASSWORD) is LogInResult, "a new device in a new network"


async def test_guesses_from_many_networks_are_slowed(deps: Dependencies, clock: FakeClock) -> None:
    await sign_up(deps, client=HOME)

    assert await guess_from_many_networks(deps, 200) == {InvalidCredentials: 50, RateLimited: 150}
    clock.advance(minutes=1)
    assert await guess_from_many_networks(deps, 60) == {InvalidCredentials: 50, RateLimited: 10}


@pytest.mark.parametrize(
    ("network", "of_account", "of_others"),
    [("2001:db8:1:{0:02x}00::1", 10, 40), ("2001:db8:1:10{0:02x}::1", 8, 22), ("198.51.100.{0}", 20, 60)],
    ids=["an IPv6 /48", "an IPv6 /56", "an IPv4 /24"],
)
async def test_one_network_does_not_evade_the_limits(
    deps: Dependencies, network: str, of_account: int, of_others: int
) -> None:
    """Sixty addresses of it, each for one guess. Users behind CGNAT share an IPv4 /24: it has 400 attempts."""
    addresses = [network.format(number) for number in range(60)]

    found = Counter([await try_at(deps, address) for address in addresses])
    assert found[InvalidCredentials] == of_account

    found = Counter([await try_at(deps, each, email=f"{n}@example.com") for n, each in enumerate(addresses)])
    assert found[InvalidCredentials] == of_others


async def test_registrations_and_refreshes_are_limited_by_wider_networks_too(deps: Dependencies) -> None:
    addresses = [at(f"2001:db8:1:{number:x}00::1") for number in range(90)]

    made = [await register(deps, LogIn(f"{n}@example.com", PASSWORD), each) for n, each in enumerate(addresses)]
    refreshed = [await refresh(deps, "sqlr_garbage", each) for each in addresses]

    assert [type(each) for each in made].count(LogInResult) == 75
    assert [type(each) for each in refreshed].count(RateLimited) == 40


async def test_a_known_device_has_five_guesses_too(deps: Dependencies) -> None:
    ana = await sign_up(deps, client=HOME)

    found = [await try_at(deps, f"100.1.{n}.1", WRONG, ana.device_token) for n in range(8)]

    assert found == [InvalidCredentials] * 5 + [RateLimited] * 3


async def test_a_known_device_keeps_its_counter_in_a_new_token(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps, client=HOME)
    clock.advance(days=1)

    again = await login(deps, LogIn(EMAIL, PASSWORD, device_token=ana.device_token), HOME)

    assert isinstance(again, LogInResult)
    secrets = deps.tokens.keys().refresh
    old, new = (device.verify(each.device_token or "", secrets, clock()) for each in (ana, again))
    assert old == new
    assert ana.device_token != again.device_token, "valid for longer"


async def test_device_tokens_of_others_and_forged_ones_are_those_of_a_stranger(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana, bob = await sign_up(deps, client=HOME), await sign_up(deps, "bob@example.com", HOME)
    await guess_from_many_networks(deps, 60)
    own = ana.device_token or ""
    forged = device.sign(DeviceClaims(ana.user.id, UUID(int=1)), b"another secret", clock())
    refresh_token = ana.tokens.refresh

    for token in (bob.device_token, forged, own[:-1], own + "A", own.swapcase(), refresh_token, "", "sqld_"):
        assert await try_at(deps, "198.51.100.7", PASSWORD, token) is RateLimited
    assert await try_at(deps, "198.51.100.7", PASSWORD, own) is LogInResult


async def test_a_device_token_expires(clock: FakeClock) -> None:
    claims = DeviceClaims(UUID(int=1), UUID(int=2))
    clock.now = clock.now.replace(microsecond=0)
    token = device.sign(claims, b"secret", clock())

    assert device.verify(token, [b"another", b"secret"], clock.advance(days=400, seconds=-1)) == claims
    assert device.verify(token, [b"secret"], clock.advance(seconds=1)) is None


async def test_the_failures_of_three_hours_from_one_network_are_three_events(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana = await sign_up(deps, client=HOME)
    clock.now = clock.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    started = clock()
    for minute in range(3 * 60):
        for _ in range(2 if minute % 10 == 0 else 1):
            await try_at(deps, f"203.0.113.{minute % 250}")
        clock.advance(minutes=1)

    failed = [each for each in await events_of(deps, ana.user.id) if each.kind is EventKind.LOGIN_FAILED]

    assert [each.count for each in failed] == [66] * 3
    assert (failed[-1].occurred_at, failed[-1].repeated_at) == (started, started + timedelta(minutes=59))


async def test_failures_of_different_networks_devices_and_hours_are_different_events(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana = await sign_up(deps, client=HOME)
    clock.now = clock.now.replace(minute=30)
    for client in (at("203.0.113.1"), at("203.0.114.1"), client_info("203.0.113.1", b"curl/8.0", truncate=False)):
        for _ in range(2):
            await login(deps, LogIn(EMAIL, WRONG), client)
    clock.advance(minutes=30)
    await try_at(deps, "203.0.113.1")

    failed = [each for each in await events_of(deps, ana.user.id) if each.kind is EventKind.LOGIN_FAILED]

    assert [each.count for each in failed] == [1, 2, 2, 2]
    assert failed[0].repeated_at is None
