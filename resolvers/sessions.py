"""The user's sessions: see them, name them, end one, some or all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sessionql.resolvers.credentials import require_fresh_login
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import (
    InvalidArgument,
    InvalidInput,
    ReauthenticationRequired,
    SessionEnded,
    SessionNotFound,
)
from sessionql.resolvers.events import record_event, record_revocations
from sessionql.resolvers.requester import ClientInfo, Requester
from sessionql.resolvers.values.cursors import encode_cursor
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.names import clean_name
from sessionql.resolvers.values.paging import MAX_PAGE_SIZE, Slice, cut
from sessionql.storage.filters import Page, Position, SessionFilter, SessionOrderField
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord
from sessionql.storage.sessions import SessionOrder, SessionStats

MAX_SEARCH_LENGTH = 100

ACTIVE = SessionFilter()


@dataclass(frozen=True, slots=True)
class RevokeResult:
    """The session as it is now, and whether it was the one that asked."""

    session: SessionRecord
    was_current: bool


@dataclass(frozen=True, slots=True)
class RevokeManyResult:
    """Which sessions a call revoked, or would, and the current one if it was kept."""

    ids: Sequence[UUID]
    kept: SessionRecord | None


async def my_sessions(deps: Dependencies, requester: Requester) -> Sequence[SessionRecord]:
    """The active sessions, most recently used first, at most 100."""
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.list(
            requester.user_id, ACTIVE, SessionOrder(), Page(MAX_PAGE_SIZE), deps.clock()
        )


async def find_sessions(deps: Dependencies, user_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, SessionRecord]:
    """Those of the sessions that are the user's, by id, in whatever state."""
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.find_many(user_id, ids)


async def list_sessions(
    deps: Dependencies, user_id: UUID, filter_: SessionFilter, order: SessionOrder, page: Page
) -> Slice[SessionRecord]:
    """A page of the sessions that the filter picks."""
    async with deps.storage.reading() as repositories:
        found = await repositories.sessions.list(user_id, filter_, order, page.one_more(), deps.clock())
    return cut(found, page)


async def count_sessions(deps: Dependencies, user_id: UUID, filter_: SessionFilter) -> int:
    """How many sessions the filter picks, on all pages together."""
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.count(user_id, filter_, deps.clock())


async def session_stats(deps: Dependencies, user_id: UUID) -> SessionStats:
    """Numbers about the active sessions; "today" is the last 24 hours."""
    now = deps.clock()
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.stats(user_id, now - timedelta(hours=24), now)


async def revoke_session(
    deps: Dependencies, requester: Requester, session_id: str, client: ClientInfo
) -> RevokeResult | SessionNotFound | ReauthenticationRequired:
    """End one session. One that has ended already stays as it is, and that is a success."""
    wanted = parse_id(session_id)
    if wanted is None:
        return SessionNotFound()
    now, current = deps.clock(), requester.session.id
    if wanted != current and (stale := require_fresh_login(deps, requester)):
        return stale
    reason = RevocationReason.REVOKED_BY_USER
    if wanted == current:
        reason = RevocationReason.LOGGED_OUT
    async with deps.storage.transaction() as repositories:
        ended = await repositories.sessions.revoke(requester.user_id, wanted, reason, now)
        if ended is None:
            ended = await repositories.sessions.find(requester.user_id, wanted)
        else:
            kind = EventKind.SESSION_REVOKED
            await record_event(deps, repositories, ended, kind, client, now, current)
    return SessionNotFound() if ended is None else RevokeResult(ended, wanted == current)


async def revoke_all_sessions(
    deps: Dependencies, requester: Requester, keep_current: bool, client: ClientInfo
) -> RevokeManyResult | ReauthenticationRequired:
    """End all other sessions, and the current one too unless it is kept."""
    if stale := require_fresh_login(deps, requester):
        return stale
    return await _revoke(deps, requester, ACTIVE, client, keep_current=keep_current)


async def revoke_sessions(
    deps: Dependencies,
    requester: Requester,
    filter_: SessionFilter,
    dry_run: bool,
    client: ClientInfo,
) -> RevokeManyResult | InvalidInput | ReauthenticationRequired:
    """End those of the other sessions that the filter picks, or only say which those are."""
    try:
        check_filter(filter_)
    except InvalidArgument as error:
        return InvalidInput(str(error), ("filter",))
    if not dry_run:
        if stale := require_fresh_login(deps, requester):
            return stale
        return await _revoke(deps, requester, filter_, client, keep_current=True)
    current, now = requester.session, deps.clock()
    async with deps.storage.reading() as repositories:
        ids = await repositories.sessions.list_revocable(requester.user_id, filter_, current.id, now)
    return RevokeManyResult(ids, current)


async def rename_session(
    deps: Dependencies, requester: Requester, session_id: str, name: str | None, client: ClientInfo
) -> SessionRecord | SessionNotFound | SessionEnded | InvalidInput:
    """Give a session a name, or take its name away."""
    wanted = parse_id(session_id)
    cleaned = clean_name(name, ("input", "name"))
    if isinstance(cleaned, InvalidInput):
        return cleaned
    if wanted is None:
        return SessionNotFound(path=("input", "sessionId"))
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        renamed = await repositories.sessions.rename(requester.user_id, wanted, cleaned, now)
        if renamed is not None:
            kind, actor = EventKind.SESSION_RENAMED, requester.session.id
            await record_event(deps, repositories, renamed, kind, client, now, actor)
            return renamed
        ended = await repositories.sessions.find(requester.user_id, wanted)
    if ended is None:
        return SessionNotFound(path=("input", "sessionId"))
    return SessionEnded(ended_at=ended_at(deps, ended))


def ended_at(deps: Dependencies, session: SessionRecord) -> datetime:
    """When an ended session ended: when it was revoked, or ran out."""
    return session.revoked_at or deps.storage.lifetimes.expires_at(session)


def cursor_of(session: SessionRecord, field: SessionOrderField) -> str:
    """The session's cursor in a list of this order."""
    by_use = field is SessionOrderField.LAST_ACTIVE
    at = session.last_active if by_use else session.created_at
    return encode_cursor(field, Position(at, session.id))


def check_filter(filter_: SessionFilter) -> None:
    """Raises InvalidArgument for a filter that cannot be meant."""
    search = filter_.search
    if search is not None and not (1 <= len(search) <= MAX_SEARCH_LENGTH and search.isprintable()):
        raise InvalidArgument(f"`search` has 1 to {MAX_SEARCH_LENGTH} printable characters.")


async def _revoke(
    deps: Dependencies,
    requester: Requester,
    filter_: SessionFilter,
    client: ClientInfo,
    *,
    keep_current: bool,
) -> RevokeManyResult:
    now, current = deps.clock(), requester.session
    keep = current.id if keep_current else None
    async with deps.storage.transaction() as repositories:
        ids = await repositories.sessions.revoke_many(
            requester.user_id, filter_, keep, RevocationReason.REVOKED_BY_USER, now
        )
        if ids:
            await record_revocations(deps, repositories, current, ids, client, now)
    return RevokeManyResult(ids, current if keep_current else None)
