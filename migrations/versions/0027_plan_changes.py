"""Extensions of engagements: drafted, decided, agreed by both sides.

Revision: 0027, after 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
STATES = ("proposed", "open", "done", "refused", "withdrawn", "declined")
OPEN = sa.text("state IN ('open', 'proposed')")
LENGTHS = {"comment": 1000, "end_reason": 40, "end_comment": 1000}


def upgrade() -> None:
    op.create_table(
        "plan_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("half_days", sa.Text(), nullable=False),
        sa.Column("exceeds", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("drafted_by", ID, nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terms_id", ID, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("end_comment", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> drafted_by",
            name=op.f("ck_plan_change_two_officers"),
        ),
        sa.CheckConstraint(
            "NOT exceeds OR opened_at IS NULL OR approved_by IS NOT NULL",
            name=op.f("ck_plan_change_decided_where_it_exceeds"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('declined', 'done', 'open') OR opened_at IS NOT NULL",
            name=op.f("ck_plan_change_asked_when"),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (terms_id IS NOT NULL)",
            name=op.f("ck_plan_change_done_under_terms"),
        ),
        sa.CheckConstraint(
            "(state IN ('declined', 'refused', 'withdrawn')) = (end_reason IS NOT NULL)",
            name=op.f("ck_plan_change_every_end_has_a_reason"),
        ),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_plan_change_planchangestate")),
        *(
            sa.CheckConstraint(
                f"length({name}) <= {most}", name=op.f(f"ck_plan_change_{name}_length")
            )
            for name, most in LENGTHS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
            name=op.f("fk_plan_change_engagement_id_candidate_id_municipality_code_engagement"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_plan_change_{column}_{target.partition('.')[0]}")
            )
            for column, target in (
                ("prefecture_code", "prefecture.code"),
                ("municipality_code", "municipality.code"),
                ("candidate_id", "candidate.id"),
                ("drafted_by", "user_account.id"),
                ("approved_by", "user_account.id"),
                ("terms_id", "work_terms.id"),
            )
        ),
    )
    for name in ("engagement_id", "prefecture_code"):
        op.create_index(op.f(f"ix_plan_change_{name}"), "plan_change", [name])
    op.create_index(
        "uq_plan_change_open",
        "plan_change",
        ["engagement_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("plan_change")
