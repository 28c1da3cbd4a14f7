"""Counted attempts: how often something was tried in a window of time. Exact, however many try at once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, case, delete, or_, select, update

from sessionql.storage.database import Transaction
from sessionql.storage.tables import INSTANT, rate_limits

c = rate_limits.c

_OVER = c.window_ends <= bindparam("now", type_=INSTANT)
_SAME = (c.key == bindparam("which"), c.window_ends == bindparam("ends", type_=INSTANT))
_ENDS = select(c.window_ends).where(c.key == bindparam("which"))
_REFUND = update(rate_limits).where(*_SAME, c.count > 0).values({"count": c.count - 1})
_NOTE_FAILURE = update(rate_limits).where(*_SAME).values({"failed_at": bindparam("failed")})
# The condition twice: a row may begin a new window between the two.
# Those in use are left for another time: whoever takes two of them must not wait for us in a circle.
_SOME_OLD = select(c.key).where(_OVER).limit(bindparam("size")).with_for_update(skip_locked=True)
_DELETE_OLD = delete(rate_limits).where(c.key.in_(_SOME_OLD), _OVER)


@dataclass(frozen=True, slots=True)
class ConsumedAttempt:
    """One attempt that was counted, and the end of the window it counts in."""

    key: str
    window_ends: datetime


class RateLimitRepository:
    """The counters, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def consume(self, key: str, limit: int, now: datetime, window_ends: datetime) -> ConsumedAttempt | None:
        """Count one more; None, and nothing counted, when the window of `key` has `limit` already.

        A window begins with its first attempt and ends when that one said.
        """
        values = {"key": key, "count": 1, "window_ends": window_ends, "now": now, "most": limit}
        row = await self._tx.fetch_one(_consume(), values)
        return None if row is None else ConsumedAttempt(key, row[0])

    async def find_window_end(self, key: str) -> datetime | None:
        """When the window of `key` ends; None when nothing was counted."""
        row = await self._tx.fetch_one(_ENDS, {"which": key})
        return None if row is None else row[0]

    async def refund(self, attempt: ConsumedAttempt) -> None:
        """Count it no longer: it was no failure. In another window since, nothing changes."""
        await self._tx.execute(_REFUND, {"which": attempt.key, "ends": attempt.window_ends})

    async def note_failure(self, attempt: ConsumedAttempt, now: datetime) -> None:
        """Remember when it failed. A write for every failure: see `sessionql.resolvers.password_checks`."""
        values = {"which": attempt.key, "ends": attempt.window_ends, "failed": now}
        await self._tx.execute(_NOTE_FAILURE, values)

    async def delete_expired(self, now: datetime, size: int) -> int:
        """Forget at most `size` windows that are over; say how many those were."""
        return await self._tx.execute(_DELETE_OLD, {"now": now, "size": size})


@cache
def _consume() -> Executable:
    # The clause reads the same on SQLite, and its compiler knows it. Loaded late, for a quick start.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    new: Any = insert(rate_limits)
    counted = new.on_conflict_do_update(
        index_elements=[c.key],
        set_={
            "count": case((_OVER, 1), else_=c.count + 1),
            "window_ends": case((_OVER, new.excluded.window_ends), else_=c.window_ends),
        },
        where=or_(_OVER, c.count < bindparam("most")),
    )
    statement: Executable = counted.returning(c.window_ends)
    return statement
