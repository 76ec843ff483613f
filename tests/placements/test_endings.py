"""What ends with a need, with a membership and with a consent."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.candidates import consenting, endings
from talentpool.candidates.leaving import leave_pool, withdraw_essential_consent
from talentpool.candidates.models import Candidate, Membership
from talentpool.db import Session
from talentpool.engagements.models import Engagement
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.mail import MailOrder
from talentpool.needs.models import Outcome
from talentpool.permissions import Role, get_visible
from talentpool.placements.closing import close_need, people_told, withdraw_need
from talentpool.placements.leaving import end_placements
from talentpool.states import LIVE, Audience, MembershipState, NeedState, PlacementState

from .. import factories as make
from .cast import Cast, assert_sound, ledger_of, mails, states

PS = PlacementState


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def test_closing_a_need_ends_each_placement_with_its_own_reason(
    cast: Cast, session: Session
) -> None:
    need = make.make_need(session, seats=5)
    rows = {
        state: make.make_placement(session, need, make.make_candidate(session), state=state)
        for state in sorted(LIVE)
    }
    close_need(session, need, reason="policy", actor=cast.coordinator, now=make.NOW)
    assert (need.state, need.outcome) == (NeedState.CLOSED, Outcome.PARTLY_FILLED)
    ended = {state: (row.state, row.end_reason) for state, row in rows.items()}
    superseded, revoked = (PS.SUPERSEDED, "need_closed"), (PS.REVOKED, "need_closed")
    assert ended == {
        PS.SUGGESTED: superseded, PS.PROPOSED: superseded, PS.APPROVED: superseded,
        PS.OFFERED: revoked, PS.INTRODUCED: revoked, PS.AGREED: revoked,
        PS.CONFIRMED: (PS.CONFIRMED, None),
    }  # fmt: skip
    offered = rows[PS.OFFERED]
    assert mails(session, offered, "revoke") == [offered.candidate.user_id]
    assert cast.town.user_id in mails(session, rows[PS.INTRODUCED], "revoke")
    assert ledger_of(session, offered.candidate) == {(0, 0)}
    assert_sound(session)


def test_a_need_is_closed_as_filled_only_when_every_seat_is_confirmed(
    cast: Cast, session: Session
) -> None:
    need = make.make_need(session)
    placement = make.make_placement(session, need, make.make_candidate(session), state=PS.AGREED)
    with pytest.raises(Refused, match="1枠のうち0枠") as refused:
        close_need(session, need, reason="filled", actor=cast.coordinator, now=make.NOW)
    assert "reason" in refused.value.fields
    cast.step(placement, "confirm")
    close_need(session, need, reason="filled", actor=cast.coordinator, now=make.NOW)
    assert need.outcome is Outcome.FILLED
    assert placement.state is PS.CONFIRMED
    assert_sound(session)


def test_an_unfilled_need_says_so_when_it_is_closed(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    close_need(session, need, reason="nobody", actor=cast.coordinator, now=make.NOW)
    assert need.outcome is Outcome.UNFILLED
    event = session.scalars(
        sa.select(MailOrder.event).where(MailOrder.event.startswith("need/"))
    ).all()
    assert event == [f"need/{need.id}/close/{need.version}"]
    assert_sound(session)


def test_a_town_withdraws_its_own_need_and_no_other(cast: Cast, session: Session) -> None:
    need, foreign = make.make_need(session), make.make_need(session, municipality_code=make.SAYO)
    placement = make.make_placement(session, need, make.make_candidate(session), state=PS.OFFERED)
    with pytest.raises(Forbidden):
        withdraw_need(session, foreign, reason="budget", actor=cast.town, now=make.NOW)
    assert people_told(session, need, "withdraw") == [Audience.CANDIDATE, Audience.COORDINATOR]
    withdraw_need(session, need, reason="budget", actor=cast.town, now=make.NOW)
    assert (need.outcome, placement.state) == (Outcome.WITHDRAWN, PS.REVOKED)
    assert_sound(session)


def test_closing_needs_a_reason_of_its_vocabulary_and_happens_once(
    cast: Cast, session: Session
) -> None:
    need = make.make_need(session)
    with pytest.raises(Refused):
        close_need(session, need, reason=None, actor=cast.coordinator, now=make.NOW)
    with pytest.raises(Forbidden):
        close_need(session, need, reason="policy", actor=cast.approver, now=make.NOW)
    close_need(session, need, reason="policy", actor=cast.coordinator, now=make.NOW)
    with pytest.raises(Conflict, match="終了"):
        close_need(session, need, reason="policy", actor=cast.coordinator, now=make.NOW)


def test_an_alternate_is_not_offered_a_seat_of_a_closed_need(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    rows = cast.proposed_list(need, 2)
    cast.walk_all(rows, "approve")
    close_need(session, need, reason="policy", actor=cast.coordinator, now=make.NOW)
    assert states(rows) == [PS.REVOKED, PS.SUPERSEDED]


def _membership(session: Session, person: Candidate) -> Membership:
    return session.scalars(sa.select(Membership).where(Membership.candidate_id == person.id)).one()


def test_when_a_person_leaves_everything_live_ends_and_the_alternate_is_asked(
    cast: Cast, session: Session
) -> None:
    need = make.make_need(session)
    first, second = cast.proposed_list(need, 2)
    cast.walk_all([first, second], "approve")
    cast.step(first, "accept")
    person = first.candidate
    waiting = cast.suggested(candidate=person)
    leave_pool(session, _membership(session, person), actor=cast.person(first), now=make.NOW)
    assert (first.state, first.end_reason) == (PS.REVOKED, "candidate_left")
    assert waiting.state is PS.SUPERSEDED
    assert second.state is PS.OFFERED
    assert cast.town.user_id in mails(session, first, "revoke")
    assert_sound(session)


def test_nobody_leaves_with_confirmed_work_ahead(cast: Cast, session: Session) -> None:
    placement = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=PS.CONFIRMED
    )
    with pytest.raises(Conflict, match="確定した活動"):
        end_placements(
            session, placement.candidate, make.HYOGO, endings.LEFT,
            actor=cast.person(placement), now=make.NOW,
        )  # fmt: skip


def test_withdrawing_the_consent_to_be_matched_ends_what_is_not_confirmed(
    cast: Cast, session: Session
) -> None:
    placement = cast.walk(cast.suggested(), "propose", "approve", "accept")
    membership = _membership(session, placement.candidate)
    withdraw_essential_consent(session, membership, actor=cast.person(placement), now=make.NOW)
    assert (placement.state, placement.end_reason) == (PS.REVOKED, "consent_withdrawn")
    assert membership.state is MembershipState.LEFT
    assert_sound(session)


def test_withdrawing_the_consent_to_one_town_ends_only_what_that_town_knows(
    cast: Cast, session: Session
) -> None:
    person = make.make_candidate(session)
    here = cast.walk(cast.suggested(candidate=person), "propose", "approve", "accept")
    elsewhere = make.make_placement(
        session, make.make_need(session, municipality_code=make.SAYO), person, state=PS.INTRODUCED
    )
    consent = next(row for row in person.consents if row.audience == make.HIMEJI)
    consenting.withdraw_consent(session, person, consent, actor=cast.person(here), now=make.NOW)
    assert (here.state, elsewhere.state) == (PS.REVOKED, PS.INTRODUCED)
    assert_sound(session)


def test_person_and_town_reach_the_engagement_of_their_placement_and_no_other(
    cast: Cast, session: Session
) -> None:
    placement = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=PS.CONFIRMED
    )
    engagement = session.scalars(sa.select(Engagement)).one()
    stranger = make.make_user(session, Role.CANDIDATE).actor
    other_town = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor
    for actor in (cast.person(placement), cast.town, cast.coordinator):
        assert get_visible(session, actor, Engagement, engagement.id) is engagement
    for actor in (stranger, other_town):
        with pytest.raises(NotFound):
            get_visible(session, actor, Engagement, engagement.id)


def test_who_is_no_longer_in_the_pool_goes_no_step_further(cast: Cast, session: Session) -> None:
    placement = cast.suggested()
    _membership(session, placement.candidate).state = MembershipState.LEFT
    with pytest.raises(Conflict, match="登録が有効"):
        cast.step(placement, "propose")


def test_a_comment_of_more_than_a_thousand_characters_is_refused(cast: Cast) -> None:
    placement = cast.walk(cast.suggested(), "propose", "approve")
    with pytest.raises(Refused) as refused:
        cast.step(placement, "decline", reason="schedule", comment="長" * 1001)
    assert "comment" in refused.value.fields
