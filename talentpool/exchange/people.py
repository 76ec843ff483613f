"""Entries of the candidates' sheets as profiles for matching, and rows of the database as entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date
from typing import Any

from ..candidates import rules
from ..candidates.content import (
    EMPLOYED,
    Availability,
    Basics,
    Career,
    Company,
    Contents,
    Exam,
    Matter,
    Post,
    SkillClaim,
    Skills,
    Term,
    Wishes,
    typed_window,
    wish_or_minimum,
)
from ..candidates.models import Candidate
from ..candidates.offices import located, municipality_of
from ..candidates.service import is_pay_known
from ..candidates.standing import SEARCH
from ..conflicts.service import content_faults
from ..errors import BadCell, Fault
from ..matching.records import BEST_RATING
from ..pool.conflicts import RULES
from ..pool.reading import first_whole_month, last_whole_month
from ..pool.records import Known, Profile, Taken, in_order
from ..reference.catalogue import Catalogue
from .entries import Entry, Values, code_of
from .layout import CANDIDATES
from .tables import refuse

PLAIN = (
    "kind", "home_code", "travel_limit", "overnight", "most_at_once", "pay_minimum", "themes",
    "regions", "roles", "forms", "turned_down", "interested", "uninterested", "rating_sum",
    "rating_count", "onsite_days", "income_ceiling",
)  # fmt: skip
TERM = ("post", "employed_from", "employed_until", "half_day_cost", "employment_note")
LIFTABLE = tuple(rule for rule, (severity, *_) in RULES.items() if severity == "hold")


def read_profiles(entries: Sequence[Entry], catalogue: Catalogue) -> list[Profile]:
    """Profiles of a file; rows without a code get one from their row number. Raises BadFile."""
    profiles = [profile_of(entry, catalogue) for entry in entries]
    faults: list[BadCell] = []
    for entry, profile in zip(entries, profiles, strict=True):
        found = (*check_sheet(entry), *_contradictions(profile))
        faults += CANDIDATES.bad_cells(entry.row, found)
    refuse(faults)
    return profiles


def _contradictions(profile: Profile) -> Iterator[Fault]:
    return rules.contradictions(
        posts=profile.posts,
        skills=profile.skills,
        windows=profile.windows,
        pay_minimum=profile.pay_minimum,
        pay_wish=profile.pay_wish,
    )


def contents_of(entry: Entry) -> Contents:
    """What the steps of a profile would hold; what the file leaves open keeps its default."""
    values, leaves = entry.values, entry.leaves
    basics, availability, wishes = (_of(kind, values) for kind in (Basics, Availability, Wishes))
    if "birth_date" in values:
        basics["birth_date"] = values["birth_date"].isoformat()
    return Contents(
        Basics(**basics),
        Career(
            posts=[Post(**row) for row in leaves["posts"]],
            companies=[Company(**row) for row in leaves["companies"]],
            matters=[Matter(**row) for row in leaves["matters"]],
            operations=values.get("operations", ()),
        ),
        Skills(
            skills=[SkillClaim(**row) for row in leaves["skills"]],
            exams=[Exam(**row) for row in leaves["exams"]],
        ),
        Availability(**availability, windows=[typed_window(**row) for row in leaves["windows"]]),
        Wishes(**wishes | {"pay_wish": _pay_wish(values)}),
        _term(values),
    )


def _term(values: Values) -> Term | None:
    """None unless the whole term is there; `check_term` says what is missing."""
    if not all(name in values for name in TERM[:3]):
        return None
    post, first, last, cost, note = (values.get(name) for name in TERM)
    assert isinstance(first, date)
    assert isinstance(last, date)
    return Term(str(post), first, last, cost, note or "")


def check_term(values: Values) -> Iterator[Fault]:
    """Whom the prefecture employs has a term, which the registration does not outlast; others have none."""
    if values.get("kind") != EMPLOYED:
        if any(name in values for name in TERM):
            yield "post", "県の職と雇用の期間は、区分が「県の職員」の人だけに書いてください。"
        return
    for name in TERM[:3]:
        if name not in values:
            yield name, "県の職員には、県の職と雇用の開始・終了を書いてください。"
    first, last = values.get("active_from"), values.get("active_until")
    from_, until = values.get("employed_from"), values.get("employed_until")
    if from_ and until and first and last and (first < from_ or last != until):
        yield (
            "active_until",
            "県の職員の登録は、雇用開始以後の日から雇用終了の日までにしてください。",
        )


def _of(kind: type[Basics | Availability | Wishes], values: Values) -> Values:
    return {name: values[name] for name in kind.__dataclass_fields__ if name in values}


def profile_of(entry: Entry, catalogue: Catalogue) -> Profile:
    """What matching has to know of an entry. Without dates, a person is a member while they work."""
    values, leaves = entry.values, entry.leaves
    first: date | None = values.get("active_from")
    last: date | None = values.get("active_until")
    trained: date | None = values.get("training_until")
    return Profile(
        code=code_of(entry),
        member_from=_edge(leaves["windows"], 0) if first is None else first_whole_month(first),
        member_until=_edge(leaves["windows"], 1) if last is None else last_whole_month(last),
        training_until=None if trained is None else last_whole_month(trained),
        consents=SEARCH in values["consents"],
        pay_wish=_pay_wish(values),
        skills=tuple(
            sorted((SkillClaim(**row) for row in leaves["skills"]), key=lambda c: c.skill)
        ),
        posts=tuple(located(Post(**row), catalogue) for row in leaves["posts"]),
        companies=tuple(Company(**row) for row in leaves["companies"]),
        matters=tuple(Matter(**row) for row in leaves["matters"]),
        windows=tuple(typed_window(**row) for row in leaves["windows"]),
        taken=tuple(Taken(**row) for row in leaves["taken"]),
        known=known_of(entry),
        lifted=tuple((row["need_code"], row["rule"]) for row in leaves["lifted"]),
        preferred=tuple(sorted((row["need_code"], row["share"]) for row in leaves["preferred"])),
        **{name: values[name] for name in PLAIN if name in values},
    )


def known_of(entry: Entry) -> tuple[Known, ...]:
    nobody: Values = {"municipality_code": None, "vendor": None}
    return in_order(Known(**nobody | row) for row in entry.leaves["known"])


def _pay_wish(values: Values) -> int:
    return wish_or_minimum(values.get("pay_wish"), values.get("pay_minimum", 0))


def _edge(windows: Sequence[Values], side: int) -> int:
    """The first or last month of the windows; months that never come without any."""
    months = [row["last_month" if side else "first_month"] for row in windows]
    return (max if side else min)(months, default=1 - side)


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


def check_sheet(entry: Entry, towns: Collection[str] | None = None) -> Iterator[Fault]:
    """Faults of what only a file says of a person. towns: those that conflicts may be recorded with; None: any."""
    values = entry.values
    if ("active_from" in values) != ("active_until" in values):
        yield "active_until", "登録開始と登録終了は、両方書くか両方空欄にしてください。"
    elif "active_from" in values and values["active_until"] < values["active_from"]:
        yield "active_until", "登録開始より前になっています。"
    least, most = (n * values.get("rating_count", 0) for n in (1, BEST_RATING))
    if not least <= values.get("rating_sum", 0) <= most:
        yield "rating_sum", f"評価1件につき、1から{BEST_RATING}までです。"
    for known in known_of(entry):
        for _field, sentence in content_faults(known, towns):
            yield "known", sentence
    both = set(values.get("interested", ())) & set(values.get("uninterested", ()))
    if both:
        yield "uninterested", f"興味のある募集にもあります: {'、'.join(sorted(both))}"
    if any(row["rule"] not in LIFTABLE for row in entry.leaves["lifted"]):
        yield "lifted", f"規則は {'、'.join(LIFTABLE)} から書いてください。"


def entry_of(
    person: Candidate,
    profile: Profile,
    prefecture_code: str,
    catalogue: Catalogue,
    minutes: Mapping[str, int],
    term: Term | None = None,
) -> Entry:
    """A person of the database as a row with its leaves. `minutes`: hall → what staff entered."""
    notes = {row.skill: row.evidence_note for row in person.skills}
    windows = zip(profile.windows, person.windows, strict=True)
    posts = zip(profile.posts, person.posts, strict=True)
    return Entry(person.code, 0, _values(person, profile, prefecture_code) | _said_of(term), {
        "posts": [
            _fields(post)
            | {
                "municipality_code": _office(post, catalogue), "systems": row.systems,
                "led_procurement": row.led_procurement,
            }
            for post, row in posts
        ],
        "companies": [_fields(row) for row in profile.companies],
        "matters": [_fields(row) for row in profile.matters],
        "skills": [_fields(row) | {"evidence_note": notes[row.skill]} for row in profile.skills],
        "exams": [
            {"name_then": row.name_then, "exam": row.exam, "year": row.year} for row in person.exams
        ],
        "windows": [_fields(window) | {"note": row.note} for window, row in windows],
        "taken": [_fields(row) for row in profile.taken],
        "lifted": [{"need_code": need, "rule": rule} for need, rule in profile.lifted],
        "known": [_fields(row) for row in profile.known],
        "preferred": [{"need_code": need, "share": n} for need, n in profile.preferred],
        "travel": [{"hall": hall, "minutes": n} for hall, n in sorted(minutes.items())],
    })  # fmt: skip


def _said_of(term: Term | None) -> Values:
    return dict(zip(TERM, astuple(term), strict=True)) if term else {}


def _office(post: Post, catalogue: Catalogue) -> str | None:
    """None where the name of the office says it all, "" where it would mislead."""
    if post.municipality_code is None:
        return "" if municipality_of(catalogue, post.body) else None
    return post.municipality_code


def _values(person: Candidate, profile: Profile, prefecture_code: str) -> Values:
    membership = next(x for x in person.memberships if x.prefecture_code == prefecture_code)
    own = (
        "family_name", "given_name", "family_kana", "given_kana", "contact_email", "phone",
        "postal_code", "address", "birth_date", "training_until", "motive", "heard_from", "involvement",
        "growth", "side_job", "operations",
    )  # fmt: skip
    unsaid = dict.fromkeys(() if is_pay_known(person) else ("pay_minimum", "pay_wish"))
    return (
        {name: getattr(profile, name) for name in (*PLAIN, "pay_wish")}
        | unsaid
        | {name: getattr(person, name) for name in own}
        | {
            "active_from": membership.active_from,
            "active_until": membership.active_until,
            "motives": sorted(person.motives),
            "onsite_weekdays": person.onsite_weekdays or None,
            "consents": sorted(
                row.purpose
                for row in person.consents
                if row.audience == prefecture_code and row.withdrawn_at is None
            ),
        }
    )


def _fields(row: Any) -> Values:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
