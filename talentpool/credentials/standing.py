"""Where a person stands with the required training: what is shown, what waits, and until when it is valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..candidates.models import Candidate
from ..db import Session
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..states import CREDENTIALS_SHOWN, CredentialState
from .models import Credential, Kind
from .register import SOON
from .weighing import list_credentials


@dataclass(frozen=True, slots=True)
class Course:
    """One of the required trainings. until: of the one that was checked and ends last; waits: one to be checked."""

    code: str
    until: date | None
    waits: bool


@dataclass(frozen=True, slots=True)
class Training:
    """until: as rounds take it, whether from credentials or from a file."""

    until: date | None
    courses: Sequence[Course]
    today: date

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until < self.today

    @property
    def is_ending(self) -> bool:
        last = self.today + timedelta(days=SOON)
        return self.until is not None and self.today <= self.until <= last

    @property
    def lacking(self) -> list[Course]:
        """Those that are not valid today, while nothing says that the whole is."""
        if self.until is not None and not self.is_over:
            return []
        return [row for row in self.courses if row.until is None or row.until < self.today]

    @property
    def is_to_do(self) -> bool:
        """Whether the person has something to show: it is missing, over or ends soon, and nothing waits for it."""
        open_ones = self.lacking or (self.courses if self.is_ending else [])
        return any(not row.waits for row in open_ones)


def find_training(
    session: Session, person: Candidate, catalogue: Catalogue, today: date
) -> Training:
    return training_of(person, list_credentials(session, person), catalogue, today)


def training_of(
    person: Candidate, rows: Sequence[Credential], catalogue: Catalogue, today: date
) -> Training:
    courses = []
    for term in catalogue.terms(Vocabulary.TRAINING):
        own = [row for row in rows if row.kind is Kind.TRAINING and row.subject == term.code]
        days = [
            row.valid_until for row in own if row.state in CREDENTIALS_SHOWN and row.valid_until
        ]
        waits = any(row.state is CredentialState.SAID for row in own)
        courses.append(Course(term.code, max(days, default=None), waits))
    return Training(person.training_until, courses, today)
