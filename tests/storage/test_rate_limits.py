"""Rate limits: exact in each window, also for concurrent attempts."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from sessionql.storage import Storage
from sessionql.storage.rate_limits import MINUTE, ConsumedAttempt, Limit
from tests.storage.builders import NOW, TICK


async def take(storage: Storage, key: str = "ana", limit: int = 3, now: datetime = NOW) -> ConsumedAttempt | None:
    """Count one attempt; None, without a count, when it is over the limit."""
    try:
        async with storage.transaction() as repositories:
            (attempt,) = await repositories.rate_limits.consume([Limit(key, limit)], now)
            if attempt.is_over:
                raise RolledBack  # noqa: TRY301 - rolls the transaction back
            return attempt
    except RolledBack:
        return None


class RolledBack(Exception):
    pass


def attempt_of(number: int, key: str = "ana", window_ends: datetime = NOW + MINUTE) -> ConsumedAttempt:
    return ConsumedAttempt(Limit(key, 3), window_ends, number)


async def keys_of(storage: Storage) -> list[str]:
    """The keys of all counters."""
    async with storage.database.reading() as tx:
        return [row[0] for row in await tx.fetch_all(text("SELECT key FROM rate_limits ORDER BY key"), {})]


async def refund_attempt(storage: Storage, attempt: ConsumedAttempt | None) -> None:
    assert attempt is not None
    async with storage.transaction() as repositories:
        await repositories.rate_limits.refund([attempt])


async def test_the_limit_is_exact(storage: Storage) -> None:
    taken = [await take(storage) for _ in range(5)]

    assert taken == [attempt_of(1), attempt_of(2), attempt_of(3), None, None]


async def test_attempts_of_other_keys_are_counted_separately(storage: Storage) -> None:
    assert None not in [await take(storage) for _ in range(3)]

    assert await take(storage, "bob") == attempt_of(1, "bob")
    assert await keys_of(storage) == ["ana", "bob"]


async def test_a_window_starts_with_its_first_attempt(storage: Storage) -> None:
    for number, seconds in enumerate((0, 30, 59), 1):
        assert await take(storage, now=NOW + timedelta(seconds=seconds)) == attempt_of(number)

    assert await take(storage, now=NOW + MINUTE - TICK) is None
    fresh = [await take(storage, now=NOW + MINUTE) for _ in range(4)]
    assert fresh == [*(attempt_of(number, window_ends=NOW + 2 * MINUTE) for number in (1, 2, 3)), None]


async def test_a_refunded_attempt_may_be_used_again(storage: Storage) -> None:
    first, _, _ = [await take(storage) for _ in range(3)]
    assert await take(storage) is None

    await refund_attempt(storage, first)

    assert await take(storage) is not None
    assert await take(storage) is None


async def test_a_late_refund_does_not_count_for_another_window(storage: Storage) -> None:
    late = await take(storage)
    for _ in range(3):
        assert await take(storage, now=NOW + MINUTE) is not None

    await refund_attempt(storage, late)

    assert await take(storage, now=NOW + MINUTE) is None


async def test_a_refund_without_an_attempt_changes_nothing(storage: Storage) -> None:
    taken = await take(storage)
    for _ in range(5):
        await refund_attempt(storage, taken)

    assert [await take(storage) for _ in range(4)].count(None) == 1


@pytest.mark.parametrize("limit", [1, 5])
async def test_of_fifty_concurrent_attempts_the_limit_succeeds(storage: Storage, limit: int) -> None:
    taken = await asyncio.gather(*(take(storage, limit=limit) for _ in range(50)))

    assert 50 - taken.count(None) == limit


async def test_a_failure_is_marked_in_the_window_of_its_attempt(storage: Storage) -> None:
    """The mark changes no count."""
    taken = await take(storage)
    await take(storage, "bob")
    assert taken is not None
    async with storage.transaction() as repositories:
        await repositories.rate_limits.note_failure(taken, NOW)

    async with storage.database.reading() as tx:
        failed_keys = await tx.fetch_all(text("SELECT key FROM rate_limits WHERE failed_at IS NOT NULL"), {})
    assert [row[0] for row in failed_keys] == ["ana"]
    assert [await take(storage) for _ in range(3)].count(None) == 1


async def test_windows_that_have_ended_are_deleted(storage: Storage) -> None:
    await take(storage, "old")
    await take(storage, "new", now=NOW + TICK)

    async with storage.transaction() as repositories:
        assert await repositories.rate_limits.delete_expired(NOW + MINUTE, 1000) == 1
    assert await keys_of(storage) == ["new"]


async def test_deletion_waits_for_no_lock(storage: Storage) -> None:
    """Otherwise it could deadlock with a transaction that counts two attempts."""
    for key in ("ana", "bob"):
        await take(storage, key)

    async with storage.transaction() as repositories:
        await repositories.rate_limits.consume([Limit("bob", 3)], NOW + MINUTE)
        if storage.database.name != "PostgreSQL":
            return  # With one transaction at a time there is no other to wait for.
        async with storage.transaction() as others, asyncio.timeout(2):
            assert await others.rate_limits.delete_expired(NOW + MINUTE, 1000) == 1


async def test_windows_are_deleted_in_batches(storage: Storage) -> None:
    for number in range(5):
        await take(storage, f"old {number}")

    async with storage.transaction() as repositories:
        assert [await repositories.rate_limits.delete_expired(NOW + MINUTE, 2) for _ in range(4)] == [2, 2, 1, 0]


async def test_one_statement_counts_under_all_keys_in_any_order(storage: Storage) -> None:
    limits = [Limit("b", 3), Limit("c", 0, timedelta(days=1)), Limit("a", 1)]
    for number in (1, 2):
        async with storage.transaction() as repositories:
            taken = await repositories.rate_limits.consume(limits, NOW)
        assert [(each.limit, each.count) for each in taken] == [(limit, number) for limit in limits]
        assert [each.window_ends - NOW for each in taken] == [MINUTE, timedelta(days=1), MINUTE]
        assert [each.is_over for each in taken] == [False, False, number > 1], "0 is no limit"

    async with storage.transaction() as repositories:
        await repositories.rate_limits.refund(taken[:2])

    async with storage.transaction() as repositories:
        taken = await repositories.rate_limits.consume(limits, NOW)
    assert [each.count for each in taken] == [2, 2, 3]


async def test_attempts_with_the_same_keys_in_other_orders_do_not_deadlock(storage: Storage) -> None:
    keys = ["a", "B", "c", "_", "d"]

    async def count_and_refund(turn: int) -> None:
        limits = [Limit(key, 0) for key in keys[turn % 5 :] + keys[: turn % 5]]
        async with storage.transaction() as repositories:
            taken = await repositories.rate_limits.consume(limits, NOW)
        async with storage.transaction() as repositories:
            await repositories.rate_limits.refund(taken)

    await asyncio.gather(*(count_and_refund(turn) for turn in range(40)))

    assert (await take(storage, "a", 1)) == ConsumedAttempt(Limit("a", 1), NOW + MINUTE, 1)


async def test_a_refund_of_a_deleted_window_adds_no_attempt(storage: Storage) -> None:
    late = await take(storage)
    async with storage.transaction() as repositories:
        await repositories.rate_limits.delete_expired(NOW + MINUTE, 1000)

    await refund_attempt(storage, late)

    async with storage.transaction() as repositories:
        assert await repositories.rate_limits.delete_expired(NOW + MINUTE, 1000) == 1
