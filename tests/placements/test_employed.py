"""The prefecture's own people in the same plan and ledger: asked like everybody, and no town pays them."""

from __future__ import annotations

from talentpool import audit, matching as m
from talentpool.candidates.content import EMPLOYED
from talentpool.candidates.received import Source
from talentpool.dates import first_day, local_date, month_of
from talentpool.db import Session
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.logs import sign_log
from talentpool.engagements.models import Part, Place
from talentpool.engagements.preparing import forms_of, list_items
from talentpool.engagements.recording import Heard, record_log
from talentpool.engagements.statement import list_rows
from talentpool.operations.check import violations
from talentpool.permissions import Role
from talentpool.placements import sheet
from talentpool.placements.conditions import Conditions, find_excess
from talentpool.placements.guards import broken_for
from talentpool.pool.assemble import assemble, request_of
from talentpool.pool.reading import read_profiles
from talentpool.reference.catalogue import Catalogue
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in


def test_both_sorts_fill_one_need_in_one_plan(session: Session) -> None:
    """A need that only issues a form which the prefecture's people do not have, and pays below everybody's minimum."""
    own = make.make_employee(session)
    other = make.make_candidate(session, pay_minimum=5000)
    need = make.make_need(session, seats=2, forms=("commission",))
    found = assemble(session, make.HYOGO, None, Catalogue.shipped())
    problem = m.build(found.candidates, found.needs)
    pairs = m.solve(problem).pairs
    assert {problem.candidate_ids[person] for _, person in pairs} == {own.code, other.code}
    need.pay_amount, need.pay_basis = 0, "none"
    session.flush()
    profiles, request = read_profiles(session, make.HYOGO), request_of(need)
    assert not broken_for(profiles[own.id], request, Catalogue.shipped())
    assert set(broken_for(profiles[other.id], request, Catalogue.shipped())) == {m.Rule.PAY}


def test_terms_and_statement_have_no_pay(session: Session) -> None:
    month = month_of(local_date(make.NOW))
    person = make.make_employee(session, first_month=month)
    need = make.make_need(session, first_month=month)
    engagement = make.make_engagement(session, need=need, candidate=person)
    officer = make.make_user(session, Role.COORDINATOR).actor
    town = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.HIMEJI).actor
    content = LogContent({first_day(month): (Part.MORNING, Place.ONLINE)}, "聞き取り", theme="bpr")
    heard = Heard(Source.PAPER, local_date(make.NOW), "本人")
    log = record_log(session, engagement, month, content, heard, actor=officer, now=make.NOW)
    sign_log(session, log, actor=town, now=make.NOW)
    assert forms_of(need, person) == [EMPLOYED]
    engagement.form = EMPLOYED
    assert [(row.half_days, row.pay) for row in list_rows(session, engagement)] == [(1, 0)]
    taken = read_profiles(session, make.HYOGO)[person.id].taken
    assert {row.pay for row in taken} == {0}
    asked = {item.code for item in list_items(session, engagement, Catalogue.shipped())}
    assert "contract" in asked
    assert not asked & {"side_job", "ordinance", "terms"}
    audit.seal(session)
    assert not list(violations(session))


def test_more_pay_of_the_need_is_no_excess_for_them(session: Session) -> None:
    own, other = make.make_employee(session), make.make_candidate(session)
    need, before = make.make_need(session, pay_amount=30_000), make.make_need(session)
    asked = Conditions.of(need)
    assert not find_excess(need, own, asked, [asked], before)
    assert find_excess(need, other, asked, [asked], before)


def test_the_paper_says_who_pays(session: Session) -> None:
    own, other = make.make_employee(session), make.make_candidate(session)
    need = make.make_need(session)
    row = make.make_placement(session, need, own, state=PlacementState.PROPOSED)
    assert row.paper is not None
    told = {part.label: part for part in sheet.read_sheet(session, row.paper).sections}
    assert "県が雇用" in told["費用"].text
    assert ("任用と報酬", sheet.LENT) in told["案"].fields
    paid = make.make_placement(
        session, make.make_need(session), other, state=PlacementState.PROPOSED
    )
    assert paid.paper is not None
    told = {part.label: part for part in sheet.read_sheet(session, paid.paper).sections}
    assert told["費用"].table is not None


def test_the_prefecture_reads_its_cost_and_towns_do_not(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        town = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.HIMEJI)
        engagement = make.make_engagement(session, candidate=make.make_employee(session))
        placement, ident = engagement.placement_id, engagement.id
    staff = signed_in(app, Role.COORDINATOR)
    told = staff.get(f"/placements/{placement}").text
    assert "1コマ9,000円" in told
    assert "日額" not in told
    officer = Browser(app)
    officer.enter(town)
    for path in (
        f"/placements/{placement}/terms",
        f"/engagements/{ident}",
        f"/engagements/{ident}/statement",
    ):
        page = officer.get(path)
        assert page.status_code == 200, path
        assert "9,000円" not in page.text
        assert "25,000" not in page.text
    assert "市町が負担する報酬はありません" in officer.get(f"/engagements/{ident}").text
