"""The lists of placements and of decision papers, as pages and as files; that of approvals as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext as _

from ... import clock
from ...candidates.viewing import note_download
from ...candidates.views.blueprint import log_names
from ...dates import local_date
from ...db import Session
from ...files.writing import Cell
from ...standing import PlacementStanding
from ...web.downloads import Download
from ...web.filters import show_date, show_day
from ...web.labels import label, town
from ...web.lists import Column, ListPage
from .. import register, service
from ..models import DecisionPaper, Placement
from ..standing import standings
from .blueprint import show_number


@dataclass(frozen=True, slots=True)
class Line:
    placement: Placement
    standing: PlacementStanding | None
    is_pinned: bool


def _lines_of_list(session: Session, rows: Sequence[Placement]) -> Iterator[Line]:
    return _lines(session, rows, standings(session, rows, local_date(clock.now())))


def lines_of_papers(session: Session, papers: Iterable[service.Paper]) -> Iterator[Line]:
    yield from _lines(session, [row for paper in papers for row in paper.placements], {})


def _lines(
    session: Session, rows: Sequence[Placement], stands: Mapping[int, PlacementStanding]
) -> Iterator[Line]:
    pinned = service.list_pinned(session, rows)
    for row in rows:
        yield Line(row, stands.get(row.id), row.id in pinned)


def _state(line: Line) -> str:
    """With what sets it apart from others there."""
    marks = [
        gettext("打診できず") if line.placement.passed_why else "",
        gettext("固定") if line.is_pinned else "",
    ]
    return str(
        gettext("、").join([label(line.standing) if line.standing else "", *filter(None, marks)])
    )


def _fit(line: Line) -> Cell:
    """In points, as pages show it."""
    fit = line.placement.fit
    return "" if fit is None else round(fit / 100, 1)


@dataclass(frozen=True, slots=True)
class PaperLine:
    paper: DecisionPaper
    standing: register.PaperStanding


def _lines_of_register(session: Session, papers: Sequence[DecisionPaper]) -> Iterator[PaperLine]:
    stands = register.standings(session, papers)
    for paper in papers:
        yield PaperLine(paper, stands[paper.id])


NEED = [
    (_("募集"), lambda line: line.placement.need.title),
    (_("募集の番号"), lambda line: line.placement.need.code),
    (_("市町"), lambda line: town(line.placement.municipality_code)),
]
PERSON = [
    (_("登録者"), lambda line: line.placement.candidate.name),
    (_("登録者の番号"), lambda line: line.placement.candidate.code),
]

PLACEMENTS = ListPage[Placement, Line](
    "placements",
    _("推薦"),
    "placements/list_placements.html",
    [
        Column(_("募集"), lambda line: line.placement.need.title, "", "title"),
        Column(_("募集の番号"), lambda line: line.placement.need.code, None),
        Column(_("市町"), lambda line: town(line.placement.municipality_code), "w-7", "town"),
        Column(_("登録者"), lambda line: line.placement.candidate.name, "w-9", "person"),
        Column(_("登録者の番号"), lambda line: line.placement.candidate.code, None),
        Column(_("状態"), _state, "w-16", "state"),
        Column(
            _("順位"),
            lambda line: line.placement.rank if line.placement.drafted_at else "",
            "w-5 number",
            "rank",
        ),
        Column(_("適合度"), _fit, "w-6 number", "fit"),
        Column(_("期限"), lambda line: show_day(line.placement.answer_until), "w-8", "due"),
    ],
    _lines_of_list,
    person=lambda line: line.placement.candidate_id,
    record=note_download,
    log=log_names,
)
APPROVALS = Download[Line](
    "approvals",
    _("決裁"),
    [
        *NEED,
        (_("募集枠"), lambda line: line.placement.need.seats),
        (_("順位"), lambda line: line.placement.rank),
        *PERSON,
        (_("固定"), lambda line: gettext("固定") if line.is_pinned else ""),
        (_("適合度"), _fit),
        (_("起案の説明"), lambda line: line.placement.draft_comment or ""),
    ],
    record=note_download,
    person=lambda line: line.placement.candidate_id,
)
PAPERS = ListPage[DecisionPaper, PaperLine](
    "papers",
    _("起案書"),
    "placements/list_papers.html",
    [
        Column(_("年度"), lambda line: line.paper.fiscal_year, None),
        Column(_("年度内の番号"), lambda line: line.paper.number, None),
        Column(_("番号"), lambda line: show_number(line.paper), "w-14", "number"),
        Column(_("募集"), lambda line: line.paper.need.title, "", "title"),
        Column(_("募集の番号"), lambda line: line.paper.need.code, None),
        Column(_("市町"), lambda line: town(line.paper.municipality_code), "w-7", "town"),
        Column(_("枠"), lambda line: line.paper.seat, "w-5 number"),
        Column(_("起案日"), lambda line: show_date(line.paper.drafted_at), "w-9", "drafted"),
        Column(_("状態"), lambda line: label(register.LABELS[line.standing]), "w-8", "state"),
        Column(
            _("決裁日"),
            lambda line: show_date(line.paper.frozen_at) if line.paper.frozen_at else "",
            "w-9",
            "decided",
        ),
    ],
    _lines_of_register,
)
