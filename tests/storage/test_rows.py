"""Columns are mapped to fields by name, in any order of the columns."""

from collections.abc import Callable
from dataclasses import fields, replace
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from sessionql.storage import Storage, admin_actions, events, service_keys, session_rows, users
from sessionql.storage.records import (
    AdminActionKind,
    AdminActionRecord,
    EventKind,
    EventRecord,
    RevocationReason,
    ServiceKeyRecord,
    UserRecord,
)
from sessionql.storage.rows import Columns, enum_from_value, field_names, values_reader
from tests.storage.builders import NOW, REVOKED, TICK, a_session, an_event, keep, keep_events, new_id

ORDERS: list[Callable[[Columns], Columns]] = [
    lambda columns: columns,
    lambda columns: columns[::-1],
    lambda columns: Random(1).sample(columns, len(columns)),
    lambda columns: Random(2).sample(columns, len(columns)),
]


@pytest.mark.parametrize("order", ORDERS, ids=["as they are", "reversed", "shuffled", "shuffled again"])
async def test_sessions_are_read_from_columns_in_any_order(
    storage: Storage, ana: UserRecord, order: Callable[[Columns], Columns]
) -> None:
    device = replace(a_session(ana).device, model="a model")
    times = {"authenticated_at": NOW - TICK, "last_active": NOW, "rotated_at": NOW + TICK, "revoked_at": NOW + 2 * TICK}
    session = a_session(ana, name="a name", generation=7, device=device, **{**REVOKED, **times})
    assert len({str(getattr(session, field.name)) for field in fields(session)}) == len(fields(session)), "all differ"
    await keep(storage, session)
    columns = order(session_rows.COLUMNS)

    async with storage.database.reading() as tx:
        row = await tx.fetch_one(select(*columns), {})

    assert row is not None
    assert session_rows.session_reader(columns)(row) == session


@pytest.mark.parametrize("order", ORDERS, ids=["as they are", "reversed", "shuffled", "shuffled again"])
async def test_events_are_read_from_columns_in_any_order(
    storage: Storage, ana: UserRecord, order: Callable[[Columns], Columns]
) -> None:
    event = an_event(ana, session_id=new_id(), actor_id=new_id(), actor_name="an operator")
    await keep_events(storage, event)
    columns = order(events.COLUMNS)

    async with storage.database.reading() as tx:
        row = await tx.fetch_one(select(*columns), {})

    assert row is not None
    read = values_reader(columns, field_names(EventRecord), {"kind": enum_from_value(EventKind)})
    assert EventRecord(*read(row)) == event


async def test_the_repositories_follow_a_change_of_their_columns(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement and the reader are built from the same columns."""
    user = UserRecord(new_id(), "bob@example.com", NOW, NOW + TICK, "a subject", NOW + 2 * TICK)
    async with storage.transaction() as repositories:
        await repositories.users.add(user, "bob@example.com", "a hash")
    columns = users.COLUMNS[::-1]
    monkeypatch.setattr(users, "_FIND_BY_SUBJECT", select(*columns).where(users.c.subject == "a subject"))
    monkeypatch.setattr(users, "_read_user", values_reader(columns, field_names(UserRecord)))

    async with storage.reading() as repositories:
        assert await repositories.users.find_by_subject("a subject") == user


RECORDS: list[tuple[Columns, type[Any]]] = [
    (users.COLUMNS, UserRecord),
    (events.COLUMNS, EventRecord),
    (service_keys.COLUMNS, ServiceKeyRecord),
    (admin_actions.COLUMNS, AdminActionRecord),
]


@pytest.mark.parametrize(("columns", "record"), RECORDS)
def test_every_field_of_a_record_has_its_column(columns: Columns, record: type[Any]) -> None:
    assert {column.name for column in columns} == set(field_names(record))


def test_a_missing_column_is_an_error_at_import() -> None:
    with pytest.raises(KeyError, match="email"):
        values_reader([users.c.id, users.c.created_at], ["id", "email"])


def test_values_of_enums() -> None:
    reason = enum_from_value(RevocationReason)
    assert [reason(member.value) for member in RevocationReason] == list(RevocationReason)
    assert reason(None) is None
    with pytest.raises(KeyError):
        reason("UNKNOWN")
    assert enum_from_value(AdminActionKind)("USER_DELETED") is AdminActionKind.USER_DELETED
