"""The appointment form of an engagement, and what of its preparation is done.

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

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE engagement ADD COLUMN form TEXT"
        " CONSTRAINT ck_engagement_form_length CHECK (length(form) <= 40)"
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
    op.execute("ALTER TABLE engagement DROP COLUMN form")
