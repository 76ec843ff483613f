"""What was typed for a need and is not finished.

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "need_draft",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("need_id", ID, nullable=True),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
            name=op.f("fk_need_draft_municipality_code_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            name=op.f("fk_need_draft_need_id_need"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_need_draft_author_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_draft")),
        sa.UniqueConstraint("need_id", name=op.f("uq_need_draft_need_id")),
    )
    for column in ("prefecture_code", "municipality_code"):
        op.create_index(op.f(f"ix_need_draft_{column}"), "need_draft", [column])


def downgrade() -> None:
    op.drop_table("need_draft")
