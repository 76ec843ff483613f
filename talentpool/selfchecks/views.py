"""The person's own pages: what was answered, and a screen for each group of questions."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from .. import clock
from ..candidates.models import Candidate
from ..candidates.service import get_own, has_ended
from ..dates import local_date
from ..errors import LostRace, Refused
from ..permissions import Action, Role, can
from ..web import current_actor, current_session, requires
from ..web.changed import Difference, differences
from ..web.versions import is_stale, mark_of
from .forms import GroupForm
from .questions import GROUPS, Group, following
from .service import Check, get_group, lock_own, read_check, save_group

blueprint = Blueprint("selfchecks", __name__)
PERSON = frozenset({Role.CANDIDATE})


def init_app(app: Flask) -> None:
    """No entry of the menu: the profile leads here."""


@blueprint.app_template_global("self_check_of")
def self_check_of(person: Candidate) -> Check | None:
    """For the pages of a person; none for readers who are not told."""
    session, actor = current_session(), current_actor()
    if not can(session, actor, Action.VIEW_SELF_CHECK):
        return None
    return read_check(session, person, actor=actor, today=local_date(clock.now()))


@blueprint.get("/profile/self_check")
@requires(Action.EDIT_SELF_CHECK, roles=PERSON)
def show_own() -> ResponseReturnValue:
    person = get_own(current_session(), current_actor())
    return render_template(
        "selfchecks/show_own.html", check=_read(person), may_answer=not has_ended(person)
    )


@blueprint.route("/profile/self_check/<code>", methods=["GET", "POST"])
@requires(Action.EDIT_SELF_CHECK, roles=PERSON)
def answer_group(code: str) -> ResponseReturnValue:
    session, actor, group = current_session(), current_actor(), get_group(code)
    person = (lock_own if request.method == "POST" else get_own)(session, actor)
    check = _read(person)
    form = GroupForm.of(group)(data=GroupForm.values(check, group))
    if request.method == "GET":
        return _page(group, form, check)
    if is_stale(_version(check, group)):
        stands = GroupForm.of(group)(data=GroupForm.values(check, group), formdata=None)
        return _page(group, form, check, differences(form, stands)), LostRace.status
    if not form.validate():
        return _page(group, form, check), 422
    try:
        save_group(session, person, group, form.said(group), actor=actor, now=clock.now())
    except Refused as error:
        form.refuse(error)
        return _page(group, form, check), form.status
    flash(_("自己点検の答えを保存しました。"), "success")
    after = following(group)
    if after is None:
        return redirect(url_for(".show_own"))
    return redirect(url_for(".answer_group", code=after.code))


def _read(person: Candidate) -> Check:
    today = local_date(clock.now())
    return read_check(current_session(), person, actor=current_actor(), today=today)


def _version(check: Check, group: Group) -> str:
    return mark_of([[code, said.answer, said.line] for code, said in check.of(group).items()])


def _page(
    group: Group, form: GroupForm, check: Check, overtaken: Sequence[Difference] | None = None
) -> str:
    return render_template(
        "selfchecks/answer_group.html", group=group, form=form, version=_version(check, group),
        overtaken=overtaken, place=(GROUPS.index(group) + 1, len(GROUPS)), following=following(group),
    )  # fmt: skip
