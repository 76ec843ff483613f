"""Queries: what staff, a person and a town may see of placements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..audit import AuditEvent
from ..candidates.merged import survivor_of
from ..candidates.models import Candidate
from ..child_rows import read_lists
from ..db import Session
from ..errors import NotFound
from ..needs.content import MOST_SEATS
from ..needs.models import Need
from ..permissions import Action, Actor, condition, get_visible, visible
from ..rounds import directed, figures
from ..rounds.figures import Part
from ..rounds.models import Round, RoundNeed
from ..states import LIVE, NAMED, TURNED_DOWN, PlacementState
from .models import DecisionPaper, Placement
from .papers import list_rows

MOST_ALTERNATES = 10  # of a ranking, offered for a draft
NOT_FOR_TOWNS = frozenset({"travel", "pay", "wish", "record"})  # parts of the fit, of m.PARTS
IN_ORDER = (  # of a need: by seats and their lists, who is not drafted last
    sa.func.coalesce(Placement.seat, MOST_SEATS + 1), Placement.paper_id, Placement.rank, Placement.id,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that waits for a decision, with those who are proposed on it, in their order."""

    record: DecisionPaper
    placements: Sequence[Placement]

    @classmethod
    def of(cls, record: DecisionPaper, rows: Iterable[Placement]) -> Paper:
        """`rows`: everybody on it, in their order."""
        return cls(record, [row for row in rows if row.state is PlacementState.PROPOSED])

    @property
    def need(self) -> Need:
        return self.placements[0].need

    @property
    def shown(self) -> str:
        """Changes with everything that a page shows of it, so that a decision is about what was read."""
        rows = (f"{row.id}.{row.version}" for row in self.placements)
        return f"{self.record.version} {' '.join(rows)}"


def list_papers(session: Session, actor: Actor) -> list[Paper]:
    """The papers that wait, the one waiting longest first."""
    query = visible(actor, Placement).where(Placement.state == PlacementState.PROPOSED)
    query = query.options(*_both(), joinedload(Placement.paper))
    order = Placement.paper_id, Placement.rank, Placement.id
    rows = session.scalars(query.order_by(*order)).all()
    papers = [Paper(paper, list(some)) for paper, some in groupby(rows, _paper_of)]
    return sorted(papers, key=lambda paper: (paper.record.drafted_at, paper.record.id))


def look_at_paper(session: Session, paper: DecisionPaper) -> Paper:
    """The paper with those who are proposed on it; with nobody where it waits for no decision."""
    return Paper.of(paper, list_rows(session, paper))


def _paper_of(placement: Placement) -> DecisionPaper:
    assert placement.paper is not None
    return placement.paper


def list_answers(session: Session, actor: Actor) -> list[Placement]:
    """What a person was offered, or a town was introduced to: open questions first, then the newest."""
    forms = joinedload(Placement.need).selectinload(Need.forms)
    rows = session.scalars(visible(actor, Placement).options(*_both(), forms)).all()
    return sorted(rows, key=lambda row: (row.state not in LIVE, -row.id))


def count_asked(session: Session, actor: Actor) -> list[tuple[Need, int]]:
    """Needs of the town for which somebody is being asked, and how many: all that a town may know by then."""
    asked = (
        sa.select(Placement.need_id, sa.func.count().label("people"))
        .where(Placement.state == PlacementState.OFFERED)
        .group_by(Placement.need_id)
        .subquery()
    )
    query = (
        sa.select(Need, asked.c.people)
        .join(asked, asked.c.need_id == Need.id)
        .where(condition(actor, Action.VIEW_NEED, Need))
        .order_by(Need.id)
    )
    return [(need, n) for need, n in session.execute(query)]


def list_of_need(session: Session, actor: Actor, need: Need) -> list[Placement]:
    query = visible(actor, Placement).where(Placement.need_id == need.id)
    return list(session.scalars(query.options(*_both()).order_by(*IN_ORDER)))


def list_history(session: Session, placement: Placement) -> list[AuditEvent]:
    """What happened to a placement, oldest first."""
    query = sa.select(AuditEvent).where(
        AuditEvent.object_type == Placement.__tablename__,
        AuditEvent.object_id == str(placement.id),
    )
    return list(session.scalars(query.order_by(AuditEvent.seq)))


@dataclass(frozen=True, slots=True)
class Alternate:
    """Somebody of the round's ranking who could be added to the suggestions."""

    round_id: int
    rank: int
    fit: int
    candidate: Candidate


