"""The person's report at the end of an engagement, and the consents that make a case of it.

Revision: 0036, after 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    time, private = sa.DateTime(timezone=True), sa.LargeBinary()
    op.create_table(
        "report",
        sa.Column("id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("outcome", private, nullable=False),
        sa.Column("made", private, nullable=False),
        sa.Column("cost_yen", sa.BigInteger()),
        sa.Column("cost_note", private, nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("sent_at", time),
        sa.Column("person_agreed_at", time),
        sa.Column("town_agreed_at", time),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost_yen >= 0", name=op.f("ck_report_cost_is_no_gain")),
        sa.CheckConstraint(
            "sent_at IS NOT NULL OR (person_agreed_at IS NULL AND town_agreed_at IS NULL)",
            name=op.f("ck_report_agreed_to_what_was_sent"),
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
            name=op.f("fk_report_engagement_id_candidate_id_municipality_code_engagement"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_report_{name}_{target.partition('.')[0]}")
            )
            for name, target in (
                ("prefecture_code", "prefecture.code"),
                ("municipality_code", "municipality.code"),
                ("candidate_id", "candidate.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("engagement_id", name=op.f("uq_report_engagement_id")),
    )
    for name in ("prefecture_code", "municipality_code", "candidate_id"):
        op.create_index(op.f(f"ix_report_{name}"), "report", [name])


def downgrade() -> None:
    op.drop_table("report")
