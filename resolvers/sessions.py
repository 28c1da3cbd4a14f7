"""The requester's sessions: list, rename and revoke them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import (
    InvalidArgument,
    InvalidInput,
    ReauthenticationRequired,
    SessionEnded,
    SessionNotFound,
)
from sessionql.resolvers.events import record_event, record_revocations
from sessionql.resolvers.requester import Requester, require_fresh_login
from sessionql.resolvers.values.cursors import encode_cursor
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.names import clean_name
from sessionql.resolvers.values.paging import MAX_PAGE_SIZE, Slice, slice_page
from sessionql.resolvers.values.visible import is_visible
from sessionql.storage.filters import Page, Position, SessionFilter, SessionOrderField
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord
from sessionql.storage.sessions import SessionOrder, SessionStats

MAX_SEARCH_LENGTH = 100
"""In characters."""

ACTIVE = SessionFilter()


@dataclass(frozen=True, slots=True)
class RevokeResult:
    """The session after the call, and whether it is the session of the requester."""

    session: SessionRecord
    was_current: bool


@dataclass(frozen=True, slots=True)
class RevokeManyResult:
    """The IDs of the sessions that a call revoked (a dry run: would revoke), and the current session if it was kept."""

    ids: Sequence[UUID]
    kept: SessionRecord | None


async def my_sessions(deps: Dependencies, requester: Requester) -> Sequence[SessionRecord]:
    """Return up to 100 active sessions, the most recently active first."""
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.list(
            requester.user_id, ACTIVE, SessionOrder(), Page(MAX_PAGE_SIZE), deps.clock()
        )


async def find_sessions(deps: Dependencies, user_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, SessionRecord]:
    """Return the sessions with these IDs that belong to the user, by ID, active or ended."""
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.find_many(user_id, ids)


async def list_sessions(
    deps: Dependencies, user_id: UUID, filter_: SessionFilter, order: SessionOrder, page: Page
) -> Slice[SessionRecord]:
    """Return a page of the sessions that match the filter."""
    async with deps.storage.reading() as repositories:
        found = await repositories.sessions.list(user_id, filter_, order, page.one_more(), deps.clock())
    return slice_page(found, page)


async def count_sessions(deps: Dependencies, user_id: UUID, filter_: SessionFilter) -> int:
    """Count the sessions that match the filter, on all pages."""
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.count(user_id, filter_, deps.clock())


async def session_stats(deps: Dependencies, user_id: UUID) -> SessionStats:
    """Return statistics of the active sessions; "today" means the last 24 hours."""
    now = deps.clock()
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.stats(user_id, now - timedelta(hours=24), now)


async def revoke_session(
    deps: Dependencies, requester: Requester, session_id: str, client: ClientInfo
) -> RevokeResult | SessionNotFound | ReauthenticationRequired:
    """Revoke one session. Succeeds without a change if it has already ended.

    Revoking another session than the current one requires a fresh log-in.
    """
    parsed_id = parse_id(session_id)
    if parsed_id is None:
        return SessionNotFound()
    now, current_id = deps.clock(), requester.session.id
    if parsed_id != current_id and (stale := require_fresh_login(deps, requester)):
        return stale
    reason = RevocationReason.REVOKED_BY_USER
    if parsed_id == current_id:
        reason = RevocationReason.LOGGED_OUT
    async with deps.storage.transaction() as repositories:
        session = await repositories.sessions.revoke(requester.user_id, parsed_id, reason, now)
        if session is None:
            session = await repositories.sessions.find(requester.user_id, parsed_id)
        else:
            kind = EventKind.SESSION_REVOKED
            await record_event(deps, repositories, session, kind, client, now, current_id)
    return SessionNotFound() if session is None else RevokeResult(session, parsed_id == current_id)


async def revoke_all_sessions(
    deps: Dependencies, requester: Requester, keep_current: bool, client: ClientInfo
) -> RevokeManyResult | ReauthenticationRequired:
    """Revoke all other sessions, and the current one too unless `keep_current`."""
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
    """Revoke the other sessions that match the filter. `dry_run` only returns their IDs."""
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
    """Set the name of a session; None removes it."""
    parsed_id = parse_id(session_id)
    cleaned = clean_name(name, ("input", "name"))
    if isinstance(cleaned, InvalidInput):
        return cleaned
    if parsed_id is None:
        return SessionNotFound(path=("input", "sessionId"))
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        renamed = await repositories.sessions.rename(requester.user_id, parsed_id, cleaned, now)
        if renamed is not None:
            kind, actor_id = EventKind.SESSION_RENAMED, requester.session.id
            await record_event(deps, repositories, renamed, kind, client, now, actor_id)
            return renamed
        ended = await repositories.sessions.find(requester.user_id, parsed_id)
    if ended is None:
        return SessionNotFound(path=("input", "sessionId"))
    return SessionEnded(ended_at=ended_at(deps, ended))


def ended_at(deps: Dependencies, session: SessionRecord) -> datetime:
    """Return when an ended session was revoked or expired."""
    return session.revoked_at or deps.storage.lifetimes.expires_at(session)


def cursor_of(session: SessionRecord, field: SessionOrderField) -> str:
    """Return the cursor of a session in a list ordered by `field`."""
    at = session.last_active if field is SessionOrderField.LAST_ACTIVE else session.created_at
    return encode_cursor(field, Position(at, session.id))


def check_filter(filter_: SessionFilter) -> None:
    """Raise InvalidArgument when the search text is empty or invisible, too long or not printable."""
    search = filter_.search
    if search is not None and not (len(search) <= MAX_SEARCH_LENGTH and search.isprintable() and is_visible(search)):
        raise InvalidArgument(f"`search` must have 1 to {MAX_SEARCH_LENGTH} printable characters.")


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
