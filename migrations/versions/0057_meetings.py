"""Meetings, who is interested in them, and towns with the same theme.

Revision: 0057, after 0056
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
TEXTS = {"title": 100, "place": 200, "address": 300, "text": 2000}  # most characters


def upgrade() -> None:
    _meetings()
    op.create_table(
        "companion",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("said_at", TIME, nullable=False),
        sa.Column("said_by", ID, nullable=True),
        _short("companion", "theme", 40),
        _short("companion", "contact", 200),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companion")),
        sa.UniqueConstraint(
            "municipality_code", "theme", name=op.f("uq_companion_municipality_code_theme")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
            name=op.f("fk_companion_municipality_code_prefecture_code_municipality"),
        ),
        _key("companion", "said_by", "user_account.id"),
    )
    op.create_index(op.f("ix_companion_prefecture_code"), "companion", ["prefecture_code"])


def _key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name), **more)


def _short(table: str, column: str, most: int) -> sa.CheckConstraint:
    name = f"ck_{table}_{column}_length"
    return sa.CheckConstraint(f"length({column}) <= {most}", name=op.f(name))


def _meetings() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("circle", sa.String(length=40), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("begins_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("saved_by", ID, nullable=True),
        sa.Column("cancelled_at", TIME, nullable=True),
        sa.Column("cancelled_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_meeting_ends_after_its_begin")),
        sa.CheckConstraint(
            "kind IN ('gathering', 'briefing', 'workshop')", name=op.f("ck_meeting_kind")
        ),
        sa.CheckConstraint("circle IN ('towns', 'people', 'both')", name=op.f("ck_meeting_circle")),
        *(_short("meeting", name, most) for name, most in TEXTS.items()),
        _short("meeting", "theme", 40),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        _key("meeting", "prefecture_code", "prefecture.code"),
        _key("meeting", "saved_by", "user_account.id"),
        _key("meeting", "cancelled_by", "user_account.id"),
    )
    op.create_index(op.f("ix_meeting_prefecture_code"), "meeting", ["prefecture_code"])
    op.create_table(
        "meeting_interest",
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("said_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "user_id", name=op.f("pk_meeting_interest")),
        _key("meeting_interest", "meeting_id", "meeting.id", ondelete="CASCADE"),
        _key("meeting_interest", "user_id", "user_account.id", ondelete="CASCADE"),
        _key("meeting_interest", "municipality_code", "municipality.code"),
    )


def downgrade() -> None:
    for name in ("companion", "meeting_interest", "meeting"):
        op.drop_table(name)
