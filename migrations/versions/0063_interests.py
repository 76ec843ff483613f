"""What people say of open needs, and whether a need names its town to them.

Revision: 0063, after 0062
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name))


def _of_need(table: str, **options: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["need_id", "municipality_code"],
        ["need.id", "need.municipality_code"],
        name=op.f(f"fk_{table}_need_id_municipality_code_need"),
        **options,
    )


def upgrade() -> None:
    op.create_table(
        "interest",
        sa.Column("id", ID, nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("bars", sa.Boolean(), nullable=False),
        sa.Column("said_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(answer = 'not_now') = (reason IS NOT NULL)",
            name=op.f("ck_interest_not_now_has_a_reason"),
        ),
        sa.CheckConstraint(
            "NOT bars OR answer = 'not_now'", name=op.f("ck_interest_bars_only_not_now")
        ),
        sa.CheckConstraint("answer IN ('interested', 'not_now')", name=op.f("ck_interest_answer")),
        sa.CheckConstraint("length(reason) <= 40", name=op.f("ck_interest_reason_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint(
            "candidate_id", "need_id", name=op.f("uq_interest_candidate_id_need_id")
        ),
        _of_need("interest"),
        _key("interest", "candidate_id", "candidate.id"),
        _key("interest", "prefecture_code", "prefecture.code"),
        _key("interest", "municipality_code", "municipality.code"),
    )
    for name in ("need_id", "prefecture_code"):
        op.create_index(op.f(f"ix_interest_{name}"), "interest", [name])
    op.create_table(
        "need_showing",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("names_town", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", TIME, nullable=False),
        sa.Column("chosen_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_showing")),
        sa.UniqueConstraint("need_id", name=op.f("uq_need_showing_need_id")),
        _of_need("need_showing", ondelete="CASCADE"),
        _key("need_showing", "prefecture_code", "prefecture.code"),
        _key("need_showing", "municipality_code", "municipality.code"),
        _key("need_showing", "chosen_by", "user_account.id"),
    )


def downgrade() -> None:
    op.drop_table("need_showing")
    op.drop_table("interest")
