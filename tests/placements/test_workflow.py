from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from talentpool.candidates.models import Consent
from talentpool.db import Database, Session, canonical_json
from talentpool.engagements.models import Engagement
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.placements.confirming import can_be_undone
from talentpool.placements.drafting import propose_placements
from talentpool.placements.lapsing import fill_seats, keep_time, lapse_overdue
from talentpool.placements.models import Placement
from talentpool.states import EngagementState, NeedState, PlacementState, move

from .. import factories as make
from .cast import DAY, Cast, assert_sound, ledger_of, mails, states

PS = PlacementState
TO_OFFER = ("propose", "approve")
TO_TOWN = (*TO_OFFER, "accept")
TO_AGREEMENT = (*TO_TOWN, "welcome")
TO_END = (*TO_AGREEMENT, "confirm")


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def test_a_placement_goes_from_suggestion_to_confirmation(cast: Cast, session: Session) -> None:
    placement = cast.walk(cast.suggested(), *TO_END)
    assert placement.state is PS.CONFIRMED
    assert placement.seat == 1
    assert ledger_of(session, placement.candidate) == {(0, 4)}
    engagement = session.scalars(sa.select(Engagement)).one()
    assert (engagement.first_month, engagement.last_month) == (make.FIRST, make.LAST)
    assert_sound(session)


def test_approving_takes_a_snapshot_a_seat_and_the_hold_and_asks_the_person(
    cast: Cast, session: Session
) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    assert placement.state is PS.OFFERED
    assert placement.snapshot_id is not None
    assert placement.seat == 1
    assert ledger_of(session, placement.candidate) == {(4, 0)}
    assert mails(session, placement, "offer") == [placement.candidate.user_id]
    assert mails(session, placement, "approve") == [cast.coordinator.user_id]
    assert_sound(session)


def test_an_offer_may_be_answered_until_the_end_of_the_fifth_business_day_in_japan(
    cast: Cast, session: Session
) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    assert placement.offer_until == datetime(2026, 12, 8, 14, 59, 59, tzinfo=UTC)


def test_accepting_gives_the_consent_to_that_town_and_tells_it(
    cast: Cast, session: Session
) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    other = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO)
    cast.step(placement, "accept")
    consents = session.scalars(sa.select(Consent).where(Consent.purpose == "introduction")).all()
    assert [(row.audience, row.candidate_id) for row in consents] == [
        (make.HIMEJI, placement.candidate_id)
    ]
    told = mails(session, placement, "accept")
    assert cast.town.user_id in told
    assert other.id not in told
    assert placement.introduction_until == datetime(2026, 12, 15, 14, 59, 59, tzinfo=UTC)
    assert_sound(session)


def test_accepting_a_second_offer_of_a_town_keeps_the_consent_that_stands(
    cast: Cast, session: Session
) -> None:
    person = make.make_candidate(session)
    for _ in range(2):
        cast.walk(cast.suggested(candidate=person), *TO_TOWN)
    consents = session.scalars(sa.select(Consent).where(Consent.purpose == "introduction")).all()
    assert len(consents) == 1
    assert_sound(session)


def test_an_older_consent_text_is_replaced_when_the_person_accepts(
    cast: Cast, session: Session
) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    old = make.make_consent(session, placement.candidate, "introduction", make.HIMEJI)
    old.text_version = "0"
    cast.step(placement, "accept", now=make.NOW + DAY)
    assert old.withdrawn_at == make.NOW + DAY
    assert_sound(session)


@pytest.mark.parametrize("verbs", [TO_OFFER, TO_TOWN, TO_AGREEMENT])
def test_a_person_may_decline_until_the_confirmation(
    cast: Cast, session: Session, verbs: tuple[str, ...]
) -> None:
    placement = cast.walk(cast.suggested(), *verbs)
    cast.step(placement, "decline", reason="schedule")
    assert placement.state is PS.DECLINED_BY_CANDIDATE
    assert placement.end_reason == "schedule"
    assert ledger_of(session, placement.candidate) == {(0, 0)}
    assert (cast.town.user_id in mails(session, placement, "decline")) == (len(verbs) > 2)
    assert_sound(session)


def test_a_confirmed_placement_cannot_be_declined(cast: Cast) -> None:
    placement = cast.walk(cast.suggested(), *TO_END)
    with pytest.raises(Conflict, match="状態が変わって"):
        cast.step(placement, "decline", reason="schedule")
    assert placement.state is PS.CONFIRMED


@pytest.mark.parametrize(
    ("verbs", "verb", "reason"),
    [
        (TO_OFFER, "decline", "schedule"),
        (TO_TOWN, "turn_down", "skill"),
        (TO_AGREEMENT, "revoke", "mistake"),
        (TO_END, "undo", "mistake"),
    ],
)
def test_after_an_end_the_next_approved_alternate_is_offered_by_itself(
    cast: Cast, session: Session, verbs: tuple[str, ...], verb: str, reason: str
) -> None:
    need = make.make_need(session)
    first, second, third = cast.proposed_list(need, 3)
    cast.walk_all([first, second, third], "approve")
    assert states([first, second, third]) == [PS.OFFERED, PS.APPROVED, PS.APPROVED]
    cast.walk(first, *verbs[2:])
    cast.step(first, verb, reason=reason)
    assert second.state is PS.OFFERED
    assert third.state is PS.APPROVED
    assert mails(session, second, "offer") == [second.candidate.user_id]
    assert_sound(session)


