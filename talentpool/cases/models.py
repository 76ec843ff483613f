from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from ..db import Base, Text, UtcDateTime
from ..permissions import Action, Actor, Role, Scope, viewed_by, within
from ..reviews.models import Report
from ..searching import Searchable

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FIRST_YEAR, LAST_YEAR = 2000, 2100  # fiscal


class Case(Searchable, Base):
    """What one town did. Of a report: no word of it is copied here, so a withdrawn consent leaves nothing behind."""

    __tablename__ = "case_study"
    searched = ("title", "did", "result", "who", "source")
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["municipality_code", "prefecture_code"],
            ["municipality.code", "municipality.prefecture_code"],
        ),
        sa.CheckConstraint(
            "report_id IS NULL OR (did = '' AND result = '' AND who = '' AND cost_note = ''"
            " AND cost_yen IS NULL AND source = '')",
            name="a_report_speaks_for_itself",
        ),
        sa.UniqueConstraint("prefecture_code", "documented"),
        sa.CheckConstraint("report_id IS NOT NULL OR source <> ''", name="with_its_source"),
        sa.CheckConstraint("cost_yen >= 0", name="cost_is_no_gain"),
        sa.CheckConstraint(
            f"fiscal_year BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="year_that_can_be"
        ),
        sa.CheckConstraint("(contact = '') = (contact_at IS NULL)", name="contact_with_its_moment"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(Text(2), index=True)
    municipality_code: Mapped[str] = mapped_column(Text(6), index=True)
    theme: Mapped[str] = mapped_column(Text(40))  # vocabulary theme
    title: Mapped[str] = mapped_column(Text(100))
    did: Mapped[str] = mapped_column(Text(2000), default="")  # what was done
    result: Mapped[str] = mapped_column(Text(1000), default="")  # only what was published
    who: Mapped[str] = mapped_column(Text(200), default="")  # did the work; no names of people
    cost_yen: Mapped[int | None] = mapped_column(sa.BigInteger)  # of the town
    cost_note: Mapped[str] = mapped_column(Text(500), default="")
    fiscal_year: Mapped[int | None]
    source: Mapped[str] = mapped_column(Text(300), default="")  # who published it, under what title
    source_url: Mapped[str] = mapped_column(Text(500), default="")
    checked_on: Mapped[date | None]  # when the source was last looked at
    documented: Mapped[str | None] = mapped_column(Text(40))  # key of a case that is shipped
    report_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("report.id", ondelete="CASCADE"), unique=True
    )
    contact: Mapped[str] = mapped_column(Text(200), default="")  # given by the town itself
    contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer)

    report: Mapped[Report | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def code(self) -> str:
        return f"J-{self.id:06d}"


viewed_by(Case, Action.VIEW_CASE)


def is_agreed() -> sa.ColumnElement[bool]:
    """Of no report, or of one to which both sides agree now."""
    given = aliased(Report)  # a query of both keeps its own
    agreed = sa.exists().where(
        given.id == Case.report_id,
        given.person_agreed_at.is_not(None),
        given.town_agreed_at.is_not(None),
    )
    return Case.report_id.is_(None) | agreed


@within(Case, Scope.TOWN)
def _of_town(actor: Actor) -> sa.ColumnElement[bool]:
    return (Case.municipality_code == actor.municipality_code) & _is_shown()


@within(Case, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    """Those who write cases see what they took down, too; nobody sees what is not agreed to."""
    here = Case.prefecture_code == actor.prefecture_code
    if actor.role in {Role.COORDINATOR, Role.AUDITOR}:
        return here & is_agreed()
    return here & _is_shown()


def _is_shown() -> sa.ColumnElement[bool]:
    return Case.retired_at.is_(None) & is_agreed()
