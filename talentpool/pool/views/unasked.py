"""Members whom no vacancy has asked, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext as _

from ... import clock
from ...candidates import service, viewing
from ...candidates.models import Candidate
from ...candidates.views.blueprint import log_names
from ...db import Session
from ...permissions import Action, Role
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.filters import show_day
from ...web.labels import term, town
from ...web.lists import Column, ListPage
from ..forms import UnaskedListForm
from ..unasked import count_open, list_unasked, read_last_asked
from .counting import blueprint

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
MAIN_SKILLS = 3


@dataclass(frozen=True, slots=True)
class Line:
    person: Candidate
    since: date | None
    asked: datetime | None
    fits: int  # open vacancies

    @property
    def skills(self) -> str:
        claims = sorted(self.person.skills, key=lambda claim: claim.level, reverse=True)
        told = (f"{term(claim.skill, 'skill')} {claim.level}" for claim in claims[:MAIN_SKILLS])
        return str(gettext("、").join(told))

    @property
    def last(self) -> str:
        return show_day(self.asked) if self.asked else str(gettext("一度もない"))


def _lines(session: Session, people: Sequence[Candidate]) -> Iterator[Line]:
    actor = current_actor()
    prefecture = actor.prefecture_code or ""
    asked = read_last_asked(session, actor, people)
    fits = count_open(session, prefecture, people, current_catalogue())
    for person in people:
        row = service.find_membership(person, prefecture)
        since = row.active_from if row else None
        yield Line(person, since, asked.get(person.id), fits.get(person.id, 0))


UNASKED = ListPage[Candidate, Line](
    "not-asked",
    _("打診していない登録者"),
    "pool/list_unasked.html",
    [
        Column(_("氏名"), lambda line: line.person.name, "w-14", "name"),
        Column(_("フリガナ"), lambda line: line.person.kana, None),
        Column(_("番号"), lambda line: line.person.code, None),
        Column(
            _("区分"),
            lambda line: term(line.person.kind, "candidate_kind") if line.person.kind else "",
            "w-12",
        ),
        Column(_("登録の始まり"), lambda line: show_day(line.since), "w-9", "since"),
        Column(_("最後の打診"), lambda line: line.last, "w-8", "asked"),
        Column(_("候補にできる募集"), lambda line: line.fits, "w-9 number"),
        Column(
            _("住まい"),
            lambda line: town(line.person.home_code) if line.person.home_code else "",
            "w-6",
        ),
        Column(_("主な技能"), lambda line: line.skills),
    ],
    _lines,
    person=lambda line: line.person.id,
    record=viewing.note_download,
    log=log_names,
)


@blueprint.get("/candidates/unasked")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def list_never_asked() -> ResponseReturnValue:
    form = UnaskedListForm(request.args)
    found = list_unasked(current_session(), current_actor(), form.asked(), now=clock.now())
    return UNASKED.answer(found, form)
