"""KeyedSemaphore: limited concurrency, first in first out, no memory for unused keys."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.client import client_info
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.keyed_semaphore import KeyedSemaphore
from tests.resolvers.builders import PASSWORD, sign_up


async def test_at_most_max_concurrent_tasks_run_in_order_of_arrival() -> None:
    semaphore, running, max_inside, order = KeyedSemaphore(), 0, 0, list[int]()

    async def work(number: int) -> None:
        nonlocal running, max_inside
        async with semaphore.acquire("ana", 2):
            order.append(number)
            running += 1
            max_inside = max(max_inside, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(work(number) for number in range(20)))

    assert max_inside == 2
    assert order == list(range(20))
    assert semaphore._entries == {}


async def test_tasks_with_another_key_do_not_wait() -> None:
    semaphore = KeyedSemaphore()
    async with semaphore.acquire("ana", 1), semaphore.acquire("bob", 1):
        assert semaphore._entries.keys() == {"ana", "bob"}


async def test_a_failed_or_cancelled_task_releases_the_semaphore() -> None:
    semaphore = KeyedSemaphore()
    with pytest.raises(KeyError):
        async with semaphore.acquire("ana", 1):
            raise KeyError
    async with semaphore.acquire("ana", 1):
        waiting = asyncio.create_task(semaphore.acquire("ana", 1).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    async with semaphore.acquire("ana", 1):
        pass
    assert semaphore._entries == {}


@pytest.mark.parametrize("addresses", [1, 30])
async def test_thirty_concurrent_log_ins_with_the_right_password_succeed(deps: Dependencies, addresses: int) -> None:
    """Correct passwords never reach the limit of failures, neither of one account nor of one address."""
    unlimited = replace(deps, policy=replace(deps.policy, session_limit=0))
    await sign_up(unlimited)
    senders = [client_info(f"192.0.2.{number % addresses}", None, truncate=False) for number in range(30)]

    done = await asyncio.gather(*(login(unlimited, LogIn("ana@example.com", PASSWORD), sender) for sender in senders))

    assert [type(each) for each in done] == [LogInResult] * 30
