"""The audit log: one row for each action of an operator."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidArgument
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.paging import check_size
from sessionql.storage import Repositories
from sessionql.storage.records import AdminActionKind, AdminActionRecord


async def list_admin_actions(deps: Dependencies, first: int, before: str | None) -> Sequence[AdminActionRecord]:
    """Return up to `first` admin actions, newest first, older than the action with the ID `before`.

    Raises InvalidArgument when `first` is out of range or `before` is not an ID.
    """
    check_size("first", first, deps.policy.list_size)
    older_than = None if before is None else parse_id(before)
    if before is not None and older_than is None:
        raise InvalidArgument("`before` must be the ID of an admin action.")
    async with deps.storage.reading() as repositories:
        return await repositories.admin_actions.list(first, older_than)


async def record_admin_action(
    deps: Dependencies,
    repositories: Repositories,
    actor: str,
    kind: AdminActionKind,
    now: datetime,
    user_id: UUID | None = None,
    revoked_count: int = 0,
) -> None:
    """Write an admin action in the transaction of the change itself."""
    action = AdminActionRecord(deps.new_id(), now, actor, kind, user_id, revoked_count)
    await repositories.admin_actions.add(action)
