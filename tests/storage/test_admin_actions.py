"""The audit log of operators: newest first, and kept when the user is deleted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sessionql.storage import Storage
from sessionql.storage.records import AdminActionKind, AdminActionRecord, UserRecord
from tests.storage.builders import NOW, new_id


def an_operation(**changes: Any) -> AdminActionRecord:
    values: dict[str, Any] = {
        "actor_name": "Support",
        "kind": AdminActionKind.USER_DISABLED,
        "user_id": new_id(),
        "revoked_count": 3,
    }
    return AdminActionRecord(new_id(), NOW, **values | changes)


async def keep(storage: Storage, *operations: AdminActionRecord) -> None:
    async with storage.transaction() as repositories:
        for operation in operations:
            await repositories.admin_actions.add(operation)


async def list_(storage: Storage, limit: int = 100, before: UUID | None = None) -> Sequence[AdminActionRecord]:
    async with storage.reading() as repositories:
        return await repositories.admin_actions.list(limit, before)


async def test_actions_are_listed_newest_first_with_all_fields(storage: Storage) -> None:
    kept = [an_operation(kind=kind) for kind in AdminActionKind] + [an_operation(user_id=None, revoked_count=0)]
    await keep(storage, *kept)

    assert await list_(storage) == kept[::-1]


async def test_pages_neither_skip_nor_repeat_actions(storage: Storage) -> None:
    kept = [an_operation() for _ in range(7)]
    await keep(storage, *kept)
    seen: list[AdminActionRecord] = []

    while page := await list_(storage, 3, seen[-1].id if seen else None):
        assert len(page) <= 3
        seen += page

    assert seen == kept[::-1]
    assert await list_(storage, 3, kept[0].id) == []


async def test_actions_remain_when_the_user_is_deleted(storage: Storage, ana: UserRecord) -> None:
    operation = an_operation(user_id=ana.id)
    await keep(storage, operation)
    async with storage.transaction() as repositories:
        assert await repositories.users.delete(ana.id)

    assert await list_(storage) == [operation]
