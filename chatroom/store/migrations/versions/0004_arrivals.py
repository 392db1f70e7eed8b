"""By which page a session was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("arrival", sa.LargeBinary(), nullable=True))
    op.add_column("session", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.create_index("session_arrival", "session", ["arrival"])
