"""Global object identification (Relay): the requester's user, sessions and events by ID."""

from collections.abc import Sequence
from uuid import UUID

from sessionql.resolvers.accounts import current_user
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import ListTooLong
from sessionql.resolvers.events import find_events
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.sessions import find_sessions
from sessionql.resolvers.values.ids import parse_id
from sessionql.storage.records import EventRecord, SessionRecord, UserRecord

Node = UserRecord | SessionRecord | EventRecord


async def find_nodes(deps: Dependencies, requester: Requester, ids: Sequence[str]) -> list[Node | None]:
    """Return the objects in the order of `ids`; None for an ID that is not the requester's.

    Executes at most three SQL statements. Raises ListTooLong when there are too many IDs.
    """
    max_ids = deps.policy.list_size
    if len(ids) > max_ids:
        raise ListTooLong(f"Send at most {max_ids} IDs in one request, not {len(ids)}.")
    parsed = [parse_id(text) for text in ids]
    missing = {id_ for id_ in parsed if id_ is not None}
    found: dict[UUID, Node] = {}
    if requester.user_id in missing and (user := await current_user(deps, requester)):
        found[user.id] = user
    found |= await find_sessions(deps, requester.user_id, list(missing - found.keys()))
    found |= await find_events(deps, requester.user_id, list(missing - found.keys()))
    return [found.get(id_) if id_ else None for id_ in parsed]
