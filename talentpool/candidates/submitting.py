"""Handing a profile in: what is still missing, and 申請する."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..dates import local_date, month_of
from ..db import Session
from ..errors import Refused
from ..language import Words, listed, named, say
from ..permissions import Action, Actor, require
from ..reference.service import load_catalogue
from ..states import move
from . import consenting
from .models import Candidate, Membership
from .receiving import require_confirmed
from .steps import Step
from .telling import tell
from .terms import find_employment, is_employed


@dataclass(frozen=True, slots=True)
class Missing:
    step: Step
    what: Words

    @property
    def text(self) -> str:
        step = named((self.step.ja, self.step.en))
        return say("%(step)s（%(what)s）", step=step, what=named(self.what))


def list_missing(
    session: Session, candidate: Candidate, prefecture_code: str, *, now: datetime
) -> list[Missing]:
    """What a profile needs before it can be handed in to a prefecture; empty when it is complete."""
    this_month = month_of(local_date(now))
    return [
        *_missing_basics(candidate),
        *_missing_term(session, candidate),
        *_missing_rows(candidate, this_month),
        *_missing_consents(session, candidate, prefecture_code),
    ]


def _missing_basics(candidate: Candidate) -> Iterator[Missing]:
    for value, what in (
        (candidate.kind, ("登録者の区分", "Kind of person")),
        (candidate.family_name, ("氏名", "Name")),
        (candidate.family_kana, ("フリガナ", "Furigana")),
        (candidate.phone, ("電話番号", "Telephone number")),
        (candidate.home_code, ("住んでいる市区町村", "Municipality of residence")),
    ):
        if not value:
            yield Missing(Step.BASICS, what)


def _missing_term(session: Session, candidate: Candidate) -> Iterator[Missing]:
    if is_employed(candidate) and find_employment(session, candidate) is None:
        yield Missing(Step.BASICS, ("雇用の期間", "Term of employment"))


def _missing_rows(candidate: Candidate, this_month: int) -> Iterator[Missing]:
    if not candidate.posts and not candidate.companies:
        yield Missing(Step.CAREER, ("職歴を1件以上", "At least one post"))
    if not candidate.skills:
        yield Missing(Step.SKILLS, ("技能を1つ以上", "At least one skill"))
    if not any(row.is_available and row.last_month >= this_month for row in candidate.windows):
        yield Missing(
            Step.AVAILABILITY, ("今月以降に稼働できる月", "Half-days in this month or later")
        )
    if not candidate.forms:
        yield Missing(
            Step.WISHES, ("受けられる任用形態を1つ以上", "At least one form of appointment")
        )


def _missing_consents(
    session: Session, candidate: Candidate, prefecture_code: str
) -> Iterator[Missing]:
    catalogue = load_catalogue(session)
    given = consenting.consents_in_force(candidate, prefecture_code)
    for purpose in consenting.required_purposes(catalogue):
        if purpose not in given:
            term = catalogue.term("consent_purpose", purpose)
            yield Missing(Step.CONSENTS, (term.ja, term.en))


def require_complete(session: Session, membership: Membership, *, now: datetime) -> None:
    missing = list_missing(session, membership.candidate, membership.prefecture_code, now=now)
    if missing:
        lines = {
            f"missing-{number}": say("足りないところ：%(missing)s", missing=one.text)
            for number, one in enumerate(missing)
        }
        message = say("入力が足りません：%(missing)s", missing=listed(one.text for one in missing))
        raise Refused(message, fields=lines)


def submit_profile(
    session: Session, membership: Membership, *, actor: Actor, now: datetime
) -> None:
    """Hand the profile in for review; Refused with everything that is missing."""
    require(session, actor, Action.EDIT_PROFILE, membership)
    require_complete(session, membership, now=now)
    require_confirmed(session, membership.candidate)
    step = move(session, membership, "submit", actor=actor, now=now)
    membership.applied_at = now
    session.flush()
    tell(session, membership, step, actor=actor, now=now)