def list_alternates(session: Session, need: Need) -> list[Alternate]:
    """The best of the ranking of the need's last adopted round for whom nothing is live or turned down on it."""
    query = (
        sa.select(RoundNeed.round_id, RoundNeed.ranking)
        .join(Round, Round.id == RoundNeed.round_id)
        .where(RoundNeed.need_id == need.id, Round.is_adopted)
        .order_by(Round.id.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return []
    round_id, ranking = found
    used = list_used(session, [need.id]).get(need.id, set())
    entries = [entry for entry in ranking or [] if entry["candidate"] not in used][:MOST_ALTERNATES]
    people = _by_code(session, [entry["candidate"] for entry in entries])
    return [
        Alternate(round_id, entry["rank"], entry["fit"], people[entry["candidate"]])
        for entry in entries
        if entry["candidate"] in people
    ]


def list_used(session: Session, need_ids: Collection[int]) -> dict[int, set[str]]:
    """Need → codes of the people for whom something is live or turned down on it, by any registration."""
    query = (
        sa.select(Placement.need_id, Candidate.code)
        .join(Candidate, Candidate.id == survivor_of(Placement.candidate_id))
        .where(Placement.need_id.in_(need_ids), Placement.state.in_(LIVE | TURNED_DOWN))
    )
    used: dict[int, set[str]] = {}
    for need_id, code in session.execute(query):
        used.setdefault(need_id, set()).add(code)
    return used


def count_ranked(session: Session, placement: Placement) -> int | None:
    """How many people could serve the need in the round of the placement; None where no round says."""
    ranking = session.scalar(
        sa.select(RoundNeed.ranking).where(
            RoundNeed.round_id == placement.round_id, RoundNeed.need_id == placement.need_id
        )
    )
    return None if ranking is None else len(ranking)


def list_parts(placement: Placement) -> list[Part]:
    """The parts of the fit as the round weighed them; none for a placement that no round suggested."""
    if placement.round is None:
        return []
    ratings = figures.ratings_of(placement.round, placement.candidate.code)
    return figures.list_parts(placement.parts, placement.round.policy, ratings)


def list_parts_for_towns(placement: Placement) -> list[Part]:
    """Without the parts that tell where the person lives, what the person wishes and asks for, and what other towns said."""
    if placement.round is None:
        return []
    shown = {code: bp for code, bp in placement.parts.items() if code not in NOT_FOR_TOWNS}
    return figures.list_parts(shown, placement.round.policy)


def list_pinned(session: Session, placements: Sequence[Placement]) -> set[int]:
    """Ids of those whose round was made to keep the pair."""
    triple = {row.id: (row.round_id, row.need_id, row.candidate_id) for row in placements}
    pinned = directed.list_pinned(session, triple.values())
    return {ident for ident, pair in triple.items() if pair in pinned}


def get_named(session: Session, actor: Actor, placement: Placement) -> Candidate:
    """The person behind an introduction; NotFound once the name is hidden again."""
    if placement.state not in NAMED:
        raise NotFound
    return get_visible(session, actor, Candidate, placement.candidate_id)


def list_needs(session: Session, codes: Sequence[str]) -> list[Need]:
    return list(session.scalars(sa.select(Need).where(Need.code.in_(codes)))) if codes else []


def _by_code(session: Session, codes: Sequence[str]) -> Mapping[str, Candidate]:
    query = sa.select(Candidate).where(Candidate.code.in_(codes))
    return {person.code: person for person in session.scalars(query)}


def _both() -> tuple[sa.orm.interfaces.LoaderOption, ...]:
    return joinedload(Placement.need), joinedload(Placement.candidate)


def get_whole(session: Session, actor: Actor, ident: int) -> Placement:
    """A placement that `actor` may see, with all that its page shows of others, in two queries."""
    found = get_visible(session, actor, Placement, ident, options=whole())
    person = (
        Candidate.skills, Candidate.posts, Candidate.exams, Candidate.windows, Candidate.forms,
    )  # fmt: skip
    read_lists(session, (found.candidate, person), (found.need, (Need.skills, Need.forms)))
    return found


def whole() -> tuple[sa.orm.interfaces.LoaderOption, ...]:
    """What the page of a placement shows of others."""
    return *_both(), joinedload(Placement.paper), joinedload(Placement.round)
