"""Supply gaps: demand for which the pool has nobody.

Revision: 0049, after 0048
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "supply_gap",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("fitting", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("ending", sa.String(length=40), nullable=True),
        sa.Column("supply", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_supply_gap_some_seats")),
        sa.CheckConstraint(
            "fitting >= 0 AND (supply IS NULL OR supply >= 0)",
            name=op.f("ck_supply_gap_counts_people"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (ending IS NULL) AND (closed_at IS NULL) = (supply IS NULL)"
            " AND (closed_at IS NULL OR closed_at >= opened_at)",
            name=op.f("ck_supply_gap_closed_with_reason"),
        ),
        sa.CheckConstraint(
            "ending IN ('supplied', 'filled', 'closed')", name=op.f("ck_supply_gap_ending")
        ),
        sa.CheckConstraint("length(rule) <= 20", name=op.f("ck_supply_gap_rule_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_gap")),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_supply_gap_{column}_{target.partition('.')[0]}")
            )
            for column, target in (
                ("prefecture_code", "prefecture.code"),
                ("need_id", "need.id"),
                ("round_id", "round.id"),
            )
        ),
    )
    for name in ("prefecture_code", "need_id"):
        op.create_index(op.f(f"ix_supply_gap_{name}"), "supply_gap", [name])
    op.create_index(
        "uq_supply_gap_open", "supply_gap", ["need_id"], unique=True,
        sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("supply_gap")
