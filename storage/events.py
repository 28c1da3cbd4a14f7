"""Security events: what happened to an account, newest first, kept after its sessions are gone."""

import builtins
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, func, insert, select

from sessionql.storage.database import Row, Transaction
from sessionql.storage.filters import Page
from sessionql.storage.records import EventKind, EventRecord
from sessionql.storage.sql_conditions import any_of, one_of, padded
from sessionql.storage.tables import events, users

c = events.c

# In the order of EventRecord's fields.
COLUMNS = (
    *(c.user_id, c.id, c.kind, c.occurred_at, c.ip_address, c.device),
    *(c.session_id, c.actor_id, c.actor_name),
)
_ADD = insert(events)
_OWNER = select(*(bindparam(f"new_{column.name}", type_=column.type) for column in COLUMNS)).where(
    users.c.id == bindparam("new_user_id", type_=users.c.id.type)
)
# The account's row is held: nobody deletes it before the event is there.
_ADD_IF_KNOWN = insert(events).from_select(
    [column.name for column in COLUMNS], _OWNER.with_for_update(read=True, key_share=True)
)

Kinds = frozenset[EventKind] | None


class EventRepository:
    """The events, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, event: EventRecord) -> None:
        """Keep a new event."""
        await self._tx.execute(_ADD, _to_row(event))
        self._notify(event)

    async def add_if_known(self, event: EventRecord) -> bool:
        """Keep a new event if there is such a user; False, for nearly as much work, when there is none."""
        row = {f"new_{name}": value for name, value in _to_row(event).items()}
        known = await self._tx.execute(_ADD_IF_KNOWN, row) == 1
        if known:
            self._notify(event)
        return known

    async def add_many(self, events_: Sequence[EventRecord]) -> None:
        """Keep several new events."""
        await self._tx.execute_many(_ADD, [_to_row(event) for event in events_])
        for event in events_:
            self._notify(event)

    async def find_many(self, user_id: UUID, ids: Collection[UUID]) -> dict[UUID, EventRecord]:
        """Those of the events that are the user's, by id, with one statement."""
        if not ids:
            return {}
        wanted = padded(list(ids))
        rows = await self._tx.fetch_all(_find_many(len(wanted)), {"owner": user_id, **wanted})
        return {event.id: event for event in map(_to_record, rows)}

    async def list(self, user_id: UUID, kinds: Kinds, page: Page) -> Sequence[EventRecord]:
        """One page of the user's events, newest first, of these kinds or of any."""
        rows = await self._tx.fetch_all(_list(kinds, _ends(page)), {"owner": user_id, **page.parameters()})
        return [_to_record(row) for row in (reversed(rows) if page.from_end else rows)]

    async def count(self, user_id: UUID, kinds: Kinds) -> int:
        """How many events the user has, of these kinds or of any."""
        row = await self._tx.fetch_one(_count(kinds), {"owner": user_id})
        return int(row[0]) if row else 0

    async def list_by_session(
        self, user_id: UUID, session_ids: Collection[UUID], page: Page
    ) -> Mapping[UUID, Sequence[EventRecord]]:
        """The same page of each session's events, with one statement; every id has an entry."""
        if not session_ids:
            return {}
        found: dict[UUID, builtins.list[EventRecord]] = {session_id: [] for session_id in session_ids}
        wanted = padded(list(session_ids))
        rows = await self._tx.fetch_all(
            _list_by_session(len(wanted), _ends(page)),
            {"owner": user_id, **wanted, **page.parameters()},
        )
        for event in map(_to_record, rows):
            if event.session_id is not None:
                found[event.session_id].append(event)
        return found

    async def count_by_session(self, user_id: UUID, session_ids: Collection[UUID]) -> dict[UUID, int]:
        """How many events each session has, with one statement; every id has an entry."""
        if not session_ids:
            return {}
        wanted = padded(list(session_ids))
        rows = await self._tx.fetch_all(_count_by_session(len(wanted)), {"owner": user_id, **wanted})
        return dict.fromkeys(session_ids, 0) | {row[0]: row[1] for row in rows}

    def _notify(self, event: EventRecord) -> None:
        self._tx.notifications.event_written(event.user_id, event.id)


def _to_row(event: EventRecord) -> dict[str, Any]:
    return {column.name: getattr(event, column.name) for column in COLUMNS}


def _to_record(row: Row) -> EventRecord:
    return EventRecord(row[0], row[1], EventKind(row[2]), *row[3:9])


_Ends = tuple[bool, bool, bool]


def _ends(page: Page) -> _Ends:
    return page.after is not None, page.before is not None, page.from_end


def _within(kinds: Kinds, ends: _Ends) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [c.user_id == bindparam("owner")]
    if kinds is not None:
        parts.append(any_of(c.kind == kind.value for kind in sorted(kinds)))
    if ends[0]:
        parts.append(c.id < bindparam("after_id", type_=Uuid()))
    if ends[1]:
        parts.append(c.id > bindparam("before_id", type_=Uuid()))
    return parts


def _order(ends: _Ends) -> ColumnElement[Any]:
    return c.id.asc() if ends[2] else c.id.desc()


@lru_cache(maxsize=512)
def _list(kinds: Kinds, ends: _Ends) -> Select[*tuple[Any, ...]]:
    page = select(*COLUMNS).where(*_within(kinds, ends))
    return page.order_by(_order(ends)).limit(bindparam("limit"))


@lru_cache(maxsize=512)
def _count(kinds: Kinds) -> Select[*tuple[Any, ...]]:
    return select(func.count()).where(*_within(kinds, (False, False, False)))


@lru_cache
def _find_many(size: int) -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS).where(c.user_id == bindparam("owner"), one_of(c.id, size))


@lru_cache
def _list_by_session(size: int, ends: _Ends) -> Select[*tuple[Any, ...]]:
    rank = func.row_number().over(partition_by=c.session_id, order_by=_order(ends))
    ranked = select(*COLUMNS, rank.label("rank")).where(*_within(None, ends), one_of(c.session_id, size)).subquery()
    columns = [ranked.c[column.name] for column in COLUMNS]
    newest_first = ranked.c.id.desc()
    return select(*columns).where(ranked.c.rank <= bindparam("limit")).order_by(newest_first)


@lru_cache
def _count_by_session(size: int) -> Select[*tuple[Any, ...]]:
    mine = (c.user_id == bindparam("owner"), one_of(c.session_id, size))
    return select(c.session_id, func.count()).where(*mine).group_by(c.session_id)
