"""Create a session: store it, enforce the session limit of the user, write its events."""

from datetime import datetime
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.events import Actor, build_event
from sessionql.storage import Repositories
from sessionql.storage.records import EventKind, EventRecord, SessionRecord

MAX_ENDED = 200
"""Ended sessions that a user keeps for `Policy.keep_ended`. More are deleted, those that began first."""


def build_session(
    deps: Dependencies,
    user_id: UUID,
    name: str | None,
    client: ClientInfo,
    now: datetime,
    authenticated_at: datetime | None = None,
    *,
    by_service: bool = False,
) -> SessionRecord:
    """Build the record of a session that starts at `now`. Does not store it."""
    return SessionRecord(
        user_id=user_id,
        id=deps.new_id(),
        name=name,
        user_agent=client.user_agent,
        ip_address=client.ip_address,
        created_at=now,
        authenticated_at=authenticated_at or now,
        last_active=now,
        generation=0,
        rotated_at=None,
        revoked_at=None,
        revocation_reason=None,
        by_service=by_service,
        device=describe(client.user_agent, client.hints),
    )


async def add_session(
    deps: Dependencies,
    repositories: Repositories,
    session: SessionRecord,
    client: ClientInfo,
    *,
    is_new_user: bool = False,
    actor_name: str | None = None,
) -> None:
    """Store a new session; over the session limit, revoke the sessions that were inactive for longest.

    The transaction must have locked the user's row, or concurrent log-ins could exceed the limit. The first device
    of a new user (`is_new_user`) causes no NEW_DEVICE event.
    """
    sessions, user_id, now = repositories.sessions, session.user_id, session.created_at
    is_known_device = is_new_user or await sessions.has_device(user_id, session.device)
    await sessions.add(session)
    limit = deps.policy.session_limit
    evicted = await sessions.evict(user_id, session.id, limit, now) if limit else ()
    await sessions.delete_oldest_ended(user_id, MAX_ENDED, now)
    actor = Actor(name=actor_name) if actor_name else Actor(session_id=session.id)

    def build(kind: EventKind, session_id: UUID) -> EventRecord:
        return build_event(deps, user_id, kind, client, now, session_id=session_id, actor=actor)

    kinds = [EventKind.LOGGED_IN] if is_known_device else [EventKind.LOGGED_IN, EventKind.NEW_DEVICE]
    events = [build(kind, session.id) for kind in kinds]
    await repositories.events.add_many([*events, *(build(EventKind.SESSION_REVOKED, id_) for id_ in evicted)])
