"""The seats of a need on its page, which is below this room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from ...needs.models import Need
from ...web import current_session
from ..progress import Seat, Stage, list_seats
from .blueprint import blueprint

STAGES: Mapping[Stage, Any] = {
    Stage.OPENED: _("公開"),
    Stage.DECIDED: _("県の決裁"),
    Stage.ACCEPTED: _("本人の返事"),
    Stage.AGREED: _("市町の返事"),
    Stage.CONFIRMED: _("確定"),
}
NEXT: Mapping[Stage, Any] = {  # what the town does or waits for, by what is waited for
    Stage.ACCEPTED: _("本人の返事を待っています。引き受けると、お名前と経歴が紹介に出ます。"),
    Stage.AGREED: _("市町の返事を待っています。紹介の画面で、受け入れるか見送るかを選びます。"),
    Stage.CONFIRMED: _("双方が合意しました。勤務条件が承諾されると、県が確定の手続きをします。"),
}


@blueprint.app_template_global("seats_of")
def seats_of(need: Need) -> list[Seat]:
    return list_seats(current_session(), need)


@blueprint.app_template_filter("seat_stage")
def show_stage(stage: Stage) -> str:
    return str(STAGES[stage])


@blueprint.app_template_filter("seat_next")
def show_next(stage: Stage) -> str:
    return str(NEXT.get(stage, ""))
