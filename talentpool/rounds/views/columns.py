"""The list of rounds, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext as _

from ...db import Session
from ...files.writing import Cell
from ...web.filters import show_day
from ...web.labels import label
from ...web.lists import Column, ListPage
from .. import validity
from ..models import Round


@dataclass(frozen=True, slots=True)
class Line:
    round_: Round
    has_news: bool


def _lines(session: Session, rounds: Sequence[Round]) -> Iterator[Line]:
    with_news = validity.list_with_news(session, rounds)
    for row in rounds:
        yield Line(row, row.id in with_news)


def _state(line: Line) -> str:
    summary = line.round_.summary or {}
    marks = [
        gettext("計算のあとに変更あり") if line.has_news else "",
        gettext("途中で中止") if summary.get("stopped") == "cancelled" else "",
    ]
    return str(gettext("、").join([label(line.round_.state), *filter(None, marks)]))


def _figure(line: Line, name: str) -> Cell:
    value: int = (line.round_.summary or {}).get(name, "")
    return value


def _mean_fit(line: Line) -> Cell:
    """In points, as pages show it."""
    fit = (line.round_.summary or {}).get("mean_fit")
    return "" if fit is None else round(fit / 100, 1)


ROUNDS = ListPage[Round, Line](
    "rounds",
    _("マッチング回"),
    "rounds/list_rounds.html",
    [
        Column(_("回"), lambda line: gettext("第%(n)s回", n=line.round_.number), "w-6", "number"),
        Column(_("名前"), lambda line: line.round_.title, "", "title"),
        Column(
            _("試算"),
            lambda line: "" if line.round_.what_if is None else gettext("試算"),
            None,
        ),
        Column(_("状態"), _state, "w-20", "state"),
        Column(_("埋まった枠"), lambda line: _figure(line, "filled"), "w-7 number"),
        Column(_("募集枠"), lambda line: _figure(line, "seats"), "w-6 number"),
        Column(_("平均適合度"), _mean_fit, "w-7 number"),
        Column(_("作成日"), lambda line: show_day(line.round_.created_at), "w-7", "created"),
    ],
    _lines,
)
