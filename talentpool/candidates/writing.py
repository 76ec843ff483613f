"""The values of a profile onto the rows of its candidate. Each function gives the names of what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from ..db import Base
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..text import search_key
from .content import (
    Availability,
    Basics,
    Career,
    Company,
    Contents,
    Exam,
    Matter,
    SkillClaim,
    Skills,
    Wishes,
)
from .models import (
    Candidate,
    CandidateCompany,
    CandidateExam,
    CandidateForm,
    CandidateMatter,
    CandidatePost,
    CandidateRole,
    CandidateSkill,
    CandidateWindow,
)
from .offices import located

KEY_LENGTH, COMPANY_KEY_LENGTH = 400, 300  # characters, as in the columns
R = TypeVar("R", bound=Base)


def write_profile(candidate: Candidate, contents: Contents, catalogue: Catalogue) -> None:
    write_basics(candidate, contents.basics)
    write_career(candidate, contents.career, catalogue)
    write_skills(candidate, contents.skills, catalogue)
    write_availability(candidate, contents.availability)
    write_wishes(candidate, contents.wishes)


def write_basics(candidate: Candidate, basics: Basics) -> list[str]:
    changed = assign(candidate, asdict(basics))
    candidate.search_key = name_key(
        basics.family_name, basics.given_name, basics.family_kana, basics.given_kana
    )
    return changed


def name_key(family_name: str, given_name: str, family_kana: str, given_kana: str) -> str:
    """Names and furigana, folded; a blank between them, so that no match runs across."""
    names = search_key(family_name + given_name)
    kana = search_key(family_kana + given_kana)
    return f"{names} {kana}"[:KEY_LENGTH]


def write_career(candidate: Candidate, career: Career, catalogue: Catalogue) -> list[str]:
    """Service history, companies and matters: also the input of the conflict screening."""
    posts = [asdict(located(post, catalogue)) for post in career.posts]
    changed = assign(candidate, {"operations": sorted(set(career.operations))})
    return changed + [
        name
        for name, model, rows in (
            ("posts", CandidatePost, posts),
            ("companies", CandidateCompany, [_company_row(row) for row in career.companies]),
            ("matters", CandidateMatter, [_matter_row(row) for row in career.matters]),
        )
        if replace_rows(getattr(candidate, name), model, rows)
    ]


def _company_row(company: Company) -> dict[str, Any]:
    return asdict(company) | {"name_key": search_key(company.name)[:COMPANY_KEY_LENGTH]}


def _matter_row(matter: Matter) -> dict[str, Any]:
    return asdict(matter) | {"vendor_key": search_key(matter.vendor)[:COMPANY_KEY_LENGTH]}


def write_skills(candidate: Candidate, skills: Skills, catalogue: Catalogue) -> list[str]:
    claims = {claim.skill: claim for claim in skills.skills}
    changed = [
        term.code
        for term in catalogue.terms(Vocabulary.SKILL)
        if _write_claim(candidate, term.code, claims.get(term.code))
    ]
    exams = [_exam_row(exam, catalogue) for exam in skills.exams]
    if replace_rows(candidate.exams, CandidateExam, exams):
        changed.append("exams")
    return changed


def _write_claim(candidate: Candidate, code: str, wanted: SkillClaim | None) -> bool:
    """True when the claim changed. Its evidence stays while the level does, else it is verified anew."""
    present = next((row for row in candidate.skills if row.skill == code), None)
    if wanted is None:
        if present is not None:
            candidate.skills.remove(present)
        return present is not None
    if present is None:
        candidate.skills.append(CandidateSkill(**asdict(wanted)))
        return True
    if present.level != wanted.level:
        present.evidence = "self"
    said = {name: value for name, value in asdict(wanted).items() if name != "evidence"}
    return bool(assign(present, said))


def _exam_row(exam: Exam, catalogue: Catalogue) -> dict[str, Any]:
    """An exam of the list that was given no name is called as it is there."""
    name = exam.name_then
    if not name and exam.exam is not None:
        name = catalogue.label(Vocabulary.EXAM, exam.exam)
    return asdict(exam) | {"name_then": name}


def write_availability(candidate: Candidate, availability: Availability) -> list[str]:
    changed = assign(
        candidate,
        {
            "travel_limit": availability.travel_limit,
            "overnight": availability.overnight,
            "most_at_once": availability.most_at_once,
        },
    )
    rows = [asdict(window) for window in availability.windows]
    if replace_rows(candidate.windows, CandidateWindow, rows):
        changed.append("windows")
    return changed


def write_wishes(candidate: Candidate, wishes: Wishes) -> list[str]:
    values = asdict(wishes)
    plain = (
        "pay_minimum", "pay_wish", "motive", "heard_from", "involvement", "side_job", "income_ceiling",
        "onsite_days", "onsite_weekdays",
    )  # fmt: skip
    changed = assign(candidate, {name: values[name] for name in plain})
    lists = ("themes", "regions", "motives", "growth")
    changed += assign(candidate, {name: list(values[name]) for name in lists})
    if _write_codes(candidate.forms, CandidateForm, "form", wishes.forms):
        changed.append("forms")
    if _write_codes(candidate.roles, CandidateRole, "role", wishes.roles):
        changed.append("roles")
    return changed


def _write_codes(rows: list[R], model: type[R], name: str, codes: Iterable[str]) -> bool:
    return replace_rows(rows, model, [{name: code} for code in sorted(set(codes))])


def assign(thing: Base, values: Mapping[str, Any]) -> list[str]:
    """Set what differs; the names of what did."""
    changed = [name for name, value in values.items() if getattr(thing, name) != value]
    for name in changed:
        setattr(thing, name, values[name])
    return changed


def replace_rows(rows: list[R], model: type[R], wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Make `rows` hold `wanted`: equal rows stay, others go or come. True when something changed."""
    left = list(rows)
    missing = []
    for values in wanted:
        same = next((row for row in left if _holds(row, values)), None)
        if same is None:
            missing.append(values)
        else:
            left.remove(same)
    for row in left:
        rows.remove(row)
    rows.extend(model(**values) for values in missing)
    return bool(left or missing)


def _holds(row: Base, values: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())
