"""The tables of a database: bring them up to date, or say that they are not.

A server asks `check`, which is one small statement. Alembic is loaded only to `upgrade`.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from sessionql.storage.database import Database
from sessionql.storage.errors import SchemaOutdated, StorageError, StorageUnavailable
from sessionql.storage.migrations import HEAD
from sessionql.storage.storage import is_sqlite, sqlite_path

_VERSION = text("SELECT version_num FROM alembic_version")


async def check(database: Database) -> None:
    """Pass when the tables are those of this version; else raise SchemaOutdated.

    Raises StorageUnavailable when the database cannot be asked.
    """
    try:
        async with database.reading() as tx:
            row = await tx.fetch_one(_VERSION, {})
    except StorageUnavailable:
        raise
    except StorageError:
        row = None
    if row is None or row[0] != HEAD:
        found = "no tables" if row is None else f"the tables of revision {row[0]}"
        raise SchemaOutdated(
            f"The database has {found}, and this version works with revision {HEAD}. "
            "Run `sessionql migrate`, then start again."
        )


async def upgrade(url: str) -> None:
    """Bring the tables of the database at `url` up to date, from whatever they are (or none)."""
    await asyncio.to_thread(_with_connection, url, _upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to load, and rarely needed

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Any:
    """Alembic's settings for work on this connection. There is no alembic.ini."""
    from alembic.config import Config  # noqa: PLC0415 - slow to load, and rarely needed

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
    from sessionql.storage.sqlite import lock_file, make_engine  # noqa: PLC0415 - not on PostgreSQL

    path = sqlite_path(url)
    handle = lock_file(path)
    engine = make_engine(path)
    try:
        with engine.connect() as connection:
            # A table is altered by copying it and dropping the old one, which must not cascade.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            work(connection)
            connection.exec_driver_sql("COMMIT")
    except SQLAlchemyError as error:
        raise StorageUnavailable(f"SQLite: {getattr(error, 'orig', error)}") from error
    finally:
        engine.dispose()
        os.close(handle)


async def _on_postgresql(url: str, work: Callable[[Connection], None]) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - for this alone

    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            # Several workers may be told to migrate at once: one does, the others wait.
            await connection.execute(text("SELECT pg_advisory_xact_lock(7352910423)"))
            await connection.run_sync(work)
    except (OSError, SQLAlchemyError) as error:
        raise StorageUnavailable(f"PostgreSQL: {getattr(error, 'orig', error)}") from error
    finally:
        await engine.dispose()
