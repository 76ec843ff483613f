"""Other conditions that a person or a town proposes, and what both have agreed on in the place of the need's.

Revision: 0025, after 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
SIDES = ("person", "town")
MODES = ("hybrid", "online", "onsite")
OPEN = ("asked", "proposed", "review")
ASKED = ("accepted", "asked", "declined", "lapsed")
STATES = (*OPEN, "accepted", "declined", "lapsed", "refused", "superseded", "withdrawn")
COMMENTS = ("draft_comment", "decision_comment")
OFFICERS = ("proposed_by", "drafted_by", "decided_by")
AGREED = ("agreed_mode", "agreed_last_month", "agreed_first_month", "agreed_half_days")


def upgrade() -> None:
    op.create_table(
        "counter_proposal",
        sa.Column("id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("excess", sa.Text(), nullable=False),
        sa.Column("stopped_until", TIME, nullable=False),
        sa.Column("proposed_by", ID, nullable=True),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("drafted_by", ID, nullable=True),
        sa.Column("drafted_at", TIME, nullable=True),
        sa.Column("draft_comment", sa.Text(), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("decision_comment", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("until", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "last_month >= first_month", name=op.f("ck_counter_proposal_months_in_order")
        ),
        sa.CheckConstraint(
            "half_days BETWEEN 1 AND 62", name=op.f("ck_counter_proposal_fits_a_month")
        ),
        sa.CheckConstraint(
            "decided_by <> drafted_by", name=op.f("ck_counter_proposal_two_officers")
        ),
        sa.CheckConstraint(
            f"(state IN {OPEN}) = (ended_at IS NULL)",
            name=op.f("ck_counter_proposal_open_or_ended"),
        ),
        sa.CheckConstraint(
            f"state NOT IN {ASKED} OR asked_at IS NOT NULL",
            name=op.f("ck_counter_proposal_asked_when"),
        ),
        sa.CheckConstraint(
            "(asked_at IS NULL) = (until IS NULL)", name=op.f("ck_counter_proposal_asked_until")
        ),
        sa.CheckConstraint(f"side IN {SIDES}", name=op.f("ck_counter_proposal_side")),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_counter_proposal_counterstate")),
        sa.CheckConstraint(f"mode IN {MODES}", name=op.f("ck_counter_proposal_needmode")),
        *(
            sa.CheckConstraint(
                f"length({name}) <= 1000", name=op.f(f"ck_counter_proposal_{name}_length")
            )
            for name in COMMENTS
        ),
        sa.CheckConstraint(
            "length(end_reason) <= 40", name=op.f("ck_counter_proposal_end_reason_length")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
            name=op.f("fk_counter_proposal_placement_id_placement"),
        ),
        sa.ForeignKeyConstraint(
            ["prefecture_code"],
            ["prefecture.code"],
            name=op.f("fk_counter_proposal_prefecture_code_prefecture"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_counter_proposal_municipality_code_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_counter_proposal_candidate_id_candidate"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name],
                ["user_account.id"],
                name=op.f(f"fk_counter_proposal_{name}_user_account"),
            )
            for name in OFFICERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_proposal")),
    )
    op.create_index(op.f("ix_counter_proposal_placement_id"), "counter_proposal", ["placement_id"])
    op.create_index(
        "uq_counter_proposal_open",
        "counter_proposal",
        ["placement_id"],
        unique=True,
        sqlite_where=sa.text(f"state IN {OPEN}"),
        postgresql_where=sa.text(f"state IN {OPEN}"),
    )
    _add_agreed()


def _add_agreed() -> None:
    for name in ("agreed_half_days", "agreed_first_month", "agreed_last_month"):
        op.execute(f"ALTER TABLE placement ADD COLUMN {name} INTEGER")
    op.execute(
        "ALTER TABLE placement ADD COLUMN agreed_mode VARCHAR(40)"
        f" CONSTRAINT ck_placement_needmode CHECK (agreed_mode IN {MODES})"
        " CONSTRAINT ck_placement_agreed_as_a_whole CHECK ("
        "(agreed_half_days IS NULL) = (agreed_first_month IS NULL)"
        " AND (agreed_half_days IS NULL) = (agreed_last_month IS NULL)"
        " AND (agreed_half_days IS NULL) = (agreed_mode IS NULL)"
        " AND agreed_half_days BETWEEN 1 AND 62"
        " AND agreed_last_month >= agreed_first_month)"
    )


def downgrade() -> None:
    op.drop_table("counter_proposal")
    for name in AGREED:
        op.execute(f"ALTER TABLE placement DROP COLUMN {name}")
