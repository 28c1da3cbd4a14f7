"""Security events of accounts, newest first. They outlive the sessions that they refer to."""

import builtins
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Select, Uuid, bindparam, delete, func, insert, select

from sessionql.storage.database import Row, Transaction
from sessionql.storage.event_folding import FOLDED_KINDS, fold_key
from sessionql.storage.filters import Page
from sessionql.storage.records import EventKind, EventRecord
from sessionql.storage.rows import enum_from_value, field_names, values_reader
from sessionql.storage.sql_conditions import any_of, one_of, padded
from sessionql.storage.tables import events, users

c = events.c

COLUMNS = (
    *(c.user_id, c.id, c.kind, c.occurred_at, c.ip_address, c.device),
    *(c.session_id, c.actor_id, c.actor_name, c.previous_device, c.count, c.repeated_at),
)
_INSERTED = (*COLUMNS, c.fold_key)
_ADD = insert(events)
_NEW = select(*(bindparam(f"new_{column.name}", type_=column.type) for column in _INSERTED))
# Locks the row of the account, so that it is not deleted before the event is inserted.
_OF_KNOWN_USER = _NEW.where(users.c.id == bindparam("new_user_id", type_=users.c.id.type)).with_for_update(
    read=True, key_share=True
)

MAX_EVENTS_PER_KIND = 500
"""Events of one kind that a user keeps."""
_OF_KIND = (c.user_id == bindparam("owner"), c.kind == bindparam("kind"))
# Locked rows are skipped: another transaction deletes them.
_OLDEST = (
    select(c.id)
    .where(*_OF_KIND)
    .order_by(c.id.desc())
    .offset(MAX_EVENTS_PER_KIND)
    .limit(100)
    .with_for_update(skip_locked=True)
)
_DELETE_OLDEST = delete(events).where(*_OF_KIND, c.id.in_(_OLDEST))

Kinds = frozenset[EventKind] | None
"""The kinds to select; None selects all."""

_read_values = values_reader(COLUMNS, field_names(EventRecord), {"kind": enum_from_value(EventKind)})


class EventRepository:
    """The events, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, event: EventRecord) -> None:
        """Insert an event, or count it in the row of an equal one, and notify the subscribers of its user."""
        await self._add_or_fold(_add_or_fold(), event)

    async def add_if_known(self, event: EventRecord) -> bool:
        """As `add`, if its user exists; False when not.

        Both cases take nearly the same time, so that the time does not reveal whether the account exists.
        """
        return await self._add_or_fold(_add_or_fold_if_known(), event)

    async def add_many(self, events_: Sequence[EventRecord]) -> None:
        """Insert several events, each as a row of its own, and notify the subscribers of their users."""
        await self._tx.execute_many(_ADD, [{**_to_row(event), "fold_key": None} for event in events_])
        for event in events_:
            self._tx.notifications.event_written(event.user_id, event.id)
        for user_id, kind in {(event.user_id, event.kind): None for event in events_}:
            await self._delete_beyond_limit(user_id, kind)

    async def find_many(self, user_id: UUID, ids: Collection[UUID]) -> dict[UUID, EventRecord]:
        """The events with these ids that belong to the user, by id, with one statement."""
        if not ids:
            return {}
        id_parameters = padded(list(ids))
        rows = await self._tx.fetch_all(_find_many(len(id_parameters)), {"owner": user_id, **id_parameters})
        return {event.id: event for event in map(_to_record, rows)}

    async def list(self, user_id: UUID, kinds: Kinds, page: Page) -> Sequence[EventRecord]:
        """One page of the user's events, newest first."""
        rows = await self._tx.fetch_all(_list(kinds, _shape(page)), {"owner": user_id, **page.parameters()})
        return [_to_record(row) for row in (reversed(rows) if page.from_end else rows)]

    async def count(self, user_id: UUID, kinds: Kinds) -> int:
        """The number of events of the user, on all pages."""
        row = await self._tx.fetch_one(_count(kinds), {"owner": user_id})
        return int(row[0]) if row else 0

    async def list_by_session(
        self, user_id: UUID, session_ids: Collection[UUID], page: Page
    ) -> Mapping[UUID, Sequence[EventRecord]]:
        """One page of the events of each session, with one statement. The result has an entry for every id."""
        if not session_ids:
            return {}
        by_session: dict[UUID, builtins.list[EventRecord]] = {session_id: [] for session_id in session_ids}
        id_parameters = padded(list(session_ids))
        rows = await self._tx.fetch_all(
            _list_by_session(len(id_parameters), _shape(page)),
            {"owner": user_id, **id_parameters, **page.parameters()},
        )
        for event in map(_to_record, rows):
            if event.session_id is not None:
                by_session[event.session_id].append(event)
        return by_session

    async def count_by_session(self, user_id: UUID, session_ids: Collection[UUID]) -> dict[UUID, int]:
        """The number of events of each session, with one statement. The result has an entry for every id."""
        if not session_ids:
            return {}
        id_parameters = padded(list(session_ids))
        rows = await self._tx.fetch_all(_count_by_session(len(id_parameters)), {"owner": user_id, **id_parameters})
        counts = dict.fromkeys(session_ids, 0)
        for session_id, number in rows:
            counts[session_id] = number
        return counts

    async def _delete_beyond_limit(self, user_id: UUID, kind: EventKind) -> None:
        """Delete the oldest events of a kind, so that a user keeps at most MAX_EVENTS_PER_KIND of it.

        For each kind, because otherwise a client that repeats one could delete the others.
        """
        await self._tx.execute(_DELETE_OLDEST, {"owner": user_id, "kind": kind.value})

    async def _add_or_fold(self, statement: Executable, event: EventRecord) -> bool:
        row = {f"new_{name}": value for name, value in _to_row(event).items()}
        key = fold_key(event) if event.kind in FOLDED_KINDS else None
        written = await self._tx.fetch_one(statement, {**row, "new_fold_key": key})
        if written is None:
            return False
        self._tx.notifications.event_written(event.user_id, written[0])
        if written[0] == event.id:
            await self._delete_beyond_limit(event.user_id, event.kind)
        return True


