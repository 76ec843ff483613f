"""The head of the audit chain stays and only grows; on SQLite, no event takes the place of another.

Revision: 0007, after 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQLITE = {  # what INSERT OR REPLACE deletes fires no trigger of DELETE
    "audit_event_no_replace": "INSERT ON audit_event"
    " WHEN EXISTS (SELECT 1 FROM audit_event WHERE seq = NEW.seq)",
    "audit_head_no_insert": "INSERT ON audit_head",
    "audit_head_no_delete": "DELETE ON audit_head",
    "audit_head_only_grows": "UPDATE ON audit_head WHEN NEW.seq < OLD.seq OR NEW.id <> OLD.id",
}
POSTGRESQL = {
    "audit_head_stays": "INSERT OR DELETE OR TRUNCATE ON audit_head FOR EACH STATEMENT",
    "audit_head_only_grows": "UPDATE ON audit_head FOR EACH ROW"
    " WHEN (NEW.seq < OLD.seq OR NEW.id <> OLD.id)",
}


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for name, event in SQLITE.items():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event}"
                " BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END"
            )
        return
    for name, event in POSTGRESQL.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
        return
    for name in POSTGRESQL:
        op.execute(f"DROP TRIGGER {name} ON audit_head")
