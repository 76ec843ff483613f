"""Pages of a person, and of an officer for who has no account: what was answered, and a screen for each group of questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from .. import clock
from ..candidates.models import Candidate
from ..candidates.service import find_own, get_own, get_spoken_for, has_ended
from ..dates import local_date
from ..errors import LostRace, Refused
from ..permissions import Action, Role, can
from ..web import current_actor, current_session, requires
from ..web.changed import Difference, differences
from ..web.versions import is_stale, mark_of
from .forms import GroupForm
from .questions import GROUPS, Group, following
from .service import Check, get_group, lock_person, read_check, save_group

blueprint = Blueprint("selfchecks", __name__)
PERSON, OFFICER = frozenset({Role.CANDIDATE}), frozenset({Role.COORDINATOR})


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
    person = find_own(current_session(), current_actor())
    return _show(person) if person else render_template("candidates/begin_profile.html")


@blueprint.route("/profile/self_check/<code>", methods=["GET", "POST"])
@requires(Action.EDIT_SELF_CHECK, roles=PERSON)
def answer_group(code: str) -> ResponseReturnValue:
    return _answer(get_own(current_session(), current_actor()), get_group(code))


@blueprint.get("/candidates/<int:ident>/self_check")
@requires(Action.EDIT_SELF_CHECK, roles=OFFICER)
def show_for(ident: int) -> ResponseReturnValue:
    """An officer writes down what somebody without an account says on paper or by telephone."""
    return _show(get_spoken_for(current_session(), current_actor(), ident))


@blueprint.route("/candidates/<int:ident>/self_check/<code>", methods=["GET", "POST"])
@requires(Action.EDIT_SELF_CHECK, roles=OFFICER)
def answer_for(ident: int, code: str) -> ResponseReturnValue:
    return _answer(get_spoken_for(current_session(), current_actor(), ident), get_group(code))


def _show(person: Candidate) -> str:
    return render_template(
        "selfchecks/show_own.html", check=_read(person), may_answer=not has_ended(person),
        person=person, back=_back(person), is_own=_is_own(),
        urls={group.code: _url(person, group) for group in GROUPS},
    )  # fmt: skip


def _answer(person: Candidate, group: Group) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    if request.method == "POST":
        lock_person(session, person)
    check = _read(person)
    form = GroupForm.of(group)(data=GroupForm.values(check, group))
    if request.method == "GET":
        return _page(person, group, form, check)
    if is_stale(_version(check, group)):
        stands = GroupForm.of(group)(data=GroupForm.values(check, group), formdata=None)
        return _page(person, group, form, check, differences(form, stands)), LostRace.status
    if not form.validate():
        return _page(person, group, form, check), 422
    try:
        save_group(session, person, group, form.said(group), actor=actor, now=clock.now())
    except Refused as error:
        form.refuse(error)
        return _page(person, group, form, check), form.status
    flash(_("自己点検の答えを保存しました。"), "success")
    return redirect(_url(person, following(group)))


def _is_own() -> bool:
    return current_actor().role is Role.CANDIDATE


def _url(person: Candidate, group: Group | None) -> str:
    """The screen of a group; without one, of all answers."""
    code: dict[str, Any] = {"code": group.code} if group else {}
    if _is_own():
        return url_for(".answer_group" if group else ".show_own", **code)
    return url_for(".answer_for" if group else ".show_for", ident=person.id, **code)


def _back(person: Candidate) -> tuple[str, str]:
    if _is_own():
        return str(_("登録情報")), url_for("candidates.show_profile")
    return person.code, url_for("candidates.show_candidate", ident=person.id)


def _read(person: Candidate) -> Check:
    today = local_date(clock.now())
    return read_check(current_session(), person, actor=current_actor(), today=today)


def _version(check: Check, group: Group) -> str:
    return mark_of([[code, said.answer, said.line] for code, said in check.of(group).items()])


def _page(
    person: Candidate,
    group: Group,
    form: GroupForm,
    check: Check,
    overtaken: Sequence[Difference] | None = None,
) -> str:
    return render_template(
        "selfchecks/answer_group.html", group=group, form=form, version=_version(check, group),
        overtaken=overtaken, place=(GROUPS.index(group) + 1, len(GROUPS)), following=following(group),
        back=_url(person, None), is_own=_is_own(),
    )  # fmt: skip
