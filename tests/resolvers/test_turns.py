"""Turns: few at once, first come first served, and nothing is left when everybody has gone."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from sessionql.resolvers.accounts import LogIn, SignedIn, login
from sessionql.resolvers.client import client
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.keyed_semaphore import Turns
from tests.resolvers.builders import PASSWORD, sign_up


async def test_no_more_at_once_than_may_be_and_in_the_order_they_came() -> None:
    turns, inside, most, order = Turns(), 0, 0, list[int]()

    async def work(number: int) -> None:
        nonlocal inside, most
        async with turns.turn("ana", 2):
            order.append(number)
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work(number) for number in range(20)))

    assert most == 2
    assert order == list(range(20))
    assert turns._queues == {}


async def test_others_do_not_wait() -> None:
    turns = Turns()
    async with turns.turn("ana", 1), turns.turn("bob", 1):
        assert turns._queues.keys() == {"ana", "bob"}


async def test_one_that_fails_or_gives_up_gives_the_turn_back() -> None:
    turns = Turns()
    with pytest.raises(KeyError):
        async with turns.turn("ana", 1):
            raise KeyError
    async with turns.turn("ana", 1):
        waiting = asyncio.create_task(turns.turn("ana", 1).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    async with turns.turn("ana", 1):
        pass
    assert turns._queues == {}


@pytest.mark.parametrize("addresses", [1, 30])
async def test_thirty_log_ins_at_once_with_the_right_password_all_work(services: Services, addresses: int) -> None:
    """Nothing failed, so nobody is told of too many failures: not of one account, not behind one address."""
    unlimited = replace(services, policy=replace(services.policy, session_limit=0))
    await sign_up(unlimited)
    senders = [client(f"192.0.2.{number % addresses}", None, truncate=False) for number in range(30)]

    done = await asyncio.gather(*(login(unlimited, LogIn("ana@example.com", PASSWORD), sender) for sender in senders))

    assert [type(each) for each in done] == [SignedIn] * 30
