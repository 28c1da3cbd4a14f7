"""Rate limits: attempts counted per key in fixed windows of time. Exact also for concurrent attempts.

One statement counts an attempt under all its keys. Every statement writes its rows in the order of their keys, so that
two of them cannot deadlock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, and_, bindparam, case, delete, select, update

from sessionql.storage.database import Transaction
from sessionql.storage.tables import INSTANT, rate_limits

c = rate_limits.c

MINUTE = timedelta(minutes=1)

_EXPIRED = c.window_ends <= bindparam("now", type_=INSTANT)
_SAME_WINDOW = (c.key == bindparam("limit_key"), c.window_ends == bindparam("attempt_window_ends", type_=INSTANT))
_NOTE_FAILURE = update(rate_limits).where(*_SAME_WINDOW).values({"failed_at": bindparam("now")})
# The condition stands in both statements, because a row may begin a new window between them. Locked rows are skipped,
# so that this does not deadlock with a transaction that updates two of them.
_EXPIRED_KEYS = select(c.key).where(_EXPIRED).limit(bindparam("size")).with_for_update(skip_locked=True)
_DELETE_EXPIRED = delete(rate_limits).where(c.key.in_(_EXPIRED_KEYS), _EXPIRED)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max_attempts` per key and window; 0: no limit."""

    key: str
    max_attempts: int
    window: timedelta = MINUTE


@dataclass(frozen=True, slots=True)
class ConsumedAttempt:
    """One counted attempt: its limit, the end of the window in which it counts, and its number in that window."""

    limit: Limit
    window_ends: datetime
    count: int

    @property
    def is_over(self) -> bool:
        """Whether there were more attempts than the limit allows."""
        return 0 < self.limit.max_attempts < self.count


class RateLimitRepository:
    """The counters of attempts, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def consume(self, limits: Sequence[Limit], now: datetime) -> Sequence[ConsumedAttempt]:
        """Count one attempt under each limit, also beyond it: roll back when an attempt is over its limit.

        A window begins with its first attempt. The keys of `limits` are different.
        """
        by_key = sorted(limits, key=lambda limit: limit.key)
        values: dict[str, Any] = {"now": now}
        for number, limit in enumerate(by_key):
            values |= {f"key_{number}": limit.key, f"window_ends_{number}": now + limit.window}
        rows = {row[0]: row for row in await self._tx.fetch_all(_consume(len(by_key)), values)}
        return [ConsumedAttempt(limit, *rows[limit.key][1:]) for limit in limits]

    async def refund(self, attempts: Sequence[ConsumedAttempt]) -> None:
        """Undo the counts of an attempt that did not fail. No change of windows that are over."""
        if not attempts:
            return
        values: dict[str, Any] = {}
        for number, attempt in enumerate(sorted(attempts, key=lambda attempt: attempt.limit.key)):
            values |= {f"key_{number}": attempt.limit.key, f"window_ends_{number}": attempt.window_ends}
        await self._tx.execute(_refund(len(attempts)), values)

    async def note_failure(self, attempt: ConsumedAttempt, now: datetime) -> None:
        """Set the time of the last failure. One write per failure, see `sessionql.resolvers.password_checks`."""
        values = {"limit_key": attempt.limit.key, "attempt_window_ends": attempt.window_ends, "now": now}
        await self._tx.execute(_NOTE_FAILURE, values)

    async def delete_expired(self, now: datetime, size: int) -> int:
        """Delete at most `size` windows that are over; return the number of deleted ones."""
        return await self._tx.execute(_DELETE_EXPIRED, {"now": now, "size": size})


def _new_rows(size: int, count: int) -> Any:
    # SQLite's compiler accepts PostgreSQL's ON CONFLICT clause. Imported late, to start faster.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    return insert(rate_limits).values(
        [
            {
                "key": bindparam(f"key_{number}"),
                "count": count,
                "window_ends": bindparam(f"window_ends_{number}", type_=INSTANT),
            }
            for number in range(size)
        ]
    )


@cache
def _consume(size: int) -> Executable:
    new = _new_rows(size, 1)
    statement: Executable = new.on_conflict_do_update(
        index_elements=[c.key],
        set_={
            "count": case((_EXPIRED, 1), else_=c.count + 1),
            "window_ends": case((_EXPIRED, new.excluded.window_ends), else_=c.window_ends),
        },
    ).returning(c.key, c.window_ends, c.count)
    return statement


@cache
def _refund(size: int) -> Executable:
    # An upsert too, because it locks the rows in the order of its values. A window that was deleted meanwhile is added
    # with no attempts, and deleted again.
    new = _new_rows(size, 0)
    statement: Executable = new.on_conflict_do_update(
        index_elements=[c.key],
        set_={"count": c.count - 1},
        where=and_(c.window_ends == new.excluded.window_ends, c.count > 0),
    )
    return statement
