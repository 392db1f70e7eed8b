"""People who serve, what they may do, how they sign in, what is taken from them, and what a lead sets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _sessions()
    _access()
    _rest()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), autoincrement=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text()),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double()),
        sa.Column("off_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="person_pkey"),
        sa.UniqueConstraint("who", name="person_who"),
        sa.UniqueConstraint("handle", name="person_handle"),
    )
    op.create_table(
        "person_right",
        sa.Column("person", sa.BigInteger(), autoincrement=False),
        sa.Column("role", sa.Text()),
        sa.Column("room", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("person", "role", "room", name="person_right_pkey"),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name="person_right_person_fkey", ondelete="CASCADE"
        ),
        sa.CheckConstraint("role IN ('facilitator', 'staff', 'lead')", name="role"),
    )
    op.create_table(
        "person_link",
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("secret", name="person_link_pkey"),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name="person_link_person_fkey", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "way_in",
        sa.Column("id", sa.LargeBinary()),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="way_in_pkey"),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name="way_in_person_fkey", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "kind IN ('passkey', 'password', 'code', 'recovery', 'identity')", name="kind"
        ),
    )
    op.create_index("way_in_person", "way_in", ["person"])


def _sessions() -> None:
    """A session that there was is known in the logs by its id; from now on it is by `who`."""
    op.add_column("session", sa.Column("who", sa.LargeBinary()))
    op.add_column("session", sa.Column("person", sa.BigInteger()))
    op.add_column("session", sa.Column("device", sa.Text()))
    op.execute("UPDATE session SET who = id")
    op.create_index("session_who", "session", ["who"])
    op.create_index("session_person", "session", ["person"])


def _access() -> None:
    op.create_table(
        "access",
        sa.Column("position", sa.BigInteger(), autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="access_pkey"),
    )
    op.create_index("access_at", "access", ["at"])


def _rest() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.LargeBinary()),
        sa.Column("person", sa.BigInteger()),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="challenge_pkey"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text()),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="setting_pkey"),
    )