def _to_row(event: EventRecord) -> dict[str, Any]:
    return {column.name: getattr(event, column.name) for column in COLUMNS}


def _to_record(row: Row) -> EventRecord:
    return EventRecord(*_read_values(row))


_PageShape = tuple[bool, bool, bool]
"""Whether a page has `after`, has `before`, and counts from the end."""


def _shape(page: Page) -> _PageShape:
    return page.after is not None, page.before is not None, page.from_end


def _conditions(kinds: Kinds, shape: _PageShape) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [c.user_id == bindparam("owner")]
    if kinds is not None:
        parts.append(any_of(c.kind == kind.value for kind in sorted(kinds)))
    if shape[0]:
        parts.append(c.id < bindparam("after_id", type_=Uuid()))
    if shape[1]:
        parts.append(c.id > bindparam("before_id", type_=Uuid()))
    return parts


def _order(shape: _PageShape) -> ColumnElement[Any]:
    return c.id.asc() if shape[2] else c.id.desc()


@lru_cache(maxsize=512)
def _list(kinds: Kinds, shape: _PageShape) -> Select[*tuple[Any, ...]]:
    page = select(*COLUMNS).where(*_conditions(kinds, shape))
    return page.order_by(_order(shape)).limit(bindparam("limit"))


@lru_cache(maxsize=512)
def _count(kinds: Kinds) -> Select[*tuple[Any, ...]]:
    return select(func.count()).where(*_conditions(kinds, (False, False, False)))


@lru_cache
def _find_many(size: int) -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS).where(c.user_id == bindparam("owner"), one_of(c.id, size))


@lru_cache
def _list_by_session(size: int, shape: _PageShape) -> Select[*tuple[Any, ...]]:
    rank = func.row_number().over(partition_by=c.session_id, order_by=_order(shape))
    ranked = (
        select(*COLUMNS, rank.label("rank")).where(*_conditions(None, shape), one_of(c.session_id, size)).subquery()
    )
    columns = [ranked.c[column.name] for column in COLUMNS]
    newest_first = ranked.c.id.desc()
    return select(*columns).where(ranked.c.rank <= bindparam("limit")).order_by(newest_first)


@lru_cache
def _count_by_session(size: int) -> Select[*tuple[Any, ...]]:
    conditions = (c.user_id == bindparam("owner"), one_of(c.session_id, size))
    return select(c.session_id, func.count()).where(*conditions).group_by(c.session_id)


@cache
def _add_or_fold() -> Executable:
    return _with_folding(_inserting().values({column.name: bindparam(f"new_{column.name}") for column in _INSERTED}))


@cache
def _add_or_fold_if_known() -> Executable:
    return _with_folding(_inserting().from_select([column.name for column in _INSERTED], _OF_KNOWN_USER))


def _inserting() -> Any:
    # SQLite's compiler accepts PostgreSQL's ON CONFLICT clause. Imported late, to start faster.
    from sqlalchemy.dialects.postgresql import insert as insert_or_update  # noqa: PLC0415

    return insert_or_update(events)


def _with_folding(new: Any) -> Executable:
    statement: Executable = new.on_conflict_do_update(
        index_elements=[c.user_id, c.fold_key],
        set_={"count": c.count + 1, "repeated_at": new.excluded.occurred_at},
    ).returning(c.id)
    return statement
