"""Entries of the candidates' sheets as profiles for matching, and rows of the database as entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from ..candidates.editing import municipality_of
from ..candidates.models import Candidate
from ..errors import BadCell
from ..pool.conflicts import RULES
from ..pool.reading import SEARCH, first_whole_month, last_whole_month
from ..pool.records import Claim, Decision, Firm, Post, Profile, Span, Taken
from ..reference.catalogue import Catalogue
from .entries import Entry, Values
from .layout import CANDIDATES
from .tables import refuse

PLAIN = (
    "kind", "home_code", "travel_limit", "overnight", "most_at_once", "pay_minimum", "themes",
    "regions", "roles", "forms", "turned_down",
)  # fmt: skip
LIFTABLE = tuple(rule for rule, (severity, *_) in RULES.items() if severity == "hold")


def read_profiles(entries: Sequence[Entry], catalogue: Catalogue) -> list[Profile]:
    """Profiles of a file; rows without a code get one from their row number. Raises BadFile."""
    refuse([fault for entry in entries for fault in check_person(entry)])
    return [profile_of(entry, catalogue) for entry in entries]


def profile_of(entry: Entry, catalogue: Catalogue) -> Profile:
    """What matching has to know of an entry. Without dates, a person is a member while they work."""
    values, leaves = entry.values, entry.leaves
    first: date | None = values.get("active_from")
    last: date | None = values.get("active_until")
    trained: date | None = values.get("trained_until")
    return Profile(
        code=entry.code or f"row-{entry.row}",
        member_from=_edge(leaves["spans"], 0) if first is None else first_whole_month(first),
        member_until=_edge(leaves["spans"], 1) if last is None else last_whole_month(last),
        training_until=None if trained is None else last_whole_month(trained),
        consents=SEARCH in values["consents"],
        pay_wish=pay_wish_of(values),
        skills=tuple(sorted((Claim(**row) for row in leaves["skills"]), key=lambda c: c.skill)),
        posts=tuple(Post(**post_values(row, catalogue)) for row in leaves["posts"]),
        firms=tuple(Firm(**row) for row in leaves["firms"]),
        decisions=tuple(Decision(**row) for row in leaves["decisions"]),
        spans=tuple(Span(**span_values(row)) for row in leaves["spans"]),
        taken=tuple(Taken(**row) for row in leaves["taken"]),
        lifted=tuple((row["need_code"], row["rule"]) for row in leaves["lifted"]),
        **{name: values[name] for name in PLAIN if name in values},
    )


def pay_wish_of(values: Values) -> int:
    """A wish that is left open is the minimum."""
    wish: int = values["pay_wish"] if "pay_wish" in values else values.get("pay_minimum", 0)
    return wish


def span_values(row: Values) -> Values:
    """A pause may leave its half-days open."""
    return {"half_days": 0} | row


def _edge(spans: Sequence[Values], side: int) -> int:
    """The first or last month of the windows; months that never come without any."""
    months = [row["last_month" if side else "first_month"] for row in spans]
    return (max if side else min)(months, default=1 - side)


def post_values(row: Values, catalogue: Catalogue) -> Values:
    """A post with its municipality: as the sheet says, or else by the name of the office."""
    code = row.get("municipality_code")
    if code is None:
        code = municipality_of(catalogue, row["body"])
    return row | {"municipality_code": code or None}


def better_minutes(entries: Sequence[Entry]) -> dict[tuple[str, str], int]:
    """(home, hall) → minutes that staff entered, as the sheets carry them. Raises BadFile where two rows differ."""
    found: dict[tuple[str, str], int] = {}
    faults = []
    for entry in entries:
        for row in entry.leaves["travel"]:
            pair = entry.values["home_code"], row["hall"]
            if found.setdefault(pair, row["minutes"]) != row["minutes"]:
                message = "同じ住まいと会場の移動時間が、ほかの行と違います。"
                faults.append(
                    BadCell(CANDIDATES.name, entry.row, CANDIDATES.header("travel"), message)
                )
    refuse(faults)
    return found


def check_person(entry: Entry) -> Iterator[BadCell]:
    """Faults between the cells of one person."""
    values, leaves = entry.values, entry.leaves

    def fault(field: str, message: str) -> BadCell:
        return BadCell(CANDIDATES.name, entry.row, CANDIDATES.header(field), message)

    if ("active_from" in values) != ("active_until" in values):
        yield fault("active_until", "登録開始と登録終了は、両方書くか両方空欄にしてください。")
    elif "active_from" in values and values["active_until"] < values["active_from"]:
        yield fault("active_until", "登録開始より前になっています。")
    if values.get("pay_wish", 10**9) < values.get("pay_minimum", 0):
        yield fault("pay_wish", "最低報酬より低くなっています。")
    claimed = [row["skill"] for row in leaves["skills"]]
    if len(claimed) != len(set(claimed)):
        yield fault("skills", "同じ技能が二度書かれています。")
    if any(
        row.get("last_month", row["first_month"]) < row["first_month"] for row in leaves["posts"]
    ):
        yield fault("posts", "終了月が開始月より前になっています。")
    unknown = [row["rule"] for row in leaves["lifted"] if row["rule"] not in LIFTABLE]
    if unknown:
        yield fault("lifted", f"規則は {'、'.join(LIFTABLE)} から書いてください。")
    for message in _check_spans(leaves["spans"]):
        yield fault("spans", message)


def _check_spans(spans: Sequence[Values]) -> Iterator[str]:
    available = [row for row in spans if row.get("is_available", True)]
    if any(row["last_month"] < row["first_month"] for row in spans):
        yield "終了月が開始月より前になっています。"
    if any("half_days" not in row for row in available):
        yield "半日コマ/月を書いてください。"
    if any(row.get("half_days", 0) for row in spans if not row.get("is_available", True)):
        yield "稼働できない期間の半日コマは0か空欄にしてください。"
    ordered = sorted((row["first_month"], row["last_month"]) for row in available)
    if any(later[0] <= earlier[1] for earlier, later in pairwise(ordered)):
        yield "稼働できる期間が重なっています。"


def entry_of(
    person: Candidate,
    profile: Profile,
    prefecture_code: str,
    catalogue: Catalogue,
    minutes: Mapping[str, int],
) -> Entry:
    """A person of the database as a row with its leaves. `minutes`: hall → what staff entered."""
    notes = {row.skill: row.evidence_note for row in person.skills}
    spans = zip(profile.spans, person.windows, strict=True)
    return Entry(person.code, 0, _values(person, profile, prefecture_code), {
        "posts": [_fields(row) | {"municipality_code": _office(row, catalogue)} for row in profile.posts],
        "firms": [_fields(row) for row in profile.firms],
        "decisions": [_fields(row) for row in profile.decisions],
        "skills": [_fields(row) | {"evidence_note": notes[row.skill]} for row in profile.skills],
        "exams": [
            {"name_then": row.name_then, "exam": row.exam, "year": row.year} for row in person.exams
        ],
        "spans": [_fields(span) | {"note": row.note} for span, row in spans],
        "taken": [_fields(row) for row in profile.taken],
        "lifted": [{"need_code": need, "rule": rule} for need, rule in profile.lifted],
        "travel": [{"hall": hall, "minutes": n} for hall, n in sorted(minutes.items())],
    })  # fmt: skip


def _office(post: Post, catalogue: Catalogue) -> str | None:
    """None where the name of the office says it all, "" where it would mislead."""
    if post.municipality_code is None:
        return "" if municipality_of(catalogue, post.body) else None
    return post.municipality_code


def _values(person: Candidate, profile: Profile, prefecture_code: str) -> Values:
    membership = next(x for x in person.memberships if x.prefecture_code == prefecture_code)
    own = (
        "family_name", "given_name", "family_kana", "given_kana", "contact_email", "phone",
        "postal_code", "address", "birth_date", "trained_until", "motive", "heard_from",
    )  # fmt: skip
    return (
        {name: getattr(profile, name) for name in (*PLAIN, "pay_wish")}
        | {name: getattr(person, name) for name in own}
        | {
            "active_from": membership.active_from,
            "active_until": membership.active_until,
            "motives": sorted(person.motives),
            "consents": sorted(
                row.purpose
                for row in person.consents
                if row.audience == prefecture_code and row.withdrawn_at is None
            ),
        }
    )


def _fields(row: Any) -> Values:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
