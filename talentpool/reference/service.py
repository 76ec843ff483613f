"""The reference tables filled from the shipped files, and read back as a catalogue."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ScalarResult

from .. import audit
from ..db import Base, Session
from ..errors import ConfigError
from ..language import say
from ..permissions import SYSTEM, Actor
from . import shipped
from .catalogue import Catalogue
from .entries import MunicipalityEntry, PrefectureEntry, TermEntry, thaw
from .models import Municipality, Prefecture, ReferenceRevision, Term, TravelTime
from .revision import advance, get_fingerprint, get_revision

_KEPT = 8
_catalogues: OrderedDict[tuple[str, date | None], Catalogue] = OrderedDict()
_lock = Lock()


def load_catalogue(session: Session, *, on: date | None = None) -> Catalogue:
    """The catalogue valid on a day (None: what has no end); shared while the tables do not change.

    Whoever only reads asks once.
    """
    asked = session.info.setdefault("catalogues", {}) if session.info.get("reads") else {}
    if on not in asked:
        asked[on] = _find(session, on)
    found: Catalogue = asked[on]
    return found


def _find(session: Session, on: date | None) -> Catalogue:
    fingerprint = get_fingerprint(session)
    if fingerprint is None:
        raise ConfigError(say("参照データがありません。talentpool db upgrade を実行してください。"))
    key = (fingerprint, on)
    with _lock:
        known = _catalogues.get(key)
        if known is not None:
            _catalogues.move_to_end(key)
            return known
    built = _build(session, on)
    with _lock:
        _catalogues[key] = built
        while len(_catalogues) > _KEPT:
            _catalogues.popitem(last=False)
    return built


def _build(session: Session, on: date | None) -> Catalogue:
    by_code = sa.select(Prefecture).order_by(Prefecture.code)
    towns = sa.select(Municipality).order_by(Municipality.code)
    better = session.scalars(sa.select(TravelTime))
    return Catalogue(
        [row.entry() for row in session.scalars(by_code)],
        [row.entry() for row in session.scalars(towns)],
        [row.entry() for row in session.scalars(sa.select(Term))],
        on=on,
        better_minutes={(row.home_code, row.hall_code): row.minutes for row in better},
    )


def load_reference(session: Session, *, actor: Actor = SYSTEM, now: datetime | None = None) -> int:
    """Bring the tables to the shipped files; the number of rows written, 0 when they are there already.

    A changed item becomes a new version from `shipped.EDITION`; what was edited here stays. Audited when `now` is given.
    """
    revision = get_revision(session)
    if revision is not None and revision.shipped == shipped.digest():
        return 0
    if revision is None:
        revision = ReferenceRevision(id=1, fingerprint="", shipped="")
        session.add(revision)
    written = _load_prefectures(session) + _load_municipalities(session) + _load_terms(session)
    revision.shipped = shipped.digest()
    advance(revision, ["load", shipped.digest()])
    session.flush()
    if now is not None:
        audit.record(
            session,
            audit.Deed.REFERENCE_LOAD,
            revision,
            actor=actor,
            now=now,
            detail={"rows": written},
        )
    return written


def _load_prefectures(session: Session) -> int:
    return _bring(session, Prefecture, [_prefecture_row(entry) for entry in shipped.prefectures()])


def _load_municipalities(session: Session) -> int:
    rows = [_municipality_row(entry) for entry in shipped.municipalities()]
    return _bring(session, Municipality, rows, kept={"mail_domain"})


def _bring(
    session: Session,
    model: type[Prefecture | Municipality],
    rows: list[dict[str, Any]],
    *,
    kept: frozenset[str] | set[str] = frozenset(),
) -> int:
    """Insert what is new and update what differs, but for the `kept` columns, which belong to administrators."""
    found: ScalarResult[Prefecture | Municipality] = session.scalars(sa.select(model))
    known = {row.code: row for row in found}
    new = [row for row in rows if row["code"] not in known]
    if new:
        session.execute(sa.insert(model), new)
    updated = sum(_update(known[row["code"]], row, kept) for row in rows if row["code"] in known)
    return len(new) + updated


def _update(thing: Base, values: dict[str, Any], kept: frozenset[str] | set[str]) -> bool:
    changed = {
        name: value
        for name, value in values.items()
        if name not in kept and getattr(thing, name) != value
    }
    for name, value in changed.items():
        setattr(thing, name, value)
    return bool(changed)


def _load_terms(session: Session) -> int:
    versions: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for row in session.scalars(sa.select(Term).order_by(Term.valid_from)):
        versions[row.vocabulary, row.code].append(row)
    new: list[dict[str, Any]] = []
    written = 0
    for entry in shipped.terms():
        past = versions.pop((entry.vocabulary, entry.code), [])
        if not past:
            new.append(_term_row(entry))
        elif not any(row.is_local for row in past):
            written += _bring_term(past[-1], entry, new)
    for past in versions.values():
        written += _end_absent(past[-1])
    session.flush()
    if new:
        session.execute(sa.insert(Term), new)
    return written + len(new)


def _bring_term(latest: Term, entry: TermEntry, new: list[dict[str, Any]]) -> bool:
    """Bring the latest version to the shipped item; a new version goes to `new`. True when `latest` was changed."""
    values = _term_row(entry)
    if all(getattr(latest, name) == values[name] for name in _CONTENT):
        return _update(latest, {"valid_to": entry.valid_to}, frozenset())
    if latest.valid_from >= shipped.EDITION:
        return _update(latest, values, {"valid_from"})
    latest.valid_to = min(latest.valid_to or date.max, shipped.EDITION - timedelta(days=1))
    new.append(values | {"valid_from": max(entry.valid_from, shipped.EDITION)})
    return True


def _end_absent(latest: Term) -> bool:
    """An item that is no longer shipped ends with the last day of the old edition."""
    if latest.is_local or latest.valid_to is not None:
        return False
    latest.valid_to = max(latest.valid_from, shipped.EDITION - timedelta(days=1))
    return True


_CONTENT = ("ja", "en", "position", "attributes", "standard", "source", "provenance")


def _prefecture_row(entry: PrefectureEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name_ja": entry.ja,
        "name_kana": entry.kana,
        "name_en": entry.en,
        "capital": entry.capital,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
    }


def _municipality_row(entry: MunicipalityEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "prefecture_code": entry.prefecture_code,
        "name_ja": entry.ja,
        "name_kana": entry.kana,
        "name_en": entry.en,
        "kind": entry.kind,
        "region": entry.region,
        "population": entry.population,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "travel_zone": entry.travel_zone,
        "mail_domain": entry.mail_domain,
    }


def _term_row(entry: TermEntry) -> dict[str, Any]:
    return {
        "vocabulary": entry.vocabulary,
        "code": entry.code,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "ja": entry.ja,
        "en": entry.en,
        "position": entry.position,
        "attributes": thaw(entry.attributes),
        "standard": entry.standard,
        "source": entry.source,
        "provenance": entry.provenance,
    }
