"""Registrations that were merged into another of the same person, and pairs that are two people.

Revision: 0041, after 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _links(table: str, links: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [name], [target], name=op.f(f"fk_{table}_{name}_{target.partition('.')[0]}")
        )
        for name, target in links.items()
    ]


def upgrade() -> None:
    time, private = sa.DateTime(timezone=True), sa.LargeBinary()
    op.create_table(
        "person_merge",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("kept_id", ID, nullable=False),
        sa.Column("gone_id", ID, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("comment", private, nullable=False),
        sa.Column("before", private, nullable=False),
        sa.Column("merged_at", time, nullable=False),
        sa.Column("merged_by", ID),
        sa.Column("undone_at", time),
        sa.Column("undone_by", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_person_merge_of_two")),
        sa.CheckConstraint(
            "undone_at IS NULL OR undone_at >= merged_at", name=op.f("ck_person_merge_in_order")
        ),
        *_links(
            "person_merge",
            {
                "prefecture_code": "prefecture.code",
                "kept_id": "candidate.id",
                "gone_id": "candidate.id",
                "merged_by": "user_account.id",
                "undone_by": "user_account.id",
            },
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    for name in ("prefecture_code", "kept_id"):
        op.create_index(op.f(f"ix_person_merge_{name}"), "person_merge", [name])
    op.create_index(
        "uq_person_merge_in_force", "person_merge", ["gone_id"], unique=True,
        sqlite_where=sa.text("undone_at IS NULL"), postgresql_where=sa.text("undone_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "distinct_pair",
        sa.Column("first_id", ID, nullable=False),
        sa.Column("second_id", ID, nullable=False),
        sa.Column("said_at", time, nullable=False),
        sa.Column("said_by", ID),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_distinct_pair_in_order")),
        *_links(
            "distinct_pair",
            {
                "first_id": "candidate.id",
                "second_id": "candidate.id",
                "said_by": "user_account.id",
            },
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_distinct_pair")),
    )


def downgrade() -> None:
    for name in ("distinct_pair", "person_merge"):
        op.drop_table(name)
