"""Users of services, disabled users, counted attempts, service keys, and what operators did."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

_USERS = sa.Table(
    "users",
    sa.MetaData(),
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("email_key", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.Column("last_login", INSTANT),
    sa.PrimaryKeyConstraint("id", name="pk_users"),
    sa.UniqueConstraint("email_key", name="uq_users_email_key"),
)


def upgrade() -> None:
    with op.batch_alter_table("users", copy_from=_USERS) as users:
        for column in ("email", "email_key", "password_hash"):
            users.alter_column(column, existing_type=sa.Text, nullable=True)
        users.add_column(sa.Column("subject", sa.Text))
        users.add_column(sa.Column("disabled_at", INSTANT))
        users.create_unique_constraint("uq_users_subject", ["subject"])
    op.add_column("events", sa.Column("actor_name", sa.Text))
    op.create_table(
        "attempts",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("window_ends", INSTANT, nullable=False),
        sa.Column("failed_at", INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_attempts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "service_keys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_service_keys"),
    )
    op.create_table(
        "operations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("revoked_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operations"),
    )


def downgrade() -> None:
    for table in ("operations", "service_keys", "attempts"):
        op.drop_table(table)
    op.execute("DELETE FROM users WHERE email IS NULL")
    op.drop_column("events", "actor_name")
    with op.batch_alter_table("users") as users:
        users.drop_constraint("uq_users_subject", type_="unique")
        users.drop_column("disabled_at")
        users.drop_column("subject")
        for column in ("email", "email_key", "password_hash"):
            users.alter_column(column, existing_type=sa.Text, nullable=False)
