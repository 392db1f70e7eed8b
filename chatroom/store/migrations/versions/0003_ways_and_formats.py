"""A room's own ways, and the organisation's own formats."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "room", sa.Column("ways", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.create_table(
        "format",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("made_from", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="format_pkey"),
    )
