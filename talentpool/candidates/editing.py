"""The steps of a profile that only describe the person: basics, career, skills, wishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypeVar

from .. import audit
from ..dates import local_date, month_of
from ..db import Base, Session
from ..errors import Refused, UnknownCode
from ..permissions import Actor
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.service import load_catalogue
from ..text import search_key
from . import drafting
from .models import (
    Candidate,
    CandidateForm,
    CandidateRole,
    Company,
    DecidedMatter,
    ExamPass,
    ServicePost,
    SkillClaim,
)
from .service import require_editable
from .steps import Basics, Career, Exam, Matter, Post, Skills, Step, Wishes, Work

OLDEST = 100  # years
YOUNGEST = 15
KEY_LENGTH, COMPANY_KEY_LENGTH = 400, 300  # characters, as in the columns
MOST_ROWS = 30
R = TypeVar("R", bound=Base)


def save_basics(
    session: Session, candidate: Candidate, basics: Basics, *, actor: Actor, now: datetime
) -> None:
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    _check_code(catalogue, Vocabulary.CANDIDATE_KIND, basics.kind, "kind")
    catalogue.municipality(basics.home_code)
    if basics.birth_date is not None:
        _check_birth(date.fromisoformat(basics.birth_date), local_date(now))
    changed = assign(candidate, asdict(basics))
    candidate.search_key = _key_of(candidate)
    record_step(session, candidate, Step.BASICS, changed, actor=actor, now=now)


def _key_of(candidate: Candidate) -> str:
    """Names and furigana, folded; a blank between them, so that no match runs across."""
    names = search_key(candidate.family_name + candidate.given_name)
    kana = search_key(candidate.family_kana + candidate.given_kana)
    return f"{names} {kana}"[:KEY_LENGTH]


def _check_birth(born: date, today: date) -> None:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not YOUNGEST <= age <= OLDEST:
        message = "生年月日を確かめてください。"
        raise Refused(message, fields={"birth_date": message})


def save_career(
    session: Session, candidate: Candidate, career: Career, *, actor: Actor, now: datetime
) -> None:
    """Service history, companies and decided matters: also the input of the conflict screening."""
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    this_month = month_of(local_date(now))
    for name, rows in (
        ("posts", career.posts),
        ("companies", career.companies),
        ("decisions", career.decisions),
    ):
        _check_count(name, rows)
    for post in career.posts:
        _check_post(catalogue, post, this_month)
    if any(matter.month > this_month for matter in career.decisions):
        raise _refused("decisions", "決定した年月は、今月までの年月を入力してください。")
    changed = [
        name
        for name, model, rows in (
            ("posts", ServicePost, [_post_row(catalogue, post) for post in career.posts]),
            ("companies", Company, [_company_row(work) for work in career.companies]),
            ("decisions", DecidedMatter, [_matter_row(matter) for matter in career.decisions]),
        )
        if replace_rows(getattr(candidate, name), model, rows)
    ]
    record_step(session, candidate, Step.CAREER, changed, actor=actor, now=now)


def _check_post(catalogue: Catalogue, post: Post, this_month: int) -> None:
    if post.grade is not None:
        _check_code(catalogue, Vocabulary.GRADE, post.grade, "posts")
    if post.last_month is not None and post.last_month < post.first_month:
        raise _refused("posts", "在職期間の終わりが始まりより前になっています。")
    if max(post.first_month, post.last_month or 0) > this_month:
        raise _refused("posts", "在職期間は、今月までの年月を入力してください。")


def _post_row(catalogue: Catalogue, post: Post) -> dict[str, Any]:
    return asdict(post) | {"municipality_code": municipality_of(catalogue, post.body)}


def municipality_of(catalogue: Catalogue, body: str) -> str | None:
    """The town that is meant by the name of an office ("姫路市", "姫路市役所"), if one is."""
    try:
        return catalogue.find_municipality(body.removesuffix("役所").removesuffix("役場")).code
    except UnknownCode:
        return None


def _company_row(work: Work) -> dict[str, Any]:
    return asdict(work) | {"name_key": search_key(work.name)[:COMPANY_KEY_LENGTH]}


def _matter_row(matter: Matter) -> dict[str, Any]:
    return asdict(matter) | {"vendor_key": search_key(matter.vendor)[:COMPANY_KEY_LENGTH]}


def save_skills(
    session: Session, candidate: Candidate, skills: Skills, *, actor: Actor, now: datetime
) -> None:
    """Claims by skill, and exams. A level that changed has to be verified anew."""
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    this_year = local_date(now).year
    for code, claim in skills.claims.items():
        _check_code(catalogue, Vocabulary.SKILL, code, "skills")
        if claim.last_used is not None and not 1950 <= claim.last_used <= this_year:
            raise _refused(
                f"skill_{code}",
                f"最後に使った年は、1950年から{this_year}年までで入力してください。",
            )
    _check_count("exams", skills.exams)
    for exam in skills.exams:
        _check_exam(catalogue, exam, this_year)
    changed = [code for code in catalogue_skills(catalogue) if _claim(candidate, code, skills)]
    if replace_rows(candidate.exams, ExamPass, [asdict(exam) for exam in skills.exams]):
        changed.append("exams")
    record_step(session, candidate, Step.SKILLS, changed, actor=actor, now=now)


def catalogue_skills(catalogue: Catalogue) -> list[str]:
    return [term.code for term in catalogue.terms(Vocabulary.SKILL)]


def _check_exam(catalogue: Catalogue, exam: Exam, this_year: int) -> None:
    if exam.exam is not None:
        _check_code(catalogue, Vocabulary.EXAM, exam.exam, "exams")
    if exam.year is not None and not 1950 <= exam.year <= this_year:
        raise _refused("exams", f"合格した年は、1950年から{this_year}年までで入力してください。")


def _claim(candidate: Candidate, code: str, skills: Skills) -> bool:
    """Bring one claim to what was typed; True when it changed. A skill that was not named is no claim."""
    present = next((row for row in candidate.skills if row.skill == code), None)
    wanted = skills.claims.get(code)
    if wanted is None:
        if present is not None:
            candidate.skills.remove(present)
        return present is not None
    if present is None:
        candidate.skills.append(SkillClaim(skill=code, **asdict(wanted)))
        return True
    if present.level != wanted.level:
        present.evidence = "self"
    return bool(assign(present, asdict(wanted)))


def save_wishes(
    session: Session, candidate: Candidate, wishes: Wishes, *, actor: Actor, now: datetime
) -> None:
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    for vocabulary, codes, name in (
        (Vocabulary.FORM, wishes.forms, "forms"),
        (Vocabulary.ROLE, wishes.roles, "roles"),
        (Vocabulary.THEME, wishes.themes, "themes"),
        (Vocabulary.MOTIVE, wishes.motives, "motives"),
        (Vocabulary.HEARD_FROM, [wishes.heard_from] if wishes.heard_from else [], "heard_from"),
    ):
        for code in codes:
            _check_code(catalogue, vocabulary, code, name)
    if wishes.pay_wish < wishes.pay_minimum:
        raise _refused("pay_wish", "希望額は、最低額と同じかそれより大きい額を入力してください。")
    values = asdict(wishes)
    changed = assign(
        candidate,
        {name: values[name] for name in ("pay_minimum", "pay_wish", "motive", "heard_from")},
    )
    lists = {
        "wished_themes": wishes.themes,
        "wished_regions": wishes.regions,
        "motives": wishes.motives,
    }
    changed += assign(candidate, {name: list(codes) for name, codes in lists.items()})
    if _set_codes(candidate.forms, CandidateForm, "form", wishes.forms):
        changed.append("forms")
    if _set_codes(candidate.roles, CandidateRole, "role", wishes.roles):
        changed.append("roles")
    record_step(session, candidate, Step.WISHES, changed, actor=actor, now=now)


def _set_codes(rows: list[R], model: type[R], name: str, codes: Iterable[str]) -> bool:
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


def record_step(
    session: Session,
    candidate: Candidate,
    step: Step,
    changed: Sequence[str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """What was saved replaces the draft; an event only when something changed. Names of fields, no contents."""
    drafting.drop_draft(session, candidate, step)
    if not changed:
        return
    candidate.updated_at = now
    detail = {"step": str(step), "fields": list(changed)}
    audit.record(session, "candidate.edit", candidate, actor=actor, now=now, detail=detail)
    session.flush()


def _check_count(name: str, rows: Sequence[object]) -> None:
    if len(rows) > MOST_ROWS:
        raise _refused(name, f"{MOST_ROWS}件までにしてください。")


def _check_code(catalogue: Catalogue, vocabulary: Vocabulary, code: str, name: str) -> None:
    if not catalogue.is_valid(vocabulary, code):
        raise _refused(name, "一覧から選んでください。")


def _refused(name: str, message: str) -> Refused:
    return Refused(message, fields={name: message})
