"""What is going on today: papers at every stage, needs and profiles that wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..candidates.models import Candidate, Membership
from ..candidates.reviewing import return_membership
from ..candidates.submitting import submit_profile
from ..db import Session
from ..needs.drafting import save_draft
from ..needs.models import Need
from ..permissions import Actor, Role
from ..placements.answering import accept_offer, welcome_person
from ..placements.confirming import confirm_placement
from ..placements.deciding import return_placement
from ..placements.models import Placement
from ..placements.stating import accept_terms
from ..states import PlacementState, move
from . import asking, countering, history, revising
from .accounts import SHOWN_TOWNS, Officers
from .drawing import Draw
from .people import HYOGO
from .posting import publish_needs, save_needs, submit_needs

IN_PROGRESS = 10  # needs whose papers are under way
WAITING = 4  # papers that nobody has approved yet; the last of them was returned
QUESTION = "1か月の稼働が市町の希望に足りるか、確かめた結果を書いてください。"
PIN = "前年度に続けて支援してほしいという市町の希望による"


def start_placements(
    session: Session,
    needs: Sequence[Need],
    star: Candidate,
    officers: Officers,
    midnight: datetime,
    title: str,
) -> None:
    """A small round of a fortnight ago; its papers wait for an approver, a person, a town or the last word.

    The first need is pinned to `star`, so that the printed log-in of a person has an offer to answer.
    """
    run_at = midnight - timedelta(days=13)
    ids = [need.id for need in needs]
    pins = [history.Pin(ids[0], star.id, PIN)]
    round_ = history.run_round(session, title, ids, officers, run_at, pins)
    drafted = history.draft_papers(
        session, round_, officers, run_at + timedelta(days=1), alternates=1
    )
    by_need: dict[int, list[Placement]] = {}
    for placement in drafted:
        by_need.setdefault(placement.need_id, []).append(placement)
    papers = [by_need[ident] for ident in ids if ident in by_need]
    approved = papers[:-WAITING]
    history.approve(
        session,
        [row for paper in approved for row in paper],
        officers,
        midnight - timedelta(days=3),
    )
    return_placement(
        session, papers[-1][0], reason="terms", comment=QUESTION, actor=officers.approver,
        now=midnight - timedelta(days=2),
    )  # fmt: skip
    for place, paper in enumerate(approved):
        _go_on(session, paper, place, officers, midnight)


def _go_on(
    session: Session, paper: Sequence[Placement], place: int, officers: Officers, midnight: datetime
) -> None:
    """The first paper stays with the person, the next with the towns, then one agreed and one confirmed."""
    for placement in paper:
        if placement.state is not PlacementState.OFFERED:
            continue
        person = Actor(_account(session, placement), Role.CANDIDATE, HYOGO)
        town = officers.towns[placement.municipality_code]
        if place == 0:
            asking.ask_twice(session, placement, person, town, midnight - timedelta(hours=14))
            continue
        if place > 2:  # somebody has asked for less before the yes
            verb = "decline" if place == 3 else "accept"
            now = midnight - timedelta(days=2, hours=12)
            countering.propose_less(session, placement, verb, person, town, now)
        accept_offer(session, placement, actor=person, now=midnight - timedelta(days=2))
        if place < len(SHOWN_TOWNS) + 1:
            now = midnight - timedelta(days=1)
            if place == 1:
                revising.add_words(session, placement.need, town, now)
            if place == 2:
                countering.propose_more(session, placement, town, officers.coordinator, now)
            if place == 3:
                countering.propose_later(session, placement, town, now)
            continue
        welcome_person(session, placement, actor=town, now=midnight - timedelta(days=1))
        if place > len(SHOWN_TOWNS):
            history.state_usual_terms(session, placement, town, midnight - timedelta(hours=14))
        if place > len(SHOWN_TOWNS) + 1:
            now = midnight - timedelta(hours=9)
            accept_terms(session, placement, 1, actor=person, now=now - timedelta(hours=1))
            confirm_placement(session, placement, actor=officers.coordinator, now=now)


def _account(session: Session, placement: Placement) -> int | None:
    return session.scalar(
        sa.select(Candidate.user_id).where(Candidate.id == placement.candidate_id)
    )


def post_unfinished(
    session: Session,
    needs: Sequence[Need],
    first_number: int,
    draw: Draw,
    officers: Officers,
    midnight: datetime,
) -> None:
    """Needs that are not published: drafts, one only begun, some under review, one sent back, one on hold."""
    for need in needs:
        need.created_at = midnight - timedelta(days=draw.whole(6, 12))
    save_needs(session, needs, first_number, officers)
    submit_needs(session, needs[3:], officers)
    publish_needs(session, needs[-1:], officers)
    returned, held = needs[-2], needs[-1]
    now = midnight - timedelta(days=1)
    move(session, returned, "return", actor=officers.coordinator, now=now, reason="unclear_outcome")
    returned.review_reason = "unclear_outcome"
    returned.review_comment = "達成したい状態を、できれば数字を添えて書いてください。"
    move(session, held, "hold", actor=officers.coordinator, now=now)
    begun = {
        "title": ["公式サイトの見直し支援"],
        "department": ["広報課"],
        "half_days": ["4くらい"],
    }
    save_draft(session, None, begun, actor=officers.towns[SHOWN_TOWNS[0]], now=now)


def hand_in(
    session: Session,
    memberships: Sequence[Membership],
    returned: int,
    officers: Officers,
    midnight: datetime,
) -> None:
    """Profiles that wait for the review; the last `returned` of them have been sent back once."""
    for membership in memberships:
        person = membership.candidate
        actor = Actor(person.user_id, Role.CANDIDATE, HYOGO)
        submit_profile(session, membership, actor=actor, now=person.created_at + timedelta(days=1))
    for membership in memberships[-returned:]:
        return_membership(
            session, membership, reason="unclear_history", comment="在職期間の開始と終了を確かめてください。",
            actor=officers.coordinator, now=midnight - timedelta(hours=8),
        )  # fmt: skip
