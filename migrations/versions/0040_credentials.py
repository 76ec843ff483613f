"""Credentials: what shows a skill, an exam or a required training, and who has checked it.

Revision: 0040, after 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    time, private = sa.DateTime(timezone=True), sa.LargeBinary()
    op.create_table(
        "credential",
        sa.Column("id", ID, nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("note", private, nullable=False),
        sa.Column("verifier_kind", sa.String(length=40)),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("contact", private, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("said_at", time, nullable=False),
        sa.Column("said_by", ID),
        sa.Column("checked_at", time),
        sa.Column("checked_by", ID),
        sa.Column("reason", sa.Text()),
        sa.Column("comment", private, nullable=False),
        sa.Column("asked_at", time),
        sa.Column("token_hash", sa.Text()),
        sa.Column("token_until", time),
        sa.Column("answered_at", time),
        sa.Column("answered_by", private, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_credential_{name}"))
            for name, condition in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_credential_{name}_{target.partition('.')[0]}")
            )
            for name, target in (
                ("candidate_id", "candidate.id"),
                ("prefecture_code", "prefecture.code"),
                ("said_by", "user_account.id"),
                ("checked_by", "user_account.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_credential_token_hash")),
    )
    for name in ("candidate_id", "prefecture_code"):
        op.create_index(op.f(f"ix_credential_{name}"), "credential", [name])


CHECKS = {
    "kind": "kind IN ('training', 'skill', 'exam')",
    "verifier": "verifier_kind IN ('employer', 'host')",
    "credentialstate": "state IN ('said', 'documented', 'confirmed', 'refused', 'expired', 'withdrawn')",
    "level_of_four": "level IS NULL OR level BETWEEN 1 AND 4",
    "fits_its_kind": "(kind = 'skill') = (level IS NOT NULL)"
    " AND (kind <> 'training' OR valid_until IS NOT NULL)",
    "days_in_order": "done_on IS NULL OR valid_until >= done_on",
    "verifier_named": "(verifier_kind IS NULL) = (verifier = '')",
    "link_has_an_end": "(token_hash IS NULL) = (token_until IS NULL)"
    " AND (token_hash IS NULL OR verifier_kind IS NOT NULL)",
    **{
        f"{name}_length": f"length({name}) <= {most}"
        for name, most in {
            "subject": 100,
            "title": 100,
            "link": 300,
            "verifier": 100,
            "reason": 40,
            "token_hash": 64,
        }.items()
    },
    "refused_for_a_reason": "state <> 'refused' OR reason IS NOT NULL OR answered_at IS NOT NULL",
}


def downgrade() -> None:
    op.drop_table("credential")
