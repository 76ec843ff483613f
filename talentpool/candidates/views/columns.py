"""The list of people, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext as _

from ... import clock
from ...dates import local_date
from ...db import Session
from ...standing import MembershipStanding
from ...web import current_actor
from ...web.filters import show_day
from ...web.labels import label, term, town
from ...web.lists import Column, ListPage
from .. import finding, freshness, service, viewing
from ..freshness import LABELS, Fresh
from ..models import Candidate, CandidateSkill, Membership
from ..standing import standings
from .blueprint import log_names

MAIN_SKILLS = 3


@dataclass(frozen=True, slots=True)
class Line:
    person: Candidate
    membership: Membership | None
    standing: MembershipStanding | None
    free: int  # half-days in the months ahead
    fresh: Fresh | None  # of those who are registered

    @property
    def skills(self) -> list[CandidateSkill]:
        """Those of the highest level."""
        claims = sorted(self.person.skills, key=lambda claim: claim.level, reverse=True)
        return claims[:MAIN_SKILLS]


def _lines(session: Session, people: Sequence[Candidate]) -> Iterator[Line]:
    prefecture, now = current_actor().prefecture_code, clock.now()
    today = local_date(now)
    rows = [service.find_membership(person, prefecture) for person in people]
    stands = standings(session, rows, today)
    fresh = freshness.list_fresh(session, rows, now)
    free = finding.free_half_days(session, people, today)
    for person, row in zip(people, rows, strict=True):
        ident = row.id if row else 0
        yield Line(person, row, stands.get(ident), free.get(person.id, 0), fresh.get(ident))


def _last_day(line: Line) -> str:
    last = line.membership.active_until if line.membership else None
    return show_day(last)


def _confirmed(line: Line) -> str:
    return label(LABELS[line.fresh.is_what]) if line.fresh else ""


def _skills(line: Line) -> str:
    return str(
        gettext("、").join(f"{term(claim.skill, 'skill')} {claim.level}" for claim in line.skills)
    )


PEOPLE = ListPage[Candidate, Line](
    "candidates",
    _("登録者"),
    "candidates/list_candidates.html",
    [
        Column(_("氏名"), lambda line: line.person.name, "w-14", "name"),
        Column(_("フリガナ"), lambda line: line.person.kana, None),
        Column(_("番号"), lambda line: line.person.code, None),
        Column(
            _("区分"),
            lambda line: term(line.person.kind, "candidate_kind") if line.person.kind else "",
            "w-12",
            "kind",
        ),
        Column(
            _("状態"), lambda line: label(line.standing) if line.standing else "", "w-12", "state"
        ),
        Column(_("稼働の確認"), _confirmed, None),
        Column(_("期限"), _last_day, "w-6", "until"),
        Column(
            _("住まい"),
            lambda line: town(line.person.home_code) if line.person.home_code else "",
            "w-6",
            "home",
        ),
        Column(_("空きコマ"), lambda line: line.free, "w-6 number", "free"),
        Column(_("主な技能"), _skills),
    ],
    _lines,
    person=lambda line: line.person.id,
    record=viewing.note_download,
    log=log_names,
)
