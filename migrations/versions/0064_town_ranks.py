"""In which order towns would take those whom they were introduced to.

Revision: 0064, after 0063
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEYS = {
    "need_id": "need.id",
    "candidate_id": "candidate.id",
    "prefecture_code": "prefecture.code",
    "municipality_code": "municipality.code",
    "ranked_by": "user_account.id",
}


def upgrade() -> None:
    op.create_table(
        "town_rank",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("ranked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ranked_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 20", name=op.f("ck_town_rank_rank_of_few")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town_rank")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_town_rank_placement_id")),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
            name=op.f("fk_town_rank_placement_id_candidate_id_municipality_code_placement"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_town_rank_{name}_{target.split('.')[0]}")
            )
            for name, target in KEYS.items()
        ),
    )
    for name in ("need_id", "candidate_id"):
        op.create_index(op.f(f"ix_town_rank_{name}"), "town_rank", [name])


def downgrade() -> None:
    op.drop_table("town_rank")
