"""Mails of steps are sent, tried again and read in the site. Those that were kept stay kept, and count as read.

Revision: 0016, after 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
TIMES = ("next_try_at", "claimed_at", "read_at")


def upgrade() -> None:
    time = TIME[op.get_context().dialect.name]
    for name in TIMES:
        op.execute(f"ALTER TABLE mail_order ADD COLUMN {name} {time}")
    op.execute(
        "ALTER TABLE mail_order ADD COLUMN failure TEXT"
        " CONSTRAINT ck_mail_order_failure_length CHECK (length(failure) <= 20)"
    )
    op.create_index("ix_mail_order_due", "mail_order", ["state", "next_try_at"])
    op.create_index("ix_mail_order_link", "mail_order", ["link"])
    op.execute("UPDATE mail_order SET read_at = ordered_at")


def downgrade() -> None:
    op.drop_index("ix_mail_order_link", "mail_order")
    op.drop_index("ix_mail_order_due", "mail_order")
    for name in ("failure", *reversed(TIMES)):
        op.execute(f"ALTER TABLE mail_order DROP COLUMN {name}")
