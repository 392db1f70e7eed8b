"""The tables. What they mean is told in docs/architecture.md; migrations/ makes them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)

# The journal. `entry` and `body` have no foreign key: the append has just moved the log's row.

log = Table(
    "log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("next_due", Double),
    Column("ended_at", Double),
    Column("swept_at", Double),
    Column("keep", Double, nullable=False),
    Column("min_reader", Integer, nullable=False, server_default="1"),
    CheckConstraint("kind IN ('meeting', 'case', 'desk', 'access')", name="kind"),
    postgresql_with={"fillfactor": 50},  # Every append changes a row in its place (HOT).
)
Index(
    "log_single",
    log.c.kind,
    unique=True,
    sqlite_where=log.c.kind.in_(["desk", "access"]),
    postgresql_where=log.c.kind.in_(["desk", "access"]),
)

entry = Table(
    "entry",
    metadata,
    Column("log", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("audience", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("seat", BigInteger, nullable=False),
    Column("command_id", LargeBinary),
    Column("digest", LargeBinary),
    Column("at", Double, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("log", "audience", "number", name="entry_number"),
    sqlite_with_rowid=False,
)
Index(
    "entry_command",
    entry.c.log,
    entry.c.seat,
    entry.c.command_id,
    unique=True,
    sqlite_where=entry.c.command_id.is_not(None),
    postgresql_where=entry.c.command_id.is_not(None),
)

body = Table(
    "body",
    metadata,
    Column("log", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("part", SmallInteger, primary_key=True, autoincrement=False),
    Column("key_id", SmallInteger, nullable=False),
    Column("words", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Rooms and their meetings.

room = Table(
    "room",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("ways", JSON, nullable=False, server_default=text("'{}'")),
    UniqueConstraint("slug", name="room_slug"),
)

# The organisation's own formats; those that are shipped are files.

format = Table(
    "format",
    metadata,
    Column("id", Text, primary_key=True),
    Column("toml", Text, nullable=False),
    Column("made_from", Text),
    Column("created_at", Double, nullable=False),
)

meeting = Table(
    "meeting",
    metadata,
    Column("log", BigInteger, ForeignKey(log.c.id), primary_key=True, autoincrement=False),
    Column("room", BigInteger, ForeignKey(room.c.id), nullable=False),
    Column("n", BigInteger, nullable=False),
    UniqueConstraint("room", "n", name="meeting_n"),
)

# People: a session holds rights that came through invitations, or is a person's, and has theirs. Room 0 is
# the whole organisation.

person = Table(
    "person",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("who", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("handle", Text),
    Column("made_at", Double, nullable=False),
    Column("seen_at", Double),
    Column("off_at", Double),
    UniqueConstraint("who", name="person_who"),
    UniqueConstraint("handle", name="person_handle"),
)

person_right = Table(
    "person_right",
    metadata,
    Column(
        "person",
        BigInteger,
        ForeignKey(person.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("role", Text, primary_key=True),
    Column("room", BigInteger, primary_key=True, autoincrement=False),
    CheckConstraint("role IN ('facilitator', 'staff', 'lead')", name="role"),
)

# By which somebody makes their way in on a device of their own. It opens once.

person_link = Table(
    "person_link",
    metadata,
    Column("secret", LargeBinary, primary_key=True),
    Column("person", BigInteger, ForeignKey(person.c.id, ondelete="CASCADE"), nullable=False),
    Column("expires_at", Double, nullable=False),
)

way_in = Table(
    "way_in",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("person", BigInteger, ForeignKey(person.c.id, ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("label", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("used_at", Double),
    CheckConstraint("kind IN ('passkey', 'password', 'code', 'recovery', 'identity')", name="kind"),
)
Index("way_in_person", way_in.c.person)

challenge = Table(
    "challenge",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("person", BigInteger),
    Column("expires_at", Double, nullable=False),
)

# `id` is the hash of the token, and another one whenever more is allowed by it; `who` stays, and is a
# person's own where they have signed in. Null, as a process of before leaves it, is the id.

session = Table(
    "session",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("who", LargeBinary),
    Column("person", BigInteger),
    Column("device", Text),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    # Of the page that it was begun by, if that named itself: who else posts from there is the same person.
    Column("arrival", LargeBinary),
    Column("salt", LargeBinary),
)
Index("session_expires_at", session.c.expires_at)
Index("session_arrival", session.c.arrival)
Index("session_who", session.c.who)
Index("session_person", session.c.person)

seat_right = Table(
    "seat_right",
    metadata,
    Column("session", LargeBinary, ForeignKey(session.c.id, ondelete="CASCADE"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("room", BigInteger, primary_key=True, autoincrement=False),
    Column("invitation", BigInteger, nullable=False),
    CheckConstraint("role IN ('member', 'facilitator', 'staff')", name="role"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),
    Column("room", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("uses_left", Integer),
    Column("expires_at", Double),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("secret", name="invitation_secret"),
    CheckConstraint("role IN ('member', 'facilitator', 'staff')", name="role"),
    CheckConstraint("uses_left >= 0", name="uses_left"),
)

# What was taken from somebody, in the order in which it was: every process reads on from where it was.

access = Table(
    "access",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
)
Index("access_at", access.c.at)

# What a lead has set in the office; the environment wins where both say something.

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("changed_at", Double, nullable=False),
)

# Cases: a session has one open case at most, so Help pressed twice is one case.

case_file = Table(
    "case_file",
    metadata,
    Column("log", BigInteger, ForeignKey(log.c.id), primary_key=True, autoincrement=False),
    Column("session", LargeBinary, nullable=False),
    Column("room", BigInteger, ForeignKey(room.c.id)),
    Column("raised_at", Double, nullable=False),
    Column("open", Boolean, nullable=False),
)
Index(
    "case_file_open",
    case_file.c.session,
    unique=True,
    sqlite_where=case_file.c.open,
    postgresql_where=case_file.c.open,
)

# Who is connected, through which process: a hint that lives as long as the process's lease. On
# PostgreSQL both are UNLOGGED: who was here when is in no WAL, no replica and no backup.

lease = Table(
    "lease",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("ends_at", Double, nullable=False),
    Column("version", BigInteger, nullable=False),
)

presence = Table(
    "presence",
    metadata,
    Column(
        "lease",
        BigInteger,
        ForeignKey(lease.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("log", BigInteger, primary_key=True, autoincrement=False),
    Column("seat", BigInteger, primary_key=True, autoincrement=False),
    Column("connected", Boolean, nullable=False),
)
Index("presence_log", presence.c.log)

# What was done, by whom: no words, no names. A row stays as it is (docs/operating.md, The audit); the one
# row of `audit_head` is locked by whoever adds one, and up to `cut_to` the oldest may be taken away.

audit = Table(
    "audit",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
Index("audit_actor", audit.c.actor, audit.c.at_ms)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("cut_to", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="id"),
)
