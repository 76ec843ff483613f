"""The live count is the engine's, whatever the need; what changes in the pool is counted at once; towns learn steps."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from talentpool.candidates.consenting import withdraw_consent
from talentpool.candidates.models import CandidateCompany
from talentpool.db import Session
from talentpool.matching.scoring.rules import Rule
from talentpool.needs.content import Sketch, SkillRequirement
from talentpool.needs.models import NeedMode
from talentpool.needs.views.sketching import sketch_of
from talentpool.permissions import SYSTEM, Actor
from talentpool.pool import kept
from talentpool.pool.counting import Counted, Stage, count
from talentpool.pool.crowd import Crowd
from talentpool.pool.kept import crowd_of
from talentpool.pool.surveying import PERIOD, request_of_sketch, survey
from talentpool.pool.told import Figure, Told, in_steps, tell
from talentpool.pool.translate import to_need
from talentpool.reference.catalogue import Catalogue
from talentpool.states import NeedState, PlacementState
from talentpool.text import search_key
from tests.factories import (
    ASAGO,
    FIRST,
    HIMEJI,
    HYOGO,
    LAST,
    NOW,
    SAYO,
    make_candidate,
    make_need,
    make_placement,
)
from tests.needs.joined import make_joint
from tests.pool.random_needs import CATALOGUE, draw_people, draw_request, faults_of

SKETCH = Sketch(
    HIMEJI, half_days=4, first_month=FIRST, last_month=LAST, mode="online", place_code=HIMEJI,
    pay_basis="day", pay_amount=25_000, weekdays=31, forms=("commission",),
    skills=(SkillRequirement("bpr", 2, must=True),),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_the_live_count_is_what_the_engine_counts(seed: int) -> None:
    drawn = range(seed * 8, seed * 8 + 8)  # the long set draws 500
    assert {each: faults_of(1_000 + each) for each in drawn} == {each: [] for each in drawn}


def test_what_changes_in_the_pool_is_counted_at_once(session: Session) -> None:
    """Whatever is written leaves an entry in the chain, and only those it names are read again."""
    catalogue = Catalogue.shipped()
    people = [make_candidate(session, half_days=8) for _ in range(3)]
    need = make_need(session, seats=2)
    session.commit()

    def counted() -> tuple[int, int]:
        crowd, some = crowd_of(session, HYOGO, catalogue, NOW)
        request, undecided = request_of_sketch(SKETCH, crowd.start)
        found = count(crowd, some, request, catalogue, undecided=undecided)
        return found.people, found.fitting

    def both_ways() -> tuple[int, int]:
        """By what is kept, and read anew."""
        by_kept = counted()
        kept.forget()
        assert counted() == by_kept
        return by_kept

    assert both_ways() == (3, 3)
    make_candidate(session, half_days=2)
    session.commit()
    assert both_ways() == (4, 3)
    make_placement(session, need, people[0], state=PlacementState.CONFIRMED)  # 4 of 8 half-days
    session.commit()
    assert both_ways() == (4, 3)
    make_placement(session, make_need(session), people[0], state=PlacementState.CONFIRMED)
    session.commit()
    assert both_ways() == (4, 2)
    withdraw_consent(session, people[1], people[1].consents[0], actor=SYSTEM, now=NOW)
    session.commit()
    assert both_ways() == (3, 1)


def test_nobody_can_be_counted_and_what_is_not_said_counts_nobody_out(session: Session) -> None:
    make_need(session)
    session.commit()
    catalogue = Catalogue.shipped()
    crowd, some = crowd_of(session, HYOGO, catalogue, NOW)
    request, undecided = request_of_sketch(Sketch(HIMEJI), crowd.start)
    assert count(crowd, some, request, catalogue, undecided=undecided).fitting == 0
    make_candidate(session, forms=(), half_days=1, pay_minimum=99_000, pay_wish=99_000)
    session.commit()
    crowd, some = crowd_of(session, HYOGO, catalogue, NOW)
    assert count(crowd, some, request, catalogue, undecided=undecided).fitting == 1
    for month in (FIRST - 400, FIRST + 400):  # beyond the months that are kept
        far, rest = request_of_sketch(
            Sketch(HIMEJI, first_month=month, last_month=month), crowd.start
        )
        assert count(crowd, some, far, catalogue, undecided=rest).fitting == 1
        assert rest >= PERIOD
    recent = (SkillRequirement("bpr", 2, must=True, used_within=3),)
    before = replace(SKETCH, first_month=crowd.start - 12, skills=recent)
    begun, rest = request_of_sketch(before, crowd.start)
    assert (begun.first_month, list(rest)) == (crowd.start, [])
    assert to_need(begun, catalogue).skills[0].since == crowd.start // 12 - 4


def test_what_a_town_may_not_learn_counts_nobody_out_for_it(session: Session) -> None:
    catalogue = Catalogue.shipped()
    tied, near, capped, _ = (make_candidate(session) for _ in range(4))
    capped.income_ceiling = 1
    tied.companies.append(CandidateCompany(name="会社", name_key=search_key("会社")))
    near.travel_limit = 30
    joint = make_joint(session, mode=NeedMode.ONSITE, half_days=8, state=NeedState.DRAFT)
    town, staff = joint.lead, joint.coordinator
    session.commit()

    def asked(sketch: Sketch, actor: Actor) -> Told:
        kept.forget()
        return survey(session, sketch, HYOGO, catalogue=catalogue, actor=actor, now=NOW)

    sketch = replace(SKETCH, skills=(), vendors=("会社",), touches_procurement=True)
    by_staff, by_town = asked(sketch, staff), asked(sketch, town)
    assert (by_staff.fitting, by_town.fitting) == (Figure(2, 2), Figure(3, 5))
    assert {Rule.CONFLICT, Rule.INCOME} <= {one.rule for one in by_staff.near}
    assert not by_town.near
    assert Stage.CONFLICT not in by_town.left
    stored = sketch_of(joint.need)
    assert stored.members == (ASAGO, SAYO)
    assert (
        asked(stored, staff).fitting.least
        == asked(replace(stored, members=()), staff).fitting.least - 1
    )


@pytest.mark.parametrize(
    ("people", "step"),
    [(0, (0, 0)), (1, (1, 2)), (2, (1, 2)), (3, (3, 5)), (5, (3, 5)), (6, (6, 8))],
)
def test_towns_are_told_steps_of_three(people: int, step: tuple[int, int]) -> None:
    assert in_steps(people) == Figure(*step)


def test_a_town_cannot_tell_one_person_by_the_difference_of_two_answers() -> None:
    """Whoever leaves: no two answers that a town compares allow one difference alone."""
    for seed in range(12):
        r = random.Random(seed)
        people, request = draw_people(r, 30), replace(draw_request(r), filled=0)
        crowd = Crowd.of(people, CATALOGUE, "28", FIRST - 4)
        everybody = np.ones(30, bool)
        before = _figures(count(crowd, everybody, request, CATALOGUE))
        for gone in range(0, 30, 5):
            without = everybody.copy()
            without[gone] = False
            after = _figures(count(crowd, without, request, CATALOGUE))
            for name in before.keys() | after.keys():
                more, less = before.get(name, Figure(0, 0)), after.get(name, Figure(0, 0))
                compatible = {
                    abs(one - other)
                    for one in range(more.least, more.most + 1)
                    for other in range(less.least, less.most + 1)
                }
                assert len(compatible) > 1 or compatible == {0}, (name, more, less)


def _figures(counted: Counted) -> dict[object, Figure]:
    """All that a town is told in figures, by what each is of."""
    told = tell(counted, (), is_exact=False)
    return {
        "fitting": told.fitting,
        **dict(told.left.items()),
        **{("near", one.rule): one.people for one in told.near},
        **{(ease.kind, ease.subject): ease.gain for ease in told.eases},
        **{("must", must.group[0]): must.people for must in told.musts},
        **{("lower", must.group[0]): must.lower for must in told.musts},
        **{("without", must.group[0]): must.without for must in told.musts},
        **{("wish", wish.asked): wish.people for wish in told.wishes},
    }


def test_all_that_a_town_reads_follows_from_the_steps() -> None:
    """Order, bars and what costs most do not show which of two figures in the same step is greater."""
    r = random.Random(3)
    people, request = draw_people(r, 40), draw_request(r)
    crowd = Crowd.of(people, CATALOGUE, "28", FIRST - 4)
    found = count(crowd, np.ones(40, bool), request, CATALOGUE, has_nearest=True)

    def other(n: int) -> int:
        step = in_steps(n)
        return r.randint(step.least, step.most)

    def read(counted: Counted) -> Told:
        return tell(counted, (), is_exact=False)

    for _ in range(10):
        blurred = replace(
            found,
            fitting=other(found.fitting),
            left={stage: other(n) for stage, n in found.left.items()},
            costs=[replace(cost, gain=other(cost.gain)) for cost in found.costs],
            eases=[replace(ease, gain=other(ease.gain)) for ease in found.eases],
            near={rule: other(n) for rule, n in found.near.items()},
            musts=[
                replace(x, people=other(x.people), lower=other(x.lower), without=other(x.without))
                for x in found.musts
            ],
            wishes=[replace(wish, people=other(wish.people)) for wish in found.wishes],
        )
        assert read(blurred) == read(found)
    assert found.nearest
    assert not read(found).nearest


def test_nothing_of_the_solver_is_loaded_to_count() -> None:
    code = (
        "import sys, random\n"
        "import talentpool.app, talentpool.pool.views\n"
        "from tests.pool.random_needs import faults_of\n"
        "assert faults_of(1) == []\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] == 'scipy']\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
