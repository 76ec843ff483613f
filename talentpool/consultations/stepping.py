"""What every step of a consultation does besides: the message, the deadline, the ending, what others find it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..accounts.telling import tell
from ..db import Session
from ..deadlines.service import read_terms
from ..errors import Refused
from ..language import say
from ..permissions import Actor
from ..searching import KEY_LENGTH
from ..states import ConsultationState, Transition, move
from ..text import search_key
from ..waits import Wait
from .models import Consultation, Ending, Message

LONGEST = 4000  # characters of what is said
_NO_ANSWER = frozenset({"ask", "sort"})  # what the prefecture says with these is for the town alone
_ENDINGS: Mapping[ConsultationState, Ending] = {
    ConsultationState.ANSWERED: Ending.ANSWERED,
    ConsultationState.REFERRED: Ending.REFERRED,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, and is told of when all that goes with it is written."""

    session: Session
    consultation: Consultation
    step: Transition
    actor: Actor
    now: datetime

    def tell(self) -> None:
        link = f"/consultations/{self.consultation.id}"
        links = dict.fromkeys(self.step.notice, link)
        tell(self.session, self.consultation, self.step, links, actor=self.actor, now=self.now)


def take(
    session: Session, consultation: Consultation, verb: str, *, actor: Actor, now: datetime
) -> Taken:
    """Move on; nothing waits for the prefecture any more unless a deadline is set."""
    step = move(session, consultation, verb, actor=actor, now=now)
    consultation.moved_at, consultation.answer_until = now, None
    return Taken(session, consultation, step, actor, now)


def set_deadline(session: Session, consultation: Consultation, now: datetime) -> None:
    terms = read_terms(session, consultation.prefecture_code)
    consultation.answer_until = terms.due(Wait.CONSULTATION, now)


def end(
    session: Session,
    consultation: Consultation,
    verb: str,
    ending: Ending | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """`ending`: none where it follows from how it was answered."""
    known = ending or _ENDINGS.get(consultation.state)
    with session.no_autoflush:  # the state and its ending change together
        step = take(session, consultation, verb, actor=actor, now=now)
        consultation.closed_at, consultation.ending = now, known
        index(consultation)
    step.tell()


def write_message(
    consultation: Consultation,
    verb: str,
    text: str,
    *,
    is_of_town: bool,
    actor: Actor,
    now: datetime,
) -> None:
    said = Message(
        verb=verb, is_of_town=is_of_town, text=text.strip(), author_id=actor.user_id, said_at=now
    )
    consultation.messages.append(said)


def last_answer(consultation: Consultation) -> str:
    """Of the prefecture; what it asked back is no answer, nor when and how the two of them talk."""
    answers = [
        one.text
        for one in consultation.messages
        if not one.is_of_town and one.verb not in _NO_ANSWER
    ]
    return answers[-1] if answers else ""


def index(consultation: Consultation) -> None:
    """Its words can be found while other towns may read them, and at no other time."""
    texts = (consultation.words, last_answer(consultation)) if consultation.is_shared else ()
    consultation.shared_key = "\n".join(map(search_key, texts))[:KEY_LENGTH]


def check_text(name: str, text: str, most: int = LONGEST) -> None:
    if not text.strip():
        raise Refused.at(name, say("入力してください。"))
    if len(text) > most:
        raise Refused.at(name, say("%(n)s文字以内で書いてください。", n=f"{most:,}"))
