"""How far an addition goes beyond what was approved for its fiscal year.

Revision: 0058, after 0057
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "month_addition", sa.Column("excess", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute("UPDATE month_addition SET excess = half_days WHERE exceeds")  # as it was counted


def downgrade() -> None:
    op.drop_column("month_addition", "excess")
