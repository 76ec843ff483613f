"""People from a file into the database: profile, consents, membership, ledger, in one unit of work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from .. import audit, dates
from ..candidates import rules
from ..candidates.availability import capacity_of
from ..candidates.content import Contents
from ..candidates.employing import write_term
from ..candidates.models import Candidate, Consent, Membership, ProfileSnapshot
from ..candidates.snapshots import freeze
from ..candidates.terms import term_faults, within_term
from ..candidates.writing import name_key, write_profile
from ..conflicts.service import take_over, towns_of
from ..db import Session
from ..errors import Fault
from ..ledger import service as ledger
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.models import TravelTime
from ..reference.revising import set_travel_time
from ..states import move
from .entries import Entry, code_of
from .identity import Codes
from .importing import RESTS, lock_imports
from .layout import CANDIDATES, MARKS, NAMES
from .people import better_minutes, check_sheet, check_term, contents_of, known_of
from .sameness import Person, Pool, check_distinct, confirmed
from .tables import refuse

NAMES_AT_ONCE = 500
PORTION = 200  # people written at once
RESTING = (
    "taken", "lifted", "turned_down", "interested", "uninterested", "preferred", "rating_count",
)  # fmt: skip


def import_candidates(
    session: Session,
    entries: Sequence[Entry],
    *,
    prefecture_code: str,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    is_without_placements: bool = False,
    distinct: Sequence[tuple[str, str]] = (),
) -> int:
    """Members where the file gives the dates, applicants otherwise; how many are new. Raises BadFile.

    Who is there already stays as they are. distinct: pairs of codes that are two people though they look alike.
    """
    require(session, actor, Action.EXCHANGE)
    lock_imports(session, prefecture_code)
    faults = list(check_distinct(entries, distinct))
    pool = Pool(_namesakes(session, entries, prefecture_code))
    known = pool.known_again(entries, confirmed(entries, distinct), faults)
    entries = [entry for entry in entries if code_of(entry) not in known]
    codes = Codes(session, Candidate, CANDIDATES)
    contents = {entry.row: contents_of(entry) for entry in entries}
    faults += codes.faults(entries)
    towns = towns_of(catalogue, prefecture_code)
    for entry in entries:
        found = (
            *check_sheet(entry, towns),
            *_page_faults(entry, contents[entry.row], catalogue, dates.local_date(now)),
            *_term_faults(entry, contents[entry.row], catalogue, dates.local_date(now)),
            *([] if is_without_placements else _resting(entry)),
        )
        faults += CANDIDATES.bad_cells(entry.row, found)
    refuse(faults)
    minutes = better_minutes(entries)
    joining = _Joining(session, prefecture_code, catalogue, codes, contents, actor, now)
    joining.take_all(entries)
    _take_travel(session, minutes, actor, now)
    session.flush()
    return len(entries)


def _namesakes(
    session: Session, entries: Sequence[Entry], prefecture_code: str
) -> Iterator[Person]:
    """The people of the prefecture's pool who have a name that the file has too."""
    keys = sorted({name_key(*(entry.values.get(n, "") for n in NAMES)) for entry in entries})
    members = sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == prefecture_code
    )
    for start in range(0, len(keys), NAMES_AT_ONCE):
        query = sa.select(Candidate).where(
            Candidate.search_key.in_(keys[start : start + NAMES_AT_ONCE]), Candidate.id.in_(members)
        )
        for row in session.scalars(query):
            names = {field: getattr(row, field) for field in (*NAMES, *MARKS, "home_code")}
            yield Person.of(row.code, names)


def _take_travel(
    session: Session, known: Mapping[tuple[str, str], int], actor: Actor, now: datetime
) -> None:
    """Minutes for pairs of places of which this database knows none; what staff entered here stays."""
    for (home, hall), minutes in sorted(known.items()):
        if session.get(TravelTime, (home, hall)) is None:
            set_travel_time(session, home, hall, minutes=minutes, actor=actor, now=now)


def _page_faults(
    entry: Entry, contents: Contents, catalogue: Catalogue, today: date
) -> Iterator[Fault]:
    """What the pages refuse; the rows of the skills are one leaf here."""
    for field, message in rules.profile_faults(contents, catalogue, today):
        yield "skills" if field.startswith(rules.skill_field("")) else field, message
    yield from rules.consent_faults(entry.values["consents"], catalogue)


