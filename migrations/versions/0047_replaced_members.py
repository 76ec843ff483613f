"""Since when somebody is on a panel, and until when.

Revision: 0047, after 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("joined_at", "left_at"):
        op.add_column("panel_member", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("left_at", "joined_at"):
        op.drop_column("panel_member", name)
