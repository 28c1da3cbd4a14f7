"""Migrations: they create the same tables as the statements, and the revision is checked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Text, inspect, text

from sessionql.storage import Storage, StorageError, StorageUnavailable, migrate
from sessionql.storage.database import Database
from sessionql.storage.errors import SchemaOutdated
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.migrations import HEAD, REVISIONS
from sessionql.storage.records import UserRecord
from sessionql.storage.storage import connect
from sessionql.storage.tables import metadata
from tests.storage.builders import (
    a_session,
    an_event,
    events_of,
    find,
    keep,
    keep_events,
    keep_user,
    sessions_of,
)


async def on(url: str, work: Callable[[Connection], Any]) -> Any:
    """Call `work` with a connection like that of a migration, and return its result."""
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


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """The empty database, before `open`."""
    database = connect(empty_url)
    yield database
    await database.close()


async def test_the_listed_revisions_are_those_of_the_scripts(empty_url: str) -> None:
    def revisions(connection: Connection) -> list[str]:
        scripts = ScriptDirectory.from_config(migrate.alembic_config(connection))
        return [script.revision for script in scripts.walk_revisions()]

    assert await on(empty_url, revisions) == list(reversed(REVISIONS))
    assert REVISIONS[-1] == HEAD


async def test_an_upgrade_creates_the_tables(empty_url: str, database: Database, lifetimes: Lifetimes) -> None:
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


async def test_a_copied_table_keeps_the_rows_that_refer_to_it(
    empty_url: str, database: Database, lifetimes: Lifetimes
) -> None:
    """SQLite alters a table by copying and dropping it, and the drop must not cascade."""
    await migrate.upgrade(empty_url)
    storage = Storage(database, lifetimes)
    user = await keep_user(storage, "ana@example.com")
    session, event = a_session(user), an_event(user)
    await keep(storage, session)
    await keep_events(storage, event)
    await database.close()

    await on(empty_url, alter_users)

    assert await sessions_of(storage, user) == {session}
    assert await events_of(storage, user) == {event}


def alter_users(connection: Connection) -> None:
    """Change the table `users` as a later migration would."""
    operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
    with operations.batch_alter_table("users", recreate="auto") as users:
        users.alter_column("email", new_column_name="e_mail", existing_type=Text())
    with operations.batch_alter_table("users", recreate="auto") as users:
        users.alter_column("e_mail", new_column_name="email", existing_type=Text())


async def test_the_tables_are_equal_to_those_of_the_statements(empty_url: str) -> None:
    await migrate.upgrade(empty_url)

    assert await on(empty_url, differences) == []
    await on(empty_url, lambda connection: command.check(migrate.alembic_config(connection)))


async def test_a_difference_is_found(empty_url: str) -> None:
    """Checks that the test above can fail."""
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


async def test_downgrade_and_upgrade_again(empty_url: str, database: Database) -> None:
    await migrate.upgrade(empty_url)

    await on(empty_url, downgrade)

    assert await on(empty_url, tables) == {"alembic_version"}
    with pytest.raises(SchemaOutdated, match="no tables"):
        await migrate.check(database)
    await database.close()
    await migrate.upgrade(empty_url)
    assert await on(empty_url, differences) == []
    await migrate.check(database)


async def test_an_empty_database_is_rejected_with_a_hint(database: Database) -> None:
    with pytest.raises(SchemaOutdated, match=r"no tables.*`sessionql migrate`"):
        await migrate.check(database)


UNKNOWN = ["0000", "0002", "9999"]


async def set_revision(url: str, revision: str) -> None:
    statement = text("UPDATE alembic_version SET version_num = :revision")
    await on(url, lambda connection: connection.execute(statement, {"revision": revision}).rowcount)


@pytest.mark.parametrize("revision", UNKNOWN)
async def test_the_check_names_an_unknown_revision(empty_url: str, database: Database, revision: str) -> None:
    await migrate.upgrade(empty_url)
    await set_revision(empty_url, revision)

    with pytest.raises(SchemaOutdated, match=f"revision {revision}, which.*does not know.*revision {HEAD}") as raised:
        await migrate.check(database)

    assert "sessionql migrate" not in str(raised.value), "it would not help"


@pytest.mark.parametrize("revision", UNKNOWN)
async def test_an_upgrade_from_an_unknown_revision_is_rejected_and_changes_nothing(
    empty_url: str, revision: str
) -> None:
    await migrate.upgrade(empty_url)
    await set_revision(empty_url, revision)

    with pytest.raises(SchemaOutdated, match=f"revision {revision}, which.*does not know.*revision {HEAD}"):
        await migrate.upgrade(empty_url)

    select = text("SELECT version_num FROM alembic_version")
    assert await on(empty_url, lambda connection: connection.execute(select).scalar()) == revision


async def test_the_check_of_a_known_older_revision_names_the_command(
    empty_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate.upgrade(empty_url)
    monkeypatch.setattr(migrate, "REVISIONS", (HEAD, "0002_later"))
    monkeypatch.setattr(migrate, "HEAD", "0002_later")

    with pytest.raises(SchemaOutdated, match=f"tables of revision {HEAD}.*revision 0002_later.*`sessionql migrate`"):
        await migrate.check(database)


async def test_the_current_tables_pass_the_check(storage: Storage) -> None:
    await migrate.check(storage.database)


async def test_an_upgrade_that_fails_is_rolled_back(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Connection) -> None:
        command.upgrade(migrate.alembic_config(connection), "head")
        connection.execute(text("SELECT nonsense FROM nowhere"))

    monkeypatch.setattr(migrate, "_upgrade", fail)
    with pytest.raises(StorageError, match="nowhere") as raised:
        await migrate.upgrade(empty_url)
    assert not isinstance(raised.value, StorageUnavailable), "trying again would not help"
    monkeypatch.undo()

    assert await on(empty_url, tables) == set()
    await migrate.upgrade(empty_url)
    assert await on(empty_url, differences) == []


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_of_concurrent_upgrades_one_runs(empty_url: str, database: Database) -> None:
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
