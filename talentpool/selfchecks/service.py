"""The answers of one person: read, and saved a group at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from .. import audit
from ..candidates.models import Candidate
from ..candidates.service import has_ended, speaks_for
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, Forbidden, NotFound, raise_first
from ..language import Words, say
from ..permissions import Action, Actor, require, visible
from .models import SelfAnswer
from .questions import ANSWERS, GROUPS, Answer, Group, find_group

LONGEST = 200  # characters of what was done


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as typed. answer: none where the question is left open."""

    answer: Answer | None = None
    line: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A question with what stands. at: since when; is_old: a year ago or more."""

    code: str
    question: Words
    said: Said
    at: datetime | None = None
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """In the order of the screens; nothing is counted, so that nobody is ranked by it."""

    groups: Sequence[tuple[Group, Sequence[Line]]]

    words: ClassVar[Mapping[Answer, Words]] = ANSWERS

    @property
    def lines(self) -> list[Line]:
        return [line for _group, lines in self.groups for line in lines]

    @property
    def is_begun(self) -> bool:
        return any(line.said.answer for line in self.lines)

    @property
    def is_old(self) -> bool:
        return any(line.is_old for line in self.lines)

    @property
    def at(self) -> datetime | None:
        """The last answer."""
        return max((line.at for line in self.lines if line.at), default=None)

    def of(self, group: Group) -> dict[str, Said]:
        return {line.code: line.said for line in self.lines if line.code in group.questions}


def read_check(session: Session, candidate: Candidate, *, actor: Actor, today: date) -> Check:
    """Nothing of somebody whom `actor` does not see."""
    require(session, actor, Action.VIEW_SELF_CHECK)
    query = visible(actor, SelfAnswer).where(SelfAnswer.candidate_id == candidate.id)
    rows = {row.question: row for row in session.scalars(query)}
    return Check([
        (group, [_line(code, words, rows.get(code), today) for code, words in group.questions.items()])
        for group in GROUPS
    ])  # fmt: skip


def _line(code: str, words: Words, row: SelfAnswer | None, today: date) -> Line:
    if row is None:
        return Line(code, words, Said())
    is_old = local_date(row.answered_at) <= year_before(today)
    return Line(code, words, Said(row.answer, row.line), row.answered_at, is_old)


def year_before(day: date) -> date:
    """The same day a year earlier; of 29 February, the last of the month."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - 1, day=last)


def lock_person(session: Session, person: Candidate) -> None:
    """Another page of the same answers waits."""
    session.refresh(person, with_for_update=True)


def get_group(code: str) -> Group:
    group = find_group(code)
    if group is None:
        raise NotFound
    return group


def save_group(
    session: Session,
    candidate: Candidate,
    group: Group,
    said: Mapping[str, Said],
    *,
    actor: Actor,
    now: datetime,
) -> Sequence[str]:
    """The answers of one screen; the codes of those that changed. A question left open loses its answer.

    What is sent again unchanged is as of today where it was old: the person has read it anew.
    """
    require(session, actor, Action.EDIT_SELF_CHECK, candidate)
    if not speaks_for(actor, candidate):
        raise Forbidden(say("アカウントのある人の答えは、本人だけが変えられます。"))
    if has_ended(candidate):
        raise Conflict(say("登録が終了しているため、自己点検に答えられません。"))
    raise_first(_faults(group, said))
    query = visible(actor, SelfAnswer).where(SelfAnswer.candidate_id == candidate.id)
    rows = {row.question: row for row in session.scalars(query)}
    changed = [
        code
        for code in group.questions
        if _put(session, candidate, code, rows.get(code), said.get(code, Said()), now)
    ]
    if changed:
        detail = {"questions": changed}
        deed = audit.Deed.SELF_CHECK_SAVE
        audit.record(session, deed, candidate, actor=actor, now=now, detail=detail)
    session.flush()
    return changed


def _put(
    session: Session,
    candidate: Candidate,
    code: str,
    row: SelfAnswer | None,
    said: Said,
    now: datetime,
) -> bool:
    if said.answer is None:
        if row is not None:
            session.delete(row)
        return row is not None
    line = said.line.strip()
    is_same = row is not None and (row.answer, row.line) == (said.answer, line)
    if row is None:
        row = SelfAnswer(candidate_id=candidate.id, question=code)
        session.add(row)
    elif is_same and local_date(row.answered_at) > year_before(local_date(now)):
        return False
    row.answer, row.line, row.answered_at = said.answer, line, now
    return True


def _faults(group: Group, said: Mapping[str, Said]) -> list[tuple[str, str]]:
    """By field: the code of the question, or line_ and the code."""
    found = []
    for code in group.questions:
        one = said.get(code, Said())
        line = one.line.strip()
        if one.answer is Answer.YES and not line:
            found.append(
                (f"line_{code}", say("「はい」のときは、何をしたかを1行で書いてください。"))
            )
        if one.answer is None and line:
            found.append((code, say("何をしたかが書かれています。答えも選んでください。")))
        if one.answer is Answer.NO and line:
            sentence = say(
                "「いいえ」と答えています。したことがあれば「一部」か「はい」を選び、なければ消してください。"
            )
            found.append((f"line_{code}", sentence))
        if len(line) > LONGEST:
            sentence = say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
            found.append((f"line_{code}", sentence))
    return found
