"""The appointment form of an engagement, what of its preparation is done, and why it rests.

An engagement that is there has no form: it was not asked for.

Revision: 0022, after 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE engagement ADD COLUMN form TEXT"
        " CONSTRAINT ck_engagement_form_length CHECK (length(form) <= 40)"
    )
    time = TIME[op.get_context().dialect.name]
    op.execute(f"ALTER TABLE engagement ADD COLUMN suspended_at {time}")
    op.execute(
        "ALTER TABLE engagement ADD COLUMN suspend_comment TEXT DEFAULT '' NOT NULL"
        " CONSTRAINT ck_engagement_suspend_comment_length CHECK (length(suspend_comment) <= 1000)"
    )
    op.execute(
        "ALTER TABLE engagement ADD COLUMN suspend_reason TEXT"
        " CONSTRAINT ck_engagement_suspend_reason_length CHECK (length(suspend_reason) <= 40)"
        " CONSTRAINT ck_engagement_suspended_with_a_reason CHECK ("
        "(suspended_at IS NULL) = (suspend_reason IS NULL)"
        " AND (state <> 'suspended' OR suspend_reason IS NOT NULL))"
    )
    op.create_table(
        "engagement_check",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", ID, nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("engagement_id", "item", name=op.f("pk_engagement_check")),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_engagement_check_engagement_id_engagement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["done_by"],
            ["user_account.id"],
            name=op.f("fk_engagement_check_done_by_user_account"),
        ),
        sa.CheckConstraint("length(item) <= 40", name=op.f("ck_engagement_check_item_length")),
    )


def downgrade() -> None:
    op.drop_table("engagement_check")
    op.execute("ALTER TABLE engagement DROP COLUMN suspend_reason")
    op.execute("ALTER TABLE engagement DROP COLUMN suspend_comment")
    op.execute("ALTER TABLE engagement DROP COLUMN suspended_at")
    op.execute("ALTER TABLE engagement DROP COLUMN form")
