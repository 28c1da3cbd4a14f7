"""Sessions. Every method of an owner's begins with the owner: another user's row is no row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Update

from sessionql.storage import session_statements as statements
from sessionql.storage.database import Transaction
from sessionql.storage.filters import Page, SessionFilter, SessionOrderField, page_statement
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.records import Device, DeviceKind, RevocationReason, SessionRecord
from sessionql.storage.session_rows import fold, to_record, to_row
from sessionql.storage.sql_conditions import padded


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
        row = await self._tx.fetch_one(statements.FIND, {"owner": user_id, "session_id": session_id})
        return None if row is None else to_record(row)

    async def find_many(self, user_id: UUID, ids: Collection[UUID]) -> dict[UUID, SessionRecord]:
        """Those of the sessions that are the user's, by id, with one statement."""
        if not ids:
            return {}
        wanted = padded(list(ids))
        rows = await self._tx.fetch_all(statements.find_many(len(wanted)), {"owner": user_id, **wanted})
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
        row = await self._tx.fetch_one(statements.count(filter_.shape()), self._scope(user_id, filter_, now))
        return int(row[0]) if row else 0

    async def stats(self, user_id: UUID, since: datetime, now: datetime) -> SessionStats:
        """Numbers about the active sessions; `active_since` counts those used after `since`."""
        scope = {"owner": user_id, "since": since, **self._lifetimes.cutoffs(now)}
        kinds = await self._tx.fetch_all(statements.BY_KIND, scope)
        ages = await self._tx.fetch_one(statements.AGES, scope) or (0, None)
        return SessionStats({DeviceKind(kind): n for kind, n in kinds}, ages[0], ages[1])

    async def add(self, session: SessionRecord) -> None:
        """Keep a new session. Its id must be new and its user must exist."""
        await self._tx.execute(statements.ADD, to_row(session))

    async def revoke(
        self, user_id: UUID, session_id: UUID, reason: RevocationReason, now: datetime
    ) -> SessionRecord | None:
        """End an active session. None when it is not active, or not the user's: nothing changes."""
        end = {"now": now, "reason": reason.value}
        revoked = await self._change(statements.REVOKE, user_id, session_id, now, end)
        if revoked is not None:
            self._tx.notifications.sessions_ended(user_id, [revoked.id])
        return revoked

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
        return await self._end(statements.revoke_many(filter_.shape(), keep is not None), parameters)

    async def list_revocable(
        self, user_id: UUID, filter_: SessionFilter, keep: UUID | None, now: datetime
    ) -> Sequence[UUID]:
        """What `revoke_many` would end."""
        parameters = {**self._scope(user_id, filter_, now), "keep": keep}
        statement = statements.revocable(filter_.shape(), keep is not None)
        return sorted(row[1] for row in await self._tx.fetch_all(statement, parameters))

    async def evict(self, user_id: UUID, keep: UUID, limit: int, now: datetime) -> Sequence[UUID]:
        """End active sessions until `limit` are left, those unused for longest first, never `keep`; say which."""
        end = {"now": now, "reason": RevocationReason.SESSION_LIMIT.value}
        scope = {"owner": user_id, "keep": keep, "others": limit - 1, **self._lifetimes.cutoffs(now)}
        return await self._end(statements.EVICT, {**scope, **end})

    async def lock_active(self, user_id: UUID, now: datetime) -> None:
        """Let nobody else change the user's active sessions until the transaction ends.

        For one that changes several of them with more than one statement: everybody who changes several
        takes them in the order of their ids, so that two of them never wait for each other.
        """
        await self._tx.fetch_all(statements.LOCK_ACTIVE, {"owner": user_id, **self._lifetimes.cutoffs(now)})

    async def has_device(self, user_id: UUID, device: Device) -> bool:
        """Whether the user has a session, in whatever state, from such a device."""
        like = {"owner": user_id, "key": fold(device.label), "kind": device.kind.value}
        return await self._tx.fetch_one(statements.HAS_DEVICE, like) is not None

    async def reauthenticate(
        self, user_id: UUID, session_id: UUID, proved_at: datetime, now: datetime
    ) -> SessionRecord | None:
        """Note that the user proved again at `proved_at` who they are, unless a later proof is known.

        None when the session is not active, or not the user's.
        """
        return await self._change(statements.REAUTHENTICATE, user_id, session_id, now, {"proved_at": proved_at})

    async def renew(self, user_id: UUID, session_id: UUID, proved_at: datetime, now: datetime) -> SessionRecord | None:
        """Begin anew with the session, as after a log-in: every token of before is void.

        None when it is not active, or not the user's.
        """
        return await self._change(statements.RENEW, user_id, session_id, now, {"proved_at": proved_at})

    async def rename(self, user_id: UUID, session_id: UUID, name: str | None, now: datetime) -> SessionRecord | None:
        """Name an active session. None when it is not active, or not the user's."""
        names = {"new_name": name, "new_key": None if name is None else fold(name)}
        return await self._change(statements.RENAME, user_id, session_id, now, names)

    async def rotate(self, touch: Touch, presented: int) -> SessionRecord | None:
        """Move the refresh generation on by one, if it is still `presented` (compare-and-set).

        None when it is not, when the session is not active, or when it is not the user's.
        """
        seen = {
            "presented": presented,
            "seen_at": touch.seen_at,
            "seen_from": touch.seen_from,
        }
        return await self._change(statements.ROTATE, touch.user_id, touch.session_id, touch.seen_at, seen)

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
        await self._tx.execute_many(statements.TOUCH, rows)

    async def _end(self, statement: Update, parameters: dict[str, Any]) -> Sequence[UUID]:
        ids = [row[1] for row in await self._tx.fetch_all(statement, parameters)]
        self._tx.notifications.sessions_ended(parameters["owner"], ids)
        return ids

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
