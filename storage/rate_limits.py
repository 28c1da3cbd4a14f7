"""Rate limits: attempts counted per key in fixed windows of time. Exact also for concurrent attempts."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, case, delete, or_, select, update

from sessionql.storage.database import Transaction
from sessionql.storage.tables import INSTANT, rate_limits

c = rate_limits.c

_EXPIRED = c.window_ends <= bindparam("now", type_=INSTANT)
_SAME_WINDOW = (c.key == bindparam("limit_key"), c.window_ends == bindparam("attempt_window_ends", type_=INSTANT))
_FIND_WINDOW_END = select(c.window_ends).where(c.key == bindparam("limit_key"))
_REFUND = update(rate_limits).where(*_SAME_WINDOW, c.count > 0).values({"count": c.count - 1})
_NOTE_FAILURE = update(rate_limits).where(*_SAME_WINDOW).values({"failed_at": bindparam("now")})
# The condition stands in both statements, because a row may begin a new window between them. Locked rows are skipped,
# so that this does not deadlock with a transaction that updates two of them.
_EXPIRED_KEYS = select(c.key).where(_EXPIRED).limit(bindparam("size")).with_for_update(skip_locked=True)
_DELETE_EXPIRED = delete(rate_limits).where(c.key.in_(_EXPIRED_KEYS), _EXPIRED)


@dataclass(frozen=True, slots=True)
class ConsumedAttempt:
    """One counted attempt: its key, and the end of the window in which it counts."""

    key: str
    window_ends: datetime


class RateLimitRepository:
    """The counters of attempts, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def consume(self, key: str, limit: int, now: datetime, window_ends: datetime) -> ConsumedAttempt | None:
        """Count one attempt. None, without counting, when the current window of `key` has `limit` attempts already.

        A window begins with its first attempt; `window_ends` is used for that attempt only.
        """
        values = {"key": key, "count": 1, "window_ends": window_ends, "now": now, "max_count": limit}
        row = await self._tx.fetch_one(_consume(), values)
        return None if row is None else ConsumedAttempt(key, row[0])

    async def find_window_end(self, key: str) -> datetime | None:
        """When the current window of `key` ends; None when no attempt was counted."""
        row = await self._tx.fetch_one(_FIND_WINDOW_END, {"limit_key": key})
        return None if row is None else row[0]

    async def refund(self, attempt: ConsumedAttempt) -> None:
        """Undo the count of an attempt that did not fail. No change when its window is over."""
        await self._tx.execute(_REFUND, {"limit_key": attempt.key, "attempt_window_ends": attempt.window_ends})

    async def note_failure(self, attempt: ConsumedAttempt, now: datetime) -> None:
        """Set the time of the last failure. One write per failure, see `sessionql.resolvers.password_checks`."""
        values = {"limit_key": attempt.key, "attempt_window_ends": attempt.window_ends, "now": now}
        await self._tx.execute(_NOTE_FAILURE, values)

    async def delete_expired(self, now: datetime, size: int) -> int:
        """Delete at most `size` windows that are over; return the number of deleted ones."""
        return await self._tx.execute(_DELETE_EXPIRED, {"now": now, "size": size})


@cache
def _consume() -> Executable:
    # SQLite's compiler accepts PostgreSQL's ON CONFLICT clause. Imported late, to start faster.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    new: Any = insert(rate_limits)
    upsert = new.on_conflict_do_update(
        index_elements=[c.key],
        set_={
            "count": case((_EXPIRED, 1), else_=c.count + 1),
            "window_ends": case((_EXPIRED, new.excluded.window_ends), else_=c.window_ends),
        },
        where=or_(_EXPIRED, c.count < bindparam("max_count")),
    )
    statement: Executable = upsert.returning(c.window_ends)
    return statement