def test_a_need_of_two_seats_asks_two_people(cast: Cast, session: Session) -> None:
    rows = cast.proposed_list(make.make_need(session, seats=2), 3)
    cast.walk_all(rows, "approve")
    assert states(rows) == [PS.OFFERED, PS.OFFERED, PS.APPROVED]
    assert [row.seat for row in rows] == [1, 2, 1]
    cast.step(rows[0], "decline", reason="distance")
    assert (rows[2].state, rows[2].seat) == (PS.OFFERED, 1)
    assert_sound(session)


def test_an_alternate_whose_guards_fail_is_passed_by(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    first, second, third = cast.proposed_list(need, 3)
    cast.walk_all([first, second, third], "approve")
    second.candidate.pay_wish = second.candidate.pay_minimum = 90_000
    cast.step(first, "decline", reason="schedule")
    assert states([second, third]) == [PS.APPROVED, PS.OFFERED]
    assert_sound(session)


def test_an_alternate_who_was_booked_elsewhere_is_passed_by(cast: Cast, session: Session) -> None:
    need = make.make_need(session, half_days=8)
    first, second, third = cast.proposed_list(need, 3)
    cast.walk_all([first, second, third], "approve")
    cast.walk(cast.suggested(candidate=second.candidate), *TO_END)
    cast.step(first, "decline", reason="schedule")
    assert states([second, third]) == [PS.APPROVED, PS.OFFERED]
    assert_sound(session)


def test_the_person_who_drafted_may_not_approve(cast: Cast, session: Session) -> None:
    placement = cast.suggested()
    cast.step(placement, "propose")
    placement.drafted_by = cast.approver.user_id
    with pytest.raises(Forbidden, match="起案した本人"):
        cast.step(placement, "approve")


def test_the_database_refuses_the_drafter_as_approver(cast: Cast, session: Session) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    placement.approved_by = placement.drafted_by
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_a_late_answer_is_refused(cast: Cast) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    with pytest.raises(Conflict, match="回答期限"):
        cast.step(placement, "accept", now=make.NOW + 8 * DAY)


def test_deadlines_that_have_passed_lapse_and_the_alternate_is_asked(
    cast: Cast, session: Session
) -> None:
    rows = cast.proposed_list(make.make_need(session), 3)
    cast.walk_all(rows, "approve")
    assert lapse_overdue(session, make.NOW + 7 * DAY) == []
    late = make.NOW + 8 * DAY
    assert lapse_overdue(session, late) == [rows[0]]
    assert (rows[0].state, rows[0].end_reason) == (PS.LAPSED, "candidate_deadline")
    assert rows[1].state is PS.OFFERED
    cast.step(rows[1], "accept", now=late)
    later = late + 15 * DAY
    assert lapse_overdue(session, later) == [rows[1]]
    assert rows[1].end_reason == "town_deadline"
    assert cast.town.user_id in mails(session, rows[1], "lapse")
    assert rows[2].state is PS.OFFERED
    assert lapse_overdue(session, later) == []
    assert_sound(session)


def test_an_alternate_that_had_to_wait_is_asked_once_the_need_is_open_again(
    cast: Cast, session: Session
) -> None:
    need = make.make_need(session)
    first, second = cast.proposed_list(need, 2)
    cast.walk_all([first, second], "approve")
    move(session, need, "hold", actor=cast.coordinator, now=make.NOW)
    cast.step(first, "decline", reason="schedule")
    assert fill_seats(session, make.NOW) == []
    move(session, need, "resume", actor=cast.coordinator, now=make.NOW)
    assert fill_seats(session, make.NOW) == [second]
    assert fill_seats(session, make.NOW) == []
    assert second.state is PS.OFFERED
    assert_sound(session)


def test_the_timer_lapses_what_is_late_and_asks_who_waits(
    cast: Cast, session: Session, database: Database
) -> None:
    rows = cast.proposed_list(make.make_need(session), 2)
    cast.walk_all(rows, "approve")
    session.commit()
    keep_time(database, make.NOW)
    keep_time(database, make.NOW + 8 * DAY)
    keep_time(database, make.NOW + 8 * DAY)
    session.expire_all()
    assert states(rows) == [PS.LAPSED, PS.OFFERED]
    assert_sound(session)


def test_undoing_tells_exactly_those_who_were_told_of_the_confirmation(
    cast: Cast, session: Session
) -> None:
    colleague = make.make_user(session, Role.MUNICIPALITY)
    placement = cast.walk(cast.suggested(), *TO_END)
    cast.step(placement, "undo", reason="mistake", now=make.NOW + DAY)
    assert placement.state is PS.REVOKED
    assert mails(session, placement, "undo") == mails(session, placement, "confirm")
    assert colleague.id in mails(session, placement, "undo")
    assert ledger_of(session, placement.candidate) == {(0, 0)}
    engagement = session.scalars(sa.select(Engagement)).one()
    assert engagement.state is EngagementState.ENDED
    assert_sound(session)


def test_a_confirmation_cannot_be_undone_after_the_window(cast: Cast) -> None:
    placement = cast.walk(cast.suggested(), *TO_END)
    assert placement.undo_until == datetime(2026, 12, 4, 14, 59, 59, tzinfo=UTC)
    assert can_be_undone(placement, placement.undo_until)
    with pytest.raises(Conflict, match="期間を過ぎて"):
        cast.step(placement, "undo", reason="mistake", now=make.NOW + 4 * DAY)


@pytest.mark.parametrize(
    ("verbs", "verb"),
    [
        ((), "propose"),
        (("propose",), "approve"),
        (TO_OFFER, "accept"),
        (TO_TOWN, "welcome"),
        (TO_AGREEMENT, "confirm"),
    ],
)
def test_every_step_forward_asks_the_rules_again(
    cast: Cast, session: Session, verbs: tuple[str, ...], verb: str
) -> None:
    placement = cast.walk(cast.suggested(), *verbs)
    placement.candidate.forms.clear()
    session.flush()
    with pytest.raises(Conflict, match="任用形態"):
        cast.step(placement, verb)


@pytest.mark.parametrize(
    ("verbs", "verb"),
    [
        (("propose",), "approve"),
        (TO_OFFER, "accept"),
        (TO_TOWN, "welcome"),
        (TO_AGREEMENT, "confirm"),
    ],
)
def test_no_step_forward_on_a_need_that_has_changed(
    cast: Cast, session: Session, verbs: tuple[str, ...], verb: str
) -> None:
    placement = cast.walk(cast.suggested(), *verbs)
    placement.need.content_version += 1
    session.flush()
    with pytest.raises(Conflict, match="募集の内容"):
        cast.step(placement, verb)


def test_no_step_forward_on_a_need_that_is_on_hold(cast: Cast, session: Session) -> None:
    need = make.make_need(session, state=NeedState.ON_HOLD)
    placement = make.make_placement(session, need, make.make_candidate(session), state=PS.OFFERED)
    with pytest.raises(Conflict, match="公開中"):
        cast.step(placement, "accept")


def test_a_withdrawn_consent_stops_the_next_step(cast: Cast, session: Session) -> None:
    placement = cast.walk(cast.suggested(), *TO_TOWN)
    for consent in placement.candidate.consents:
        if consent.purpose == "search":
            consent.withdrawn_at = make.NOW
    session.flush()
    with pytest.raises(Conflict, match="登録期間と同意"):
        cast.step(placement, "welcome")


def test_a_reason_has_to_be_of_the_steps_vocabulary(cast: Cast) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    for reason in (None, "", "budget"):  # budget is a town's reason
        with pytest.raises(Refused) as refused:
            cast.step(placement, "decline", reason=reason)
        assert "reason" in refused.value.fields


def test_another_reason_needs_a_comment(cast: Cast) -> None:
    placement = cast.walk(cast.suggested(), *TO_OFFER)
    with pytest.raises(Refused) as refused:
        cast.step(placement, "decline", reason="other")
    assert "comment" in refused.value.fields
    cast.step(placement, "decline", reason="other", comment="家族の介護のため。")
    assert placement.end_comment == "家族の介護のため。"


def test_an_ordered_list_is_drafted_whole_or_not_at_all(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    rows = [cast.suggested(need) for _ in range(3)]
    rows[2].candidate.forms.clear()
    session.commit()
    with pytest.raises(Conflict):
        propose_placements(session, need, rows, actor=cast.coordinator, now=make.NOW)
    session.rollback()
    assert states(rows) == [PS.SUGGESTED] * 3
    propose_placements(
        session, need, rows[:2][::-1], actor=cast.coordinator, now=make.NOW, comment="説明"
    )
    assert [row.rank for row in rows[:2]] == [2, 1]
    assert mails(session, rows[0], "propose") == [cast.approver.user_id]
    assert_sound(session)


def test_mails_hold_a_link_and_no_name(cast: Cast, session: Session) -> None:
    placement = cast.walk(cast.suggested(), *TO_END)
    for order in session.scalars(sa.select(MailOrder)):
        text = canonical_json([order.event, order.template, order.link, order.values])
        assert placement.candidate.family_name not in text
        paper = placement.paper_id if order.link.startswith("/papers/") else placement.id
        assert order.link.removesuffix("/terms").endswith(f"/{paper}")


def test_a_seat_is_free_again_for_the_next_round_after_an_end(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    cast.step(cast.walk(cast.suggested(need), *TO_OFFER), "decline", reason="schedule")
    later = cast.walk(cast.suggested(need), *TO_END)
    assert later.seat == 1
    assert (
        session.scalar(sa.select(sa.func.count(Placement.id)).where(Placement.need_id == need.id))
        == 2
    )
    assert session.get_one(Need, need.id).state is NeedState.OPEN
    assert_sound(session)
