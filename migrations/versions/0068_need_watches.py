"""Needs that somebody watches, and those of which people were told; nobody is told of what was open before.

Revision: 0068, after 0067
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name))


def upgrade() -> None:
    op.create_table(
        "need_watch",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("watched_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 0", name=op.f("ck_need_watch_people_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_watch")),
        sa.UniqueConstraint("need_id", "user_id", name=op.f("uq_need_watch_need_id_user_id")),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            name=op.f("fk_need_watch_need_id_municipality_code_need"),
            ondelete="CASCADE",
        ),
        _key("need_watch", "user_id", "user_account.id"),
        _key("need_watch", "prefecture_code", "prefecture.code"),
        _key("need_watch", "municipality_code", "municipality.code"),
    )
    op.create_index(op.f("ix_need_watch_user_id"), "need_watch", ["user_id"])
    op.create_table(
        "need_suggestion",
        sa.Column("need_id", ID, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_need_suggestion")),
        _key("need_suggestion", "need_id", "need.id"),
    )
    op.execute(
        "INSERT INTO need_suggestion (need_id, told_at, people)"
        " SELECT id, opened_at, 0 FROM need WHERE opened_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("need_suggestion")
    op.drop_table("need_watch")
