"""The tables of the reference data, and the door to them for staff who keep them up to date."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Json, Text, UtcDateTime
from ..geo import MOST_MINUTES
from ..permissions import Actor, Scope, within
from .entries import MunicipalityEntry, PrefectureEntry, TermEntry, freeze


class Prefecture(Base):
    __tablename__ = "prefecture"

    code: Mapped[str] = mapped_column(Text(2), primary_key=True)
    name_ja: Mapped[str] = mapped_column(Text(20))
    name_kana: Mapped[str] = mapped_column(Text(40))
    name_en: Mapped[str] = mapped_column(Text(40))
    capital: Mapped[str] = mapped_column(Text(20))
    latitude: Mapped[float] = mapped_column(sa.Double)  # degrees north, of the prefectural office
    longitude: Mapped[float] = mapped_column(sa.Double)  # degrees east

    def entry(self) -> PrefectureEntry:
        return PrefectureEntry(
            self.code,
            self.name_ja,
            self.name_kana,
            self.name_en,
            self.capital,
            self.latitude,
            self.longitude,
        )


class Municipality(Base):
    __tablename__ = "municipality"
    __table_args__ = (
        sa.CheckConstraint("population >= 0", name="population_not_negative"),
        sa.UniqueConstraint("code", "prefecture_code"),  # composite foreign keys carry both
    )

    code: Mapped[str] = mapped_column(Text(6), primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey(Prefecture.code), index=True)
    name_ja: Mapped[str] = mapped_column(Text(40))
    name_kana: Mapped[str] = mapped_column(Text(80))
    name_en: Mapped[str | None] = mapped_column(Text(80))
    kind: Mapped[str] = mapped_column(Text(1))  # 市 町 村 区
    region: Mapped[str | None] = mapped_column(Text(20))  # 県民局
    population: Mapped[int | None]  # census 2020
    latitude: Mapped[float] = mapped_column(sa.Double)  # degrees north, of the hall
    longitude: Mapped[float] = mapped_column(sa.Double)  # degrees east
    travel_zone: Mapped[str | None] = mapped_column(Text(20))  # see geo.travel_minutes
    mail_domain: Mapped[str | None] = mapped_column(Text(120))

    def entry(self) -> MunicipalityEntry:
        return MunicipalityEntry(
            code=self.code,
            prefecture_code=self.prefecture_code,
            ja=self.name_ja,
            kana=self.name_kana,
            en=self.name_en,
            kind=self.kind,
            region=self.region,
            population=self.population,
            latitude=self.latitude,
            longitude=self.longitude,
            travel_zone=self.travel_zone,
            mail_domain=self.mail_domain,
        )


class MailDomain(Base):
    """A further domain, beside `Municipality.mail_domain`, that officers of a town may have."""

    __tablename__ = "mail_domain"

    municipality_code: Mapped[str] = mapped_column(
        sa.ForeignKey(Municipality.code), primary_key=True
    )
    domain: Mapped[str] = mapped_column(Text(120), primary_key=True)


class Term(Base):
    """One version of one item of a vocabulary. A changed item is a new row; the old one gets its last day."""

    __tablename__ = "term"
    __table_args__ = (sa.CheckConstraint("valid_to >= valid_from", name="ends_after_start"),)

    vocabulary: Mapped[str] = mapped_column(Text(40), primary_key=True)
    code: Mapped[str] = mapped_column(Text(40), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]  # last day, included
    ja: Mapped[str] = mapped_column(Text(200))
    en: Mapped[str] = mapped_column(Text(200))
    position: Mapped[int]
    attributes: Mapped[dict[str, Any]] = mapped_column(Json)
    standard: Mapped[str] = mapped_column(Text(200))
    source: Mapped[str] = mapped_column(Text(300))
    provenance: Mapped[str] = mapped_column(Text(300))
    is_local: Mapped[bool] = mapped_column(
        default=False
    )  # edited here: a new release leaves it alone

    def entry(self) -> TermEntry:
        return TermEntry(
            vocabulary=self.vocabulary,
            code=self.code,
            ja=self.ja,
            en=self.en,
            position=self.position,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            attributes=freeze(self.attributes),
            standard=self.standard,
            source=self.source,
            provenance=self.provenance,
        )


class TravelTime(Base):
    """Minutes that staff entered; they go before the rule."""

    __tablename__ = "travel_time"
    __table_args__ = (
        sa.CheckConstraint(f"minutes BETWEEN 0 AND {MOST_MINUTES}", name="within_a_day"),
    )

    home_code: Mapped[str] = mapped_column(sa.ForeignKey(Municipality.code), primary_key=True)
    hall_code: Mapped[str] = mapped_column(sa.ForeignKey(Municipality.code), primary_key=True)
    minutes: Mapped[int]  # one way
    entered_by: Mapped[int | None] = mapped_column(
        sa.BigInteger
    )  # account; stays when the account goes
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text(200), default="")


class ReferenceRevision(Base):
    """One row: a fingerprint of all reference tables and their history, and of the release last loaded."""

    __tablename__ = "reference_revision"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(Text(64))
    shipped: Mapped[str] = mapped_column(Text(64))


@within(Municipality, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return Municipality.prefecture_code == actor.prefecture_code
