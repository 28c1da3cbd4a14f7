"""Sessions. `user_id` is in the WHERE of every statement: the session of another user is never found."""

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
from sessionql.storage.session_rows import device_to_row, fold, to_record, to_row
from sessionql.storage.sql_conditions import padded


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """The order of a list of sessions."""

    field: SessionOrderField = SessionOrderField.LAST_ACTIVE
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Touch:
    """The use of a session: when, and from which IP address."""

    user_id: UUID
    session_id: UUID
    seen_at: datetime
    seen_from: str | None


@dataclass(frozen=True, slots=True)
class SessionStats:
    """Statistics about the active sessions of a user, see `SessionRepository.stats`."""

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
        """The session in any state; None when the user has no session with this id."""
        row = await self._tx.fetch_one(statements.FIND, {"owner": user_id, "session_id": session_id})
        return None if row is None else to_record(row)

    async def find_retried(self, user_id: UUID, session_id: UUID) -> tuple[SessionRecord, str | None] | None:
        """As `find`, with the hash of the retry key of the last rotation (None: it had no key)."""
        row = await self._tx.fetch_one(statements.FIND_RETRIED, {"owner": user_id, "session_id": session_id})
        return None if row is None else (to_record(row), row[-1])

    async def find_many(self, user_id: UUID, ids: Collection[UUID]) -> dict[UUID, SessionRecord]:
        """The sessions with these ids that belong to the user, by id, with one statement."""
        if not ids:
            return {}
        id_parameters = padded(list(ids))
        rows = await self._tx.fetch_all(statements.find_many(len(id_parameters)), {"owner": user_id, **id_parameters})
        return {session.id: session for session in map(to_record, rows)}

    async def list(
        self,
        user_id: UUID,
        filter_: SessionFilter,
        order: SessionOrder,
        page: Page,
        now: datetime,
    ) -> Sequence[SessionRecord]:
        """One page of the sessions that match the filter, in the given order also when `page.from_end`."""
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
        """The number of sessions that match the filter, on all pages."""
        row = await self._tx.fetch_one(statements.count(filter_.shape()), self._scope(user_id, filter_, now))
        return int(row[0]) if row else 0

    async def stats(self, user_id: UUID, since: datetime, now: datetime) -> SessionStats:
        """Count the active sessions by kind of device, and those used after `since` (`active_since`)."""
        scope = {"owner": user_id, "since": since, **self._lifetimes.cutoffs(now)}
        kinds = await self._tx.fetch_all(statements.COUNT_BY_KIND, scope)
        active_since, oldest = await self._tx.fetch_one(statements.ACTIVITY_STATS, scope) or (0, None)
        return SessionStats({DeviceKind(kind): number for kind, number in kinds}, active_since, oldest)

    async def add(self, session: SessionRecord) -> None:
        """Insert a session. Raises StorageError when its id is taken or its user does not exist."""
        await self._tx.execute(statements.ADD, to_row(session))

    async def revoke(
        self, user_id: UUID, session_id: UUID, reason: RevocationReason, now: datetime
    ) -> SessionRecord | None:
        """Revoke an active session. None, and no change, when it is not active or not the user's."""
        revocation = {"now": now, "reason": reason.value}
        revoked = await self._change(statements.REVOKE, user_id, session_id, now, revocation)
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
        """Revoke the active sessions that match the filter, except `keep`. Returns the ids of the revoked ones."""
        revocation = {"now": now, "reason": reason.value, "keep": keep}
        parameters = {**self._scope(user_id, filter_, now), **revocation}
        return await self._revoke(statements.revoke_many(filter_.shape(), keep is not None), parameters)

    async def list_revocable(
        self, user_id: UUID, filter_: SessionFilter, keep: UUID | None, now: datetime
    ) -> Sequence[UUID]:
        """The ids of the sessions that `revoke_many` would revoke, sorted."""
        parameters = {**self._scope(user_id, filter_, now), "keep": keep}
        statement = statements.revocable(filter_.shape(), keep is not None)
        return sorted(session_id for _, session_id in await self._tx.fetch_all(statement, parameters))

    async def evict(self, user_id: UUID, keep: UUID, limit: int, now: datetime) -> Sequence[UUID]:
        """Revoke active sessions until at most `limit` are left, those unused for longest first, never `keep`.

        Returns the ids of the revoked sessions.
        """
        revocation = {"now": now, "reason": RevocationReason.SESSION_LIMIT.value}
        scope = {"owner": user_id, "keep": keep, "max_others": limit - 1, **self._lifetimes.cutoffs(now)}
        return await self._revoke(statements.EVICT, {**scope, **revocation})

    async def delete_oldest_ended(self, user_id: UUID, most: int, now: datetime) -> int:
        """Delete ended sessions of the user, those that began first, until `most` are left; at most 100 at a time.

        Returns the number of deleted ones.
        """
        parameters = {"owner": user_id, "most": most, **self._lifetimes.cutoffs(now)}
        return await self._tx.execute(statements.DELETE_OLDEST_ENDED, parameters)

    async def lock_active(self, user_id: UUID, now: datetime) -> None:
        """Lock the active sessions of the user until the transaction ends.

        For transactions that change several sessions with more than one statement. Every such transaction locks in
        the order of the ids, so that two of them cannot deadlock.
        """
        await self._tx.fetch_all(statements.LOCK_ACTIVE, {"owner": user_id, **self._lifetimes.cutoffs(now)})

    async def addresses(self, user_id: UUID) -> set[str]:
        """The last addresses of the sessions of the user, in any state."""
        return {row[0] for row in await self._tx.fetch_all(statements.ADDRESSES, {"owner": user_id})}

    async def has_device(self, user_id: UUID, device: Device) -> bool:
        """Whether the user has a session, in any state, whose device may be this one, by what both tell."""
        parameters = {"owner": user_id, **_device_parameters(None, device)}
        return await self._tx.fetch_one(statements.HAS_DEVICE, parameters) is not None

    async def reauthenticate(
        self, user_id: UUID, session_id: UUID, authenticated_at: datetime, now: datetime
    ) -> SessionRecord | None:
        """Set the time of the last authentication, unless the session has a later one.

        None when the session is not active or not the user's.
        """
        return await self._change(
            statements.REAUTHENTICATE, user_id, session_id, now, {"new_authenticated_at": authenticated_at}
        )

    async def renew(
        self, user_id: UUID, session_id: UUID, authenticated_at: datetime, now: datetime
    ) -> SessionRecord | None:
        """Invalidate all tokens of the session and set the time of the last authentication, as a new log-in would.

        None when the session is not active or not the user's.
        """
        return await self._change(
            statements.RENEW, user_id, session_id, now, {"new_authenticated_at": authenticated_at}
        )

    async def rename(self, user_id: UUID, session_id: UUID, name: str | None, now: datetime) -> SessionRecord | None:
        """Set or remove (None) the name of an active session. None when it is not active or not the user's."""
        names = {"new_name": name, "new_key": None if name is None else fold(name)}
        return await self._change(statements.RENAME, user_id, session_id, now, names)

    async def set_device(
        self, user_id: UUID, session_id: UUID, user_agent: str | None, device: Device, now: datetime
    ) -> SessionRecord | None:
        """Set the device of an active session. None when it is not active or not the user's."""
        values = _device_parameters(user_agent, device)
        return await self._change(statements.SET_DEVICE, user_id, session_id, now, values)

    async def rotate(self, touch: Touch, presented: int, retry_key_hash: str | None = None) -> SessionRecord | None:
        """Increment the generation of the refresh token if it is still `presented` (compare-and-set).

        Stores the hash of the retry key of this rotation, or that it has none. None when the generation is another, or
        when the session is not active or not the user's.
        """
        values = {
            "presented_generation": presented,
            "new_retry_key_hash": retry_key_hash,
            "seen_at": touch.seen_at,
            "seen_from": touch.seen_from,
        }
        return await self._change(statements.ROTATE, touch.user_id, touch.session_id, touch.seen_at, values)

    async def touch(self, touches: Sequence[Touch], interval: timedelta) -> None:
        """Set the last use and the address of sessions, each at most once in `interval`.

        Sessions that had ended by then do not change, and `last_active` never moves backwards.
        """
        # In the order of the primary key, so that two writers of the same rows cannot deadlock.
        ordered = sorted(touches, key=lambda touch: (touch.user_id, touch.session_id))
        await self._tx.execute_many(statements.TOUCH, [self._touched(touch, interval) for touch in ordered])

    async def touch_device(self, touch: Touch, user_agent: str | None, device: Device, interval: timedelta) -> bool:
        """As `touch` for one session, and set its device. False when nothing changed."""
        parameters = {**self._touched(touch, interval), **_device_parameters(user_agent, device)}
        return await self._tx.execute(statements.TOUCH_DEVICE, parameters) == 1

    def _touched(self, touch: Touch, interval: timedelta) -> dict[str, Any]:
        return {
            "owner": touch.user_id,
            "session_id": touch.session_id,
            "active_until": touch.seen_at - interval,
            "seen_at": touch.seen_at,
            "seen_from": touch.seen_from,
            **self._lifetimes.cutoffs(touch.seen_at),
        }

    async def _revoke(self, statement: Update, parameters: dict[str, Any]) -> Sequence[UUID]:
        ids = [session_id for _, session_id in await self._tx.fetch_all(statement, parameters)]
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
        scope = {"owner": user_id, "session_id": session_id, **self._lifetimes.cutoffs(now)}
        row = await self._tx.fetch_one(statement, {**scope, **values})
        return None if row is None else to_record(row)

    def _scope(self, user_id: UUID, filter_: SessionFilter, now: datetime) -> dict[str, Any]:
        return {"owner": user_id, **filter_.parameters(), **self._lifetimes.cutoffs(now)}


def _device_parameters(user_agent: str | None, device: Device) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in device_to_row(user_agent, device).items()}
