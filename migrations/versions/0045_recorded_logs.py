"""Logs of months that staff entered from paper or a call: from what, who, when.

Revision: 0045, after 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "recorded_log",
        sa.Column("log_id", ID, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("party", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source <> 'self'", name=op.f("ck_recorded_log_brought_to_staff")),
        sa.CheckConstraint(
            "source IN ('paper', 'telephone', 'self')", name=op.f("ck_recorded_log_source")
        ),
        sa.ForeignKeyConstraint(
            ["log_id"],
            ["work_log.id"],
            name=op.f("fk_recorded_log_log_id_work_log"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["user_account.id"],
            name=op.f("fk_recorded_log_recorded_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_recorded_log")),
    )


def downgrade() -> None:
    op.drop_table("recorded_log")
