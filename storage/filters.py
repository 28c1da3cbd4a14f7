"""Filters, orders and pages of session lists, and their SQL.

Statements are built once for each *shape* of filter and page, never for their values, so that each is compiled once
and the driver can keep it prepared.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, or_, select, tuple_

from sessionql.storage.records import DeviceKind, SessionState
from sessionql.storage.session_rows import ACTIVE, COLUMNS, fold
from sessionql.storage.sql_conditions import any_of
from sessionql.storage.tables import INSTANT, sessions

_EXPIRED = and_(
    sessions.c.revoked_at.is_(None),
    or_(
        sessions.c.last_active <= bindparam("idle_cutoff", type_=INSTANT),
        sessions.c.created_at <= bindparam("created_cutoff", type_=INSTANT),
    ),
)
_IN_STATE = {
    SessionState.ACTIVE: ACTIVE,
    SessionState.EXPIRED: _EXPIRED,
    SessionState.REVOKED: sessions.c.revoked_at.is_not(None),
}


class SessionOrderField(StrEnum):
    """The columns by which a list of sessions can be ordered."""

    LAST_ACTIVE = "LAST_ACTIVE"
    CREATED_AT = "CREATED_AT"


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """The sessions to select. None sets no condition; an empty collection selects no session."""

    states: frozenset[SessionState] | None = frozenset({SessionState.ACTIVE})
    device_kinds: frozenset[DeviceKind] | None = None
    inactive_since: datetime | None = None
    search: str | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters of `FilterShape.condition`, except those of `Lifetimes.cutoffs` and the owner."""
        pattern = None if self.search is None else _contains_pattern(fold(self.search))
        return {"inactive_since": self.inactive_since, "pattern": pattern}

    def shape(self) -> "FilterShape":
        return FilterShape(self.states, self.device_kinds, self.inactive_since is not None, self.search is not None)


@dataclass(frozen=True, slots=True)
class FilterShape:
    """The conditions of a filter, without their values."""

    states: frozenset[SessionState] | None
    device_kinds: frozenset[DeviceKind] | None
    inactive_since: bool
    search: bool

    def condition(self) -> ColumnElement[bool]:
        """The SQL condition for the sessions of one owner that match the filter."""
        c = sessions.c
        parts: list[ColumnElement[bool]] = []
        if self.states is not None:
            parts.append(any_of(_IN_STATE[state] for state in sorted(self.states)))
        if self.device_kinds is not None:
            parts.append(any_of(c.device_kind == kind.value for kind in sorted(self.device_kinds)))
        if self.inactive_since:
            parts.append(c.last_active < bindparam("inactive_since", type_=INSTANT))
        if self.search:
            texts = (c.name_key, c.device_key, c.ip_address)
            parts.append(any_of(text.like(bindparam("pattern"), escape="\\") for text in texts))
        return and_(c.user_id == bindparam("owner"), *parts)


@dataclass(frozen=True, slots=True)
class Position:
    """The position of a row in an ordered list: its value in the order column, and its id."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` rows between two positions, counted from the start or (`from_end`) from the end."""

    limit: int
    after: Position | None = None
    before: Position | None = None
    from_end: bool = False

    def one_more(self) -> "Page":
        """The page with a limit of one more row, which shows whether a further page exists."""
        return replace(self, limit=self.limit + 1)

    def parameters(self) -> dict[str, Any]:
        """The parameters of `page_statement`, except those of its filter."""
        after, before = self.after, self.before
        return {
            "limit": self.limit,
            "after_at": after and after.at,
            "after_id": after and after.id,
            "before_at": before and before.at,
            "before_id": before and before.id,
        }


@lru_cache(maxsize=512)
def page_statement(
    shape: FilterShape,
    field: SessionOrderField,
    descending: bool,
    after: bool,
    before: bool,
    from_end: bool,
) -> Select[*tuple[Any, ...]]:
    """Select one page of sessions. Equal times are ordered by id, so that pages neither skip nor repeat a row."""
    order_column = sessions.c.last_active if field is SessionOrderField.LAST_ACTIVE else sessions.c.created_at
    row = tuple_(order_column, sessions.c.id)
    bounds: list[ColumnElement[bool]] = []
    if after:
        bound = _position("after")
        bounds.append(row < bound if descending else row > bound)
    if before:
        bound = _position("before")
        bounds.append(row > bound if descending else row < bound)
    largest_first = descending is not from_end
    order = [column.desc() if largest_first else column.asc() for column in (order_column, sessions.c.id)]
    return select(*COLUMNS).where(shape.condition(), *bounds).order_by(*order).limit(bindparam("limit"))


def _position(name: str) -> Any:
    return tuple_(bindparam(f"{name}_at", type_=INSTANT), bindparam(f"{name}_id", type_=Uuid()))


def _contains_pattern(text: str) -> str:
    """A LIKE pattern for texts that contain `text`; no character of `text` is a wildcard."""
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
