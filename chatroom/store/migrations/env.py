"""Runs the revisions on the connection that store/database.py hands in."""

from alembic import context

from chatroom.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can as well, once BEGIN is ours.
)
with context.begin_transaction():
    context.run_migrations()
