"""How long one task goes on, and who says why it ended."""

import asyncio

import pytest

from sessionql.http_kit.deadline import Deadline


async def why(term: Deadline[str]) -> str:
    """Wait in the term until it ends."""
    with pytest.raises(TimeoutError):
        async with term:
            await asyncio.Event().wait()
    return term.reason


async def test_its_time_ends_it() -> None:
    assert await why(Deadline(0.01, "late")) == "late"


async def test_another_task_ends_it_at_once() -> None:
    term = Deadline(None, "never")
    asyncio.get_running_loop().call_soon(term.expire, "told")
    assert await why(term) == "told"


async def test_the_first_who_ends_it_says_why() -> None:
    term = Deadline(None, "never")
    loop = asyncio.get_running_loop()
    for reason in ("first", "second"):
        loop.call_soon(term.expire, reason)
    loop.call_soon(term.reschedule, 60, "later")
    assert await why(term) == "first"


async def test_it_goes_on_for_as_long_as_it_is_told() -> None:
    term = Deadline(0.01, "first")
    async with term:
        term.reschedule(None, "second")
        await asyncio.sleep(0.05)
    assert term.reason == "second"


async def test_what_is_over_is_not_ended_again() -> None:
    term = Deadline(None, "never")
    async with term:
        pass
    term.expire("too late")
    assert term.reason == "never"


async def test_other_errors_pass() -> None:
    with pytest.raises(KeyError):
        async with Deadline(None, "never"):
            raise KeyError
