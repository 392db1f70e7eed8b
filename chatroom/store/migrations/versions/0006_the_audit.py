"""What was done, by whom: rows that stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ON_SQLITE = [
    """
    CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'a row of the audit stays as it is'); END
    """,
    """
    CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit
    WHEN OLD.n > (SELECT cut_to FROM audit_head)
    BEGIN SELECT RAISE(ABORT, 'a row of the audit stays where it is'); END
    """,
    # INSERT OR REPLACE takes the old row away without asking the trigger above.
    """
    CREATE TRIGGER audit_unreplaced BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE n = NEW.n)
    BEGIN SELECT RAISE(ABORT, 'a row of the audit stays as it is'); END
    """,
]
ON_POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF OLD.n <= (SELECT cut_to FROM audit_head) THEN RETURN OLD; END IF;
      END IF;
      RAISE EXCEPTION 'a row of the audit stays as it is';
    END $$
    """,
    """
    CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_stays()
    """,
    """
    CREATE TRIGGER audit_untruncated BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()
    """,
]


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name="audit_pkey"),
    )
    op.create_index("audit_actor", "audit", ["actor", "at_ms"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("cut_to", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="audit_head_id"),
        sa.PrimaryKeyConstraint("id", name="audit_head_pkey"),
    )
    op.bulk_insert(head, [{"id": 1, "n": 0, "hash": "0" * 64, "cut_to": 0}])
    for made in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(made)
