"""The two who answer: a person, one question a page, and the officers of a town."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...candidates import service as candidates, viewing
from ...candidates.views.blueprint import log_names
from ...candidates.views.presenting import Presenter, Section
from ...dates import local_date
from ...db import Session
from ...errors import Refused
from ...needs.views.versions import list_changes_since
from ...permissions import Action, Actor, Role, can
from ...states import HOLDING, NAMED, PlacementState
from ...web import after_view, current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference
from .. import comparing, service, stepping, weighing
from ..models import Placement
from ..reach import PAGES, note_seen
from ..revising.effects import SHOWN
from ..showing import Introduction, Offer
from ..standing import standings
from .blueprint import blueprint, buttons

CANDIDATE = frozenset({Role.CANDIDATE})
TOWN = frozenset({Role.MUNICIPALITY})


@blueprint.get("/offers")
@requires(Action.ANSWER_OFFER)
def list_offers() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    found = service.list_answers(session, actor)
    standing = standings(session, found, local_date(clock.now()))
    rows = [Offer.of(row, standing[row.id]) for row in found]
    return render_template(
        "placements/list_offers.html", offers=rows, offered=PlacementState.OFFERED
    )


@blueprint.get("/offers/<int:placement_id>")
@requires(Action.ANSWER_OFFER)
def show_offer(placement_id: int) -> ResponseReturnValue:
    return show_offer_page(service.get_whole(current_session(), current_actor(), placement_id))


@blueprint.get("/offers/<int:placement_id>/decline")
@requires(Action.ANSWER_OFFER)
def decline_offer(placement_id: int) -> ResponseReturnValue:
    """The one question of this page: why."""
    placement = service.get_whole(current_session(), current_actor(), placement_id)
    return show_offer_page(placement, None, "decline")


def show_offer_page(
    placement: Placement, error: Refused | None = None, verb: str | None = None
) -> str:
    """The offer with its two answers; or, for the verb `decline`, the question why."""
    session, actor, now = current_session(), current_actor(), clock.now()
    steps = stepping.list_steps(session, placement, actor=actor, now=now)
    drawn = {button["verb"]: button for button in buttons(placement, steps)}
    if placement.state is PlacementState.OFFERED:
        _note_seen(placement)
    page = "decline_offer" if verb == "decline" and "decline" in drawn else "show_offer"
    today = local_date(now)
    return render_template(
        f"placements/{page}.html",
        offer=Offer.of(placement, standings(session, [placement], today)[placement.id]),
        weighed=weighing.weigh(session, placement, current_catalogue()),
        days_left=_days_left(placement, today),
        parts=service.list_parts(placement),
        buttons=drawn,
        error=error,
        changes=_changes(placement),
    )


def _changes(placement: Placement) -> Sequence[Difference]:
    """What the town has changed since the person was asked, while the answer stands."""
    if placement.state not in HOLDING or placement.offered_at is None:
        return ()
    return list_changes_since(placement.need, placement.offered_at, SHOWN)


def _note_seen(placement: Placement) -> None:
    """The reader has the question before the eyes: from today on at the latest its days run."""
    actor, ident, page, now = current_actor(), placement.id, PAGES[placement.state], clock.now()
    after_view(lambda unit: note_seen(unit, actor, ident, page, now))


def _days_left(placement: Placement, today: date) -> int | None:
    """Until the last day on which the person may answer; 0 on that day itself."""
    until = placement.offer_until
    return None if until is None else (local_date(until) - today).days


@blueprint.get("/introductions")
@requires(Action.ANSWER_INTRODUCTION)
def list_introductions() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    found = service.list_answers(session, actor)
    standing = standings(session, found, local_date(clock.now()))
    rows = [Introduction.of(row, standing[row.id]) for row in found]
    log_names([row.candidate_id for row in rows if row.candidate_id is not None])
    asked = [(need.id, need.title, n) for need, n in service.count_asked(session, actor)]
    return render_template(
        "placements/list_introductions.html", introductions=rows, asked=asked,
        waiting=PlacementState.INTRODUCED,
    )  # fmt: skip


@blueprint.get("/introductions/<int:placement_id>")
@requires(Action.ANSWER_INTRODUCTION)
def show_introduction(placement_id: int) -> ResponseReturnValue:
    return show_introduction_page(
        service.get_whole(current_session(), current_actor(), placement_id)
    )


def show_introduction_page(
    placement: Placement, error: Refused | None = None, verb: str | None = None
) -> str:
    session, actor, now = current_session(), current_actor(), clock.now()
    steps = stepping.list_steps(session, placement, actor=actor, now=now)
    standing = standings(session, [placement], local_date(now))
    if placement.state is PlacementState.INTRODUCED:
        _note_seen(placement)
    is_named = placement.state in NAMED
    beside = comparing.list_introduced(session, actor, placement.need_id) if is_named else []
    return render_template(
        "placements/show_introduction.html",
        need=placement.need,
        introduction=Introduction.of(placement, standing[placement.id]),
        weighed=weighing.weigh(session, placement, current_catalogue()) if is_named else None,
        parts=service.list_parts_for_towns(placement) if is_named else [],
        ranked=placement.reason if {"rank", "of"} <= placement.reason.keys() else None,
        beside=len(beside) if placement in beside else 0,
        sections=_profile(session, actor, placement),
        buttons=buttons(placement, steps),
        error=error,
        refused_verb=verb,
        may_propose=any(step.verb == "welcome" for step in steps),
    )


def _profile(session: Session, actor: Actor, placement: Placement) -> list[Section]:
    """The sections of the profile that a town may read; none once the introduction is over."""
    if placement.state not in NAMED:
        return []
    person = service.get_named(session, actor, placement)
    log_names([person.id], viewing.PROFILE)
    with_contact = can(session, actor, Action.VIEW_CONTACT, person)
    address = candidates.mail_address(session, person) if with_contact else None
    return Presenter(person, address).introduced(with_contact=with_contact)
