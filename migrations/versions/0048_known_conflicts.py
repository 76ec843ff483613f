"""Conflicts of interest that officers record.

Revision: 0048, after 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
KEYS = {
    "prefecture_code": "prefecture.code",
    "candidate_id": "candidate.id",
    "municipality_code": "municipality.code",
    "recorded_by": "user_account.id",
    "ended_by": "user_account.id",
}


def upgrade() -> None:
    op.create_table(
        "known_conflict",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("lifter", sa.String(length=40), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by", ID, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.Column("end_note", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "municipality_code IS NOT NULL OR vendor IS NOT NULL",
            name=op.f("ck_known_conflict_with_somebody"),
        ),
        sa.CheckConstraint(
            "last_month IS NULL OR last_month >= first_month",
            name=op.f("ck_known_conflict_months_in_order"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_note IS NULL)",
            name=op.f("ck_known_conflict_ended_with_words"),
        ),
        sa.CheckConstraint("length(vendor) <= 100", name=op.f("ck_known_conflict_vendor_length")),
        sa.CheckConstraint(
            "ground IN ('family', 'request', 'vendor', 'office', 'other')",
            name=op.f("ck_known_conflict_ground"),
        ),
        sa.CheckConstraint(
            "lifter IN ('coordinator', 'person', 'nobody')", name=op.f("ck_known_conflict_lifter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_conflict")),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_known_conflict_{name}_{target.split('.')[0]}")
            )
            for name, target in KEYS.items()
        ),
    )
    for name in ("prefecture_code", "candidate_id"):
        op.create_index(op.f(f"ix_known_conflict_{name}"), "known_conflict", [name])


def downgrade() -> None:
    op.drop_table("known_conflict")
