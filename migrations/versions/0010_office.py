"""The office that people can ask. Pools that are there already have none: pages then say nothing of it.

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_office_name_length")),
        sa.CheckConstraint("length(telephone) <= 30", name=op.f("ck_office_telephone_length")),
        sa.CheckConstraint("length(hours) <= 100", name=op.f("ck_office_hours_length")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_office_named")),
        sa.CheckConstraint("telephone <> ''", name=op.f("ck_office_can_be_called")),
        sa.CheckConstraint("hours <> ''", name=op.f("ck_office_has_hours")),
        sa.ForeignKeyConstraint(
            ["prefecture_code"],
            ["pool.prefecture_code"],
            name=op.f("fk_office_prefecture_code_pool"),
        ),
        sa.PrimaryKeyConstraint("prefecture_code", name=op.f("pk_office")),
    )


def downgrade() -> None:
    op.drop_table("office")
