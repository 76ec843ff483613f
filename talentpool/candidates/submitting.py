"""Handing a profile in: what is still missing, and 申請する."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from ..dates import local_date, month_of
from ..db import Session
from ..errors import Refused
from ..permissions import Action, Actor, require
from ..reference.service import load_catalogue
from ..states import move
from . import consenting
from .models import Candidate, Membership
from .steps import Step
from .telling import tell


@dataclass(frozen=True, slots=True)
class Missing:
    step: Step
    what: Any  # lazy text

    def __str__(self) -> str:
        return f"{self.step.label}（{self.what}）"


def list_missing(
    session: Session, candidate: Candidate, prefecture_code: str, *, now: datetime
) -> list[Missing]:
    """What a profile needs before it can be handed in to a prefecture; empty when it is complete."""
    this_month = month_of(local_date(now))
    return [
        *_missing_basics(candidate),
        *_missing_rows(candidate, this_month),
        *_missing_consents(session, candidate, prefecture_code),
    ]


def _missing_basics(candidate: Candidate) -> Iterator[Missing]:
    for value, what in (
        (candidate.kind, _("登録者の区分")),
        (candidate.family_name and candidate.given_name, _("氏名")),
        (candidate.family_kana and candidate.given_kana, _("フリガナ")),
        (candidate.phone, _("電話番号")),
        (candidate.home_code, _("住んでいる市区町村")),
    ):
        if not value:
            yield Missing(Step.BASICS, what)


def _missing_rows(candidate: Candidate, this_month: int) -> Iterator[Missing]:
    if not candidate.posts and not candidate.companies:
        yield Missing(Step.CAREER, _("職歴を1件以上"))
    if not candidate.skills:
        yield Missing(Step.SKILLS, _("技能を1つ以上"))
    if not any(row.is_available and row.last_month >= this_month for row in candidate.windows):
        yield Missing(Step.AVAILABILITY, _("今月以降に稼働できる月"))
    if not candidate.forms:
        yield Missing(Step.WISHES, _("受けられる任用形態を1つ以上"))


def _missing_consents(
    session: Session, candidate: Candidate, prefecture_code: str
) -> Iterator[Missing]:
    catalogue = load_catalogue(session)
    given = consenting.consents_in_force(candidate, prefecture_code)
    for purpose in consenting.required_purposes(catalogue):
        if purpose not in given:
            yield Missing(Step.CONSENTS, catalogue.label("consent_purpose", purpose))


def require_complete(session: Session, membership: Membership, *, now: datetime) -> None:
    missing = list_missing(session, membership.candidate, membership.prefecture_code, now=now)
    if missing:
        raise Refused(f"入力が足りません：{'、'.join(map(str, missing))}")


def submit_profile(
    session: Session, membership: Membership, *, actor: Actor, now: datetime
) -> None:
    """Hand the profile in for review; Refused with everything that is missing."""
    require(session, actor, Action.EDIT_PROFILE, membership)
    require_complete(session, membership, now=now)
    step = move(session, membership, "submit", actor=actor, now=now)
    membership.applied_at = now
    session.flush()
    tell(session, membership, step, actor=actor, now=now)
