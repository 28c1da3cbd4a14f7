"""The tables of a database: made from nothing, the same as the statements expect, and never guessed at."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from sessionql.storage import Storage, StorageUnavailable, migrate
from sessionql.storage.database import Database
from sessionql.storage.errors import SchemaOutdated
from sessionql.storage.filters import Page
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.migrations import HEAD
from sessionql.storage.records import EventKind, UserRecord
from sessionql.storage.storage import connect
from sessionql.storage.tables import metadata
from tests.storage.builders import a_session, find, keep, keep_user


async def on(url: str, work: Callable[[Connection], Any]) -> Any:
    """Do something with a connection like that of a migration, and give its result."""
    results: list[Any] = []
    await asyncio.to_thread(migrate._with_connection, url, lambda connection: results.append(work(connection)))
    return results[0]


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def downgrade(connection: Connection) -> None:
    command.downgrade(migrate.alembic_config(connection), "base")


def upgrade_to(revision: str) -> Callable[[Connection], None]:
    return lambda connection: command.upgrade(migrate.alembic_config(connection), revision)


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """The empty database, opened by the tests that want it open."""
    database = connect(empty_url)
    yield database
    await database.close()


async def test_head_is_the_newest_revision(empty_url: str) -> None:
    def newest(connection: Connection) -> list[str]:
        return list(ScriptDirectory.from_config(migrate.alembic_config(connection)).get_heads())

    assert await on(empty_url, newest) == [HEAD]


async def test_an_upgrade_makes_the_tables_from_nothing(
    empty_url: str, database: Database, lifetimes: Lifetimes
) -> None:
    assert await on(empty_url, tables) == set()

    await migrate.upgrade(empty_url)

    assert await on(empty_url, tables) == {*metadata.tables, "alembic_version"}
    await migrate.check(database)
    storage = Storage(database, lifetimes)
    session = a_session(await keep_user(storage, "ana@example.com"))
    await keep(storage, session)
    assert await find(storage, session) == session


async def test_a_second_upgrade_changes_nothing(empty_url: str, database: Database, lifetimes: Lifetimes) -> None:
    await migrate.upgrade(empty_url)
    storage = Storage(database, lifetimes)
    session = a_session(await keep_user(storage, "ana@example.com"))
    await keep(storage, session)
    await database.close()

    await migrate.upgrade(empty_url)

    await migrate.check(database)
    assert await find(storage, session) == session


async def test_what_users_had_before_the_second_revision_is_kept(
    empty_url: str, database: Database, lifetimes: Lifetimes
) -> None:
    """SQLite alters a table by copying and dropping it, which must not take the rows that refer to it along."""
    await on(empty_url, upgrade_to("0001"))
    await on(empty_url, sign_up_at_0001)

    await migrate.upgrade(empty_url)

    storage = Storage(database, lifetimes)
    async with storage.reading() as repositories:
        ana = await repositories.users.find_credentials("ana@example.com")
        assert ana is not None
        assert (ana.user.email, ana.password_hash, ana.user.disabled_at) == ("Ana@example.com", "a hash", None)
        assert (await repositories.sessions.find(ana.user.id, ana.user.id)) is not None
        (event,) = await repositories.events.list(ana.user.id, None, Page(10))
        assert (event.kind, event.actor_name) == (EventKind.LOGGED_IN, None)


async def test_back_to_the_first_revision_and_forth(empty_url: str, database: Database, lifetimes: Lifetimes) -> None:
    await migrate.upgrade(empty_url)
    storage = Storage(database, lifetimes)
    session = a_session(await keep_user(storage, "ana@example.com"))
    await keep(storage, session)
    await database.close()

    await on(empty_url, lambda connection: command.downgrade(migrate.alembic_config(connection), "0001"))
    await migrate.upgrade(empty_url)

    assert await on(empty_url, differences) == []
    assert await find(storage, session) == session


def sign_up_at_0001(connection: Connection) -> None:
    """Somebody with a session and an event, where there are only the tables of the first revision."""
    id_ = "019ab000-0000-7000-8000-0000000000a1".replace("-", "" if connection.dialect.name == "sqlite" else "-")
    when = "'2026-11-23 11:16:10.123456'"
    connection.execute(
        text(
            "INSERT INTO users (id, email, email_key, password_hash, created_at)"
            f" VALUES ('{id_}', 'Ana@example.com', 'ana@example.com', 'a hash', {when})"
        )
    )
    connection.execute(
        text(
            "INSERT INTO sessions (user_id, id, device_key, created_at, authenticated_at, last_active, generation,"
            f" device, device_kind) VALUES ('{id_}', '{id_}', '', {when}, {when}, {when}, 0, '', 'PHONE')"
        )
    )
    connection.execute(
        text(
            "INSERT INTO events (user_id, id, kind, occurred_at, device)"
            f" VALUES ('{id_}', '{id_}', 'LOGGED_IN', {when}, '')"
        )
    )


async def test_the_tables_are_those_of_the_statements(empty_url: str) -> None:
    await migrate.upgrade(empty_url)

    assert await on(empty_url, differences) == []
    await on(empty_url, lambda connection: command.check(migrate.alembic_config(connection)))


async def test_a_difference_would_be_found(empty_url: str) -> None:
    """The test above can fail."""
    await migrate.upgrade(empty_url)

    def spoil(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE sessions DROP COLUMN name_key"))
        connection.execute(text("DROP INDEX ix_events_user_id_session_id_id"))

    await on(empty_url, spoil)

    assert {difference[0] for difference in await on(empty_url, differences)} == {"add_column", "add_index"}


async def test_names_of_keys_are_the_same_on_both_engines(empty_url: str) -> None:
    await migrate.upgrade(empty_url)

    def names(connection: Connection) -> set[str | None]:
        inspector = inspect(connection)
        found: set[str | None] = set()
        for table in metadata.tables:
            found.add(inspector.get_pk_constraint(table)["name"])
            found.update(key["name"] for key in inspector.get_foreign_keys(table))
            found.update(key["name"] for key in inspector.get_unique_constraints(table))
        return found

    assert await on(empty_url, names) == {
        *("pk_users", "pk_sessions", "pk_events", "pk_rate_limits", "pk_service_keys", "pk_admin_actions"),
        *("fk_sessions_users", "fk_events_users", "uq_users_email_key", "uq_users_subject"),
    }


async def test_the_way_down_and_up_again(empty_url: str, database: Database) -> None:
    await migrate.upgrade(empty_url)

    await on(empty_url, downgrade)

    assert await on(empty_url, tables) == {"alembic_version"}
    with pytest.raises(SchemaOutdated, match="no tables"):
        await migrate.check(database)
    await database.close()
    await migrate.upgrade(empty_url)
    assert await on(empty_url, differences) == []
    await migrate.check(database)


async def test_an_empty_database_is_refused_with_a_hint(database: Database) -> None:
    with pytest.raises(SchemaOutdated, match=r"no tables.*`sessionql migrate`"):
        await migrate.check(database)


@pytest.mark.parametrize("revision", ["0000", "9999"], ids=["an older one", "a newer one"])
async def test_another_revision_is_refused_by_name(empty_url: str, database: Database, revision: str) -> None:
    await migrate.upgrade(empty_url)
    statement = text("UPDATE alembic_version SET version_num = :revision")
    await on(empty_url, lambda connection: connection.execute(statement, {"revision": revision}).rowcount)

    with pytest.raises(SchemaOutdated, match=f"revision {revision}.*revision {HEAD}.*`sessionql migrate`"):
        await migrate.check(database)


async def test_tables_of_today_pass(storage: Storage) -> None:
    await migrate.check(storage.database)


async def test_an_upgrade_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Connection) -> None:
        command.upgrade(migrate.alembic_config(connection), "head")
        connection.execute(text("SELECT nonsense FROM nowhere"))

    monkeypatch.setattr(migrate, "_upgrade", fail)
    with pytest.raises(StorageUnavailable):
        await migrate.upgrade(empty_url)
    monkeypatch.undo()

    assert await on(empty_url, tables) == set()
    await migrate.upgrade(empty_url)
    assert await on(empty_url, differences) == []


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_of_several_workers_that_upgrade_at_once_one_does(empty_url: str, database: Database) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_url) for _ in range(4)))

    await migrate.check(database)
    assert await on(empty_url, differences) == []


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_file_in_use_is_not_upgraded(database_url: str, storage: Storage, ana: UserRecord) -> None:
    with pytest.raises(StorageUnavailable, match="Another process"):
        await migrate.upgrade(database_url)

    session = a_session(ana)
    await keep(storage, session)
    assert await find(storage, session) == session
    await migrate.check(storage.database)
