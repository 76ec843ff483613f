"""Needs and posts keep their texts folded, to be found by.

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from talentpool.text import search_key  # as of now; `talentpool check` names rows folded otherwise

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEARCHED = {
    "need": ("title", "department", "background", "outcome_wanted"),
    "candidate_post": ("body", "department", "title"),
}
LENGTH = 20_000


def upgrade() -> None:
    for name, columns in SEARCHED.items():
        op.execute(
            f"ALTER TABLE {name} ADD COLUMN search_key TEXT DEFAULT '' NOT NULL"
            f" CONSTRAINT ck_{name}_search_key_length CHECK (length(search_key) <= {LENGTH})"
        )
        _fold(name, columns)


def _fold(name: str, columns: tuple[str, ...]) -> None:
    connection = op.get_bind()
    table = sa.table(name, sa.column("id"), sa.column("search_key"), *map(sa.column, columns))
    rows = connection.execute(sa.select(table.c.id, *(table.c[column] for column in columns)))
    keys = [
        {"row": ident, "key": "\n".join(search_key(text) for text in texts if text)[:LENGTH]}
        for ident, *texts in rows.all()
    ]
    if keys:
        connection.execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam("row"))
            .values(search_key=sa.bindparam("key")),
            keys,
        )


def downgrade() -> None:
    for name in SEARCHED:
        op.execute(f"ALTER TABLE {name} DROP COLUMN search_key")
