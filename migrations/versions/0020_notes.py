"""Notes and telephone calls about people, needs and placements; mails of which somebody was told by telephone.

Revision: 0020, after 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ABOUT = ("candidate", "need", "placement")
KINDS = ("note", "call_made", "call_received", "handover")


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        *(sa.Column(f"{name}_id", ID, nullable=True) for name in ABOUT),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("party", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            " + ".join(f"CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END" for name in ABOUT)
            + " = 1",
            name=op.f("ck_note_about_one_thing"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('call_made', 'call_received') OR party IS NOT NULL",
            name=op.f("ck_note_call_with_somebody")
        ),
        sa.CheckConstraint(f"kind IN {KINDS}", name=op.f("ck_note_notekind")),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_note_{name}_id_{name}"),
                ondelete="CASCADE",
            )
            for name in ABOUT
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_note_author_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["prefecture_code"], ["prefecture.code"], name=op.f("fk_note_prefecture_code_prefecture")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )  # fmt: skip
    for name in ABOUT:
        op.create_index(op.f(f"ix_note_{name}_id"), "note", [f"{name}_id"])
    time = TIME[op.get_context().dialect.name]
    op.execute(f"ALTER TABLE mail_order ADD COLUMN told_at {time}")


def downgrade() -> None:
    op.execute("ALTER TABLE mail_order DROP COLUMN told_at")
    op.drop_table("note")
