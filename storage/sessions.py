"""Sessions. Every method of an owner's begins with the owner: another user's row is no row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Update, bindparam, func, insert, select, tuple_, update

from storage.conditions import one_of, padded
from storage.database import Transaction
from storage.filters import FilterShape, Page, SessionFilter, SessionOrderField, page_statement
from storage.lifetimes import Lifetimes
from storage.records import DeviceKind, RevocationReason, SessionRecord
from storage.session_rows import COLUMNS, LIVE, fold, to_record, to_row
from storage.tables import INSTANT, sessions

c = sessions.c

_OWN = (c.user_id == bindparam("owner"), c.id == bindparam("session_id"))
_END: dict[str, Any] = {"revoked_at": bindparam("now"), "revocation_reason": bindparam("reason")}

_FIND = select(*COLUMNS).where(*_OWN)
_ADD = insert(sessions)
_REVOKE = update(sessions).where(*_OWN, LIVE).values(_END).returning(*COLUMNS)
_RENAME = (
    update(sessions)
    .where(*_OWN, LIVE)
    .values(name=bindparam("new_name"), name_key=bindparam("new_key"))
    .returning(*COLUMNS)
)
_SEEN: dict[str, Any] = {"last_active": bindparam("seen_at"), "ip_address": bindparam("seen_from")}
_TOUCH = update(sessions).where(*_OWN, LIVE, c.last_active <= bindparam("stale", type_=INSTANT)).values(_SEEN)
_ROTATE = (
    update(sessions)
    .where(*_OWN, LIVE, c.generation == bindparam("presented"))
    .values({"generation": c.generation + 1, "rotated_at": bindparam("seen_at"), **_SEEN})
    .returning(*COLUMNS)
)
_MINE = (c.user_id == bindparam("owner"), LIVE)
_BY_KIND = select(c.device_kind, func.count()).where(*_MINE).group_by(c.device_kind)
_AGES = select(func.count().filter(c.last_active > bindparam("since", type_=INSTANT)), func.min(c.created_at)).where(
    *_MINE
)


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """How a list of sessions is ordered."""

    field: SessionOrderField = SessionOrderField.LAST_ACTIVE
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Touch:
    """That a session was used: when, and from which address."""

    user_id: UUID
    session_id: UUID
    seen_at: datetime
    seen_from: str | None


@dataclass(frozen=True, slots=True)
class SessionStats:
    """Numbers about a user's active sessions."""

    by_kind: dict[DeviceKind, int]
    active_since: int
    oldest_created_at: datetime | None


