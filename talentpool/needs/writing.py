"""A town writes its need: create, change, copy. An open one is changed above, where its placements are."""

from __future__ import annotations

from datetime import datetime

from .. import audit
from ..db import Session, length_of
from ..errors import Conflict, Refused, raise_first
from ..language import say
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..states import NeedState
from ..text import search_key
from .content import NeedContent, SkillRequirement
from .drafting import delete_draft, find_draft
from .joint import service as joint
from .models import Need, NeedForm, NeedKind, NeedMode, NeedRole, NeedSkill, NeedVendor, Side
from .rules import faults


def create_need(
    session: Session,
    content: NeedContent,
    *,
    catalogue: Catalogue,
    municipality_code: str | None = None,
    code: str | None = None,
    ident: int | None = None,
    actor: Actor,
    now: datetime,
) -> Need:
    """A draft of the actor's town; `municipality_code`, `code` and `ident` are for imports by the prefecture."""
    require(session, actor, Action.EDIT_NEED)
    town = actor.municipality_code or municipality_code
    if town is None:
        raise Refused.at("municipality_code", say("市町を選んでください。"))
    raise_first(faults(content, catalogue))
    need = Need(
        id=ident,
        code=code or "",
        prefecture_code=catalogue.municipality(town).prefecture_code,
        municipality_code=town,
        created_at=now,
        updated_at=now,
        place_code=content.place_code,
    )
    _write(need, content, catalogue)
    if code is None:
        need.code = "N-new"
    session.add(need)
    session.flush()
    if code is None:
        need.code = f"N-{need.id:06d}"
    audit.record(session, audit.Deed.NEED_CREATE, need, actor=actor, now=now)
    return need


