"""Letters to people without an account: what waits to be posted, and who posted it or telephoned instead, when.

Revision: 0031, after 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "postal_task",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postal_task")),
        sa.UniqueConstraint(
            "event", "candidate_id", name=op.f("uq_postal_task_event_candidate_id")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_postal_task_candidate_id_candidate"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["prefecture_code"],
            ["prefecture.code"],
            name=op.f("fk_postal_task_prefecture_code_prefecture"),
        ),
        sa.ForeignKeyConstraint(
            ["handled_by"],
            ["user_account.id"],
            name=op.f("fk_postal_task_handled_by_user_account"),
        ),
        sa.CheckConstraint(
            "posted_on IS NULL OR told_on IS NULL", name=op.f("ck_postal_task_posted_or_told")
        ),
        sa.CheckConstraint(
            "(handled_at IS NULL) = (posted_on IS NULL AND told_on IS NULL)"
            " AND (handled_at IS NULL) = (handled_by IS NULL)",
            name=op.f("ck_postal_task_handled_by_somebody"),
        ),
        sa.CheckConstraint("length(event) <= 80", name=op.f("ck_postal_task_event_length")),
        sa.CheckConstraint("length(template) <= 60", name=op.f("ck_postal_task_template_length")),
        sa.CheckConstraint("length(link) <= 200", name=op.f("ck_postal_task_link_length")),
    )
    op.create_index("ix_postal_task_link", "postal_task", ["link"])
    op.create_index(op.f("ix_postal_task_candidate_id"), "postal_task", ["candidate_id"])
    op.create_index(op.f("ix_postal_task_prefecture_code"), "postal_task", ["prefecture_code"])


def downgrade() -> None:
    op.drop_table("postal_task")
