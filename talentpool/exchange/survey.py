"""The survey in counts: kind of person by form, pay, motive and source; small cells are not told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..accounts.models import Pool
from ..candidates.models import Candidate, Consent, Membership
from ..db import Session
from ..files.writing import Table, check_suffix
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..states import MembershipState
from .exporting import Exported

STATISTICS = "statistics"  # purpose of the consent
FEW = 3  # smaller counts are not told; nor are totals, from which they could be found
BANDS = (0, 5_000, 10_000, 15_000, 20_000, 30_000)  # yen per half-day: lower ends


def export_survey(session: Session, path: Path, pool: Pool, *, actor: Actor) -> Exported:
    """Active people who agreed to statistics, counted by kind and answer."""
    require(session, actor, Action.EXCHANGE)
    check_suffix(path)
    catalogue = load_catalogue(session)
    counts = Counter(
        (person.kind or "", question, answer)
        for person in _list_people(session, pool)
        for question, answer in _answers(person)
    )
    lines = [
        [
            question,
            catalogue.label("candidate_kind", kind),
            label,
            _told(counts[kind, question, answer]),
        ]
        for question, answers in _questions(catalogue).items()
        for kind in (term.code for term in catalogue.terms("candidate_kind"))
        for answer, label in answers
    ]
    return Exported("survey", [Table("集計", ["項目", "区分", "回答", "人数"], lines)], len(lines))


def _list_people(session: Session, pool: Pool) -> list[Candidate]:
    agreed = sa.select(Consent.candidate_id).where(
        Consent.purpose == STATISTICS,
        Consent.audience == pool.prefecture_code,
        Consent.withdrawn_at.is_(None),
    )
    query = (
        sa.select(Candidate)
        .join(Membership, Membership.candidate_id == Candidate.id)
        .where(
            Membership.prefecture_code == pool.prefecture_code,
            Membership.state == MembershipState.ACTIVE,
            Candidate.id.in_(agreed),
        )
        .options(selectinload(Candidate.forms))
    )
    return list(session.scalars(query))


def _answers(person: Candidate) -> Iterator[tuple[str, str]]:
    for row in person.forms:
        yield "任用形態", row.form
    yield "最低報酬（円/半日）", str(max(end for end in BANDS if end <= person.pay_minimum))
    for motive in person.motives:
        yield "動機", motive
    if person.heard_from:
        yield "知ったきっかけ", person.heard_from


def _questions(catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    """Question → (answer, label) in their order."""
    ends = [*BANDS[1:], None]
    bands = [
        (str(low), f"{low:,}円以上" if high is None else f"{low:,}円以上{high:,}円未満")
        for low, high in zip(BANDS, ends, strict=True)
    ]
    return {
        "任用形態": catalogue.choices("form"),
        "最低報酬（円/半日）": bands,
        "動機": catalogue.choices("motive"),
        "知ったきっかけ": catalogue.choices("heard_from"),
    }


def _told(count: int) -> str | int:
    return count if count == 0 or count >= FEW else f"{FEW}人未満"
