"""The case library. Reports to which both sides agree stand in it from the start.

Revision: 0053, after 0052
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from talentpool.text import search_key  # as of now; `talentpool check` names rows folded otherwise

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
LENGTHS = {
    "theme": 40, "title": 100, "did": 2000, "result": 1000, "who": 200, "cost_note": 500,
    "source": 300, "source_url": 500, "documented": 40, "contact": 200, "search_key": 20000,
}  # fmt: skip
WRITTEN = ("title", "did", "result", "who", "cost_note", "source", "source_url", "contact")


def upgrade() -> None:
    op.create_table(
        "case_study",
        sa.Column("id", ID, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("prefecture_code", "municipality_code", "theme", *WRITTEN)
        ),
        sa.Column("cost_yen", sa.BigInteger()),
        sa.Column("fiscal_year", sa.Integer()),
        sa.Column("checked_on", sa.Date()),
        sa.Column("documented", sa.Text()),
        sa.Column("report_id", ID),
        sa.Column("contact_at", TIME),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "updated_at")),
        sa.Column("retired_at", TIME),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "report_id IS NULL OR (did = '' AND result = '' AND who = '' AND cost_note = ''"
            " AND cost_yen IS NULL AND source = '')",
            name=op.f("ck_case_study_a_report_speaks_for_itself"),
        ),
        sa.CheckConstraint(
            "report_id IS NOT NULL OR source <> ''", name=op.f("ck_case_study_with_its_source")
        ),
        sa.CheckConstraint("cost_yen >= 0", name=op.f("ck_case_study_cost_is_no_gain")),
        sa.CheckConstraint(
            "fiscal_year BETWEEN 2000 AND 2100", name=op.f("ck_case_study_year_that_can_be")
        ),
        sa.CheckConstraint(
            "(contact = '') = (contact_at IS NULL)",
            name=op.f("ck_case_study_contact_with_its_moment"),
        ),
        *(
            sa.CheckConstraint(
                f"length({name}) <= {most}", name=op.f(f"ck_case_study_{name}_length")
            )
            for name, most in LENGTHS.items()
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
            name=op.f("fk_case_study_municipality_code_prefecture_code_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_case_study_report_id_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_study")),
        sa.UniqueConstraint("report_id", name=op.f("uq_case_study_report_id")),
        sa.UniqueConstraint(
            "prefecture_code", "documented", name=op.f("uq_case_study_prefecture_code_documented")
        ),
    )  # fmt: skip
    for name in ("prefecture_code", "municipality_code"):
        op.create_index(op.f(f"ix_case_study_{name}"), "case_study", [name])
    _put_in()


def _put_in() -> None:
    """Those to which both sides agree, found by the titles of their vacancies."""
    bind = op.get_bind()
    agreed = bind.execute(
        sa.text(
            "SELECT report.id, report.prefecture_code, report.municipality_code, need.theme,"
            " need.title FROM report JOIN engagement ON engagement.id = report.engagement_id"
            " JOIN need ON need.id = engagement.need_id"
            " WHERE report.person_agreed_at IS NOT NULL AND report.town_agreed_at IS NOT NULL"
            " ORDER BY report.id"
        )
    ).all()
    nothing = ", ".join("''" for _ in WRITTEN[1:])
    insert = sa.text(
        "INSERT INTO case_study (prefecture_code, municipality_code, theme, title,"
        f" {', '.join(WRITTEN[1:])}, report_id, created_at, updated_at, version, search_key)"
        f" SELECT :prefecture, :town, :theme, :title, {nothing}, id, town_agreed_at,"
        " town_agreed_at, 1, :key FROM report WHERE id = :report"
    )
    for report, prefecture, town, theme, title in agreed:
        known = {"report": report, "prefecture": prefecture, "town": town, "theme": theme}
        bind.execute(insert, known | {"title": title, "key": search_key(title)})


def downgrade() -> None:
    op.drop_table("case_study")
