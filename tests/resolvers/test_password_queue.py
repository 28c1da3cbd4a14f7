"""The queue in front of the hashing of passwords: bounded, and a burst from one address does not stop other clients."""

import asyncio

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login, register
from sessionql.resolvers.client import ClientInfo, client_info
from sessionql.resolvers.credentials import ReauthenticationResult, reauthenticate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, ServerBusy
from sessionql.resolvers.passwords import MAX_PLACES, RESERVED
from tests.resolvers.builders import LAPTOP, PASSWORD, as_requester, sign_up

WRONG = "wrong horse battery"


def at(number: int) -> ClientInfo:
    return client_info(f"100.{number % 250}.{number // 250}.9", None, truncate=False)


@pytest.fixture
def release(deps: Dependencies, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Checks of WRONG wait for this event, as if each of them took very long."""
    event, verify = asyncio.Event(), deps.passwords.verify

    async def slowly(password: str, password_hash: str | None) -> bool:
        if password == WRONG:
            await event.wait()
        return await verify(password, password_hash)

    monkeypatch.setattr(deps.passwords, "verify", slowly)
    return event


async def burst(deps: Dependencies, addresses: int, rejected: int) -> list[asyncio.Task[object]]:
    """Start 300 log-ins to as many accounts, and wait until `rejected` of them are done."""
    requests = (login(deps, LogIn(f"{number}@example.com", WRONG), at(number % addresses)) for number in range(300))
    tasks: list[asyncio.Task[object]] = [asyncio.create_task(request) for request in requests]
    async with asyncio.timeout(60):
        while sum(task.done() for task in tasks) < rejected:  # noqa: ASYNC110 - tasks have no event for this
            await asyncio.sleep(0.01)
    return tasks


async def test_a_burst_from_one_address_does_not_delay_an_honest_log_in(
    deps: Dependencies, release: asyncio.Event
) -> None:
    """Four of its log-ins are checked and 32 wait; the others are rejected at once."""
    await sign_up(deps, client=LAPTOP)
    attack = await burst(deps, 1, 300 - 36)

    honest = await login(deps, LogIn("ana@example.com", PASSWORD), at(2))

    assert isinstance(honest, LogInResult)
    assert sum(task.done() for task in attack) == 300 - 36
    release.set()
    found = await asyncio.gather(*attack, return_exceptions=True)
    assert [type(each) for each in found].count(ServerBusy) == 300 - 36


async def test_attackers_with_many_addresses_leave_places_for_known_devices_and_sessions(
    deps: Dependencies, release: asyncio.Event
) -> None:
    ana = await sign_up(deps, client=LAPTOP)
    places = MAX_PLACES - RESERVED
    attack = await burst(deps, 300, 300 - places)

    known = LogIn("ana@example.com", PASSWORD, device_token=ana.device_token)
    logged_in = await login(deps, known, at(999))
    entered = await reauthenticate(deps, as_requester(ana), PASSWORD, at(999))
    with pytest.raises(ServerBusy):
        await login(deps, LogIn("ana@example.com", PASSWORD), at(999))

    assert isinstance(logged_in, LogInResult)
    assert isinstance(entered, ReauthenticationResult)
    release.set()
    found = await asyncio.gather(*attack, return_exceptions=True)
    assert [type(each) for each in found].count(InvalidCredentials) == places


async def test_a_request_that_finds_no_place_is_not_counted(deps: Dependencies) -> None:
    ana = await sign_up(deps, client=LAPTOP)
    places = [deps.passwords.place() for _ in range(MAX_PLACES - RESERVED)]
    for place in places:
        place.__enter__()
    try:
        for _ in range(30):
            with pytest.raises(ServerBusy):
                await login(deps, LogIn("ana@example.com", WRONG), at(1))
            with pytest.raises(ServerBusy):
                await register(deps, LogIn("new@example.com", PASSWORD), at(1))
        assert isinstance(await reauthenticate(deps, as_requester(ana), PASSWORD, at(1)), ReauthenticationResult)
    finally:
        for place in places:
            place.__exit__(None, None, None)

    assert await login(deps, LogIn("ana@example.com", WRONG), at(1)) == InvalidCredentials()
    assert isinstance(await register(deps, LogIn("new@example.com", PASSWORD), at(1)), LogInResult)
