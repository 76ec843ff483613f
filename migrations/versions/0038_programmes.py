"""Programmes that towns can use, and the towns that were referred to them.

Revision: 0038, after 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
TEXTS = {  # of a programme: most characters
    "name": 100, "operator": 100, "gives": 1000, "limits": 1000, "excludes": 500, "cost": 300,
    "application": 1000, "source": 300, "address": 300,
}  # fmt: skip


def upgrade() -> None:
    _programmes()
    _referrals()


def _key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name), **more)


def _short(table: str, column: str, most: int) -> sa.CheckConstraint:
    name = f"ck_{table}_{column}_length"
    return sa.CheckConstraint(f"length({column}) <= {most}", name=op.f(name))


def _programmes() -> None:
    op.create_table(
        "programme",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("themes", "sizes", "forms")),
        *(
            sa.Column(name, sa.Date(), nullable=True)
            for name in ("checked_on", "valid_from", "valid_to")
        ),
        sa.Column("report_days", sa.Integer(), nullable=True),
        sa.Column("successor_id", ID, nullable=True),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("saved_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_programme_ends_after_start")),
        _short("programme", "key", 40),
        *(_short("programme", name, most) for name, most in TEXTS.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint(
            "prefecture_code", "key", name=op.f("uq_programme_prefecture_code_key")
        ),
        _key("programme", "prefecture_code", "prefecture.code"),
        _key("programme", "successor_id", "programme.id"),
        _key("programme", "saved_by", "user_account.id"),
    )
    op.create_index(op.f("ix_programme_prefecture_code"), "programme", ["prefecture_code"])
    op.create_table(
        "programme_deadline",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        _short("programme_deadline", "what", 100),
        sa.PrimaryKeyConstraint("programme_id", "day", name=op.f("pk_programme_deadline")),
        _key("programme_deadline", "programme_id", "programme.id", ondelete="CASCADE"),
    )


def _referrals() -> None:
    op.create_table(
        "referral",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("apply_by", sa.Date(), nullable=True),
        sa.Column("referred_at", TIME, nullable=False),
        sa.Column("referred_by", ID, nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=True),
        sa.Column("recorded_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'not_accepted', 'not_applied')",
            name=op.f("ck_referral_outcome"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR (outcome = 'not_applied') = (applied_on IS NULL)",
            name=op.f("ck_referral_decided_after_an_application"),
        ),
        sa.CheckConstraint(
            "done_on IS NULL OR (outcome IS NOT NULL AND outcome = 'accepted'"
            " AND done_on >= applied_on)",
            name=op.f("ck_referral_done_after_acceptance"),
        ),
        sa.CheckConstraint(
            "reported_on IS NULL OR (done_on IS NOT NULL AND reported_on >= done_on)",
            name=op.f("ck_referral_reported_after_it_was_done"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        _key("referral", "prefecture_code", "prefecture.code"),
        _key("referral", "programme_id", "programme.id"),
        _key("referral", "referred_by", "user_account.id"),
        _key("referral", "recorded_by", "user_account.id"),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            name=op.f("fk_referral_need_id_municipality_code_need"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
            name=op.f("fk_referral_municipality_code_prefecture_code_municipality"),
        ),
    )
    for name in ("prefecture_code", "municipality_code", "programme_id", "need_id"):
        op.create_index(op.f(f"ix_referral_{name}"), "referral", [name])


def downgrade() -> None:
    for name in ("referral", "programme_deadline", "programme"):
        op.drop_table(name)
