"""Whether a need wants somebody who does the work or who advises: kept and shown, and read by no rule."""

from __future__ import annotations

from dataclasses import replace

from talentpool import clock
from talentpool.db import Session
from talentpool.needs import rules
from talentpool.needs.models import Need
from talentpool.needs.templates import templates
from talentpool.permissions import Role
from talentpool.placements.revising.effects import SHOWN, UNREAD
from talentpool.pool.assemble import request_of
from talentpool.pool.translate import to_need
from talentpool.reference.catalogue import Catalogue
from talentpool.states import NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in

from .test_pages import NEED
from .test_rules import WHOLE

CATALOGUE = Catalogue.shipped()


def test_only_the_words_of_the_list_are_taken() -> None:
    for word in (None, "does", "advises"):
        assert not list(rules.faults(replace(WHOLE, involvement=word), CATALOGUE))
    assert {
        field for field, _ in rules.faults(replace(WHOLE, involvement="watches"), CATALOGUE)
    } == {"involvement"}
    assert "県の職員" in "".join(
        text for _, text in rules.faults(replace(WHOLE, forms=("prefectural",)), CATALOGUE)
    )
    assert templates()["cio_aide"].answers["involvement"] == "advises"


def test_the_engine_does_not_read_it(session: Session) -> None:
    need = make.make_need(session)
    before = to_need(request_of(need), CATALOGUE)
    need.involvement = "advises"
    assert to_need(request_of(need), CATALOGUE) == before
    assert "involvement" in UNREAD & SHOWN


def test_a_form_for_advice_is_warned_about_where_work_is_wanted(session: Session) -> None:
    need = make.make_need(session, forms=("special_part_time",))
    told = [len(rules.list_warnings(need, CATALOGUE))]
    for word in ("advises", "does"):
        need.involvement = word
        told.append(len(rules.list_warnings(need, CATALOGUE)))
    assert told[0] == told[1] == told[2] - 1


def test_a_town_says_it_and_officers_read_both_sides(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        town = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.HIMEJI)
        person = make.make_candidate(session, involvement="advises", now=clock.now())
        need = make.make_need(session, involvement="does", now=clock.now())
        placement = make.make_placement(session, need, person, state=PlacementState.PROPOSED)
        ident, number = placement.id, need.id
    office = Browser(app)
    office.enter(town)
    made = office.post("/needs/new", **NEED | {"involvement": "does"})
    with app.database.reading() as session:
        stored = session.query(Need).order_by(Need.id.desc()).first()
        assert stored is not None
        assert (stored.state, stored.involvement) == (NeedState.DRAFT, "does")
    assert "実務を担う" in office.get(made.location).text
    assert "実務を担う" in office.get(f"/needs/{number}").text
    page = signed_in(app, Role.COORDINATOR).get(f"/placements/{ident}").text
    assert "募集は「実務を担う」、本人は「助言する」" in page
