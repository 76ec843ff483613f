"""What has happened before: the round of last year's fiscal year and everything that followed from it.

Everything goes through the services that a click goes through, with the time it would have happened at, so
that the past satisfies whatever the product promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload, undefer

from .. import jobs, matching as m
from ..accounts.models import Pool
from ..candidates.models import Candidate
from ..db import Base, Session
from ..engagements.models import WorkTerms
from ..engagements.preparing import forms_of
from ..needs.models import Need, NeedMode
from ..permissions import SYSTEM, Actor, Role
from ..placements.adopting import adopt_round
from ..placements.answering import accept_offer, welcome_person
from ..placements.closing import close_need, count_confirmed
from ..placements.confirming import confirm_placement
from ..placements.deciding import decide_papers
from ..placements.drafting import propose_placements, suggest_alternate
from ..placements.ending import end_by_hand
from ..placements.models import Placement
from ..placements.papers import PRINT
from ..placements.stating import accept_terms, propose_content, state_terms
from ..pool.policy import first_policy
from ..reference.service import load_catalogue
from ..rounds.gathering import gather
from ..rounds.models import DirectiveKind, Round, RoundNeed
from ..rounds.preparing import create_round, direct_pair
from ..rounds.running import decide
from ..rounds.storing import explain, store
from ..states import PlacementState, move
from .accounts import Officers
from .drawing import Draw
from .people import HYOGO

CANDIDATE_ACCEPTS, TOWN_ACCEPTS = 0.75, 0.60
REASONS = {"schedule": 35, "conditions": 20, "skill": 20, "distance": 10, "conflict": 8, "other": 7}
ALTERNATES = 2  # for each need, beside the people of the plan
TIME_LIMIT = 60  # seconds
_COMMENTS = {"other": "家庭の事情により、今回は見合わせます。"}


@dataclass(frozen=True, slots=True)
class Pin:
    need_id: int
    candidate_id: int
    reason: str


def read_ahead(session: Session) -> None:
    """Everybody and everything in memory while the session lives: the services then need few queries."""
    people = sa.select(Candidate).options(*(selectinload(r) for r in _related(Candidate)))
    needs = sa.select(Need).options(*(selectinload(r) for r in _related(Need)))
    session.info["read_ahead"] = [*session.scalars(people), *session.scalars(needs)]


def _related(model: type[Base]) -> list[Any]:
    return [getattr(model, relation.key) for relation in sa.inspect(model).relationships]


def run_round(
    session: Session,
    title: str,
    need_ids: Sequence[int],
    officers: Officers,
    now: datetime,
    pins: Sequence[Pin] = (),
) -> Round:
    """A round of the past, solved now and adopted then."""
    pool = session.get_one(Pool, HYOGO)
    round_ = create_round(
        session, prefecture_code=HYOGO, title=title, need_ids=need_ids, policy=first_policy(lottery_seed=pool.lottery_seed),
        time_limit=TIME_LIMIT, actor=officers.coordinator, now=now,
    )  # fmt: skip
    for pin in pins:
        direct_pair(
            session, round_, need_id=pin.need_id, candidate_id=pin.candidate_id, kind=DirectiveKind.PIN,
            reason=pin.reason, actor=officers.coordinator, now=now,
        )  # fmt: skip
    session.flush()
    inputs = gather(session, round_)
    decided = decide(inputs, TIME_LIMIT)
    move(session, round_, "start", actor=SYSTEM, now=now)
    round_.started_at = now
    solved = now + timedelta(seconds=2)
    store(session, round_, inputs, decided, now=solved)
    explain(session, round_, m.explained(decided), now=solved)
    session.flush()
    adopt_round(session, round_, actor=officers.coordinator, now=now + timedelta(hours=20))
    return round_


def draft_papers(
    session: Session,
    round_: Round,
    officers: Officers,
    now: datetime,
    *,
    alternates: int = ALTERNATES,
) -> list[Placement]:
    """A paper for every need that the plan fills: its people, then alternates from the ranking."""
    drafted: list[Placement] = []
    planned = {pair.candidate_id for pair in round_.pairs}
    for need in _needs_of(session, round_):
        suggested = _suggested(session, need)
        if not suggested:
            continue
        for person in _next_in_ranking(session, round_, need, planned, alternates):
            suggested.append(
                suggest_alternate(
                    session, round_, need, person, actor=officers.coordinator, now=now
                )
            )
        propose_placements(session, need, suggested, actor=officers.coordinator, now=now)
        drafted += suggested
    return drafted


def answer_offers(
    session: Session, drafted: Sequence[Placement], draw: Draw, officers: Officers, now: datetime
) -> None:
    """People and towns say yes or no, alternates move up, until every offer has its answer."""
    accounts = _accounts(session, drafted)
    asked = now
    while offered := [row for row in drafted if row.state is PlacementState.OFFERED]:
        for placement in offered:
            _answer(session, placement, accounts[placement.candidate_id], draw, officers, asked)
        asked += timedelta(days=1)


def _answer(
    session: Session,
    placement: Placement,
    person: Actor,
    draw: Draw,
    officers: Officers,
    asked: datetime,
) -> None:
    now = max(asked, placement.offered_at or asked) + timedelta(hours=draw.whole(4, 40))
    if not draw.chance(CANDIDATE_ACCEPTS):
        reason = draw.weighted(REASONS)
        end_by_hand(
            session,
            placement,
            "decline",
            reason=reason,
            actor=person,
            now=now,
            comment=_COMMENTS.get(reason, ""),
        )
        return
    accept_offer(session, placement, actor=person, now=now)
    now += timedelta(hours=draw.whole(4, 70))
    town = officers.towns[placement.municipality_code]
    if not draw.chance(TOWN_ACCEPTS):
        reason = draw.weighted(REASONS)
        end_by_hand(
            session,
            placement,
            "turn_down",
            reason=reason,
            actor=town,
            now=now,
            comment=_COMMENTS.get(reason, ""),
        )
        return
    welcome_person(session, placement, actor=town, now=now)
    agree_on_terms(session, placement, person, town, now + timedelta(hours=1))
    confirm_placement(session, placement, actor=officers.coordinator, now=now + timedelta(hours=3))


def agree_on_terms(
    session: Session, placement: Placement, person: Actor, town: Actor, now: datetime
) -> None:
    """The town states the terms of the work, an hour later the person accepts them."""
    row = state_usual_terms(session, placement, town, now)
    accept_terms(session, placement, row.number, actor=person, now=now + timedelta(hours=1))


def state_usual_terms(
    session: Session, placement: Placement, town: Actor, now: datetime
) -> WorkTerms:
    need = placement.need
    proposed = propose_content(session, placement, load_catalogue(session), now)
    hall = f"{proposed.place}{'役所' if proposed.place.endswith('市') else '役場'}"
    place = {NeedMode.ONLINE: "自宅からオンラインで", NeedMode.ONSITE: hall}
    content = replace(
        proposed,
        form=proposed.form or forms_of(need, placement.candidate)[0],
        place=place.get(need.mode, f"{hall}とオンライン"),
        days="月ごとに相談して決める曜日の9時から17時まで",
        travel="旅費条例により実費を支給",
        supervisor=f"{need.department} 担当係長（架空）",
    )
    return state_terms(session, placement, content, actor=town, now=now)


def close_needs(session: Session, round_: Round, officers: Officers, now: datetime) -> None:
    for need in _needs_of(session, round_):
        is_filled = count_confirmed(session, need) >= need.seats
        reason = "filled" if is_filled else "nobody"
        close_need(session, need, reason=reason, actor=officers.coordinator, now=now)


def leave_unprinted(session: Session, drafted: Sequence[Placement], now: datetime) -> None:
    """The worker begins with what is going on today; files of the past are made when somebody wants them."""
    for ident in sorted({row.paper_id for row in drafted if row.paper_id is not None}):
        jobs.drop_waiting(session, PRINT, ident, now=now)


def approve(
    session: Session, drafted: Sequence[Placement], officers: Officers, now: datetime
) -> None:
    papers = {row.paper_id: row.paper for row in drafted if row.paper is not None}
    decide_papers(session, list(papers.values()), {}, actor=officers.approver, now=now)


def _needs_of(session: Session, round_: Round) -> list[Need]:
    ids = [row.need_id for row in round_.needs]
    return list(session.scalars(sa.select(Need).where(Need.id.in_(ids)).order_by(Need.id)))


def _suggested(session: Session, need: Need) -> list[Placement]:
    query = sa.select(Placement).where(
        Placement.need_id == need.id, Placement.state == PlacementState.SUGGESTED
    )
    return list(session.scalars(query.order_by(Placement.rank, Placement.id)))


def _next_in_ranking(
    session: Session, round_: Round, need: Need, planned: set[int], count: int
) -> list[Candidate]:
    """The best of the ranking whom the plan gives to nobody."""
    row = session.scalars(
        sa.select(RoundNeed)
        .where(RoundNeed.round_id == round_.id, RoundNeed.need_id == need.id)
        .options(undefer(RoundNeed.ranking))
    ).one()
    codes = [entry["candidate"] for entry in row.ranking or []]
    query = sa.select(Candidate).where(Candidate.code.in_(codes), Candidate.id.not_in(planned))
    free = {person.code: person for person in session.scalars(query)}
    return [free[code] for code in codes if code in free][:count]


def _accounts(session: Session, placements: Sequence[Placement]) -> dict[int, Actor]:
    """Candidate id → the person as somebody who acts."""
    ids = {row.candidate_id for row in placements}
    query = sa.select(Candidate.id, Candidate.user_id).where(Candidate.id.in_(ids))
    return {
        ident: Actor(user_id, Role.CANDIDATE, HYOGO) for ident, user_id in session.execute(query)
    }
