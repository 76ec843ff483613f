"""What both sides of an engagement say of it.

Engagements that are there are asked from now on, by the worker.

Revision: 0035, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KINDS = ("pulse_30", "pulse_90", "end")
SIDES = ("person", "town")
STATES = ("asked", "given", "shown", "contested", "kept", "void", "missed")
ANSWERED = ("contested", "given", "kept", "shown", "void")


def upgrade() -> None:
    time, private = sa.DateTime(timezone=True), sa.LargeBinary()
    op.create_table(
        "review",
        sa.Column("id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer()) for name in ("first", "second", "third", "overall")),
        sa.Column("comment", private, nullable=False),
        sa.Column("given_at", time),
        sa.Column("given_by", ID),
        sa.Column("shown_at", time),
        sa.Column("reply", private),
        sa.Column("replied_at", time),
        sa.Column("contest", private),
        sa.Column("contested_at", time),
        sa.Column("decision_reason", sa.Text()),
        sa.Column("decision_comment", private, nullable=False),
        sa.Column("decided_at", time),
        sa.Column("decided_by", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(f"{name} BETWEEN 1 AND 5", name=op.f(f"ck_review_{name}_in_range"))
            for name in ("first", "second", "third", "overall")
        ),
        sa.CheckConstraint(
            f"(state IN {ANSWERED}) = (given_at IS NOT NULL)"
            " AND (given_at IS NULL) = (first IS NULL) AND (given_at IS NULL) = (second IS NULL)"
            " AND (given_at IS NULL) = (third IS NULL)",
            name=op.f("ck_review_answered_in_full"),
        ),
        sa.CheckConstraint(
            "(overall IS NOT NULL) = (given_at IS NOT NULL AND kind = 'end')",
            name=op.f("ck_review_overall_at_the_end"),
        ),
        sa.CheckConstraint(
            "(reply IS NULL) = (replied_at IS NULL) AND (replied_at IS NULL OR side = 'town')",
            name=op.f("ck_review_reply_of_the_person"),
        ),
        sa.CheckConstraint(
            "(contest IS NULL) = (contested_at IS NULL)"
            " AND (contested_at IS NULL OR side = 'town')"
            " AND (state NOT IN ('contested', 'kept', 'void') OR contested_at IS NOT NULL)",
            name=op.f("ck_review_contest_of_the_person"),
        ),
        sa.CheckConstraint(
            "(state IN ('kept', 'void')) = (decided_at IS NOT NULL)"
            " AND (decided_at IS NULL) = (decision_reason IS NULL)",
            name=op.f("ck_review_decided_with_a_reason"),
        ),
        sa.CheckConstraint(
            "length(decision_reason) <= 40", name=op.f("ck_review_decision_reason_length")
        ),
        sa.CheckConstraint(f"kind IN {KINDS}", name=op.f("ck_review_kind")),
        sa.CheckConstraint(f"side IN {SIDES}", name=op.f("ck_review_reviewside")),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_review_reviewstate")),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
            name=op.f("fk_review_engagement_id_candidate_id_municipality_code_engagement"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_review_{name}_{target.partition('.')[0]}")
            )
            for name, target in (
                ("prefecture_code", "prefecture.code"),
                ("municipality_code", "municipality.code"),
                ("candidate_id", "candidate.id"),
                ("given_by", "user_account.id"),
                ("decided_by", "user_account.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint(
            "engagement_id", "kind", "side", name=op.f("uq_review_engagement_id_kind_side")
        ),
    )
    for name in ("prefecture_code", "municipality_code", "candidate_id"):
        op.create_index(op.f(f"ix_review_{name}"), "review", [name])


def downgrade() -> None:
    op.drop_table("review")
