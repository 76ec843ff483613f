"""Why proposals ended, in numbers: a page and a file for staff and towns, and a page of the own for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _

from ... import clock
from ...dates import local_date
from ...permissions import Action
from ...states import PlacementState
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.downloads import Download
from ...web.labels import label, term
from .. import reasons
from ..reasons import Row
from .blueprint import blueprint

ENDS = {
    PlacementState.DECLINED_BY_CANDIDATE: _("本人が辞退"),
    PlacementState.NOT_ADVANCED: _("推薦しなかった"),
    PlacementState.REFUSED: _("決裁で却下"),
    PlacementState.DECLINED_BY_TOWN: _("市町が見送り"),
    PlacementState.WITHDRAWN: _("県が取下げ"),
}


def _count(value: int | None) -> str | int:
    return gettext("%(few)s件未満", few=reasons.FEW) if value is None else value


@blueprint.get("/reasons")
@requires(Action.VIEW_REASONS)
def show_reasons() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    year = request.args.get("year", type=int)
    found = reasons.count_reasons(
        session, actor, year, catalogue=current_catalogue(), today=local_date(clock.now())
    )
    classes = (
        [label(one) for one in current_catalogue().terms("size_class")] if found.is_whole else []
    )
    file = Download[Row]("reasons", _("理由の集計"), _columns(classes)).answer(found.rows)
    if file is not None:
        return file
    return render_template(
        "placements/show_reasons.html", found=found, ends=ENDS, classes=classes,
        groups=_groups(found.rows), few=reasons.FEW,
    )  # fmt: skip


def _columns(classes: Sequence[str]) -> list[tuple[Any, Any]]:
    columns: list[tuple[Any, Any]] = [
        (_("結果"), lambda row: str(ENDS[row.state])),
        (_("理由"), lambda row: term(row.reason, row.vocabulary)),
        (_("件数"), lambda row: _count(row.total)),
    ]
    return columns + [(name, _of_class(place)) for place, name in enumerate(classes)]


def _of_class(place: int) -> Any:
    return lambda row: row.counts[place]


def _groups(rows: Sequence[Row]) -> list[tuple[Any, Sequence[Row]]]:
    """(end, its reasons) in order; ends without rows are left out."""
    return [
        (name, own)
        for state, name in ENDS.items()
        if (own := [row for row in rows if row.state is state])
    ]


@blueprint.get("/offers/reasons")
@requires(Action.ANSWER_OFFER)
def show_own_reasons() -> ResponseReturnValue:
    rows = reasons.count_own_reasons(current_session(), current_actor())
    return render_template("placements/show_own_reasons.html", groups=_groups(rows))
