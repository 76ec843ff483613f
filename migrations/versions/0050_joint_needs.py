"""Joint needs: what the lead town keeps, and its member towns with their shares and consents.

Revision: 0050, after 0049
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ROTA = "(weeks = 0) = (weekdays = 0) AND weeks BETWEEN 0 AND 31 AND weekdays BETWEEN 0 AND 127"


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "joint_need",
        sa.Column("need_id", ID, autoincrement=False, nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        *_share("joint_need"),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            name=op.f("fk_joint_need_need_id_municipality_code_need"),
        ),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_joint_need")),
    )
    op.create_table(
        "joint_member",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        *_share("joint_member"),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("answered_at", time),
        sa.Column("answered_by", ID),
        sa.Column("agreed_version", sa.Integer()),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'agreed', 'declined', 'leaving')",
            name=op.f("ck_joint_member_jointstate"),
        ),
        sa.CheckConstraint(
            "(state IN ('agreed', 'leaving')) = (agreed_version IS NOT NULL)",
            name=op.f("ck_joint_member_agreed_to_a_version"),
        ),
        sa.CheckConstraint("length(comment) <= 1000", name=op.f("ck_joint_member_comment_length")),
        sa.CheckConstraint(
            "state = 'asked' OR answered_at IS NOT NULL",
            name=op.f("ck_joint_member_answered_when"),
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["need.id"], name=op.f("fk_joint_member_need_id_need")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
            name=op.f("fk_joint_member_municipality_code_prefecture_code_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["user_account.id"],
            name=op.f("fk_joint_member_answered_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_member")),
        sa.UniqueConstraint(
            "need_id", "municipality_code", name=op.f("uq_joint_member_need_id_municipality_code")
        ),
        sqlite_autoincrement=True,
    )
    for name in ("need_id", "prefecture_code", "municipality_code"):
        op.create_index(op.f(f"ix_joint_member_{name}"), "joint_member", [name])


def _share(table: str) -> list[sa.Column[int] | sa.CheckConstraint]:
    return [
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.CheckConstraint("half_days BETWEEN 1 AND 62", name=op.f(f"ck_{table}_some_half_days")),
        sa.CheckConstraint(ROTA, name=op.f(f"ck_{table}_rota_of_weeks_and_days")),
    ]


def downgrade() -> None:
    op.drop_table("joint_member")
    op.drop_table("joint_need")
