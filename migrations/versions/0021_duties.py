"""Who sees to what waits, and when it is looked at next.

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OF = ("membership", "need", "placement", "round")


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        *(sa.Column(f"{name}_id", ID, nullable=True) for name in OF),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("follow_up", sa.Date(), nullable=True),
        sa.Column("line", sa.LargeBinary(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END" for name in OF) + " = 1",
            name=op.f("ck_duty_of_one_thing"),
        ),
        sa.CheckConstraint(
            "line IS NULL OR follow_up IS NOT NULL", name=op.f("ck_duty_line_of_a_day")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_duty_{name}_id_{name}"),
                ondelete="CASCADE",
            )
            for name in OF
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_duty_owner_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["prefecture_code"], ["prefecture.code"], name=op.f("fk_duty_prefecture_code_prefecture")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        *(sa.UniqueConstraint(f"{name}_id", name=op.f(f"uq_duty_{name}_id")) for name in OF),
    )  # fmt: skip
    op.create_index(op.f("ix_duty_owner_id"), "duty", ["owner_id"])


def downgrade() -> None:
    op.drop_table("duty")
