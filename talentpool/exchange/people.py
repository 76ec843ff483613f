"""Entries of the candidates' sheets as profiles for matching, and rows of the database as entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from ..candidates.models import Candidate
from ..errors import BadCell, BadFile
from ..pool.assemble import first_whole_month, last_whole_month
from ..pool.records import Claim, Decision, Firm, Post, Profile, Span, Taken
from .entries import Entry
from .tables import REFUSED

PLAIN = (
    "kind", "consents", "home_code", "travel_limit", "overnight", "most_at_once", "pay_minimum",
    "pay_wish", "themes", "regions", "roles", "forms", "turned_down",
)  # fmt: skip


def profile_of(entry: Entry, code: str) -> Profile:
    """What matching has to know of an entry."""
    values, leaves = entry.values, entry.leaves
    trained: date | None = values.get("trained_until")
    minimum = values.get("pay_minimum", 0)
    return Profile(
        code=code,
        member_from=first_whole_month(values["active_from"]),
        member_until=last_whole_month(values["active_until"]),
        training_until=None if trained is None else last_whole_month(trained),
        skills=tuple(sorted((Claim(**row) for row in leaves["skills"]), key=lambda c: c.skill)),
        posts=tuple(Post(**row) for row in leaves["posts"]),
        firms=tuple(Firm(**row) for row in leaves["firms"]),
        decisions=tuple(Decision(**row) for row in leaves["decisions"]),
        spans=tuple(Span(**row) for row in leaves["spans"]),
        taken=tuple(Taken(**row) for row in leaves["taken"]),
        lifted=tuple((row["need_code"], row["rule"]) for row in leaves["lifted"]),
        **{name: values[name] for name in PLAIN if name in values}
        | {"pay_minimum": minimum, "pay_wish": max(values.get("pay_wish", minimum), minimum)},
    )


def read_profiles(entries: Sequence[Entry]) -> list[Profile]:
    """Profiles of a file; rows without a code get one from their row number. Raises BadFile."""
    faults = [fault for entry in entries for fault in check_person(entry)]
    if faults:
        raise BadFile(REFUSED, faults)
    return [profile_of(entry, entry.code or f"row-{entry.row}") for entry in entries]


def check_person(entry: Entry) -> list[BadCell]:
    """Faults between the cells of one person."""
    values, faults = entry.values, []

    def fault(column: str, message: str) -> None:
        faults.append(BadCell("登録者", entry.row, column, message))

    if values["active_until"] < values["active_from"]:
        fault("登録終了", "登録開始より前になっています。")
    if values.get("pay_wish") is not None and values["pay_wish"] < values.get("pay_minimum", 0):
        fault("希望報酬(円/半日)", "最低報酬より低くなっています。")
    claimed = [row["skill"] for row in entry.leaves["skills"]]
    if len(claimed) != len(set(claimed)):
        fault("技能", "同じ技能が二度書かれています。")
    open_spans = sorted(
        (row["first_month"], row["last_month"])
        for row in entry.leaves["spans"]
        if row.get("is_available", True)
    )
    for first, last in open_spans:
        if last < first:
            fault("稼働", "終了月が開始月より前になっています。")
    if any(later[0] <= earlier[1] for earlier, later in pairwise(open_spans)):
        fault("稼働", "稼働できる期間が重なっています。")
    return faults


def entry_of(person: Candidate, profile: Profile, prefecture_code: str) -> Entry:
    """A person of the database as a row with its leaves, personal columns included."""
    membership = next(x for x in person.memberships if x.prefecture_code == prefecture_code)
    values: dict[str, Any] = {name: getattr(profile, name) for name in PLAIN}
    values |= {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "family_kana": person.family_kana,
        "given_kana": person.given_kana,
        "contact_email": person.contact_email,
        "phone": person.phone,
        "postal_code": person.postal_code,
        "address": person.address,
        "birth_date": person.birth_date,
        "active_from": membership.active_from,
        "active_until": membership.active_until,
        "trained_until": person.trained_until,
        "motive": person.motive,
        "heard_from": person.heard_from,
    }
    return Entry(person.code, 0, values, {
        "posts": [_fields(row) for row in profile.posts],
        "firms": [_fields(row) for row in profile.firms],
        "decisions": [_fields(row) for row in profile.decisions],
        "skills": [_fields(row) for row in profile.skills],
        "exams": [
            {"name_then": row.name_then, "exam": row.exam, "year": row.year}
            for row in person.exams
        ],
        "spans": [_fields(row) for row in profile.spans],
        "taken": [_fields(row) for row in profile.taken],
        "lifted": [{"need_code": need, "rule": rule} for need, rule in profile.lifted],
    })  # fmt: skip


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
