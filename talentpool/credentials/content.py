"""What is said of a credential, and what it must keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ..candidates.content import FIRST_YEAR
from ..candidates.models import Candidate
from ..dates import fiscal_year, fiscal_year_days
from ..errors import Fault
from ..language import say
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from .models import Kind, Verifier

LONGEST = 1000  # characters of a note
YEARS = 3  # fiscal years that evidence of a skill counts for, where no other day is given
FURTHEST = 20  # years from now
_ADDRESS = re.compile(r"https?://[^\s/?#]+\.[^\s]+")


@dataclass(frozen=True, slots=True)
class Content:
    """verifier, contact: the office that may be asked, and how it is reached."""

    kind: Kind
    subject: str
    title: str = ""
    link: str = ""
    done_on: date | None = None
    valid_until: date | None = None
    note: str = ""
    verifier_kind: Verifier | None = None
    verifier: str = ""
    contact: str = ""


def subjects_of(candidate: Candidate, catalogue: Catalogue) -> dict[Kind, list[str]]:
    """What a person can show something for."""
    names = {row.name_then for row in candidate.exams if row.name_then}
    return {
        Kind.TRAINING: [term.code for term in catalogue.terms(Vocabulary.TRAINING)],
        Kind.SKILL: [row.skill for row in candidate.skills],
        Kind.EXAM: sorted(names),
    }


def last_day_of(content: Content, catalogue: Catalogue, today: date) -> date | None:
    """As typed; else by the length of the training, or some fiscal years for a skill. An exam can be for ever."""
    if content.valid_until is not None or content.kind is Kind.EXAM:
        return content.valid_until
    start = content.done_on or today
    if content.kind is Kind.SKILL:
        return fiscal_year_days(fiscal_year(start) + YEARS)[1]
    term = catalogue.term(Vocabulary.TRAINING, content.subject)
    months = start.year * 12 + start.month - 1 + int(term.attributes["valid_months"])
    day = min(start.day, 28) if start.month == 2 else start.day
    while True:
        try:
            return date(months // 12, months % 12 + 1, day)
        except ValueError:  # the month is shorter
            day -= 1


def faults(
    content: Content, candidate: Candidate, catalogue: Catalogue, today: date
) -> Iterator[Fault]:
    if content.subject not in subjects_of(candidate, catalogue)[content.kind]:
        yield "about", say("一覧から選んでください。")
        return
    yield from _day_faults(content, catalogue, today)
    if content.link and not _ADDRESS.fullmatch(content.link):
        yield "link", say("https:// から始まるアドレスを入力してください。")
    if not (content.title or content.link or content.note):
        yield "title", say("研修・資料の名前、リンク、説明のどれかを書いてください。")
    yield from _office_faults(content)


def _day_faults(content: Content, catalogue: Catalogue, today: date) -> Iterator[Fault]:
    done, last = content.done_on, content.valid_until
    if content.kind is Kind.TRAINING and done is None:
        yield "done_on", say("修了した日を入力してください。")
        return
    if done is not None and not FIRST_YEAR <= done.year <= today.year:
        yield "done_on", say("%(year)s年から今日までの日を入力してください。", year=FIRST_YEAR)
        return
    if done is not None and done > today:
        yield "done_on", say("今日までの日を入力してください。")
    if last is not None and done is not None and last < done:
        yield "valid_until", say("修了・発行の日より後の日を入力してください。")
    elif last is not None and last.year > today.year + FURTHEST:
        yield "valid_until", say("%(n)s年より先の日は入力できません。", n=FURTHEST)
    elif (end := last_day_of(content, catalogue, today)) is not None and end < today:
        yield (
            "valid_until",
            say(
                "有効期限が%(day)sで、もう過ぎています。新しい研修か資料を入力してください。",
                day=end.isoformat(),
            ),
        )


def _office_faults(content: Content) -> Iterator[Fault]:
    if content.verifier_kind is None and (content.verifier or content.contact):
        yield "verifier_kind", say("だれに確かめるかを選んでください。")
    if content.verifier_kind is not None:
        for name, value in (("verifier", content.verifier), ("contact", content.contact)):
            if not value:
                yield name, say("確かめる先を選んだときは、書いてください。")
