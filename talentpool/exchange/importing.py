"""Files into the database: every row through the services, all rows or none.

Bookings, lifted holds and refused pairs come from placements and are not imported; a file that carries them
is refused, so that nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..candidates import consenting, editing
from ..candidates.availability import save_availability, update_ledger
from ..candidates.models import Candidate, Membership, Mode
from ..candidates.service import new_candidate
from ..candidates.steps import (
    Availability,
    Basics,
    Career,
    Claim,
    Exam,
    Matter,
    Post,
    Skills,
    Span,
    Wishes,
    Work,
)
from ..db import Session
from ..errors import BadCell, BadFile, Problem
from ..needs import reviewing, writing
from ..needs.content import AskedSkill, NeedContent
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..states import NEED, NeedState, move
from .entries import Entry
from .layout import KEY
from .people import check_person
from .requests import check_request
from .tables import REFUSED

NAMES = ("family_name", "given_name", "family_kana", "given_kana", "phone")
HEADERS = {
    "family_name": "氏", "given_name": "名", "family_kana": "氏カナ", "given_kana": "名カナ",
    "phone": "電話",
}  # fmt: skip
NOT_TAKEN = {"taken": "確保済み", "lifted": "利益相反の解除"}


def import_candidates(
    session: Session,
    entries: Sequence[Entry],
    *,
    prefecture_code: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Active members of the prefecture's pool; the number of people. Raises BadFile."""
    require(session, actor, Action.EXCHANGE)

    def take(entry: Entry) -> None:
        _take_person(session, entry, prefecture_code, actor, now)

    return _take_all("登録者", entries, _check_candidate(session), take)


