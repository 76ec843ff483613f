"""Panels: officers of a town who score the people it was introduced to.

Revision: 0037, after 0036
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    time, private = sa.DateTime(timezone=True), sa.LargeBinary()
    op.create_table(
        "panel",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("chair_id", ID, nullable=False),
        sa.Column("opened_at", time, nullable=False),
        sa.Column("opened_by", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            name=op.f("fk_panel_need_id_municipality_code_need"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_panel_{name}_{target.partition('.')[0]}")
            )
            for name, target in (
                ("prefecture_code", "prefecture.code"),
                ("municipality_code", "municipality.code"),
                ("chair_id", "user_account.id"),
                ("opened_by", "user_account.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("need_id", name=op.f("uq_panel_need_id")),
    )
    for name in ("prefecture_code", "municipality_code"):
        op.create_index(op.f(f"ix_panel_{name}"), "panel", [name])
    op.create_table(
        "panel_member",
        sa.Column("panel_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panel.id"], name=op.f("fk_panel_member_panel_id_panel")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_panel_member_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("panel_id", "user_id", name=op.f("pk_panel_member")),
    )
    op.create_table(
        "panel_sheet",
        sa.Column("panel_id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("abstains", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Text()),
        sa.Column("remark", private, nullable=False),
        sa.Column("submitted_at", time, nullable=False),
        sa.CheckConstraint(
            "abstains = (points IS NULL)", name=op.f("ck_panel_sheet_points_or_abstention")
        ),
        sa.ForeignKeyConstraint(
            ["panel_id", "user_id"],
            ["panel_member.panel_id", "panel_member.user_id"],
            name=op.f("fk_panel_sheet_panel_id_user_id_panel_member"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_panel_sheet_placement_id_placement")
        ),
        sa.PrimaryKeyConstraint("panel_id", "placement_id", "user_id", name=op.f("pk_panel_sheet")),
    )
    op.create_index(op.f("ix_panel_sheet_placement_id"), "panel_sheet", ["placement_id"])
    op.create_table(
        "panel_consensus",
        sa.Column("panel_id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("advice", sa.String(length=40), nullable=False),
        sa.Column("text", private, nullable=False),
        sa.Column("said_at", time, nullable=False),
        sa.Column("said_by", ID),
        sa.CheckConstraint(
            "advice IN ('take', 'open', 'not')", name=op.f("ck_panel_consensus_advice")
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_panel_consensus_{name}_{target.partition('.')[0]}")
            )
            for name, target in (
                ("panel_id", "panel.id"),
                ("placement_id", "placement.id"),
                ("said_by", "user_account.id"),
            )
        ),
        sa.PrimaryKeyConstraint("panel_id", "placement_id", name=op.f("pk_panel_consensus")),
    )
    op.create_index(op.f("ix_panel_consensus_placement_id"), "panel_consensus", ["placement_id"])


def downgrade() -> None:
    for name in ("panel_consensus", "panel_sheet", "panel_member", "panel"):
        op.drop_table(name)
