"""Create the tables of a database, migrate them to the current revision, or check the revision.

A server calls `check`, which runs one small statement. Alembic is imported only by `upgrade`.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from sessionql.storage.database import Database
from sessionql.storage.errors import SchemaOutdated, StorageError, StorageUnavailable
from sessionql.storage.migrations import HEAD, REVISIONS
from sessionql.storage.storage import is_sqlite, sqlite_path

_VERSION = text("SELECT version_num FROM alembic_version")


async def check(database: Database) -> None:
    """Check that the tables are those of this version.

    Raises SchemaOutdated when not, and StorageUnavailable when the database cannot be reached.
    """
    try:
        async with database.reading() as tx:
            row = await tx.fetch_one(_VERSION, {})
    except StorageUnavailable:
        raise
    except StorageError:
        row = None
    revision = None if row is None else str(row[0])
    if revision == HEAD:
        return
    _require_known(revision)
    found = "no tables" if revision is None else f"the tables of revision {revision}"
    raise SchemaOutdated(
        f"The database has {found}, and this version works with revision {HEAD}. "
        "Run `sessionql migrate`, then start again."
    )


async def upgrade(url: str) -> None:
    """Create the tables of the database at `url`, or migrate them to the current revision.

    Raises SchemaOutdated when the database has a revision that this version does not know, StorageUnavailable when
    the database cannot be reached or locked, and StorageError when a statement fails. Then no change remains.
    """
    await asyncio.to_thread(_with_connection, url, _upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed
    from alembic.migration import MigrationContext  # noqa: PLC0415 - the same

    _require_known(MigrationContext.configure(connection).get_current_revision())
    command.upgrade(alembic_config(connection), "head")


def _require_known(revision: str | None) -> None:
    """Raise SchemaOutdated when no migration of this version leads from `revision` to the current one."""
    if revision is not None and revision not in REVISIONS:
        raise SchemaOutdated(
            f"The database has the tables of revision {revision}, which this version of SessionQL does not know; "
            f"it works with revision {HEAD}. Use the version of SessionQL that created the tables, or another database."
        )


def alembic_config(connection: Connection) -> Any:
    """The configuration of Alembic for this connection. There is no alembic.ini."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import, and rarely needed

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _with_connection(url: str, work: Callable[[Connection], None]) -> None:
    if is_sqlite(url):
        _on_sqlite(url, work)
    else:
        asyncio.run(_on_postgresql(url, work))


def _on_sqlite(url: str, work: Callable[[Connection], None]) -> None:
    from sessionql.storage.sqlite import make_engine  # noqa: PLC0415 - not on PostgreSQL
    from sessionql.storage.sqlite_errors import wrap_errors  # noqa: PLC0415 - the same
    from sessionql.storage.sqlite_files import lock_file  # noqa: PLC0415 - the same

    path = sqlite_path(url)
    handle = lock_file(path)
    engine = make_engine(path)
    try:
        with wrap_errors(), engine.connect() as connection:
            # Alembic alters a table by copying it and dropping the old one, which must not delete referring rows.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            work(connection)
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()
        os.close(handle)


async def _on_postgresql(url: str, work: Callable[[Connection], None]) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - used here only

    from sessionql.storage.postgresql_errors import unwrap_sqlalchemy, wrap_errors  # noqa: PLC0415 - not on SQLite

    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    try:
        with wrap_errors(), unwrap_sqlalchemy():
            async with engine.begin() as connection:
                # Several workers may migrate at once: one does, the others wait.
                await connection.execute(text("SELECT pg_advisory_xact_lock(7352910423)"))
                await connection.run_sync(work)
    finally:
        await engine.dispose()
