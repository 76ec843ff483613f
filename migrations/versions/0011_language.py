"""The language that an account has chosen.

Revision: 0011, after 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE user_account ADD COLUMN language TEXT"
        " CONSTRAINT ck_user_account_language_length CHECK (length(language) <= 2)"
        " CONSTRAINT ck_user_account_language_of_the_site CHECK (language IN ('ja', 'en'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE user_account DROP COLUMN language")
