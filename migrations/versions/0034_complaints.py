"""Complaints of people and towns.

Revision: 0034, after 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
ABOUT = ("need", "placement", "engagement")
BY = ("filed_by", "owner_id", "answered_by", "closed_by")


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("candidate_id", ID, nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        *(sa.Column(f"{name}_id", ID, nullable=True) for name in ABOUT),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("filed_at", TIME, nullable=False),
        sa.Column("filed_by", ID, nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("answer_due", sa.Date(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("closed_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(side = 'person') = (candidate_id IS NOT NULL)"
            " AND (candidate_id IS NULL) = (municipality_code IS NOT NULL)",
            name=op.f("ck_complaint_of_one_side"),
        ),
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END" for name in ABOUT)
            + " <= 1",
            name=op.f("ck_complaint_about_one_thing"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)"
            " AND (answered_at IS NULL OR answered_at >= filed_at)",
            name=op.f("ck_complaint_answered_with_words"),
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR (answered_at IS NOT NULL AND closed_at >= answered_at)",
            name=op.f("ck_complaint_closed_after_an_answer"),
        ),
        sa.CheckConstraint("side IN ('person', 'town')", name=op.f("ck_complaint_side")),
        sa.CheckConstraint(
            "channel IN ('site', 'telephone', 'letter', 'visit')",
            name=op.f("ck_complaint_channel"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.ForeignKeyConstraint(
            ["prefecture_code"],
            ["prefecture.code"],
            name=op.f("fk_complaint_prefecture_code_prefecture"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_complaint_municipality_code_municipality"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_complaint_{name}_id_{name}")
            )
            for name in ("candidate", *ABOUT)
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], ["user_account.id"], name=op.f(f"fk_complaint_{name}_user_account")
            )
            for name in BY
        ),
    )
    for name in ("prefecture_code", "candidate_id"):
        op.create_index(op.f(f"ix_complaint_{name}"), "complaint", [name])


def downgrade() -> None:
    op.drop_table("complaint")
