"""Read-only views for auditors, the head of the audit chain, and the triggers that keep it append-only.

Revision: 0004, after 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VIEWS = {
    "v_commitment": """
        SELECT candidate_id, municipality_code, {month} AS month, half_days, state, decided_at
        FROM commitment""",
    "v_ledger": """
        SELECT candidate_id, {month} AS month, capacity, held, booked
        FROM ledger_month""",
    "v_audit": """
        SELECT seq, at, actor_id, action, object_type, object_id, hash
        FROM audit_event""",
    "v_mail": """
        SELECT message_id, recipient_id, event, state, tries
        FROM mail_order""",
    "v_round": """
        SELECT id AS round_id, state, input_hash, objective, bound, gap, seconds
        FROM round""",
}
MONTH = {
    "sqlite": "printf('%04d-%02d', month / 12, month % 12 + 1)",
    "postgresql": "lpad((month / 12)::text, 4, '0') || '-' || lpad((month % 12 + 1)::text, 2, '0')",
}
GENESIS = "0" * 64


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query.format(month=MONTH[dialect])}")
    op.execute(f"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{GENESIS}')")
    if dialect == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event"
                " BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit chain is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_no_update")
        op.execute("DROP TRIGGER audit_event_no_delete")
    else:
        op.execute("DROP TRIGGER audit_event_append_only ON audit_event")
        op.execute("DROP FUNCTION refuse_change()")
    op.execute("DELETE FROM audit_head")
    for name in reversed(VIEWS):
        op.execute(f"DROP VIEW {name}")