def save_need(
    session: Session,
    need: Need,
    content: NeedContent,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> None:
    """Replace the content of a draft; nothing is recorded when nothing changed."""
    require(session, actor, Action.EDIT_NEED, need)
    require_draft(need)
    raise_first(faults(content, catalogue))
    if content_of(need) == content:
        return
    replace_content(session, need, content, catalogue=catalogue, now=now)
    joint.ask_again(session, need, actor=actor, now=now)
    audit.record(
        session,
        audit.Deed.NEED_SAVE,
        need,
        actor=actor,
        now=now,
        detail={"version": need.content_version},
    )


def replace_content(
    session: Session, need: Need, content: NeedContent, *, catalogue: Catalogue, now: datetime
) -> None:
    """Its next version."""
    for rows in (need.roles, need.forms, need.kinds, need.skills, need.vendors):
        rows.clear()
    session.flush()
    _write(need, content, catalogue)
    need.content_version += 1
    need.updated_at = now
    session.flush()


def imagine(need: Need, content: NeedContent, catalogue: Catalogue) -> Need:
    """The need with another content, for questions about it; it is never stored."""
    kept = {
        name: getattr(need, name)
        for name in ("id", "code", "prefecture_code", "municipality_code", "state", "priority", "opened_at")
    }  # fmt: skip
    imagined = Need(**kept)
    _write(imagined, content, catalogue)
    return imagined


_FIXED = {  # what can be done instead: the prefecture returns only what it is reviewing
    NeedState.SUBMITTED: say(
        "県の担当者が確認しているあいだは、変更できません。差し戻されると変更できます。"
    ),
    NeedState.OPEN: say("公開中の募集です。「募集を直す」から、影響を確かめて変更してください。"),
    NeedState.ON_HOLD: say(
        "保留中の募集です。「募集を直す」から、影響を確かめて変更してください。"
    ),
    NeedState.CLOSED: say("終了した募集は変更できません。写して新しい募集を作れます。"),
}


def require_draft(need: Need) -> None:
    if need.state is not NeedState.DRAFT:
        raise Conflict(_FIXED[need.state])


def can_be_deleted(need: Need) -> bool:
    """Nobody but its town has ever seen it."""
    return need.state is NeedState.DRAFT and need.submitted_at is None


def delete_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    """Take a draft away that was never handed in; what was handed in once is withdrawn instead."""
    require(session, actor, Action.EDIT_NEED, need)
    if not can_be_deleted(need):
        raise Conflict(say("一度申請した募集は削除できません。取り下げてください。"))
    draft = find_draft(session, need)
    if draft is not None:
        delete_draft(session, draft, actor=actor, now=now)
    joint.delete_joint(session, need, actor=actor, now=now)
    audit.record(session, audit.Deed.NEED_DELETE, need, actor=actor, now=now)
    session.delete(need)
    session.flush()


def copy_need(
    session: Session, need: Need, *, catalogue: Catalogue, actor: Actor, now: datetime
) -> Need:
    """A new draft with the same content."""
    return create_need(
        session, content_of(need), catalogue=catalogue, municipality_code=need.municipality_code,
        actor=actor, now=now,
    )  # fmt: skip


def _write(need: Need, content: NeedContent, catalogue: Catalogue) -> None:
    need.title = content.title
    need.department = content.department
    need.background = content.background
    need.outcome_wanted = content.outcome_wanted
    need.tasks = content.tasks
    need.team = content.team
    need.theme = content.theme
    need.side = Side(catalogue.theme(content.theme).side)
    need.stage = content.stage
    need.involvement = content.involvement
    need.half_days = content.half_days
    need.first_month = content.first_month
    need.last_month = content.last_month
    need.seats = content.seats
    need.mode = NeedMode(content.mode)
    need.on_site_share = content.on_site_share
    need.place_code = content.place_code
    need.weekdays = content.weekdays
    need.pay_amount = content.pay_amount
    need.pay_basis = content.pay_basis
    need.funding_source = content.funding_source
    need.after_fiscal_year = content.after_fiscal_year
    need.asks_form = content.asks_form
    need.touches_procurement = content.touches_procurement
    need.requires_training = content.requires_training
    need.roles = [NeedRole(role=role) for role in sorted(content.roles)]
    need.forms = [NeedForm(form=form) for form in sorted(content.forms)]
    need.kinds = [NeedKind(kind=kind) for kind in sorted(content.kinds)]
    need.skills = [
        NeedSkill(
            position=place, skill=asked.skill, must=asked.must, level=asked.level,
            weight=asked.weight, group=asked.group, used_within=asked.used_within,
        )
        for place, asked in enumerate(content.skills)
    ]  # fmt: skip
    need.vendors = [NeedVendor(name=name, name_key=_folded(name)) for name in content.vendors]


def _folded(vendor: str) -> str:
    """As far as its column goes: folding lengthens some texts."""
    return search_key(vendor)[: length_of(NeedVendor.name_key)]


def content_of(need: Need) -> NeedContent:
    """The other way: what the form of a need starts with."""
    return NeedContent(
        title=need.title,
        department=need.department,
        background=need.background,
        outcome_wanted=need.outcome_wanted,
        tasks=need.tasks,
        team=need.team,
        theme=need.theme,
        stage=need.stage,
        involvement=need.involvement,
        half_days=need.half_days,
        first_month=need.first_month,
        last_month=need.last_month,
        seats=need.seats,
        mode=str(need.mode),
        on_site_share=need.on_site_share,
        place_code=need.place_code,
        weekdays=need.weekdays,
        pay_amount=need.pay_amount,
        pay_basis=need.pay_basis,
        funding_source=need.funding_source,
        after_fiscal_year=need.after_fiscal_year,
        asks_form=need.asks_form,
        touches_procurement=need.touches_procurement,
        requires_training=need.requires_training,
        roles=tuple(row.role for row in need.roles),
        forms=tuple(row.form for row in need.forms),
        kinds=tuple(row.kind for row in need.kinds),
        skills=tuple(
            SkillRequirement(row.skill, row.level, row.weight, row.must, row.group, row.used_within)
            for row in need.skills
        ),
        vendors=tuple(row.name for row in need.vendors),
    )
