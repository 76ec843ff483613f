"""Telling people of open needs that fit them, once a need, as they want their mails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Session
from ..mail import order_mail
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..placements.models import Placement
from ..pool.assemble import list_requests
from ..pool.counting import fits_of, list_able
from ..pool.kept import crowd_of
from ..pool.translate import seats_left
from ..reference.catalogue import Catalogue
from ..states import NeedState
from .models import Interest, NeedSuggestion

TEMPLATE = "interest.suggest"
MOST = 50  # people who are told of one need, the best fits


def list_new(session: Session, prefecture_code: str) -> Sequence[Need]:
    """Open needs of which nobody was told yet."""
    told = sa.select(NeedSuggestion.need_id)
    query = sa.select(Need).where(
        Need.prefecture_code == prefecture_code,
        Need.state == NeedState.OPEN,
        Need.id.not_in(told),
    )
    return session.scalars(query.order_by(Need.id)).all()


def choose_people(
    session: Session, needs: Sequence[Need], catalogue: Catalogue, now: datetime
) -> dict[int, list[int]]:
    """Need id → the candidates who fit it best, by the rules and the fit of the rounds."""
    if not needs:
        return {}
    crowd, counted = crowd_of(session, needs[0].prefecture_code, catalogue, now)
    found: dict[int, list[int]] = {}
    for need, request in zip(needs, list_requests(session, needs), strict=True):
        if not seats_left(request):
            found[need.id] = []
            continue
        who = list_able(crowd, counted, request, catalogue)
        fits = fits_of([crowd.profiles[i] for i in who], request, catalogue)
        order = sorted(zip(who, fits, strict=True), key=lambda pair: -pair[1])
        found[need.id] = [int(crowd.ids[i]) for i, _fit in order[:MOST]]
    return found


def tell_people(
    session: Session, need_id: int, people: Collection[int], *, actor: Actor, now: datetime
) -> None:
    """Once for a need: nobody who was asked for it or has answered, and nobody without an account."""
    require(session, actor, Action.RUN_WATCH)
    need = session.get(Need, need_id, with_for_update=True, populate_existing=True)
    known = sa.select(NeedSuggestion.need_id).where(NeedSuggestion.need_id == need_id)
    if need is None or need.state is not NeedState.OPEN or session.scalar(known) is not None:
        return
    accounts = _list_accounts(session, need_id, people)
    session.add(NeedSuggestion(need_id=need_id, told_at=now, people=len(accounts)))
    for user_id in accounts:
        order_mail(
            session, event=f"need/{need_id}/suggest", recipient_id=user_id, template=TEMPLATE,
            link=f"/suited/{need_id}", now=now, prefecture_code=need.prefecture_code,
        )  # fmt: skip
    session.flush()


def _list_accounts(session: Session, need_id: int, people: Collection[int]) -> Sequence[int]:
    asked = sa.select(Placement.candidate_id).where(
        Placement.need_id == need_id, Placement.offered_at.is_not(None)
    )
    answered = sa.select(Interest.candidate_id).where(Interest.need_id == need_id)
    query = (
        sa.select(User.id)
        .join(Candidate, Candidate.user_id == User.id)
        .where(
            Candidate.id.in_(list(people)), User.disabled_at.is_(None),
            Candidate.id.not_in(asked), Candidate.id.not_in(answered),
        )
        .order_by(User.id)
    )  # fmt: skip
    return session.scalars(query).all()
