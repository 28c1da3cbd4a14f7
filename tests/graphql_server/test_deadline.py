"""A deadline for a task, and the reason why it ended."""

import asyncio

import pytest

from sessionql.http_kit.deadline import Deadline


async def reason_of(term: Deadline[str]) -> str:
    """Wait in the deadline until it ends, and return the reason."""
    with pytest.raises(TimeoutError):
        async with term:
            await asyncio.Event().wait()
    return term.reason


async def test_the_timeout_ends_the_task() -> None:
    assert await reason_of(Deadline(0.01, "late")) == "late"


async def test_another_task_can_end_it_early() -> None:
    term = Deadline(None, "never")
    asyncio.get_running_loop().call_soon(term.expire, "stopped")
    assert await reason_of(term) == "stopped"


async def test_the_first_reason_is_kept() -> None:
    term = Deadline(None, "never")
    loop = asyncio.get_running_loop()
    for reason in ("first", "second"):
        loop.call_soon(term.expire, reason)
    loop.call_soon(term.reschedule, 60, "later")
    assert await reason_of(term) == "first"


async def test_it_runs_until_its_extended_timeout() -> None:
    term = Deadline(0.01, "first")
    async with term:
        term.reschedule(None, "second")
        await asyncio.sleep(0.05)
    assert term.reason == "second"


async def test_a_deadline_that_has_ended_is_not_ended_again() -> None:
    term = Deadline(None, "never")
    async with term:
        pass
    term.expire("too late")
    assert term.reason == "never"


async def test_other_errors_are_raised_unchanged() -> None:
    with pytest.raises(KeyError):
        async with Deadline(None, "never"):
            raise KeyError
