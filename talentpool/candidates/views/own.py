"""What the person sees of the own registration: overview, hand in, leave, who looked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...accounts.directory import name_accounts
from ...dates import local_date
from ...errors import Refused
from ...permissions import Action
from ...web import check_version, current_actor, current_session, requires
from ...web.paging import page_number, this_page
from .. import drafting, leaving, service, submitting, viewing
from ..models import Candidate
from .blueprint import blueprint, buttons_of, standing_of
from .presenting import Presenter
from .records import PURPOSES
from .steps import PERSON, line_of_steps

OFFICES = {
    None: lazy_gettext("すべて"),
    viewing.Office.PREFECTURE: lazy_gettext("県"),
    viewing.Office.TOWN: lazy_gettext("市町"),
    viewing.Office.VERIFIER: lazy_gettext("証明を確かめる先"),
}


@blueprint.get("/profile")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_profile() -> ResponseReturnValue:
    candidate = service.find_own(current_session(), current_actor())
    if candidate is None:
        return render_template("candidates/begin_profile.html")
    return _show_profile(candidate)


def _show_profile(candidate: Candidate, error: Refused | None = None) -> str:
    session, actor = current_session(), current_actor()
    service.read_whole(session, candidate)
    membership = service.find_membership(candidate, actor.prefecture_code)
    missing = submitting.list_missing(
        session, candidate, actor.prefecture_code or "", now=clock.now()
    )
    return render_template(
        "candidates/show_profile.html",
        candidate=candidate,
        membership=membership,
        standing=standing_of(membership),
        is_ended=service.has_ended(candidate),
        buttons=buttons_of(membership),
        missing=missing,
        line=line_of_steps({one.step for one in missing}),
        drafted=drafting.list_drafted(session, candidate),
        sections=Presenter(candidate, service.mail_address(current_session(), candidate)).whole(),
        error=error,
    )


@blueprint.post("/memberships/<int:ident>/submit")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def submit_profile(ident: int) -> ResponseReturnValue:
    done = _("申請しました。県の担当者が内容を確かめます。")
    return _act(ident, submitting.submit_profile, done)


@blueprint.post("/memberships/<int:ident>/leave")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def leave_pool(ident: int) -> ResponseReturnValue:
    return _act(ident, leaving.leave_pool, _("退会しました。"))


@blueprint.post("/memberships/<int:ident>/withdraw-consent")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def withdraw_consent(ident: int) -> ResponseReturnValue:
    done = _("同意を撤回し、登録を終えました。")
    return _act(ident, leaving.withdraw_essential_consent, done)


@blueprint.post("/memberships/<int:ident>/reapply")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def reapply(ident: int) -> ResponseReturnValue:
    done = _("申し込みを始めました。同意を確かめて、申請してください。")
    return _act(ident, leaving.reapply, done)


def _act(ident: int, act: Callable[..., None], done: str) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    membership = service.get_membership(session, actor, ident, lock=True)
    check_version(membership)
    try:
        act(session, membership, actor=actor, now=clock.now())
    except Refused as error:
        session.rollback()
        return _show_profile(service.get_own(session, actor), error), 422
    flash(done, "success")
    return redirect(url_for(".show_profile"))


@blueprint.get("/views")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def list_views() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    if service.find_own(session, actor) is None:
        return render_template("candidates/begin_profile.html")
    asked = request.args.get("who")
    office = viewing.Office(asked) if asked in set(viewing.Office) else None
    own = viewing.read_own_views(session, actor, office=office, page=page_number(), now=clock.now())
    total = sum(own.counts.values())
    chips = [
        (words, this_page(who=kind, page=None), office is kind, own.counts[kind] if kind else total)
        for kind, words in OFFICES.items()
        if kind is not viewing.Office.VERIFIER or own.counts[kind]
    ]
    return render_template(
        "candidates/list_views.html", own=own, purposes=PURPOSES, chips=chips, days=viewing.RECENT,
        days_of_views=[
            (day, list(rows)) for day, rows in groupby(own.found.rows, lambda row: local_date(row.at))
        ],
        names=name_accounts(session, [row.viewer_id for row in own.found.rows]),
    )  # fmt: skip
