"""People from a file into the database: profile, consents, membership, ledger, in one unit of work."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from .. import audit, dates
from ..candidates.availability import EARLIEST, FURTHEST, MOST_WINDOWS, capacity_of
from ..candidates.editing import COMPANY_KEY_LENGTH, KEY_LENGTH, MOST_ROWS, OLDEST, YOUNGEST
from ..candidates.models import (
    Candidate,
    CandidateForm,
    CandidateRole,
    Company,
    Consent,
    DecidedMatter,
    ExamPass,
    Membership,
    ServicePost,
    SkillClaim,
    Window,
)
from ..candidates.snapshots import take_snapshot
from ..db import Session
from ..errors import BadCell
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.models import TravelTime
from ..reference.revising import set_travel_time
from ..states import move
from ..text import search_key
from .entries import Entry, Values
from .identity import Codes
from .importing import RESTS, take_all
from .layout import CANDIDATES
from .people import better_minutes, check_person, pay_wish_of, post_values, span_values
from .tables import refuse

RESTING = ("taken", "lifted", "turned_down")
_PLAIN = {
    "travel_limit": "travel_limit_minutes", "themes": "wished_themes", "regions": "wished_regions",
} | {
    name: name
    for name in (
        "kind", "family_name", "given_name", "family_kana", "given_kana", "phone", "contact_email",
        "postal_code", "address", "home_code", "overnight", "most_at_once", "pay_minimum",
        "motives", "motive", "heard_from", "trained_until",
    )
}  # fmt: skip


def import_candidates(
    session: Session,
    entries: Sequence[Entry],
    *,
    prefecture_code: str,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    is_without_placements: bool = False,
) -> int:
    """Members where the file gives the dates, applicants otherwise; their number. Raises BadFile."""
    require(session, actor, Action.EXCHANGE)
    codes = Codes(session, Candidate, CANDIDATES)
    faults = codes.faults(entries)
    for entry in entries:
        faults += check_person(entry)
        faults += _check(entry, now)
        if not is_without_placements:
            faults += _check_resting(entry)
    refuse(faults)
    minutes = better_minutes(entries)
    joining = _Joining(session, prefecture_code, catalogue, codes, actor, now)
    ordered = codes.in_order(entries)
    kept = [entry for entry in ordered if codes.keeps(entry)]
    take_all(CANDIDATES, kept, joining.take)
    codes.advance()
    take_all(CANDIDATES, ordered[len(kept) :], joining.take)
    _take_travel(session, minutes, actor, now)
    session.flush()
    return len(entries)


def _take_travel(
    session: Session, known: Mapping[tuple[str, str], int], actor: Actor, now: datetime
) -> None:
    """Minutes for pairs of places of which this database knows none; what staff entered here stays."""
    for (home, hall), minutes in sorted(known.items()):
        if session.get(TravelTime, (home, hall)) is None:
            set_travel_time(session, home, hall, minutes=minutes, actor=actor, now=now)


def _fault(entry: Entry, field: str, message: str) -> BadCell:
    return BadCell(CANDIDATES.name, entry.row, CANDIDATES.header(field), message)


def _check_resting(entry: Entry) -> Iterator[BadCell]:
    for field in RESTING:
        if entry.leaves.get(field) or entry.values.get(field):
            yield _fault(entry, field, RESTS)


def _check(entry: Entry, now: datetime) -> Iterator[BadCell]:
    """What the pages refuse too: days and months that cannot be, and too many rows."""
    leaves = entry.leaves
    today = dates.local_date(now)
    this_month = dates.month_of(today)
    born = entry.values.get("birth_date")
    if born and not today.year - OLDEST <= born.year <= today.year - YOUNGEST:
        yield _fault(entry, "birth_date", "生年月日を確かめてください。")
    for field in ("posts", "firms", "decisions", "exams"):
        if len(leaves[field]) > MOST_ROWS:
            yield _fault(entry, field, f"{MOST_ROWS}件までにしてください。")
    if len(leaves["spans"]) > MOST_WINDOWS:
        yield _fault(entry, "spans", f"{MOST_WINDOWS}件までにしてください。")
    if any(
        max(row["first_month"], row.get("last_month", 0)) > this_month for row in leaves["posts"]
    ):
        yield _fault(entry, "posts", "在職期間は、今月までの年月を書いてください。")
    if any(row["month"] > this_month for row in leaves["decisions"]):
        yield _fault(entry, "decisions", "決定した年月は、今月までの年月を書いてください。")
    years = [row.get("last_used", 0) for row in leaves["skills"]]
    if any(year > today.year for year in years):
        yield _fault(entry, "skills", f"最終使用年は{today.year}年までで書いてください。")
    if any(row.get("year", 0) > today.year for row in leaves["exams"]):
        yield _fault(entry, "exams", f"合格年は{today.year}年までで書いてください。")
    if any("name_then" not in row for row in leaves["exams"]):
        yield _fault(entry, "exams", "合格時の名称を書いてください。")
    for row in leaves["spans"]:
        if row["first_month"] < EARLIEST or row["last_month"] > this_month + FURTHEST:
            last = dates.show_month(this_month + FURTHEST)
            yield _fault(entry, "spans", f"年月は2000年1月から{last}までで書いてください。")


class _Joining:
    def __init__(
        self,
        session: Session,
        prefecture_code: str,
        catalogue: Catalogue,
        codes: Codes,
        actor: Actor,
        now: datetime,
    ) -> None:
        self.session = session
        self.prefecture_code = prefecture_code
        self.catalogue = catalogue
        self.codes = codes
        self.by: dict[str, Any] = {"actor": actor, "now": now}
        self.now = now
        terms = catalogue.terms(Vocabulary.CONSENT_PURPOSE)
        self.versions = {term.code: str(term.attributes["version"]) for term in terms}

    def take(self, entry: Entry) -> None:
        person = self._person(entry)
        self.session.add(person)
        self.session.flush()
        if not self.codes.keeps(entry):
            person.code = f"{CANDIDATES.prefix}{person.id:06d}"
        detail = {"prefecture": self.prefecture_code, "row": entry.row}
        audit.record(self.session, "candidate.import", person, detail=detail, **self.by)
        self._consent(person, entry.values["consents"])
        self._join(person, entry)

    def _person(self, entry: Entry) -> Candidate:
        values, leaves = entry.values, entry.leaves
        birth = values.get("birth_date")
        person = Candidate(
            id=self.codes.ident(entry),
            code=entry.code if self.codes.keeps(entry) else secrets.token_hex(6),
            birth_date=None if birth is None else birth.isoformat(),
            pay_wish=pay_wish_of(values),
            created_at=self.now,
            updated_at=self.now,
            **_columns(values),
        )
        names = search_key(person.family_name + person.given_name)
        kana = search_key(person.family_kana + person.given_kana)
        person.search_key = f"{names} {kana}"[:KEY_LENGTH]
        person.roles = [CandidateRole(role=code) for code in values.get("roles", ())]
        person.forms = [CandidateForm(form=code) for code in values["forms"]]
        person.posts = [ServicePost(**post_values(row, self.catalogue)) for row in leaves["posts"]]
        person.companies = [
            Company(**row, name_key=search_key(row["name"])[:COMPANY_KEY_LENGTH])
            for row in leaves["firms"]
        ]
        person.decisions = [
            DecidedMatter(**row, vendor_key=search_key(row["vendor"])[:COMPANY_KEY_LENGTH])
            for row in leaves["decisions"]
        ]
        person.skills = [SkillClaim(**row) for row in leaves["skills"]]
        person.exams = [ExamPass(**row) for row in leaves["exams"]]
        person.windows = [Window(**span_values(row)) for row in leaves["spans"]]
        return person

    def _consent(self, person: Candidate, purposes: Sequence[str]) -> None:
        """As signed on paper: the file says so, the event says that it came from a file."""
        for purpose in purposes:
            given = {
                "purpose": purpose,
                "audience": self.prefecture_code,
            }
            version = self.versions[purpose]
            person.consents.append(Consent(**given, text_version=version, given_at=self.now))
            detail = given | {"version": version, "by": "import"}
            audit.record(self.session, "consent.give", person, detail=detail, **self.by)

    def _join(self, person: Candidate, entry: Entry) -> None:
        membership = Membership(candidate=person, prefecture_code=self.prefecture_code)
        self.session.add(membership)
        self.session.flush()
        move(self.session, membership, "submit", **self.by)
        membership.applied_at = self.now
        self.session.flush()
        if "active_from" not in entry.values:
            return
        snapshot = take_snapshot(self.session, person, "activation", now=self.now)
        membership.active_from = entry.values["active_from"]
        membership.active_until = entry.values["active_until"]
        membership.reviewed_at = self.now
        until = membership.active_until.isoformat()
        detail = {"until": until, "snapshot": snapshot.id}
        move(self.session, membership, "activate", detail=detail, **self.by)
        self.session.flush()
        ledger.set_capacity(self.session, person.id, capacity_of(person.windows))


def _columns(values: Values) -> Values:
    """Columns of the row; what the file leaves open keeps the default of the table."""
    return {
        column: list(values[field]) if isinstance(values[field], tuple) else values[field]
        for field, column in _PLAIN.items()
        if field in values
    }
