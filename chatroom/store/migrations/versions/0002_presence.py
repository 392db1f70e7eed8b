"""Presence: the leases of processes, and who is connected through them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unlogged = ["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else []
    op.create_table(
        "lease",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="lease_pkey"),
        prefixes=unlogged,
    )
    op.create_table(
        "presence",
        sa.Column("lease", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lease"], ["lease.id"], name="presence_lease_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lease", "log", "seat", name="presence_pkey"),
        prefixes=unlogged,
    )
    op.create_index("presence_log", "presence", ["log"])
