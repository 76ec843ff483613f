"""The steps of a need that are taken on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _

from ... import clock
from ...db import Session
from ...errors import raise_first
from ...web import current_actor, current_catalogue
from .. import reviewing
from ..forms import PublishForm
from ..models import Need


def _submit(session: Session, need: Need) -> None:
    reviewing.submit_need(
        session, need, catalogue=current_catalogue(), actor=current_actor(), now=clock.now()
    )


def _publish(session: Session, need: Need) -> None:
    form = PublishForm(asks_form=need.asks_form)
    form.validate()
    raise_first((str(name), str(texts[0])) for name, texts in form.errors.items())
    reviewing.publish_need(
        session, need, priority=form.priority, checked=form.checked.data or (),
        forms=(form.forms.data or ()) if need.asks_form else (), catalogue=current_catalogue(),
        actor=current_actor(), now=clock.now(),
    )  # fmt: skip


def _reasoned(act: Callable[..., None]) -> Callable[[Session, Need], None]:
    """A step with reason and comment."""

    def step(session: Session, need: Need) -> None:
        reason, comment = request.form.get("reason", ""), request.form.get("comment", "")
        act(session, need, reason=reason, comment=comment, actor=current_actor(), now=clock.now())

    return step


def _plain(act: Callable[..., None]) -> Callable[[Session, Need], None]:
    return lambda session, need: act(session, need, actor=current_actor(), now=clock.now())


@dataclass(frozen=True, slots=True)
class Step:
    act: Callable[[Session, Need], None]
    done: Any  # lazy text
    changes: Sequence[Any]  # said before


STEPS: Mapping[str, Step] = {
    "submit": Step(
        _submit,
        _("申請しました。県の担当者が内容を確かめます。"),
        (_("県の担当者が内容を確かめます。そのあいだは変更できません。"),),
    ),
    "publish": Step(
        _publish,
        _("公開しました。マッチング回に入れられます。"),
        (
            _("マッチング回に入れられるようになります。"),
            _("このあとの変更では、進行中の推薦への影響が先に示されます。"),
        ),
    ),
    "return": Step(
        _reasoned(reviewing.return_need),
        _("差し戻しました。"),
        (_("理由と補足が市町に示され、市町が直して申請し直せるようになります。"),),
    ),
    "hold": Step(
        _plain(reviewing.hold_need),
        _("保留にしました。"),
        (_("再開するまで、マッチング回に入らず、進行中の推薦も先に進みません。"),),
    ),
    "resume": Step(
        _plain(reviewing.resume_need),
        _("再開しました。"),
        (_("マッチング回に入れられるようになり、進行中の推薦も先に進められます。"),),
    ),
    "reopen": Step(
        _reasoned(reviewing.reopen_need),
        _("再び公開しました。空いている枠を、マッチング回に入れられます。"),
        (_("空いている枠を、マッチング回に入れられるようになります。終わった推薦は戻りません。"),),
    ),
}
