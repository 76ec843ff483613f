from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, request
from flask_babel import get_locale, lazy_gettext as _

from ... import clock
from ...candidates import viewing
from ...db import Session
from ...permissions import Actor
from ...reference.catalogue import Catalogue
from ...reference.service import load_catalogue
from ...states import Transition
from ...web import after_view, current_actor, current_session
from ..models import Placement
from ..notices import AUDIENCE_LABELS, audiences

blueprint = Blueprint("placements", __name__)
MOST = 10**6  # pages

# What a step changes, said before it is taken.
CHANGES: Mapping[str, Sequence[Any]] = {
    "pass_over": (_("この人は、この募集の候補から外れます。"),),
    "approve": (
        _("順位が先の人から本人に打診し、稼働台帳に仮押さえします。"),
        _("次点の人は、前の人が終わるまで待ちます。"),
    ),
    "return": (_("起案した担当者に戻ります。順位はそのままです。"),),
    "refuse": (_("この推薦は終わります。次点の人がいれば、次点の人に打診します。"),),
    "withdraw": (_("この推薦は終わります。次点の人がいれば、次点の人に打診します。"),),
    "accept": (
        _("あなたの氏名と経歴が、この市町の担当者に示されます。"),
        _("この市町への紹介に同意したことを記録します。"),
    ),
    "decline": (_("この打診は終わり、仮押さえした稼働が空きます。"),),
    "welcome": (_("双方合意となり、県が確定の手続きをします。"),),
    "turn_down": (_("この紹介は終わり、氏名は表示されなくなります。"),),
    "confirm": (
        _("仮押さえした稼働を確保し、起案書に番号を付けて固定します。"),
        _("取り消せるのは、3日後の23時59分までです。"),
    ),
    "revoke": (_("仮押さえした稼働が空きます。次点の人がいれば、次点の人に打診します。"),),
    "undo": (
        _("確保した稼働が空き、活動は始まりません。"),
        _("次点の人がいれば、次点の人に打診します。"),
    ),
}  # fmt: skip
DONE: Mapping[str, Any] = {
    "pass_over": _("候補から外しました。"),
    "propose": _("起案しました。"),
    "approve": _("承認しました。"),
    "return": _("差し戻しました。"),
    "refuse": _("却下しました。"),
    "withdraw": _("取り下げました。"),
    "accept": _("引き受けました。市町の返事をお待ちください。"),
    "decline": _("辞退しました。ご返答ありがとうございました。"),
    "welcome": _("受け入れました。県が確定の手続きをします。"),
    "turn_down": _("見送りました。"),
    "confirm": _("確定しました。"),
    "revoke": _("取り消しました。"),
    "undo": _("確定を取り消しました。"),
}


def locale() -> str:
    return str(get_locale() or "ja")


def catalogue_of(session: Session) -> Catalogue:
    return load_catalogue(session)


def page_number() -> int:
    """The page asked for in the address; 1 for anything that is no page."""
    typed = request.args.get("page", "")
    return min(int(typed), MOST) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 1


def buttons(placement: Placement, steps: Sequence[Transition]) -> list[dict[str, Any]]:
    """What the template needs to draw the steps: label, who is told, what changes, which reasons there are."""
    catalogue = catalogue_of(current_session())
    return [
        {
            "verb": step.verb,
            "label": step.en if locale() == "en" else step.ja,
            "kind": "danger" if step.is_danger else "secondary" if step.reasons else "primary",
            "reasons": catalogue.choices(step.reasons, locale()) if step.reasons else (),
            "told": [_label(audience) for audience in audiences(placement, step)] + _also(step),
            "changes": CHANGES.get(step.verb, ()),
        }
        for step in steps
    ]


def _also(step: Transition) -> list[Any]:
    """An approval may go on to the offer in the same moment."""
    return [_("登録者本人（順位が先で、すぐに打診される場合）")] if step.verb == "approve" else []


def _label(audience: Any) -> str:
    return AUDIENCE_LABELS[audience][1 if locale() == "en" else 0]


def log_names(candidate_ids: Sequence[int], purpose: str = viewing.LIST) -> None:
    """Note, in a unit after the view, that the officer was shown these names."""
    session, actor, now = current_session(), current_actor(), clock.now()
    shown = viewing.unlogged(session, actor, candidate_ids, now=now)
    if purpose == viewing.PROFILE:
        shown = list(candidate_ids)
    if shown:
        after_view(partial(_record, actor=actor, ids=shown, purpose=purpose))


def _record(session: Session, *, actor: Actor, ids: Sequence[int], purpose: str) -> None:
    viewing.record_views(session, actor, ids, purpose, now=clock.now())
