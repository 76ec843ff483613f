"""Who decided an early end, and what it gave back, so that it can be taken back.

The side of an end that is there is read from the audit trail. What it gave back was not kept: it stays as it is.

Revision: 0028, after 0027
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE engagement ADD COLUMN end_side TEXT"
        " CONSTRAINT ck_engagement_end_side_length CHECK (length(end_side) <= 20)"
        " CONSTRAINT ck_engagement_side_of_an_early_end"
        " CHECK (end_side IS NULL OR end_reason IS NOT NULL)"
    )
    op.execute(
        "ALTER TABLE engagement ADD COLUMN planned_last_day DATE"
        " CONSTRAINT ck_engagement_planned_before_an_early_end CHECK (planned_last_day IS NULL"
        " OR (end_reason IS NOT NULL AND planned_last_day >= last_day))"
    )
    op.execute("ALTER TABLE engagement ADD COLUMN freed_half_days TEXT DEFAULT '{}' NOT NULL")
    op.execute(
        "UPDATE engagement SET end_side = (SELECT actor_role FROM audit_event"
        " WHERE object_type = 'engagement' AND object_id = CAST(engagement.id AS TEXT)"
        " AND action IN ('engagement.shorten', 'engagement.end') ORDER BY seq DESC LIMIT 1)"
        " WHERE end_reason IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE engagement DROP COLUMN freed_half_days")
    op.execute("ALTER TABLE engagement DROP COLUMN planned_last_day")
    op.execute("ALTER TABLE engagement DROP COLUMN end_side")
