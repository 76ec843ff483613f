import pytest

from talentpool import audit
from talentpool.db import Session
from talentpool.ledger import service as ledger
from talentpool.states import PlacementState

from . import factories as make


@pytest.mark.parametrize("state", PlacementState)
def test_a_placement_can_be_made_in_every_state(session: Session, state: PlacementState) -> None:
    need, candidate = make.make_need(session), make.make_candidate(session)
    placement = make.make_placement(session, need, candidate, state=state)
    session.commit()
    assert placement.state is state
    assert list(ledger.violations(session)) == []
    assert list(audit.verify(session)) == []


def test_a_round_can_be_made_with_a_plan(session: Session) -> None:
    need, candidate = make.make_need(session), make.make_candidate(session)
    made = make.make_round_with_plan(session, [(need, candidate)], needs=[make.make_need(session)])
    session.commit()
    assert [(pair.need_id, pair.candidate_id, pair.seat) for pair in made.pairs] == [
        (need.id, candidate.id, 1)
    ]