_AT = {
    "post": "post",
    "first_day": "employed_from",
    "last_day": "employed_until",
    "note": "employment_note",
}


def _term_faults(
    entry: Entry, contents: Contents, catalogue: Catalogue, today: date
) -> Iterator[Fault]:
    yield from check_term(entry.values)
    if contents.term is not None:
        for field, message in term_faults(contents.term, catalogue, today):
            yield _AT.get(field, field), message


def _resting(entry: Entry) -> Iterator[Fault]:
    for field in RESTING:
        if entry.leaves.get(field) or entry.values.get(field):
            yield field, RESTS


class _Joining:
    """People who come into the pool in portions, each written at once: a flush costs as much for one as for many."""

    def __init__(
        self,
        session: Session,
        prefecture_code: str,
        catalogue: Catalogue,
        codes: Codes,
        contents: Mapping[int, Contents],
        actor: Actor,
        now: datetime,
    ) -> None:
        self.session = session
        self.prefecture_code = prefecture_code
        self.catalogue = catalogue
        self.codes = codes
        self.contents = contents  # by row
        self.by: dict[str, Any] = {"actor": actor, "now": now}
        self.now = now
        terms = catalogue.terms(Vocabulary.CONSENT_PURPOSE)
        self.versions = {term.code: str(term.attributes["version"]) for term in terms}

    def take_all(self, entries: Sequence[Entry]) -> None:
        idents = self.codes.draw(entries)
        for start in range(0, len(entries), PORTION):
            portion = entries[start : start + PORTION]
            self._take([(entry, self._person(entry, idents[entry.row])) for entry in portion])

    def _person(self, entry: Entry, ident: int) -> Candidate:
        person = Candidate(
            id=ident,
            code=entry.code if self.codes.keeps(entry) else f"{CANDIDATES.prefix}{ident:06d}",
            training_until=entry.values.get("training_until"),
            created_at=self.now,
            updated_at=self.now,
        )
        write_profile(person, self.contents[entry.row], self.catalogue)
        person.consents = [
            Consent(
                purpose=purpose, audience=self.prefecture_code,
                text_version=self.versions[purpose], given_at=self.now,
            )
            for purpose in entry.values["consents"]
        ]  # fmt: skip
        person.memberships = [Membership(prefecture_code=self.prefecture_code)]
        return person

    def _take(self, people: Sequence[tuple[Entry, Candidate]]) -> None:
        joined = [(entry, person) for entry, person in people if "active_from" in entry.values]
        frozen = {person.id: freeze(person, "activation", now=self.now) for _, person in joined}
        self.session.add_all(person for _, person in people)
        self.session.flush()
        for entry, person in people:
            self._note(person, entry)
            term = self.contents[entry.row].term
            if term is not None:
                write_term(self.session, person, self.prefecture_code, term, **self.by)
            (membership,) = person.memberships
            move(self.session, membership, "submit", **self.by)
            membership.applied_at = self.now
        self.session.add_all(frozen.values())
        self.session.flush()
        for entry, person in joined:
            self._activate(person.memberships[0], entry, frozen[person.id])
        known = {person.id: known_of(entry) for entry, person in people}
        take_over(self.session, known, prefecture_code=self.prefecture_code, **self.by)
        capacities = {
            person.id: within_term(self.contents[entry.row].term, capacity_of(person.windows))
            for entry, person in joined
        }
        ledger.open_months(self.session, capacities)

    def _note(self, person: Candidate, entry: Entry) -> None:
        """Consents are as signed on paper: the file says so, the event says that they came from a file."""
        detail = {"prefecture": self.prefecture_code, "row": entry.row}
        audit.record(self.session, audit.Deed.CANDIDATE_IMPORT, person, detail=detail, **self.by)
        for consent in person.consents:
            given = {"purpose": consent.purpose, "audience": consent.audience}
            given |= {"version": consent.text_version, "by": "import"}
            audit.record(self.session, audit.Deed.CONSENT_GIVE, person, detail=given, **self.by)

    def _activate(self, membership: Membership, entry: Entry, snapshot: ProfileSnapshot) -> None:
        membership.active_from = entry.values["active_from"]
        membership.active_until = entry.values["active_until"]
        membership.reviewed_at = self.now
        until = membership.active_until.isoformat()
        detail = {"until": until, "snapshot": snapshot.id}
        move(self.session, membership, "activate", detail=detail, **self.by)
