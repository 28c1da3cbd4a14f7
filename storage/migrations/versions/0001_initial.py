"""Create all tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001_initial"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("email_key", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("last_login", instant),
        sa.Column("disabled_at", instant),
        sa.Column("reset_hash", sa.String(64)),
        sa.Column("reset_expires_at", instant),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.UniqueConstraint("subject", name="uq_users_subject"),
    )
    op.create_table(
        "sessions",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("name_key", sa.Text),
        sa.Column("device_key", sa.Text, nullable=False),
        sa.Column("user_agent", sa.Text),
        sa.Column("ip_address", sa.String(45)),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("authenticated_at", instant, nullable=False),
        sa.Column("last_active", instant, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("rotated_at", instant),
        sa.Column("retry_key_hash", sa.String(64)),
        sa.Column("revoked_at", instant),
        sa.Column("revocation_reason", sa.String(32)),
        sa.Column("by_service", sa.Boolean, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("device_kind", sa.String(16), nullable=False),
        sa.Column("browser", sa.Text),
        sa.Column("browser_version", sa.Text),
        sa.Column("os", sa.Text),
        sa.Column("os_version", sa.Text),
        sa.Column("model", sa.Text),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_users", ondelete="CASCADE"),
        postgresql_with={"fillfactor": 80},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("occurred_at", instant, nullable=False),
        sa.Column("ip_address", sa.String(45)),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("session_id", sa.Uuid),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("actor_name", sa.Text),
        sa.Column("previous_device", sa.Text),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("repeated_at", instant),
        sa.Column("fold_key", sa.Uuid),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_events"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_events_users", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_events_user_id_session_id_id", "events", ["user_id", "session_id", "id"])
    op.create_index("ix_events_user_id_fold_key", "events", ["user_id", "fold_key"], unique=True)
    op.create_index("ix_events_user_id_kind_id", "events", ["user_id", "kind", "id"])
    op.create_table(
        "rate_limits",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("window_ends", instant, nullable=False),
        sa.Column("failed_at", instant),
        sa.PrimaryKeyConstraint("key", name="pk_rate_limits"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rate_limits_window_ends", "rate_limits", ["window_ends"])
    op.create_table(
        "service_keys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("revoked_at", instant),
        sa.PrimaryKeyConstraint("id", name="pk_service_keys"),
    )
    op.create_table(
        "admin_actions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("occurred_at", instant, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("revoked_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_admin_actions"),
    )


def downgrade() -> None:
    for table in ("admin_actions", "service_keys", "rate_limits", "events", "sessions", "users"):
        op.drop_table(table)
