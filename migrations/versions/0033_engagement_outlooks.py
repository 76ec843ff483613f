"""What the person and the town wish after an engagement.

Revision: 0033, after 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "engagement_outlook",
        sa.Column("id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", TIME, nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("seen_by", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_outlook")),
        sa.UniqueConstraint(
            "engagement_id",
            "side",
            "last_day",
            name=op.f("uq_engagement_outlook_engagement_id_side_last_day"),
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_engagement_outlook_engagement_id_engagement"),
            ondelete="CASCADE",
        ),
        *(
            sa.ForeignKeyConstraint(
                [name],
                ["user_account.id"],
                name=op.f(f"fk_engagement_outlook_{name}_user_account"),
            )
            for name in ("answered_by", "seen_by")
        ),
        sa.CheckConstraint("side IN ('person', 'town')", name=op.f("ck_engagement_outlook_side")),
        sa.CheckConstraint(
            "answer IN ('extend', 'end', 'undecided', 'talk')",
            name=op.f("ck_engagement_outlook_answer"),
        ),
        sa.CheckConstraint(
            "(seen_at IS NULL) OR (seen_at >= answered_at)",
            name=op.f("ck_engagement_outlook_seen_after"),
        ),
    )
    op.create_index(
        op.f("ix_engagement_outlook_engagement_id"), "engagement_outlook", ["engagement_id"]
    )


def downgrade() -> None:
    op.drop_table("engagement_outlook")
