"""Versions of needs that have been open, each with what it asked for.

Revision: 0039, after 0038
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
PLAIN = (
    "title", "theme", "stage", "half_days", "first_month", "last_month", "mode", "place_code", "pay_basis",
    "department", "background", "outcome_wanted", "seats", "on_site_share", "weekdays", "pay_amount",
    "funding_source", "after_fiscal_year",
)  # fmt: skip
FLAGS = ("touches_procurement", "requires_training")


def upgrade() -> None:
    op.create_table(
        "need_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", ID),
        sa.ForeignKeyConstraint(
            ["need_id"], ["need.id"], name=op.f("fk_need_version_need_id_need")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["user_account.id"], name=op.f("fk_need_version_saved_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_version")),
        sa.UniqueConstraint("need_id", "number", name=op.f("uq_need_version_need_id_number")),
    )
    _keep_present()


def _keep_present() -> None:
    """What needs that have been opened ask for now stands since then."""
    link = op.get_bind()
    columns = ", ".join((*PLAIN, *FLAGS))
    needs = link.execute(
        sa.text(
            f"SELECT id, content_version, opened_at, {columns} FROM need WHERE opened_at IS NOT NULL ORDER BY id"
        )
    )
    rows = [
        {
            "need": need["id"], "number": need["content_version"], "at": need["opened_at"],
            "content": json.dumps(
                _content(link, need), ensure_ascii=False, sort_keys=True, separators=(",", ":")
            ),
        }
        for need in needs.mappings().all()
    ]  # fmt: skip
    if rows:
        link.execute(
            sa.text(
                "INSERT INTO need_version (need_id, number, content, saved_at)"
                " VALUES (:need, :number, :content, :at)"
            ),
            rows,
        )


def _content(link: sa.Connection, need: Mapping[str, Any]) -> dict[str, Any]:
    def column(query: str) -> list[Any]:
        return list(link.scalars(sa.text(query), {"need": need["id"]}))

    skills = link.execute(
        sa.text(
            'SELECT skill, level, weight, must, "group" FROM need_skill'
            " WHERE need_id = :need ORDER BY position"
        ),
        {"need": need["id"]},
    )
    return {
        **{name: need[name] for name in PLAIN},
        **{name: bool(need[name]) for name in FLAGS},
        "roles": column("SELECT role FROM need_role WHERE need_id = :need ORDER BY role"),
        "forms": column("SELECT form FROM need_form WHERE need_id = :need ORDER BY form"),
        "kinds": column("SELECT kind FROM need_kind WHERE need_id = :need ORDER BY kind"),
        "vendors": column("SELECT name FROM need_vendor WHERE need_id = :need ORDER BY id"),
        "skills": [dict(row) | {"must": bool(row["must"])} for row in skills.mappings()],
    }


def downgrade() -> None:
    op.drop_table("need_version")
