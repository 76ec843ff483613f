"""Whether a need wants somebody who does the work or who advises, and what a person says of it. Nobody has said so yet.

Revision: 0062, after 0061
"""

from __future__ import annotations

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLES = ("need", "candidate")


def upgrade() -> None:
    for table in TABLES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN involvement TEXT"
            f" CONSTRAINT ck_{table}_involvement_length CHECK (length(involvement) <= 40)"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN involvement")
