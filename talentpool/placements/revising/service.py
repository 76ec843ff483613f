"""募集を直す: an open need becomes its next version. What the rules can no longer allow ends, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from ... import audit
from ...accounts import telling
from ...dates import local_date, month_of
from ...db import Session
from ...errors import Conflict
from ...language import say
from ...ledger import service as ledger
from ...needs.content import NeedContent
from ...needs.models import Need
from ...needs.versions import keep_version
from ...needs.writing import replace_content
from ...permissions import Action, Actor, require
from ...reference.catalogue import Catalogue
from ...rounds.revised import follow, list_pending
from ...states import HOLDING, Audience, PlacementState
from ..conditions import Conditions
from ..ending import end_with_cause
from ..guards import months_ahead
from ..locking import lock_needs
from ..models import Placement
from ..offering import advance
from .effects import SHOWN, Effect, foresee
from .limits import check_change, check_revisable

REVISED, OFFER_REVISED = "need.revise", "placement.revise"  # mails
_VOID = "need_changed"  # code of the vocabularies supersede_reason and revoke_reason


class OtherEffect(Conflict):
    """The change would now do something else than the page said."""

    def __init__(self, now: Effect) -> None:
        super().__init__(
            say("画面を表示したあとで推薦の状況が変わったため、まだ変更していません。")
        )
        self.now = now


def preview_revision(
    session: Session,
    need: Need,
    content: NeedContent,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Effect:
    """What `revise_need` would do; refused like it."""
    require(session, actor, Action.REVISE_NEED, need)
    check_revisable(need)
    check_change(session, need, content, catalogue=catalogue, now=now)
    return foresee(session, need, content, catalogue=catalogue, actor=actor, now=now)


def note_preview(
    session: Session, need: Need, fields: Iterable[str], *, actor: Actor, now: datetime
) -> None:
    """Somebody has looked at what a change of `fields` would do: who asks again and again learns about people."""
    require(session, actor, Action.REVISE_NEED, need)
    detail = {"fields": sorted(fields)}
    audit.record(session, audit.Deed.NEED_PREVIEW, need, actor=actor, now=now, detail=detail)


def revise_need(
    session: Session,
    need: Need,
    content: NeedContent,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    was_shown: Callable[[Effect], bool] | None = None,
) -> Effect:
    """Do what `foresee` says; OtherEffect where that is no longer what was shown."""
    require(session, actor, Action.REVISE_NEED, need)
    lock_needs(session, [need.id])
    effect = preview_revision(session, need, content, catalogue=catalogue, actor=actor, now=now)
    if was_shown is not None and not was_shown(effect):
        raise OtherEffect(effect)
    before = {row.id: row.conditions for row in effect.kept}
    keep_version(session, need, actor=None, now=need.opened_at or now)
    replace_content(session, need, content, catalogue=catalogue, now=now)
    keep_version(session, need, actor=actor, now=now)
    for row in effect.void:
        end_with_cause(session, row.placement, reason=_VOID, caused_by=actor, now=now)
    for placement in effect.kept:
        _carry_on(session, placement, effect, before[placement.id], actor=actor, now=now)
    if not effect.is_read:
        follow(session, need, list_pending(session, need))
    _record(session, need, effect, actor, now)
    links = dict.fromkeys(
        (Audience.MUNICIPALITY, Audience.COORDINATOR), f"/needs/{need.id}/versions"
    )
    telling.tell_that(session, need, REVISED, links, actor=actor, now=now)
    advance(session, need, now=now)
    return effect


def _carry_on(
    session: Session,
    placement: Placement,
    effect: Effect,
    before: Conditions,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """It is about the new version from now on: what is held follows, and who is asked hears of it."""
    placement.need_version = placement.need.content_version
    if placement.state is PlacementState.PROPOSED and placement.paper is not None:
        placement.paper.endorsed_by = placement.paper.endorsed_at = None
    if placement.state not in HOLDING:
        return
    _hold_again(session, placement, before, now)
    if effect.changed & SHOWN:
        telling.tell_that(
            session, placement, OFFER_REVISED, {Audience.CANDIDATE: f"/offers/{placement.id}"},
            user_id=placement.candidate.user_id, actor=actor, now=now,
        )  # fmt: skip


def _hold_again(session: Session, placement: Placement, before: Conditions, now: datetime) -> None:
    """NoCapacity where the ledger has less than the rules have seen: then nothing changes."""
    conditions = placement.conditions
    if (conditions.half_days, conditions.months) == (before.half_days, before.months):
        return
    ahead = months_ahead(conditions, month_of(local_date(now)))
    half_days = dict.fromkeys(ahead, conditions.half_days)
    person, town = placement.candidate_id, placement.municipality_code
    ledger.change_hold(session, placement.id, person, town, half_days, now)


def _record(session: Session, need: Need, effect: Effect, actor: Actor, now: datetime) -> None:
    detail = {
        "version": need.content_version,
        "fields": sorted(effect.changed),
        "ended": [row.placement.id for row in effect.void],
        "kept": [row.id for row in effect.kept],
    }
    audit.record(session, audit.Deed.NEED_REVISE, need, actor=actor, now=now, detail=detail)