def import_needs(
    session: Session,
    entries: Sequence[Entry],
    *,
    prefecture_code: str,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> int:
    """Drafts, or published needs where the state says so; their number. Raises BadFile."""
    require(session, actor, Action.EXCHANGE)

    def take(entry: Entry) -> None:
        _take_need(session, entry, catalogue, actor, now)

    return _take_all("募集", entries, _check_need(session, prefecture_code, catalogue), take)


def _take_all(
    sheet: str,
    entries: Sequence[Entry],
    check: Callable[[Entry], list[BadCell]],
    take: Callable[[Entry], None],
) -> int:
    """Every fault is named before the first row is taken; what a service refuses is named too."""
    faults = [fault for entry in entries for fault in check(entry)]
    if not faults:
        for entry in entries:
            try:
                take(entry)
            except Problem as error:
                texts = error.fields.items() or [("", error.message)]
                faults += [BadCell(sheet, entry.row, name or None, text) for name, text in texts]
    if faults:
        raise BadFile(REFUSED, faults)
    return len(entries)


def _check_candidate(session: Session) -> Callable[[Entry], list[BadCell]]:
    known = set(session.scalars(sa.select(Candidate.code)))

    def check(entry: Entry) -> list[BadCell]:
        faults = check_person(entry)
        for name in NAMES:
            if not entry.values.get(name):
                faults.append(BadCell("登録者", entry.row, HEADERS[name], "入力してください。"))
        if entry.code in known:
            faults.append(BadCell("登録者", entry.row, KEY, "すでに登録されています。"))
        for leaf, title in NOT_TAKEN.items():
            if entry.leaves[leaf]:
                faults.append(
                    BadCell(title, entry.row, None, "推薦から作られるため、取り込めません。")
                )
        if entry.values.get("turned_down"):
            faults.append(BadCell("登録者", entry.row, "推薦しない募集", "取り込めません。"))
        return faults

    return check


def _take_person(
    session: Session, entry: Entry, prefecture_code: str, actor: Actor, now: datetime
) -> None:
    values, leaves = entry.values, entry.leaves
    person = new_candidate(session, now=now)
    if entry.code:
        person.code = entry.code
    membership = Membership(candidate=person, prefecture_code=prefecture_code)
    session.add(membership)
    session.flush()
    audit.record(session, "candidate.import", person, actor=actor, now=now)
    by: dict[str, Any] = {"actor": actor, "now": now}
    birth = values.get("birth_date")
    editing.save_basics(session, person, Basics(
        kind=values["kind"], home_code=values["home_code"],
        birth_date=None if birth is None else birth.isoformat(),
        contact_email=values.get("contact_email"), postal_code=values.get("postal_code"),
        address=values.get("address"), **{name: values[name] for name in NAMES},
    ), **by)  # fmt: skip
    editing.save_career(session, person, Career(
        posts=[Post(**_without(row, "municipality_code")) for row in leaves["posts"]],
        companies=[Work(**row) for row in leaves["firms"]],
        decisions=[Matter(**row) for row in leaves["decisions"]],
    ), **by)  # fmt: skip
    _take_skills(session, person, leaves, **by)
    minimum = values.get("pay_minimum", 0)
    editing.save_wishes(session, person, Wishes(
        forms=values["forms"], roles=values.get("roles", ()), pay_minimum=minimum,
        pay_wish=values.get("pay_wish", minimum), themes=values.get("themes", ()),
        regions=values.get("regions", ()), motive=values.get("motive", ""),
        heard_from=values.get("heard_from"),
    ), **by)  # fmt: skip
    save_availability(session, person, Availability(
        windows=[Span(**{**row, "mode": Mode(row.get("mode", "both"))}) for row in leaves["spans"]],
        travel_limit_minutes=values.get("travel_limit"), overnight=values.get("overnight", False),
        most_at_once=values.get("most_at_once", 1),
    ), **by)  # fmt: skip
    person.trained_until = values.get("trained_until")
    if values["consents"]:
        consenting.save_consents(session, person, prefecture_code, ["search"], **by)
    membership.applied_at = now
    move(session, membership, "submit", **by)
    membership.active_from, membership.active_until = values["active_from"], values["active_until"]
    membership.reviewed_at = now
    move(session, membership, "activate", **by)
    session.flush()
    update_ledger(session, person, now=now)


def _take_skills(
    session: Session, person: Candidate, leaves: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Claims as the person states them; the state of evidence is the prefecture's and set after."""
    claims = {row["skill"]: Claim(row["level"], row.get("last_used")) for row in leaves["skills"]}
    exams = [Exam(**row) for row in leaves["exams"]]
    editing.save_skills(session, person, Skills(claims, exams), actor=actor, now=now)
    session.flush()
    evidence = {row["skill"]: row.get("evidence", "self") for row in leaves["skills"]}
    for claim in person.skills:
        claim.evidence = evidence[claim.skill]


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def _check_need(
    session: Session, prefecture_code: str, catalogue: Catalogue
) -> Callable[[Entry], list[BadCell]]:
    known = set(session.scalars(sa.select(Need.code)))

    def check(entry: Entry) -> list[BadCell]:
        faults = check_request(entry)
        town = catalogue.municipality(entry.values["municipality_code"])
        if town.prefecture_code != prefecture_code:
            faults.append(BadCell("募集", entry.row, "市町", "この都道府県の市町ではありません。"))
        if entry.code in known:
            faults.append(BadCell("募集", entry.row, KEY, "すでに登録されています。"))
        if _state(entry) is None:
            faults.append(BadCell("募集", entry.row, "状態", "下書きか公開中を書いてください。"))
        return faults

    return check


def _state(entry: Entry) -> NeedState | None:
    typed = entry.values.get("state", str(NeedState.DRAFT))
    for state in (NeedState.DRAFT, NeedState.OPEN):
        if typed in {str(state), NEED.labels[state][0]}:
            return state
    return None


def _take_need(
    session: Session, entry: Entry, catalogue: Catalogue, actor: Actor, now: datetime
) -> None:
    values = entry.values
    names = set(NeedContent.__dataclass_fields__) - {"skills", "vendors", "stage", "place_code"}
    content = NeedContent(
        stage=values.get("stage", "plan"),
        place_code=values.get("place_code", values["municipality_code"]),
        skills=tuple(AskedSkill(**row) for row in entry.leaves["skills"]),
        vendors=tuple(row["name"] for row in entry.leaves["vendors"]),
        **{name: value for name, value in values.items() if name in names},
    )
    need = writing.create_need(
        session, content, catalogue=catalogue, municipality_code=values["municipality_code"],
        code=entry.code or None, actor=actor, now=now,
    )  # fmt: skip
    if _state(entry) is NeedState.OPEN:
        reviewing.submit_need(session, need, catalogue=catalogue, actor=actor, now=now)
        reviewing.publish_need(
            session, need, priority=values.get("priority", 0), actor=actor, now=now
        )
