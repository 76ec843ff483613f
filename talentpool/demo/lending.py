"""The prefecture's own people: two accelerators and a support officer, lent to three towns by half-days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ..candidates import availability, editing
from ..candidates.content import (
    EMPLOYED,
    Availability,
    Basics,
    Career,
    Post,
    SkillClaim,
    Skills,
    Term,
    Window,
    Wishes,
)
from ..candidates.employing import save_term
from ..candidates.models import Candidate
from ..candidates.reading_back import Call, confirm_by_telephone
from ..candidates.received import Source
from ..candidates.receiving import Origin, save_received, start_reception
from ..candidates.reviewing import activate_membership
from ..candidates.steps import Step
from ..credentials.content import Content
from ..credentials.models import Kind
from ..credentials.service import check_credential, say_credential
from ..dates import fiscal_year, fiscal_year_days, local_date, month_number, month_of
from ..db import Session
from ..needs.models import Need, NeedForm, NeedMode
from ..permissions import Actor
from ..placements.answering import welcome_person
from ..placements.confirming import confirm_placement
from ..placements.models import Placement
from ..placements.recorded import How
from ..placements.recording import ACCEPT, Answer, record_answer
from ..placements.stating import accept_terms
from ..states import PlacementState
from . import history, names
from .accounts import SHOWN_TOWNS, Officers
from .needs import in_order, must, want
from .receiving import HOW, give_consents

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PIN = "県の職員を充て、実務を担ってもらう"
_HOME = "281000"  # 神戸市
_PEOPLE = (  # family name, furigana, post, years of the term from this one, half-days a month, yen of one
    ("県野", "ケンノ", "accelerator", 3, 16, 9_500),
    ("走井", "ハシリイ", "accelerator", 3, 20, 9_500),
    ("支倉", "ハセクラ", "supporter", 2, 12, 7_000),
)
_TITLES = ("業務の棚卸しと手順の見直し", "職員向けデジタル研修の立ち上げ", "申請手続の電子化の作業")


def suit(needs: Sequence[Need], midnight: datetime) -> None:
    """Small pieces of work from this month to the end of the next quarter, each in a town that is shown."""
    month = month_of(local_date(midnight))
    for need, town, title in zip(needs, SHOWN_TOWNS, _TITLES, strict=True):
        need.municipality_code = need.place_code = town
        need.title, need.theme, need.stage, need.involvement = title, "bpr", "build", "does"
        need.first_month, need.last_month, need.half_days, need.seats = month + 1, month + 5, 4, 1
        need.mode, need.on_site_share, need.requires_training = NeedMode.HYBRID, 50, False
        need.pay_basis, need.pay_amount, need.funding_source = "day", 25_000, None
        need.touches_procurement, need.vendors = False, []
        need.forms = [NeedForm(form="commission")]
        need.skills = in_order([must("bpr", 2), want("bridging", 2)])
        need.created_at = midnight - 25 * DAY


def register_people(
    session: Session, first: int, officer: Actor, midnight: datetime
) -> list[Candidate]:
    """`first`: the number of the first of them."""
    return [
        _register(session, number, *row, officer, midnight - 20 * DAY)
        for number, row in enumerate(_PEOPLE, first)
    ]


def _register(
    session: Session,
    number: int,
    family: str,
    kana: str,
    post: str,
    years: int,
    half_days: int,
    cost: int,
    officer: Actor,
    now: datetime,
) -> Candidate:
    by: dict[str, Any] = {"actor": officer, "now": now}
    person = start_reception(session, Origin(Source.PAPER, local_date(now)), **by)
    year, month = fiscal_year(local_date(now)), month_of(local_date(now))
    until = fiscal_year_days(year + years - 1)[1]
    basics = Basics(
        EMPLOYED, family, kana, _HOME, "進", "ススム", names.phone(number), "1985-05-05", None,
        names.POSTAL_CODE, names.street(number),
    )  # fmt: skip
    posts = [
        Post("架空ソフト株式会社", month_number(2010, 4), month_number(year, 3), is_public=False)
    ]
    claims = [
        SkillClaim("bpr", 3, year),
        SkillClaim("bridging", 3, year),
        SkillClaim("administration", 2),
    ]
    months = Availability(
        [Window(month, month_of(until), half_days)], overnight=True, most_at_once=4
    )
    told: tuple[tuple[Step, Any, Any], ...] = (
        (Step.BASICS, editing.save_basics, basics),
        (Step.CAREER, editing.save_career, Career(posts)),
        (Step.SKILLS, editing.save_skills, Skills(claims)),
        (Step.AVAILABILITY, availability.save_availability, months),
        (Step.WISHES, editing.save_wishes, Wishes([EMPLOYED], involvement="does")),
        (Step.CONSENTS, give_consents, ["search", "introduction"]),
    )
    for step, save, value in told:
        save_received(session, person, step, save, value, Source.PAPER, **by)
    term = Term(
        post, date(year, 4, 1), until, cost, f"予算編成と調達の研修を受講済み（{names.LABEL}）"
    )
    save_term(session, person, term, **by)
    by["now"] = now + HOUR
    confirm_by_telephone(session, person, Call(local_date(now), person.name, HOW), **by)
    by["now"] = now + DAY
    activate_membership(session, person.memberships[0], **by)
    for subject in ("privacy", "security", "local_government"):
        content = Content(
            Kind.TRAINING, subject, title="県の必須研修", done_on=local_date(now - 30 * DAY)
        )
        check_credential(session, say_credential(session, person, content, **by), until=None, **by)
    return person


def lend(
    session: Session,
    needs: Sequence[Need],
    people: Sequence[Candidate],
    officers: Officers,
    midnight: datetime,
    title: str,
) -> None:
    """A round of a fortnight ago with a pin for each: two work by now, of the third an answer is awaited."""
    run_at = midnight - 14 * DAY
    pins = [
        history.Pin(need.id, person.id, PIN) for need, person in zip(needs, people, strict=True)
    ]
    ids = [need.id for need in needs]
    round_ = history.run_round(session, title, ids, officers, run_at, pins)
    drafted = history.draft_papers(session, round_, officers, run_at + DAY, alternates=0)
    history.approve(session, drafted, officers, midnight - 4 * DAY)
    for placement in drafted[:2]:
        _go_on(session, placement, officers, midnight - 3 * DAY)


def _go_on(session: Session, placement: Placement, officers: Officers, now: datetime) -> None:
    """Asked by telephone like everybody; the town says yes, states the terms, and the work is confirmed."""
    staff, town = officers.coordinator, officers.towns[placement.municipality_code]
    answer = Answer(ACCEPT, How.TELEPHONE, local_date(now), placement.candidate.name)
    record_answer(
        session, placement, answer, asked=PlacementState.OFFERED, actor=staff, now=now + 10 * HOUR
    )
    welcome_person(session, placement, actor=town, now=now + DAY)
    history.state_usual_terms(session, placement, town, now + DAY + HOUR)
    accept_terms(session, placement, 1, actor=staff, now=now + DAY + 2 * HOUR)
    confirm_placement(session, placement, actor=staff, now=now + DAY + 3 * HOUR)
