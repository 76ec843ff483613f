"""More half-days in one month of an engagement: asked for, decided where needed, agreed to.

Revision: 0044, after 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
STATES = (
    "review", "proposed", "asked", "done", "declined", "withdrawn", "refused", "superseded",
)  # fmt: skip
OPEN = sa.text("state IN ('asked', 'proposed', 'review')")
LENGTHS = {"draft_comment": 1000, "decision_comment": 1000, "end_reason": 40, "end_comment": 1000}
PEOPLE = ("proposed_by", "drafted_by", "decided_by")


def upgrade() -> None:
    op.create_table(
        "month_addition",
        sa.Column("id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("exceeds", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", ID, nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", ID, nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_comment", sa.Text(), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_comment", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("end_comment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "half_days BETWEEN 1 AND 62", name=op.f("ck_month_addition_fits_a_month")
        ),
        sa.CheckConstraint("decided_by <> drafted_by", name=op.f("ck_month_addition_two_officers")),
        sa.CheckConstraint(
            "NOT exceeds OR asked_at IS NULL OR decided_by IS NOT NULL",
            name=op.f("ck_month_addition_decided_where_it_exceeds"),
        ),
        sa.CheckConstraint(
            "(state IN ('asked', 'proposed', 'review')) = (ended_at IS NULL)",
            name=op.f("ck_month_addition_open_or_ended"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('asked', 'declined', 'done') OR asked_at IS NOT NULL",
            name=op.f("ck_month_addition_asked_when"),
        ),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_month_addition_additionstate")),
        sa.CheckConstraint("side IN ('person', 'town')", name=op.f("ck_month_addition_side")),
        *(
            sa.CheckConstraint(
                f"length({name}) <= {most}", name=op.f(f"ck_month_addition_{name}_length")
            )
            for name, most in LENGTHS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_addition")),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
            name=op.f("fk_month_addition_engagement_id_candidate_id_municipality_code_engagement"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [target],
                name=op.f(f"fk_month_addition_{column}_{target.partition('.')[0]}"),
            )
            for column, target in (
                ("prefecture_code", "prefecture.code"),
                ("municipality_code", "municipality.code"),
                ("candidate_id", "candidate.id"),
                *((name, "user_account.id") for name in PEOPLE),
            )
        ),
    )
    for name in ("engagement_id", "prefecture_code", "candidate_id"):
        op.create_index(op.f(f"ix_month_addition_{name}"), "month_addition", [name])
    op.create_index(
        "uq_month_addition_open",
        "month_addition",
        ["engagement_id", "month"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("month_addition")
