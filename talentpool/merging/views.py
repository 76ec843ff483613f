"""Registrations that may be of one person: found, compared, merged, told apart, taken apart again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext
from wtforms import RadioField

from .. import clock
from ..accounts.directory import name_accounts
from ..candidates import viewing
from ..candidates.models import Candidate
from ..candidates.views.blueprint import log_names, standing_of
from ..dates import show_month
from ..errors import Conflict, Refused
from ..permissions import Action, Role
from ..web import check_version, current_actor, current_session, requires
from ..web.fields import Required, option
from ..web.filters import show_day
from ..web.forms import Form, long_text_field
from ..web.labels import label, term, town
from ..web.languages import in_readers_language
from ..web.steps import show_lost
from . import service
from .likeness import LABELS, Likeness, list_alike as find_alike

blueprint = Blueprint("merging", __name__)
COORDINATOR = frozenset({Role.COORDINATOR})


class MergeForm(Form):
    kept = RadioField(lazy_gettext("残す登録"), [Required()])
    comment = long_text_field(lazy_gettext("理由・補足"), most=service.LONGEST)


@dataclass(frozen=True, slots=True)
class Pair:
    first: Candidate
    second: Candidate
    likeness: Likeness

    @property
    def marks(self) -> list[str]:
        return [label(LABELS[mark]) for mark in self.likeness.marks]


@blueprint.get("/merges")
@requires(Action.MERGE_PEOPLE, roles=COORDINATOR)
def list_alike() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    found = find_alike(session, actor)
    people = service.list_people(
        session, actor, {n for row in found for n in (row.first, row.second)}
    )
    pairs = [Pair(people[row.first], people[row.second], row) for row in found]
    merges = service.list_merges(session, actor)
    log_names({*people, *(row.kept_id for row in merges), *(row.gone_id for row in merges)})
    names = name_accounts(
        session, [ident for row in merges for ident in (row.merged_by, row.undone_by)]
    )
    return render_template("merging/list_alike.html", pairs=pairs, merges=merges, names=names)


@blueprint.route("/merges/candidates/<int:ident>/candidates/<int:other>", methods=["GET", "POST"])
@requires(Action.MERGE_PEOPLE, roles=COORDINATOR)
def compare_pair(ident: int, other: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    first, second = service.get_pair(session, actor, ident, other)
    form = MergeForm()
    form.kept.choices = [option(str(row.id), row.code) for row in (first, second)]
    if form.validate_on_submit():
        kept, gone = (first, second) if form.kept.data == str(first.id) else (second, first)
        try:
            service.merge_people(
                session, kept, gone, comment=form.comment.data or "", actor=actor, now=clock.now()
            )
        except Refused as error:
            session.rollback()
            form.refuse(error)
            first, second = service.get_pair(session, actor, ident, other)
        except Conflict as error:
            session.rollback()
            return _lost(error, service.get_pair(session, actor, ident, other), form)
        else:
            flash(_("登録を統合しました。統合はあとで取り消せます。"), "success")
            return redirect(url_for("candidates.show_candidate", ident=kept.id))
    return _page(first, second, form), form.status


def _lost(
    error: Conflict, pair: tuple[Candidate, Candidate], form: MergeForm
) -> ResponseReturnValue:
    """What was typed beside where both stand now."""
    kept = next(row.code for row in pair if str(row.id) == form.kept.data)
    sent = [(_("残す登録"), kept), (_("理由・補足"), form.comment.data)]
    now = [
        (_("%(code)sの登録の状態", code=row.code), label(standing_of(row.memberships[0])))
        for row in pair
    ]
    return show_lost(error, sent, now, url_for(".list_alike"))


def _page(first: Candidate, second: Candidate, form: MergeForm) -> str:
    session, actor = current_session(), current_actor()
    log_names([first.id, second.id], viewing.PROFILE)
    likeness = service.likeness_of(session, actor, first, second)
    return render_template(
        "merging/compare_pair.html", pair=Pair(first, second, likeness), form=form,
        differences=[row for row in _lines(first, second) if row[1] != row[2]],
        standings=(standing_of(first.memberships[0]), standing_of(second.memberships[0])),
    )  # fmt: skip


def _lines(first: Candidate, second: Candidate) -> Iterator[tuple[str, str, str]]:
    """(what, the one, the other) in words, line by line."""
    for name, show in _SHOWN.items():
        yield str(name), str(show(first) or ""), str(show(second) or "")


def _posts(person: Candidate) -> str:
    return "\n".join(
        f"{in_readers_language(show_month(row.first_month))} {row.body} {row.department} {row.title}".rstrip()
        for row in person.posts
    )


_SHOWN: Mapping[Any, Callable[[Candidate], Any]] = {
    lazy_gettext("氏名"): lambda person: person.name,
    lazy_gettext("フリガナ"): lambda person: person.kana,
    lazy_gettext("生年月日"): lambda person: show_day(
        date.fromisoformat(person.birth_date) if person.birth_date else None
    ),
    lazy_gettext("電話番号"): lambda person: person.phone,
    lazy_gettext("メールアドレス"): lambda person: person.contact_email,
    lazy_gettext("住まい"): lambda person: town(person.home_code) if person.home_code else "",
    lazy_gettext("区分"): lambda person: term(person.kind, "candidate_kind") if person.kind else "",
    lazy_gettext("職歴"): _posts,
    lazy_gettext("技能"): lambda person: "\n".join(
        f"{term(row.skill, 'skill')} {row.level}" for row in person.skills
    ),
    lazy_gettext("登録した日"): lambda person: show_day(person.created_at),
    lazy_gettext("アカウント"): lambda person: _("あり") if person.user_id else _("なし"),
}


@blueprint.post("/merges/candidates/<int:ident>/candidates/<int:other>/distinct")
@requires(Action.MERGE_PEOPLE, roles=COORDINATOR)
def tell_apart(ident: int, other: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    first, second = service.get_pair(session, actor, ident, other)
    service.tell_apart(session, first, second, actor=actor, now=clock.now())
    flash(_("別人であることを記録しました。"), "success")
    return redirect(url_for(".list_alike"))


@blueprint.post("/merges/<int:ident>/undo")
@requires(Action.MERGE_PEOPLE, roles=COORDINATOR)
def undo_merge(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    merge = service.get_merge(session, actor, ident)
    check_version(merge)
    if service.undo_merge(session, merge, actor=actor, now=clock.now()):
        text = _("統合を取り消しました。両方の登録が、もとに戻りました。")
    else:
        text = _(
            "統合を取り消しました。統合のあとに本人が退会したため、%(code)sの登録は終了したままです。",
            code=merge.gone.code,
        )
    flash(text, "success")
    return redirect(url_for(".list_alike"))
