"""Alembic's entry: the caller hands over a connection in `config.attributes["connection"]`."""

from __future__ import annotations

from alembic import context

from talentpool.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=False,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
