"""A second coordinator may endorse a paper (回議), where the prefecture wants it; and by whose right it was decided.

Revision: 0015, after 0014
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
COLUMNS = {  # a condition goes with its column, on both databases
    "endorsed_by": (
        "{number} CONSTRAINT fk_decision_paper_endorsed_by_user_account REFERENCES user_account(id)",
        {
            "endorsed_by_another": "endorsed_by <> drafted_by AND endorsed_by <> decided_by",
        },
    ),
    "endorsed_at": ("{time}", {"endorsed_when": "(endorsed_by IS NULL) = (endorsed_at IS NULL)"}),
    "authority": ("VARCHAR(40)", {
        "authority": "authority IN ('delegated', 'deputised')",
        "authority_of_a_decision": "authority IS NULL OR decision IS NOT NULL",
    }),
}  # fmt: skip


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    kinds = {"time": TIME[dialect], "number": "INTEGER" if dialect == "sqlite" else "BIGINT"}
    for name, (kind, checks) in COLUMNS.items():
        conditions = "".join(
            f" CONSTRAINT ck_decision_paper_{check} CHECK ({condition})"
            for check, condition in checks.items()
        )
        op.execute(
            f"ALTER TABLE decision_paper ADD COLUMN {name} {kind.format(**kinds)}{conditions}"
        )
    op.execute("ALTER TABLE pool ADD COLUMN has_endorsement BOOLEAN DEFAULT FALSE NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE pool DROP COLUMN has_endorsement")
    for name in reversed(COLUMNS):
        op.execute(f"ALTER TABLE decision_paper DROP COLUMN {name}")
