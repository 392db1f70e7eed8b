"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("log", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "position", "part", name="body_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("log", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audience", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("command_id", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "position", name="entry_pkey"),
        sa.UniqueConstraint("log", "audience", "number", name="entry_number"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "entry_command",
        "entry",
        ["log", "seat", "command_id"],
        unique=True,
        sqlite_where=sa.text("command_id IS NOT NULL"),
        postgresql_where=sa.text("command_id IS NOT NULL"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("room", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.CheckConstraint("role IN ('member', 'facilitator', 'staff')", name="invitation_role"),
        sa.CheckConstraint("uses_left >= 0", name="invitation_uses_left"),
        sa.PrimaryKeyConstraint("id", name="invitation_pkey"),
        sa.UniqueConstraint("secret", name="invitation_secret"),
    )
    op.create_table(
        "log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("next_due", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("swept_at", sa.Double(), nullable=True),
        sa.Column("keep", sa.Double(), nullable=False),
        sa.Column("min_reader", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind IN ('meeting', 'case', 'desk', 'access')", name="log_kind"),
        sa.PrimaryKeyConstraint("id", name="log_pkey"),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index(
        "log_single",
        "log",
        ["kind"],
        unique=True,
        sqlite_where=sa.text("kind IN ('desk', 'access')"),
        postgresql_where=sa.text("kind IN ('desk', 'access')"),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="room_pkey"),
        sa.UniqueConstraint("slug", name="room_slug"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="session_pkey"),
    )
    op.create_index("session_expires_at", "session", ["expires_at"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("log", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("room", sa.BigInteger(), nullable=True),
        sa.Column("raised_at", sa.Double(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["log"], ["log.id"], name="case_file_log_fkey"),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name="case_file_room_fkey"),
        sa.PrimaryKeyConstraint("log", name="case_file_pkey"),
    )
    op.create_index(
        "case_file_open",
        "case_file",
        ["session"],
        unique=True,
        sqlite_where=sa.column("open", sa.Boolean),
        postgresql_where=sa.column("open", sa.Boolean),
    )
    op.create_table(
        "meeting",
        sa.Column("log", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("room", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["log"], ["log.id"], name="meeting_log_fkey"),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name="meeting_room_fkey"),
        sa.PrimaryKeyConstraint("log", name="meeting_pkey"),
        sa.UniqueConstraint("room", "n", name="meeting_n"),
    )
    op.create_table(
        "seat_right",
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("room", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invitation", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("role IN ('member', 'facilitator', 'staff')", name="seat_right_role"),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name="seat_right_session_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session", "role", "room", name="seat_right_pkey"),
    )
