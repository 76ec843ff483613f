"""Buckets of tries: how often an account or a source may try a password or cause a mail.

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "try_bucket",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(key) <= 64", name=op.f("ck_try_bucket_key_length")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_try_bucket")),
    )
    op.create_index(op.f("ix_try_bucket_full_at"), "try_bucket", ["full_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_try_bucket_full_at"), "try_bucket")
    op.drop_table("try_bucket")
