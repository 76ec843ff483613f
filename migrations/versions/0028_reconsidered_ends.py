"""Who decided an early end, and what it gave back, so that it can be taken back; the secret addresses of calendars; statements as PDF.

The side of an end that is there is read from the audit trail. What it gave back was not kept: it stays as it is.

Revision: 0028, after 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


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

    op.create_table(
        "calendar_feed",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(token_hash) <= 64", name=op.f("ck_calendar_feed_token_hash_length")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"],
            name=op.f("fk_calendar_feed_user_id_user_account"), ondelete="CASCADE",
        ),
    )  # fmt: skip

    op.create_table(
        "statement_print",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("layout", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(source) <= 64", name=op.f("ck_statement_print_source_length")),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_statement_print")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"],
            name=op.f("fk_statement_print_engagement_id_engagement"), ondelete="CASCADE",
        ),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("statement_print")
    op.drop_table("calendar_feed")
    op.execute("ALTER TABLE engagement DROP COLUMN freed_half_days")
    op.execute("ALTER TABLE engagement DROP COLUMN planned_last_day")
    op.execute("ALTER TABLE engagement DROP COLUMN end_side")
