from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, EncryptedText, Json, Text, UtcDateTime, choice
from ..permissions import ROLE_LABELS, Action, Actor, Role, Scope, viewed_by, within


class Pool(Base):
    """A prefecture that runs a pool: the tenant. Without it nobody can have an account there."""

    __tablename__ = "pool"

    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), primary_key=True)
    name: Mapped[str] = mapped_column(Text(100))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lottery_seed: Mapped[int]  # drawn once, 0..2^31-1: decides ties that nothing else decides


class User(Base):
    __tablename__ = "user_account"
    __table_args__ = (
        sa.ForeignKeyConstraint(  # an officer's town lies in the officer's prefecture
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
        ),
        sa.CheckConstraint(
            "(role = 'municipality') = (municipality_code IS NOT NULL)",
            name="town_of_role",
        ),
        sa.CheckConstraint(
            "role = 'candidate' OR prefecture_code IS NOT NULL",
            name="prefecture_of_staff",
        ),
        sa.CheckConstraint("role <> 'system'", name="nobody_is_the_system"),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    email: Mapped[str] = mapped_column(EncryptedText)
    email_lookup: Mapped[str] = mapped_column(
        Text(64), unique=True
    )  # keyed hash of the folded address
    display_name: Mapped[str] = mapped_column(Text(100))
    role: Mapped[Role] = mapped_column(choice(Role))
    prefecture_code: Mapped[str | None] = mapped_column(
        sa.ForeignKey(Pool.prefecture_code), index=True
    )
    municipality_code: Mapped[str | None] = mapped_column(Text(6))
    password_hash: Mapped[str | None] = mapped_column(
        Text(200)
    )  # argon2id; none until the link is used
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the address answered
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.role, self.prefecture_code, self.municipality_code)

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role][0]


class WebSession(Base):
    """A browser's session. The cookie holds the secret, the row only its hash."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(Text(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OneTimeLink(Base):
    """Invitation, confirmation of an address, reset: single use, kept as a hash."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(Text(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str] = mapped_column(Text(20))  # "invite", "confirm", "reset"
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


viewed_by(User, Action.VIEW_ACCOUNT)


@within(User, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return User.prefecture_code == actor.prefecture_code
