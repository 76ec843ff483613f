"""Needs: a must may ask that its skill was used in the last years.

Revision: 0060, after 0059
"""

from __future__ import annotations

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE need_skill ADD COLUMN used_within INTEGER"
        " CONSTRAINT ck_need_skill_only_musts_are_dated CHECK (must OR used_within IS NULL)"
        " CONSTRAINT ck_need_skill_used_within_known CHECK (used_within IN (3, 5, 10))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE need_skill DROP COLUMN used_within")
