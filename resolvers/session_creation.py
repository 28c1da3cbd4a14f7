"""New sessions: kept, counted against the user's limit, and written down."""

from datetime import datetime
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.events import build_event
from sessionql.resolvers.requester import ClientInfo
from sessionql.storage import Repositories
from sessionql.storage.records import EventKind, EventRecord, SessionRecord


def build_session(
    deps: Dependencies,
    user_id: UUID,
    name: str | None,
    client: ClientInfo,
    now: datetime,
    authenticated_at: datetime | None = None,
) -> SessionRecord:
    """A session of the user that begins now; in no database yet."""
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
    """Keep a new session, and end those that are too many then, the one unused for longest first.

    The transaction has to hold the user's row, or log-ins at once might leave too many. `first`:
    the account is new, so that its device is no news.
    """
    sessions, user_id, now = repositories.sessions, session.user_id, session.created_at
    known = is_new_user or await sessions.has_device(user_id, session.device)
    await sessions.add(session)
    limit = deps.policy.session_limit
    evicted = await sessions.evict(user_id, session.id, limit, now) if limit else ()

    def happened(kind: EventKind, session_id: UUID) -> EventRecord:
        actor_id = None if actor_name else session.id
        return build_event(
            deps, user_id, kind, client, now, session_id=session_id, actor_id=actor_id, actor_name=actor_name
        )

    kinds = [EventKind.LOGGED_IN] if known else [EventKind.LOGGED_IN, EventKind.NEW_DEVICE]
    own = [happened(kind, session.id) for kind in kinds]
    await repositories.events.add_many([*own, *(happened(EventKind.SESSION_REVOKED, id_) for id_ in evicted)])
