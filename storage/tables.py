"""The tables. Private to this package: other packages receive records.

In tables with rows of users, `user_id` is the first column of the primary key. So it is the ownership check and the
partition key, and the tables can be partitioned without a change of code.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
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
    """Stores UTC, because SQLite has no type with an offset. The stored texts sort like the times."""

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
    # Users who log in here have an address and a password; users of an external service have a subject.
    Column("email", Text),
    Column("email_key", Text, unique=True),
    Column("password_hash", Text),
    Column("subject", Text, unique=True),
    Column("created_at", INSTANT, nullable=False),
    Column("last_login", INSTANT),
    Column("disabled_at", INSTANT),
    # The SHA-256 of the one token that sets a new password without the old one.
    Column("reset_hash", String(64)),
    Column("reset_expires_at", INSTANT),
)


def _owner() -> Column[object]:
    return Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


sessions = Table(
    "sessions",
    metadata,
    _owner(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    # Case-folded by Python, for searching: the engines differ in the lower case of `Ü`.
    Column("name_key", Text),
    Column("device_key", Text, nullable=False),
    Column("user_agent", Text),
    Column("ip_address", String(45)),
    Column("created_at", INSTANT, nullable=False),
    Column("authenticated_at", INSTANT, nullable=False),
    # In no index, so that PostgreSQL updates it without a write to an index (HOT update).
    Column("last_active", INSTANT, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("rotated_at", INSTANT),
    # The SHA-256 of the retry key of the last rotation.
    Column("retry_key_hash", String(64)),
    Column("revoked_at", INSTANT),
    Column("revocation_reason", String(32)),
    # Whether a service created it, for a user of its own. Here, so that a request need not read the user.
    Column("by_service", Boolean, nullable=False),
    Column("device", Text, nullable=False),
    Column("device_kind", String(16), nullable=False),
    Column("browser", Text),
    Column("browser_version", Text),
    Column("os", Text),
    Column("os_version", Text),
    Column("model", Text),
    # Free space on each page for the next version of a row, which HOT updates need.
    postgresql_with={"fillfactor": 80},
    # The primary key is the table itself, so that the rows of one user are adjacent.
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
    # No foreign keys: events outlive the sessions that they refer to.
    Column("session_id", Uuid),
    Column("actor_id", Uuid),
    # The name of the service key or operator, when the actor is no session of the user.
    Column("actor_name", Text),
    # The label of the device before, of the kinds that compare two devices.
    Column("previous_device", Text),
    Column("count", Integer, nullable=False),
    Column("repeated_at", INSTANT),
    # Equal for events that are one row, see `event_folding`; NULL for events that are rows of their own.
    Column("fold_key", Uuid),
    Index(None, "user_id", "session_id", "id"),
    Index(None, "user_id", "fold_key", unique=True),
    # To find the oldest ones of a kind.
    Index(None, "user_id", "kind", "id"),
    sqlite_with_rowid=False,
)

rate_limits = Table(
    "rate_limits",
    metadata,
    Column("key", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("window_ends", INSTANT, nullable=False, index=True),
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
    # UUIDv7: the primary key is the order in time. No foreign keys: the audit log outlives the users.
    Column("id", Uuid, primary_key=True),
    Column("occurred_at", INSTANT, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("user_id", Uuid),
    Column("revoked_count", Integer, nullable=False),
)
