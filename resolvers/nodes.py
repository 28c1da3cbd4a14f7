"""Objects by their ids alone (Relay): the requester's user, sessions and events."""

from collections.abc import Sequence
from uuid import UUID

from sessionql.resolvers.accounts import find_user
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import ListTooLong
from sessionql.resolvers.events import find_events
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.sessions import find_sessions
from sessionql.resolvers.values.ids import parse_id
from sessionql.storage.records import EventRecord, SessionRecord, UserRecord

Node = UserRecord | SessionRecord | EventRecord


async def find_nodes(deps: Dependencies, requester: Requester, ids: Sequence[str]) -> list[Node | None]:
    """The objects in the order asked for, None for those the requester has none of.

    Takes at most three statements. Raises ListTooLong for too many ids.
    """
    most = deps.policy.list_size
    if len(ids) > most:
        raise ListTooLong(f"At most {most} ids at a time, not {len(ids)}.")
    wanted = [parse_id(text) for text in ids]
    missing = {id_ for id_ in wanted if id_ is not None}
    found: dict[UUID, Node] = {}
    if requester.user_id in missing and (user := await find_user(deps, requester)):
        found[user.id] = user
    found |= await find_sessions(deps, requester.user_id, list(missing - found.keys()))
    found |= await find_events(deps, requester.user_id, list(missing - found.keys()))
    return [found.get(id_) if id_ else None for id_ in wanted]
