"""What the tables of states say of each other."""

from __future__ import annotations

from talentpool.states import ENDED, EXPLORING, PLACEMENT, ROUND, RoundState


def test_a_placement_has_ended_where_a_step_that_ends_it_leads() -> None:
    assert {step.target for step in PLACEMENT.transitions if step.is_end} == ENDED


def test_a_what_if_can_be_wherever_steps_lead_that_make_no_plan() -> None:
    reached, new = set(), {RoundState.QUEUED}
    while new := new - reached:
        reached |= new
        new = {
            step.target
            for step in ROUND.transitions
            if step.sources & new
            and step.verb not in {"prove", "stop_short", "halt", "come_up_empty"}
        }
    assert reached == EXPLORING
