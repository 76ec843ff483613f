"""Funding measures, the price of a kilometre, and what needs leave to be paid in later years.

Revision: 0056, after 0055
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
TEXTS = {  # of a measure: most characters
    "name": 100, "covers": 1000, "unit": 100, "note": 1000, "source": 300, "address": 300,
}  # fmt: skip


def upgrade() -> None:
    _funding()
    op.create_table(
        "travel_rate",
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("yen_per_km", sa.Integer(), nullable=False),
        sa.Column("usual_km", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", ID, nullable=True),
        sa.CheckConstraint(
            "yen_per_km BETWEEN 1 AND 1000", name=op.f("ck_travel_rate_price_of_a_kilometre")
        ),
        sa.CheckConstraint(
            "usual_km BETWEEN 0 AND 2000", name=op.f("ck_travel_rate_distance_in_japan")
        ),
        _short("travel_rate", "basis", 300),
        sa.PrimaryKeyConstraint("prefecture_code", name=op.f("pk_travel_rate")),
        _key("travel_rate", "prefecture_code", "prefecture.code"),
        _key("travel_rate", "set_by", "user_account.id"),
    )
    op.create_table(
        "running_cost",
        sa.Column("need_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("yen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "yen BETWEEN 0 AND 10000000000", name=op.f("ck_running_cost_yen_of_a_year")
        ),
        _short("running_cost", "source", 40),
        _short("running_cost", "note", 200),
        sa.PrimaryKeyConstraint("need_id", "year", name=op.f("pk_running_cost")),
        _key("running_cost", "need_id", "need.id", ondelete="CASCADE"),
    )


def _key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name), **more)


def _short(table: str, column: str, most: int) -> sa.CheckConstraint:
    name = f"ck_{table}_{column}_length"
    return sa.CheckConstraint(f"length({column}) <= {most}", name=op.f(name))


def _funding() -> None:
    op.create_table(
        "funding",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("themes", "sizes", "forms")),
        *(
            sa.Column(name, sa.Date(), nullable=True)
            for name in ("checked_on", "valid_from", "valid_to")
        ),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("cap_yen", sa.BigInteger(), nullable=True),
        sa.Column("least_days", sa.Integer(), nullable=True),
        sa.Column("successor_id", ID, nullable=True),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("saved_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_funding_ends_after_start")),
        _short("funding", "key", 40),
        *(_short("funding", name, most) for name, most in TEXTS.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding")),
        sa.UniqueConstraint("prefecture_code", "key", name=op.f("uq_funding_prefecture_code_key")),
        _key("funding", "prefecture_code", "prefecture.code"),
        _key("funding", "successor_id", "funding.id"),
        _key("funding", "saved_by", "user_account.id"),
    )
    op.create_index(op.f("ix_funding_prefecture_code"), "funding", ["prefecture_code"])


def downgrade() -> None:
    for name in ("running_cost", "travel_rate", "funding"):
        op.drop_table(name)
