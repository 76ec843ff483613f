"""Why an approved person could not be asked, and why a paper was returned, beside the placement.

Revision: 0009, after 0008
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
COLUMNS = {  # a condition goes with its column, on both databases
    "passed_at": ("{time}", {}),
    "passed_why": ("TEXT", {
        "passed_why_length": "length(passed_why) <= 1000",
        "passed_over_while_approved": "passed_why IS NULL OR state = 'approved'",
        "passed_over_when": "(passed_at IS NULL) = (passed_why IS NULL)",
    }),
    "returned_at": ("{time}", {}),
    "return_reason": ("TEXT", {
        "return_reason_length": "length(return_reason) <= 40",
        "returned_when": "(returned_at IS NULL) = (return_reason IS NULL)",
    }),
    "return_comment": ("TEXT DEFAULT '' NOT NULL", {
        "return_comment_length": "length(return_comment) <= 1000",
    }),
}  # fmt: skip


def upgrade() -> None:
    time = TIME[op.get_context().dialect.name]
    for name, (kind, checks) in COLUMNS.items():
        conditions = "".join(
            f" CONSTRAINT ck_placement_{check} CHECK ({condition})"
            for check, condition in checks.items()
        )
        op.execute(f"ALTER TABLE placement ADD COLUMN {name} {kind.format(time=time)}{conditions}")
    _carry_returns()


def downgrade() -> None:
    op.execute(
        "UPDATE placement SET decision_comment = return_comment"
        " WHERE return_comment <> '' AND state IN ('suggested', 'proposed')"
    )
    for name in reversed(COLUMNS):
        op.execute(f"ALTER TABLE placement DROP COLUMN {name}")


def _carry_returns() -> None:
    """What the trail says of the last return; its comment stood where that of the decision stands."""
    connection = op.get_bind()
    events = connection.execute(
        sa.text(
            "SELECT object_id, at, detail FROM audit_event"
            " WHERE object_type = 'placement' AND action = 'placement.return' ORDER BY seq"
        )
    ).all()
    for ident, at, detail in events:
        connection.execute(
            sa.text(
                "UPDATE placement SET returned_at = :at, return_reason = :reason WHERE id = :id"
            ),
            {"at": at, "reason": json.loads(detail)["reason"], "id": int(ident)},
        )
    connection.execute(
        sa.text(
            "UPDATE placement SET return_comment = decision_comment, decision_comment = ''"
            " WHERE return_reason IS NOT NULL AND state IN ('suggested', 'proposed')"
        )
    )
