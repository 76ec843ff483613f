"""People whom the prefecture employs and lends to towns: their kind, their term, and who pays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from talentpool import audit
from talentpool.audit import AuditEvent
from talentpool.candidates import (
    availability,
    consenting,
    editing,
    employing,
    receiving,
    reviewing,
    submitting,
)
from talentpool.candidates.content import EMPLOYED, Basics, Term, Wishes
from talentpool.candidates.employed import Employment
from talentpool.candidates.models import Candidate, Membership
from talentpool.candidates.received import Confirmed, Source
from talentpool.candidates.receiving import save_received
from talentpool.candidates.steps import Step
from talentpool.candidates.terms import find_term, within_term
from talentpool.dates import month_number
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.ledger import service as ledger
from talentpool.needs.costing import fee_of
from talentpool.operations.check import violations
from talentpool.permissions import Actor, Role
from talentpool.placements.views.costs import PrefectureCost
from talentpool.pool.reading import read_profiles
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from . import profiles, typed
from .test_receiving import received

NOW = make.NOW
BASICS = Basics(
    **{**{name: getattr(profiles.BASICS, name) for name in Basics.__slots__}, "kind": EMPLOYED}
)
TERM = Term("accelerator", date(2026, 4, 1), date(2027, 6, 15), 9000, "予算編成の研修を受講済み")


def fill(session: Session, officer: Actor) -> Candidate:
    """All steps but the term, from paper."""
    person, by = received(session, officer), {"actor": officer, "now": NOW}

    def consent(session: Session, person: Candidate, purposes: list[str], **who: object) -> object:
        return consenting.save_consents(session, person, make.HYOGO, purposes, **who)  # type: ignore[arg-type]

    for step, save, value in (
        (Step.BASICS, editing.save_basics, BASICS),
        (Step.CAREER, editing.save_career, profiles.CAREER),
        (Step.SKILLS, editing.save_skills, profiles.SKILLS),
        (Step.AVAILABILITY, availability.save_availability, profiles.WINDOWS),
        (Step.CONSENTS, consent, ["search", "introduction"]),
    ):
        save_received(session, person, step, save, value, Source.PAPER, **by, is_other=True)  # type: ignore[arg-type]
    return person


def apply(session: Session, officer: Actor, term: Term = TERM) -> Membership:
    """Handed in, and to be accepted."""
    person, by = fill(session, officer), {"actor": officer, "now": NOW}
    employing.save_term(session, person, term, **by)  # type: ignore[arg-type]
    reception = receiving.get_reception(session, person)
    reception.confirmed_at, reception.confirmed_how = NOW, Confirmed.CODE
    membership = person.memberships[0]
    submitting.submit_profile(session, membership, **by)  # type: ignore[arg-type]
    return membership


def join(session: Session, officer: Actor, term: Term = TERM) -> Membership:
    membership = apply(session, officer, term)
    until = date(2030, 3, 31)
    reviewing.activate_membership(session, membership, until=until, actor=officer, now=NOW)
    return membership


def test_the_term_is_needed_and_opens_registration_and_months(
    session: Session, officer: Actor
) -> None:
    person = fill(session, officer)
    assert [row.form for row in person.forms] == [EMPLOYED]  # by the kind, not by hand
    missing = submitting.list_missing(session, person, make.HYOGO, now=NOW)
    assert [one.what[0] for one in missing] == ["雇用の期間"]
    membership = join(session, officer)
    assert (membership.active_from, membership.active_until) == (date(2026, 12, 1), TERM.last_day)
    months = {
        row.month: row.capacity for row in ledger.list_months(session, membership.candidate_id)
    }
    assert months[month_number(2027, 5)] == 8
    assert not months.get(month_number(2027, 6))  # the term covers half of it
    profile = read_profiles(session, make.HYOGO)[membership.candidate_id]
    assert (profile.kind, profile.forms, profile.pay_minimum) == (EMPLOYED, (EMPLOYED,), 0)
    assert profile.member_until == month_number(2027, 5)
    audit.seal(session)
    assert not list(violations(session))


def test_a_renewal_moves_the_last_day_and_never_takes_back_what_is_held(
    session: Session, officer: Actor
) -> None:
    membership, by = join(session, officer), {"actor": officer, "now": NOW}
    person = membership.candidate
    longer = Term(TERM.post, TERM.first_day, date(2028, 3, 31), TERM.half_day_cost, TERM.note)
    employing.save_term(session, person, longer, **by)  # type: ignore[arg-type]
    assert membership.active_until == longer.last_day
    begun, later = date(2026, 12, 1), replace(longer, first_day=date(2027, 3, 1))
    for term, first in (
        (later, later.first_day), (replace(later, first_day=date(2027, 1, 1)), date(2027, 1, 1)), (longer, begun),
    ):  # fmt: skip
        employing.save_term(session, person, term, **by)  # type: ignore[arg-type]
        assert membership.active_from == first
    need = make.make_need(session)
    make.make_placement(session, need, person, state=PlacementState.OFFERED)
    shorter = Term(TERM.post, TERM.first_day, date(2027, 4, 30))
    with pytest.raises(Refused) as refused:
        employing.save_term(session, person, shorter, **by)  # type: ignore[arg-type]
    assert set(refused.value.fields) == {"last_day"}
    for wrong, field in (
        (Term("mayor", TERM.first_day, TERM.last_day), "post"),
        (Term(TERM.post, TERM.last_day, TERM.first_day), "last_day"),
        (Term(TERM.post, TERM.first_day, date(2036, 3, 31)), "last_day"),
        (Term(TERM.post, date(2026, 4, 1), date(2026, 11, 30)), "last_day"),
        (Term(TERM.post, TERM.first_day, TERM.last_day, 0), "half_day_cost"),
    ):
        with pytest.raises(Refused) as refused:
            employing.save_term(session, person, wrong, **by)  # type: ignore[arg-type]
        assert field in refused.value.fields


def test_no_town_appoints_or_pays(session: Session, officer: Actor) -> None:
    person, by = join(session, officer).candidate, {"actor": officer, "now": NOW}
    for wishes, field in (
        (Wishes(forms=["commission"]), "forms"),
        (Wishes(forms=[EMPLOYED], pay_wish=5000), "pay_wish"),
        (Wishes(forms=[EMPLOYED], side_job="permitted"), "side_job"),
        (Wishes(forms=[EMPLOYED], income_ceiling=900_000), "income_ceiling"),
    ):
        with pytest.raises(Refused) as refused:
            editing.save_wishes(session, person, wishes, **by)  # type: ignore[arg-type]
        assert field in refused.value.fields
    editing.save_wishes(session, person, Wishes(forms=[EMPLOYED], themes=["bpr"]), **by)  # type: ignore[arg-type]
    need = make.make_need(session, pay_amount=25_000)
    assert fee_of(need, person) == (0, "none")
    assert fee_of(need, make.make_candidate(session)) == (25_000, need.pay_basis)


def test_the_kind_is_given_by_staff_and_kept_in_the_pool(
    session: Session, officer: Actor, person: Actor, candidate: Candidate
) -> None:
    with pytest.raises(Refused):
        editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)
    member = join(session, officer).candidate
    with pytest.raises(Refused) as refused:
        editing.save_basics(session, member, profiles.BASICS, actor=officer, now=NOW)
    assert set(refused.value.fields) == {"kind"}
    draft = fill(session, officer)
    employing.save_term(session, draft, TERM, actor=officer, now=NOW)
    own = make.make_user(session, Role.CANDIDATE).actor
    draft.user_id = own.user_id
    editing.save_basics(session, draft, BASICS, actor=own, now=NOW)
    with pytest.raises(Refused) as refused:
        editing.save_basics(session, draft, profiles.BASICS, actor=own, now=NOW)
    assert set(refused.value.fields) == {"kind"}
    assert find_term(session, draft) == TERM
    draft.user_id = None
    editing.save_basics(session, draft, profiles.BASICS, actor=officer, now=NOW)
    assert find_term(session, draft) is None
    audit.seal(session)
    dropped = sa.select(AuditEvent.detail).where(AuditEvent.action == "employment.drop")
    assert session.scalars(dropped).all() == [
        {"post": "accelerator", "first_day": "2026-04-01", "last_day": "2027-06-15"}
    ]
    assert not draft.forms
    with pytest.raises(Conflict):
        employing.save_term(session, draft, TERM, actor=officer, now=NOW)


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.COORDINATOR, Role.SYSTEM}]
)
def test_only_coordinators_of_the_prefecture_record_a_term(session: Session, role: Role) -> None:
    person = make.make_employee(session)
    for actor in (
        make.make_user(session, role).actor,
        make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor,
    ):
        with pytest.raises((Forbidden, NotFound)):
            employing.save_term(session, person, TERM, actor=actor, now=NOW)


def test_months_without_a_term_or_inside_it_stay_as_they_are() -> None:
    capacity = {month_number(2027, n): 4 for n in (3, 4, 5)}
    assert within_term(None, capacity) == capacity
    term = Term("supporter", date(2027, 3, 2), date(2027, 4, 30))
    assert list(within_term(term, capacity).values()) == [0, 4, 0]


def test_check_names_who_is_registered_beyond_the_term(session: Session) -> None:
    person = make.make_employee(session)
    audit.seal(session)
    assert not list(violations(session))
    person.memberships[0].active_until = date(2028, 4, 1)
    person.pay_wish = 1
    session.flush()
    assert len([one for one in violations(session) if "term" in one or "pay" in one]) == 2
    session.execute(sa.delete(Employment))
    session.expire_all()
    assert any("without a term" in one for one in violations(session))


def test_officers_record_the_term_on_its_page(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        person = fill(session, officer.actor)
        ident = person.id
    browser = signed_in(app, Role.COORDINATOR)
    page = browser.get(f"/reception/{ident}").text
    assert "雇用の期間を記録する" in page
    assert re.search('data-label="項目">[^<]*受けられる任用形態', page)  # by the kind
    wishes = browser.get(f"/reception/{ident}/wishes").text
    assert "給与は県が支払います" in wishes
    assert 'name="pay_minimum"' not in wishes
    path = f"/candidates/{ident}/employment"
    from ..web.test_versions import version_on

    typed_ = {
        "post": "supporter",
        "first_day": "令和8年4月1日",
        "last_day": "2028-03-31",
        "half_day_cost": "9,000",
    }
    done = browser.post(path, **typed_, version=version_on(browser, path))
    assert done.location.endswith(f"/reception/{ident}")
    shown = browser.get(f"/candidates/{ident}").text
    assert "支援員" in shown
    assert "9,000円" in shown
    assert browser.post(path, **typed_, version="old").status_code == 409
    own = signed_in(app, Role.CANDIDATE)
    assert "市町支援" not in own.get("/profile/basics").text
    assert 'value="official"' in own.get("/profile/basics").text
    with app.database.writing() as session:
        account = make.make_user(session, Role.CANDIDATE)
        session.get_one(Candidate, ident).user_id = account.id
    own = Browser(app)
    own.enter(account)
    assert 'value="official"' not in own.get("/profile/basics").text
    typed_ = {**typed.BASICS, "kind": EMPLOYED, "version": version_on(own, "/profile/basics")}
    assert own.post("/profile/basics?only=1", **typed_).status_code == 302


def test_the_cost_of_the_prefecture_is_half_days_times_its_figure() -> None:
    assert PrefectureCost(9000, 16).yen == 144_000
