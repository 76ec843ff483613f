from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, EncryptedText, Json, Text, UtcDateTime, choice
from ..language import LANGUAGES
from ..permissions import Action, Actor, Role, Scope, viewed_by, within


class Pool(Base):
    """A prefecture that runs a pool: the tenant. Accounts can only exist in a pool."""

    __tablename__ = "pool"

    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), primary_key=True)
    name: Mapped[str] = mapped_column(Text(100))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    has_endorsement: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    lottery_seed: Mapped[int]  # drawn once, 0..2^31-1: breaks ties that nothing else breaks


class Office(Base):
    """Whom people can ask: the prefecture's office as every page names it. No row: nothing is said of it."""

    __tablename__ = "office"
    __table_args__ = (
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint("telephone <> ''", name="can_be_called"),
        sa.CheckConstraint("hours <> ''", name="has_hours"),
    )

    prefecture_code: Mapped[str] = mapped_column(
        sa.ForeignKey(Pool.prefecture_code), primary_key=True
    )
    name: Mapped[str] = mapped_column(Text(100))
    telephone: Mapped[str] = mapped_column(Text(30))
    hours: Mapped[str] = mapped_column(Text(100))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}


class User(Base):
    __tablename__ = "user_account"
    __table_args__ = (
        sa.ForeignKeyConstraint(  # an officer's town is in the officer's prefecture
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
        ),
        sa.CheckConstraint(
            f"(role = '{Role.MUNICIPALITY}') = (municipality_code IS NOT NULL)",
            name="town_of_role",
        ),
        sa.CheckConstraint(
            f"role = '{Role.CANDIDATE}' OR prefecture_code IS NOT NULL",
            name="prefecture_of_staff",
        ),
        sa.CheckConstraint(f"role <> '{Role.SYSTEM}'", name="nobody_is_the_system"),
        sa.CheckConstraint(f"language IN {tuple(LANGUAGES)}", name="language_of_the_site"),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    email: Mapped[str] = mapped_column(EncryptedText)
    email_lookup: Mapped[str] = mapped_column(
        Text(64), unique=True
    )  # keyed hash of the folded address
    display_name: Mapped[str] = mapped_column(Text(100))
    language: Mapped[str | None] = mapped_column(Text(2))  # of pages and mails; none: the browser's
    role: Mapped[Role] = mapped_column(choice(Role))
    prefecture_code: Mapped[str | None] = mapped_column(
        sa.ForeignKey(Pool.prefecture_code), index=True
    )
    municipality_code: Mapped[str | None] = mapped_column(Text(6))
    password_hash: Mapped[str | None] = mapped_column(
        Text(200)
    )  # argon2id; NULL until the link is used
    confirmed_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # when the address was confirmed
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    __mapper_args__ = {"version_id_col": version}

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.role, self.prefecture_code, self.municipality_code)


class WebSession(Base):
    """A browser session. The cookie holds the secret, the row only its hash."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(Text(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OneTimeLink(Base):
    """A single-use link for an invitation, a confirmation or a reset, stored as a hash."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(Text(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str] = mapped_column(Text(20))  # "invite", "confirm", "reset"
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TryBucket(Base):
    """Tries that an account or a source has used up (see throttling.py). The key is a keyed hash: it names nobody."""

    __tablename__ = "try_bucket"

    key: Mapped[str] = mapped_column(Text(64), primary_key=True)
    full_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)  # milliseconds since 1970


class KeptForm(Base):
    """What somebody had typed into a form that was not accepted; shown to that account alone, within a day."""

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    page: Mapped[str] = mapped_column(Text(500))  # path inside the site that shows the form
    typed: Mapped[str] = mapped_column(EncryptedText)  # JSON: [[name, value], …]
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Operation(Base):
    """A form that was accepted: sent again as it was, it leads to the same page and does nothing."""

    __tablename__ = "operation"

    key: Mapped[str] = mapped_column(Text(64), primary_key=True)  # hash of account, path, content
    location: Mapped[str | None] = mapped_column(Text(500))  # none while the first is under way
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


viewed_by(User, Action.VIEW_ACCOUNT)
viewed_by(Office, Action.MANAGE_OFFICE)
viewed_by(Pool, Action.MANAGE_OFFICE)


@within(User, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return User.prefecture_code == actor.prefecture_code


@within(Office, Scope.PREFECTURE)
def _office_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Office.prefecture_code == actor.prefecture_code


@within(Pool, Scope.PREFECTURE)
def _pool_of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Pool.prefecture_code == actor.prefecture_code
