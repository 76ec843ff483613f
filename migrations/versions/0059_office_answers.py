"""What an office answers of a credential, beside what an officer comments on it.

Revision: 0059, after 0058
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

IS_OF_THE_OFFICE = "answered_at IS NOT NULL AND (checked_at IS NULL OR checked_at <= answered_at)"


def upgrade() -> None:
    op.add_column("credential", sa.Column("answer", sa.LargeBinary(), nullable=True))
    op.execute(f"UPDATE credential SET answer = comment WHERE {IS_OF_THE_OFFICE}")


def downgrade() -> None:
    op.execute(
        f"UPDATE credential SET comment = answer WHERE answer IS NOT NULL AND {IS_OF_THE_OFFICE}"
    )
    op.drop_column("credential", "answer")