class SessionRepository:
    """The sessions, within one transaction."""

    __slots__ = ("_lifetimes", "_tx")

    def __init__(self, tx: Transaction, lifetimes: Lifetimes) -> None:
        self._tx = tx
        self._lifetimes = lifetimes

    async def find(self, user_id: UUID, session_id: UUID) -> SessionRecord | None:
        """The session in whatever state; None when the user has no such session."""
        row = await self._tx.fetch_one(_FIND, {"owner": user_id, "session_id": session_id})
        return None if row is None else to_record(row)

    async def find_many(self, user_id: UUID, ids: Collection[UUID]) -> dict[UUID, SessionRecord]:
        """Those of the sessions that are the user's, by id, with one statement."""
        if not ids:
            return {}
        wanted = padded(list(ids))
        rows = await self._tx.fetch_all(_find_many(len(wanted)), {"owner": user_id, **wanted})
        return {session.id: session for session in map(to_record, rows)}

    async def list(
        self,
        user_id: UUID,
        filter_: SessionFilter,
        order: SessionOrder,
        page: Page,
        now: datetime,
    ) -> Sequence[SessionRecord]:
        """One page, in the order asked for, also when it is taken from the end."""
        statement = page_statement(
            filter_.shape(),
            order.field,
            order.descending,
            page.after is not None,
            page.before is not None,
            page.from_end,
        )
        parameters = {**self._scope(user_id, filter_, now), **page.parameters()}
        rows = await self._tx.fetch_all(statement, parameters)
        return [to_record(row) for row in (reversed(rows) if page.from_end else rows)]

    async def count(self, user_id: UUID, filter_: SessionFilter, now: datetime) -> int:
        """How many sessions the filter picks, on all pages together."""
        row = await self._tx.fetch_one(_count(filter_.shape()), self._scope(user_id, filter_, now))
        return int(row[0]) if row else 0

    async def stats(self, user_id: UUID, since: datetime, now: datetime) -> SessionStats:
        """Numbers about the active sessions; `active_since` counts those used after `since`."""
        scope = {"owner": user_id, "since": since, **self._lifetimes.cutoffs(now)}
        kinds = await self._tx.fetch_all(_BY_KIND, scope)
        ages = await self._tx.fetch_one(_AGES, scope) or (0, None)
        return SessionStats({DeviceKind(kind): n for kind, n in kinds}, ages[0], ages[1])

    async def add(self, session: SessionRecord) -> None:
        """Keep a new session. Its id must be new and its user must exist."""
        await self._tx.execute(_ADD, to_row(session))

    async def revoke(
        self, user_id: UUID, session_id: UUID, reason: RevocationReason, now: datetime
    ) -> SessionRecord | None:
        """End an active session. None when it is not active, or not the user's: nothing changes."""
        return await self._change(_REVOKE, user_id, session_id, now, {"now": now, "reason": reason.value})

    async def revoke_many(
        self,
        user_id: UUID,
        filter_: SessionFilter,
        keep: UUID | None,
        reason: RevocationReason,
        now: datetime,
    ) -> Sequence[UUID]:
        """End the active sessions that the filter picks, but `keep`; say which those were."""
        end = {"now": now, "reason": reason.value, "keep": keep}
        parameters = {**self._scope(user_id, filter_, now), **end}
        rows = await self._tx.fetch_all(_revoke_many(filter_.shape(), keep is not None), parameters)
        return [row[0] for row in rows]

    async def list_revocable(
        self, user_id: UUID, filter_: SessionFilter, keep: UUID | None, now: datetime
    ) -> Sequence[UUID]:
        """What `revoke_many` would end."""
        parameters = {**self._scope(user_id, filter_, now), "keep": keep}
        statement = _revocable(filter_.shape(), keep is not None)
        return [row[1] for row in await self._tx.fetch_all(statement, parameters)]

    async def rename(self, user_id: UUID, session_id: UUID, name: str | None, now: datetime) -> SessionRecord | None:
        """Name an active session. None when it is not active, or not the user's."""
        names = {"new_name": name, "new_key": None if name is None else fold(name)}
        return await self._change(_RENAME, user_id, session_id, now, names)

    async def rotate(self, touch: Touch, presented: int) -> SessionRecord | None:
        """Move the refresh generation on by one, if it is still `presented` (compare-and-set).

        None when it is not, when the session is not active, or when it is not the user's.
        """
        seen = {
            "presented": presented,
            "seen_at": touch.seen_at,
            "seen_from": touch.seen_from,
        }
        return await self._change(_ROTATE, touch.user_id, touch.session_id, touch.seen_at, seen)

    async def touch(self, touches: Sequence[Touch], interval: timedelta) -> None:
        """Note that sessions were used, for each at most once in `interval`.

        Never brings back one that had ended by then, and never moves its time backwards.
        """
        # In one order everywhere, so that two writers of the same rows never wait in a circle.
        ordered = sorted(touches, key=lambda touch: (touch.user_id, touch.session_id))
        rows = [
            {
                "owner": touch.user_id,
                "session_id": touch.session_id,
                "stale": touch.seen_at - interval,
                "seen_at": touch.seen_at,
                "seen_from": touch.seen_from,
                **self._lifetimes.cutoffs(touch.seen_at),
            }
            for touch in ordered
        ]
        await self._tx.execute_many(_TOUCH, rows)

    async def _change(
        self,
        statement: Update,
        user_id: UUID,
        session_id: UUID,
        now: datetime,
        values: dict[str, Any],
    ) -> SessionRecord | None:
        own = {"owner": user_id, "session_id": session_id, **self._lifetimes.cutoffs(now)}
        row = await self._tx.fetch_one(statement, {**own, **values})
        return None if row is None else to_record(row)

    def _scope(self, user_id: UUID, filter_: SessionFilter, now: datetime) -> dict[str, Any]:
        return {"owner": user_id, **filter_.parameters(), **self._lifetimes.cutoffs(now)}


@lru_cache
def _find_many(size: int) -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS).where(c.user_id == bindparam("owner"), one_of(c.id, size))


@lru_cache(maxsize=512)
def _count(shape: FilterShape) -> Select[*tuple[Any, ...]]:
    return select(func.count()).select_from(sessions).where(shape.condition())


@lru_cache(maxsize=512)
def _revocable(shape: FilterShape, keep: bool) -> Select[*tuple[Any, ...]]:
    others = (c.id != bindparam("keep"),) if keep else ()
    return select(c.user_id, c.id).where(shape.condition(), LIVE, *others).order_by(c.id)


@lru_cache(maxsize=512)
def _revoke_many(shape: FilterShape, keep: bool) -> Update:
    # Locked in the order of ids, so that two such statements never wait for each other.
    picked = _revocable(shape, keep).with_for_update()
    return update(sessions).where(tuple_(c.user_id, c.id).in_(picked), LIVE).values(_END).returning(c.id)
