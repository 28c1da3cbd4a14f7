"""Builds the dependencies of a server from its settings."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from uuid_utils.compat import uuid7

from sessionql.http.authentication import Authenticator
from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.background.pubsub import PubSub
from sessionql.resolvers.dependencies import Clock, Dependencies, IdSource
from sessionql.resolvers.devices.locations import Locations
from sessionql.resolvers.passwords import Passwords
from sessionql.resolvers.tokens.access import AccessTokens
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.settings.settings import Settings
from sessionql.storage import Storage
from sessionql.storage.errors import SchemaOutdated
from sessionql.storage.migrate import check, upgrade
from sessionql.storage.storage import connect, is_sqlite, sqlite_path

log = logging.getLogger("sessionql")

system_clock: Clock = partial(datetime.now, UTC)  # noqa: TID251 - the one source of time
"""Returns the current time, in UTC. All other code receives a clock as a parameter."""


def make_dependencies(
    settings: Settings,
    keys: KeyFile,
    *,
    clock: Clock = system_clock,
    new_id: IdSource = uuid7,
) -> Dependencies:
    """The dependencies of the resolvers. Not connected to the database yet."""
    storage = Storage(connect(settings.url, settings.database_pool_size), settings.lifetimes)
    return Dependencies(
        storage=storage,
        tokens=AccessTokens(
            keys.current,
            issuer=settings.issuer,
            audience=settings.audience,
            lifetime=settings.access_token_lifetime,
            signature=settings.signature,
        ),
        passwords=Passwords(),
        activity=Activity(storage, settings.activity_interval),
        locations=Locations(settings.geoip_database),
        pubsub=PubSub(storage),
        clock=clock,
        new_id=new_id,
        policy=settings.policy,
    )


def make_authenticator(settings: Settings, deps: Dependencies) -> Authenticator:
    """The authentication of requests, by the settings."""
    return Authenticator(deps, settings.proxies, settings.cookies, settings.origins)


async def prepare(settings: Settings, storage: Storage) -> None:
    """Connect, and check that the tables are up to date; SQLite is migrated.

    Raises SchemaOutdated with what to do, or StorageUnavailable.
    """
    try:
        await check(storage.database)
    except SchemaOutdated:
        if not is_sqlite(settings.url):
            raise
        await storage.database.close()
        await upgrade(settings.url)
        await check(storage.database)


def warn_of_exposed_files(settings: Settings) -> None:
    """Log a warning for each file of a SQLite database, and its folder, that other users of the machine can use."""
    if not is_sqlite(settings.url):
        return
    from sessionql.storage.sqlite_files import exposed_files  # noqa: PLC0415 - not on PostgreSQL

    for advice in exposed_files(sqlite_path(settings.url)):
        log.warning("%s", advice)


@asynccontextmanager
async def connected_dependencies(settings: Settings) -> AsyncIterator[Dependencies]:
    """The dependencies for one command of the command line, connected while the block runs."""
    keys = KeyFile(settings.keys_path)
    keys.load_or_create(system_clock())
    deps = make_dependencies(settings, keys)
    try:
        await prepare(settings, deps.storage)
        yield deps
    finally:
        deps.passwords.close()
        await deps.storage.database.close()
