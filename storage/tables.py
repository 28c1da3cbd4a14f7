"""The tables. Private to this room: everybody else sees records.

Everything of one user carries `user_id` first in its primary key, so that ownership check and
shard key are one thing and the tables partition by it without a change of code.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.types import TypeDecorator


class _SqliteInstant(TypeDecorator[datetime]):
    """SQLite keeps no offset: store UTC, give UTC back. The text sorts like the time."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base names it
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base names it
        return None if value is None else value.replace(tzinfo=UTC)


INSTANT = DateTime(timezone=True).with_variant(_SqliteInstant(), "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Those who log in here have an address and a password; those of a service have its subject.
    Column("email", Text),
    Column("email_key", Text, unique=True),
    Column("password_hash", Text),
    Column("subject", Text, unique=True),
    Column("created_at", INSTANT, nullable=False),
    Column("last_login", INSTANT),
    Column("disabled_at", INSTANT),
)


def _owner() -> Column[object]:
    return Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


sessions = Table(
    "sessions",
    metadata,
    _owner(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    # Folded by Python for searching: the engines do not agree on the lower case of `Ü`.
    Column("name_key", Text),
    Column("device_key", Text, nullable=False),
    Column("user_agent", Text),
    Column("ip_address", String(45)),
    Column("created_at", INSTANT, nullable=False),
    Column("authenticated_at", INSTANT, nullable=False),
    # In no index, so that PostgreSQL can move it without touching one (HOT updates).
    Column("last_active", INSTANT, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("rotated_at", INSTANT),
    Column("revoked_at", INSTANT),
    Column("revocation_reason", String(32)),
    Column("device", Text, nullable=False),
    Column("device_kind", String(16), nullable=False),
    Column("browser", Text),
    Column("browser_version", Text),
    Column("os", Text),
    Column("os_version", Text),
    Column("model", Text),
    # Room on each page for the next version of a row: what makes updates HOT.
    postgresql_with={"fillfactor": 80},
    # A user's rows side by side, in the primary key itself.
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    _owner(),
    # UUIDv7 of one process sort by time: the primary key is the order of events.
    Column("id", Uuid, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("occurred_at", INSTANT, nullable=False),
    Column("ip_address", String(45)),
    Column("device", Text, nullable=False),
    # No foreign keys: events outlive the sessions they tell of.
    Column("session_id", Uuid),
    Column("actor_id", Uuid),
    # The service or operator that did it, when no session of the user did.
    Column("actor_name", Text),
    Index(None, "user_id", "session_id", "id"),
    sqlite_with_rowid=False,
)

rate_limits = Table(
    "rate_limits",
    metadata,
    Column("key", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("window_ends", INSTANT, nullable=False),
    Column("failed_at", INSTANT),
    sqlite_with_rowid=False,
)

service_keys = Table(
    "service_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT),
)

admin_actions = Table(
    "admin_actions",
    metadata,
    # UUIDv7: the primary key is the order of operations. No foreign keys: they outlive the users they tell of.
    Column("id", Uuid, primary_key=True),
    Column("occurred_at", INSTANT, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("user_id", Uuid),
    Column("revoked_count", Integer, nullable=False),
)
