"""Terms of work in versions that a person accepts, and which version an engagement is in force under.

Engagements that are there were confirmed before anybody was asked for terms: they have none, and nobody's acceptance
is invented. From now on a confirmation needs an accepted version.

Revision: 0026, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
BIG = {"sqlite": "INTEGER", "postgresql": "BIGINT"}
LENGTHS = {
    "form": 40, "pay_basis": 20, "work": 500, "place": 500, "days": 500, "travel": 500,
}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "work_terms",
        sa.Column("id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("is_yearly", sa.Boolean(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("half_days", sa.Text(), nullable=False),
        sa.Column("pay_amount", sa.Integer(), nullable=False),
        sa.Column("pay_basis", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("work", "place", "days", "travel")
        ),
        sa.Column("supervisor", sa.LargeBinary(), nullable=False),
        sa.Column("remark", sa.LargeBinary(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", ID, nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", ID, nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_work_terms_counted_from_one")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_work_terms_days_in_order")),
        sa.CheckConstraint("pay_amount >= 0", name=op.f("ck_work_terms_pay_not_negative")),
        sa.CheckConstraint(
            "accepted_by IS NULL OR accepted_at IS NOT NULL",
            name=op.f("ck_work_terms_accepted_when"),
        ),
        *(
            sa.CheckConstraint(
                f"length({name}) <= {most}", name=op.f(f"ck_work_terms_{name}_length")
            )
            for name, most in LENGTHS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_terms")),
        sa.UniqueConstraint(
            "placement_id", "number", name=op.f("uq_work_terms_placement_id_number")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
            name=op.f("fk_work_terms_placement_id_candidate_id_municipality_code_placement"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_work_terms_{column}_{target.partition('.')[0]}")
            )
            for column, target in (
                ("prefecture_code", "prefecture.code"),
                ("municipality_code", "municipality.code"),
                ("candidate_id", "candidate.id"),
                ("stated_by", "user_account.id"),
                ("accepted_by", "user_account.id"),
            )
        ),
    )
    op.create_index(op.f("ix_work_terms_candidate_id"), "work_terms", ["candidate_id"])
    kind = BIG[op.get_context().dialect.name]
    op.execute(
        f"ALTER TABLE engagement ADD COLUMN terms_id {kind}"
        " CONSTRAINT fk_engagement_terms_id_work_terms REFERENCES work_terms (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE engagement DROP COLUMN terms_id")
    op.drop_table("work_terms")
