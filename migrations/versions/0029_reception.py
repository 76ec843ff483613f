"""People whom staff register from paper or telephone: where each field is from, and the letters that read it back.

Revision: 0029, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SOURCES = ("paper", "telephone", "self")


def upgrade() -> None:
    op.create_table(
        "reception",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("entered_by", ID, nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_how", sa.String(length=40), nullable=True),
        sa.Column("confirmed_by", ID, nullable=True),
        sa.Column("called_on", sa.Date(), nullable=True),
        sa.Column("party", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_reception")),
        *_foreign_key("reception", "candidate_id", "candidate", ondelete="CASCADE"),
        *_foreign_key("reception", "prefecture_code", "prefecture", "code"),
        *_foreign_key("reception", "entered_by", "user_account"),
        *_foreign_key("reception", "confirmed_by", "user_account"),
        sa.CheckConstraint(f"source IN {SOURCES}", name=op.f("ck_reception_source")),
        sa.CheckConstraint(
            "confirmed_how IN ('code', 'telephone')", name=op.f("ck_reception_confirmed")
        ),
        sa.CheckConstraint("source <> 'self'", name=op.f("ck_reception_brought_to_staff")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_how IS NULL)",
            name=op.f("ck_reception_confirmed_how"),
        ),
        sa.CheckConstraint(
            "(confirmed_how IS NOT NULL AND confirmed_how = 'telephone')"
            " = (confirmed_by IS NOT NULL AND called_on IS NOT NULL AND party IS NOT NULL"
            " AND words IS NOT NULL)",
            name=op.f("ck_reception_telephone_with_somebody"),
        ),
        sa.CheckConstraint(
            "changed_at IS NULL OR confirmed_at IS NOT NULL",
            name=op.f("ck_reception_changed_after_it"),
        ),
    )
    op.create_index(op.f("ix_reception_prefecture_code"), "reception", ["prefecture_code"])
    op.create_table(
        "field_source",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", "step", "field", name=op.f("pk_field_source")),
        *_foreign_key("field_source", "candidate_id", "candidate", ondelete="CASCADE"),
        *_foreign_key("field_source", "by_id", "user_account"),
        sa.CheckConstraint(f"source IN {SOURCES}", name=op.f("ck_field_source_source")),
        sa.CheckConstraint(
            "source = 'self' OR by_id IS NOT NULL", name=op.f("ck_field_source_by_somebody")
        ),
        sa.CheckConstraint("length(step) <= 20", name=op.f("ck_field_source_step_length")),
        sa.CheckConstraint("length(field) <= 40", name=op.f("ck_field_source_field_length")),
    )
    op.create_table(
        "read_back",
        sa.Column("id", ID, nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", ID, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_back")),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_read_back_candidate_id_candidate"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["user_account.id"], name=op.f("fk_read_back_issued_by_user_account")
        ),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_read_back_for_some_time")),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_read_back_some_tries")),
        sa.CheckConstraint(
            "void_at IS NULL OR used_at IS NULL", name=op.f("ck_read_back_void_or_used")
        ),
        sa.CheckConstraint("length(salt) <= 32", name=op.f("ck_read_back_salt_length")),
        sa.CheckConstraint("length(code_hash) <= 64", name=op.f("ck_read_back_code_hash_length")),
        sa.CheckConstraint(
            "length(content_hash) <= 64", name=op.f("ck_read_back_content_hash_length")
        ),
    )
    op.create_index(op.f("ix_read_back_candidate_id"), "read_back", ["candidate_id"])
    is_open = sa.text("void_at IS NULL AND used_at IS NULL")
    op.create_index(
        "uq_read_back_open",
        "read_back",
        ["candidate_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _foreign_key(
    table: str, column: str, other: str, key: str = "id", **options: str
) -> tuple[sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_{column}_{other}")
    return (sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=name, **options),)


def downgrade() -> None:
    op.drop_table("read_back")
    op.drop_table("field_source")
    op.drop_table("reception")
