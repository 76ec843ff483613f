"""The months of extensions that both sides are asked about are held, as those asked about from now on.

Where a month has too little left, nothing of that extension is held: it could not have been agreed to either. The
nightly check names it, and an officer withdraws it.

Revision: 0066, after 0065
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_ASKED = sa.text(
    "SELECT e.placement_id, c.candidate_id, c.municipality_code, c.half_days, c.opened_at"
    " FROM plan_change c JOIN engagement e ON e.id = c.engagement_id WHERE c.state = 'open'"
    " ORDER BY c.id"
)
_FREE = sa.text(
    "SELECT count(*) FROM ledger_month WHERE candidate_id = :person AND month = :month"
    " AND held + booked + :n <= capacity"
)
_TAKE = sa.text(
    "UPDATE ledger_month SET held = held + :n WHERE candidate_id = :person AND month = :month"
)
_NOTE = sa.text(
    "INSERT INTO commitment"
    " (placement_id, candidate_id, municipality_code, month, half_days, state, decided_at)"
    " VALUES (:placement, :person, :town, :month, :n, 'hold', :at)"
)
_HELD = (
    " FROM commitment WHERE state = 'hold' AND placement_id IN (SELECT e.placement_id"
    " FROM plan_change c JOIN engagement e ON e.id = c.engagement_id WHERE c.state = 'open')"
)


def upgrade() -> None:
    connection = op.get_bind()
    for placement, person, town, half_days, at in connection.execute(_ASKED).all():
        rows = [
            {
                "placement": placement,
                "person": person,
                "town": town,
                "month": month,
                "n": n,
                "at": at,
            }
            for month, n in _months(half_days).items()
        ]
        if all(connection.scalar(_FREE, _of(row, _FREE)) for row in rows):
            for row in rows:
                connection.execute(_TAKE, _of(row, _TAKE))
                connection.execute(_NOTE, row)


def downgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT candidate_id, month, half_days" + _HELD)).all()
    for person, month, n in rows:
        connection.execute(_TAKE, {"person": person, "month": month, "n": -n})
    connection.execute(sa.text("DELETE" + _HELD))


def _months(half_days: Any) -> dict[int, int]:
    """Month, counted as the ledger does, and half-days."""
    said: Mapping[str, int] = json.loads(half_days)
    found = {}
    for text, n in sorted(said.items()):
        year, month = map(int, text.split("-"))
        found[year * 12 + month - 1] = n
    return found


def _of(row: Mapping[str, Any], statement: sa.TextClause) -> dict[str, Any]:
    return {name: row[name] for name in statement.compile().params}
