"""What a need says besides: the tasks, who is there already, that the prefecture helps with the form; weights of 100.

When the prefecture first answered a hand-in.

The weights of needs that are not handed in are put into points that add up to 100, in their proportion.

Revision: 0043, after 0042
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TEXTS = {"tasks": 4000, "team": 1000}
TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
NINE, PERCENT = "ck_need_skill_weight_of_nine", "ck_need_skill_weight_is_percent"


def upgrade() -> None:
    for name, most in TEXTS.items():
        op.execute(
            f"ALTER TABLE need ADD COLUMN {name} TEXT DEFAULT '' NOT NULL"
            f" CONSTRAINT ck_need_{name}_length CHECK (length({name}) <= {most})"
        )
    op.execute("ALTER TABLE need ADD COLUMN asks_form BOOLEAN DEFAULT FALSE NOT NULL")
    _add_answers()
    _set_check(NINE, "weight BETWEEN 1 AND 9", PERCENT, "weight BETWEEN 1 AND 100")
    _scale("state = 'draft'", _to_hundred)


def downgrade() -> None:
    _scale("TRUE", _to_nine)
    _set_check(PERCENT, "weight BETWEEN 1 AND 100", NINE, "weight BETWEEN 1 AND 9")
    for name in ("answered_at", "asks_form", *TEXTS):
        op.execute(f"ALTER TABLE need DROP COLUMN {name}")


def _add_answers() -> None:
    """When the prefecture answered: it published, or sent back what is a draft again."""
    time = TIME[op.get_context().dialect.name]
    op.execute(f"ALTER TABLE need ADD COLUMN answered_at {time}")
    op.execute("UPDATE need SET answered_at = opened_at WHERE submitted_at <= opened_at")
    op.execute(
        "UPDATE need SET answered_at = (SELECT max(at) FROM audit_event WHERE action = 'need.return'"
        " AND object_type = 'need' AND object_id = CAST(need.id AS TEXT))"
        " WHERE state = 'draft' AND review_reason IS NOT NULL"
    )


# --- Weights


def _scale(of_needs: str, scaled: Callable[[Sequence[int]], list[int]]) -> None:
    """Other weights for each of these needs; alternatives of a group count once."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            'SELECT id, need_id, must, "group", weight FROM need_skill'
            f" WHERE need_id IN (SELECT id FROM need WHERE {of_needs}) ORDER BY need_id, position, id"
        )
    ).all()
    needs: dict[int, dict[object, list[tuple[int, int]]]] = {}
    for row in rows:
        unit = row.group if row.must and row.group else row.id
        needs.setdefault(row.need_id, {}).setdefault(unit, []).append((row.id, row.weight))
    for units in needs.values():
        heaviest = [max(weight for _, weight in members) for members in units.values()]
        for members, most, new in zip(units.values(), heaviest, scaled(heaviest), strict=True):
            for ident, weight in members:
                connection.execute(
                    sa.text("UPDATE need_skill SET weight = :weight WHERE id = :id"),
                    {"weight": max(1, new * weight // most), "id": ident},
                )


def _to_hundred(weights: Sequence[int]) -> list[int]:
    spare, total = 100 - len(weights), sum(weights)
    points = [1 + spare * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(spare * weights[i] % total), i))
    for place in by_remainder[: 100 - sum(points)]:
        points[place] += 1
    return points


def _to_nine(weights: Sequence[int]) -> list[int]:
    most = max(weights)
    return list(weights) if most <= 9 else [max(1, round(9 * w / most)) for w in weights]


def _set_check(old: str, old_condition: str, new: str, condition: str) -> None:
    """SQLite can only be told by the text of the table."""
    if op.get_context().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE need_skill DROP CONSTRAINT {old}")
        op.execute(f"ALTER TABLE need_skill ADD CONSTRAINT {new} CHECK ({condition})")
        return
    connection = op.get_bind()
    text = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'need_skill'"))
    told = f"CONSTRAINT {old} CHECK ({old_condition})"
    if told not in text:
        raise LookupError(told)
    text = text.replace(told, f"CONSTRAINT {new} CHECK ({condition})")
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE name = 'need_skill'"), {"sql": text}
    )
    number = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text(f"PRAGMA schema_version = {number + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))
