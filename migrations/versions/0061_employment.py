"""The term for which the prefecture employs somebody whom it lends to towns.

Revision: 0061, after 0060
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Nobody is employed by the prefecture before: the kind is new."""
    op.create_table(
        "employment",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("half_day_cost", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_employment_days_in_order")),
        sa.CheckConstraint(
            "half_day_cost BETWEEN 1 AND 1000000", name=op.f("ck_employment_some_cost")
        ),
        sa.CheckConstraint("length(post) <= 40", name=op.f("ck_employment_post_length")),
        sa.CheckConstraint("length(note) <= 300", name=op.f("ck_employment_note_length")),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_employment")),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidate.id"], ondelete="CASCADE",
            name=op.f("fk_employment_candidate_id_candidate"),
        ),
        sa.ForeignKeyConstraint(
            ["prefecture_code"], ["prefecture.code"],
            name=op.f("fk_employment_prefecture_code_prefecture"),
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["user_account.id"], name=op.f("fk_employment_saved_by_user_account")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_employment_prefecture_code"), "employment", ["prefecture_code"])


def downgrade() -> None:
    """The people become serving officials, which is what older versions know of them."""
    op.execute("UPDATE candidate_form SET form = 'dispatch' WHERE form = 'prefectural'")
    op.execute("UPDATE candidate SET kind = 'serving' WHERE kind = 'prefectural'")
    op.execute("DELETE FROM need_kind WHERE kind = 'prefectural'")
    op.drop_table("employment")
