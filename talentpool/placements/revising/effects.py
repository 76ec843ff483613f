"""What a change of an open need would do at this moment: to its placements, to who fits, to rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...candidates.models import Candidate
from ...crypto import keyed_hash
from ...db import Session, canonical_json
from ...language import named, say
from ...needs.content import NeedContent
from ...needs.models import Need
from ...needs.writing import content_of, imagine
from ...permissions import Actor
from ...pool.assemble import request_of
from ...pool.fitting import who_fits
from ...pool.reading import read_profiles
from ...reference.catalogue import Catalogue
from ...rounds.models import Round
from ...rounds.revised import list_pending
from ...states import APPROVED, PENDING
from ..conditions import EXCESS_LABELS, find_excess
from ..guards import Rules, months_ahead, unread_by
from ..models import Placement

UNREAD = frozenset(  # by no rule and no part of the fit
    {
        "title", "department", "background", "outcome_wanted", "tasks", "team", "stage", "funding_source",
        "after_fiscal_year", "asks_form", "involvement",
    }
)  # fmt: skip
SHOWN = frozenset(  # to the person who is asked
    {
        "title", "department", "background", "outcome_wanted", "tasks", "theme", "half_days", "first_month",
        "last_month", "mode", "on_site_share", "place_code", "pay_amount", "pay_basis", "forms", "skills", "involvement",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voided:
    """A placement that cannot go on, and which rules say so."""

    placement: Placement
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the change does, for the page before and for the deed itself.

    fitting: how many people fit before and after, of those for whom nothing is under way; leaving: ids of those who fit
    no more; rounds: those whose plan could no longer be adopted, or would have to be prepared anew.
    """

    changed: frozenset[str]  # fields of the content
    content: NeedContent
    after: Need  # as it would be; not stored
    void: Sequence[Voided]
    kept: Sequence[Placement]
    fitting: tuple[int, int]
    leaving: frozenset[int]
    rounds: Sequence[Round]

    @property
    def is_read(self) -> bool:
        """Whether a rule or a part of the fit reads any of it."""
        return bool(self.changed - UNREAD)

    def seal(self, key: bytes) -> str:
        """What was announced, and of which change: by it two of them are compared, and nothing is read from it."""
        said = {
            "content": asdict(self.content),
            "void": [row.placement.id for row in self.void],
            "kept": [[row.id, str(row.state)] for row in self.kept],
            "leaving": len(self.leaving),
        }
        return keyed_hash(key, canonical_json(said).encode())


def foresee(
    session: Session,
    need: Need,
    content: NeedContent,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Effect:
    """For `actor` the effect of making `content`, which must be possible, the need's next version.

    A town's change is held against nothing that no town reads of a person, as a conflict of interest: what it would do
    tells who has ties to whom. Such a pair goes on, and is stopped at its next step.
    """
    before, after = content_of(need), imagine(need, content, catalogue)
    changed = frozenset(
        name
        for name in NeedContent.__dataclass_fields__
        if getattr(before, name) != getattr(content, name)
    )
    rows = _list_pending(session, need)
    if not changed - UNREAD:
        return Effect(changed, content, after, (), rows, (0, 0), frozenset(), ())
    rules = Rules.read(session, rows, now, actor.role)
    void = [Voided(row, why) for row in rows if (why := _why_void(row, after, rules))]
    ended = {row.placement.id for row in void}
    kept = [row for row in rows if row.id not in ended]
    others = read_profiles(session, need.prefecture_code, confirmed_at=now)
    for row in rows:
        others.pop(row.candidate_id, None)
    unread = unread_by(actor.role)
    fits, will = (who_fits(others, request_of(one), catalogue, unread) for one in (need, after))
    fitting, leaving = (len(fits), len(will)), frozenset(fits - will)
    return Effect(
        changed, content, after, void, kept, fitting, leaving, list_pending(session, need)
    )


def _list_pending(session: Session, need: Need) -> list[Placement]:
    query = (
        sa.select(Placement)
        .where(Placement.need_id == need.id, Placement.state.in_(PENDING))
        .options(joinedload(Placement.candidate))
        .order_by(Placement.candidate_id)
    )
    return list(session.scalars(query))


def _why_void(placement: Placement, after: Need, rules: Rules) -> list[str]:
    """The rules that the change breaks for the pair; what was broken before is no matter of the change."""
    if placement.seat is not None and placement.seat > after.seats:
        return [say("募集枠が%(n)s枠に減ります。", n=after.seats)]
    found = []
    if placement.state in APPROVED:
        old, new = placement.conditions, placement.conditions_of(after)
        beyond = find_excess(after, placement.candidate, new, [old], placement.need)
        found = [
            say("決裁した内容を超えます：%(what)s。", what=named(EXCESS_LABELS[one]))
            for one in beyond
        ]
    return [*found, *_newly_broken(placement, after, rules)]


def _newly_broken(placement: Placement, after: Need, rules: Rules) -> list[str]:
    profile = rules.profiles.get(placement.candidate_id)
    conditions = placement.conditions_of(after)
    if profile is None or not months_ahead(conditions, rules.this_month):
        return []
    broken = rules.broken_by(profile, after, conditions)
    present = placement.conditions
    known = set(unread_by(rules.reader))
    if months_ahead(present, rules.this_month):
        known |= rules.broken(placement, present).keys()
    return [text for rule, text in broken.items() if rule not in known]


def list_people(session: Session, ids: Sequence[int]) -> Sequence[Candidate]:
    query = sa.select(Candidate).where(Candidate.id.in_(ids)).order_by(Candidate.id)
    return session.scalars(query).all()
