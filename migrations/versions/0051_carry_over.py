"""Rounds: what each town that was left out last time gains.

Revision: 0051, after 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "round", sa.Column("carry_over_bonus", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("round", "carry_over_bonus")
