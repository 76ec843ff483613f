"""More of a profile: systems and operations handled, skills to learn, side job, income of a year, days on site.

Revision: 0042, after 0041
"""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

COLUMNS = (
    ("candidate", "operations", "TEXT DEFAULT '[]' NOT NULL"),
    ("candidate", "growth", "TEXT DEFAULT '[]' NOT NULL"),
    (
        "candidate",
        "side_job",
        "TEXT CONSTRAINT ck_candidate_side_job_length CHECK (length(side_job) <= 40)",
    ),
    (
        "candidate",
        "income_ceiling",
        (
            "INTEGER CONSTRAINT ck_candidate_some_income"
            " CHECK (income_ceiling BETWEEN 1 AND 100000000)"
        ),
    ),
    (
        "candidate",
        "onsite_days",
        "INTEGER CONSTRAINT ck_candidate_days_of_a_month CHECK (onsite_days BETWEEN 0 AND 31)",
    ),
    (
        "candidate",
        "onsite_weekdays",
        (
            "INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_candidate_preferred_days_of_a_week"
            " CHECK (onsite_weekdays BETWEEN 0 AND 127)"
        ),
    ),
    (
        "candidate_post",
        "systems",
        (
            "TEXT DEFAULT '' NOT NULL CONSTRAINT ck_candidate_post_systems_length"
            " CHECK (length(systems) <= 200)"
        ),
    ),
    ("candidate_post", "led_procurement", "BOOLEAN DEFAULT FALSE NOT NULL"),
)


def upgrade() -> None:
    for table, name, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def downgrade() -> None:
    for table, name, _kind in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
