"""A town writes what troubles it, sends it, goes on writing, closes it, and says who else may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .. import audit
from ..db import Session
from ..errors import Conflict, Refused
from ..language import say
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..states import ConsultationState
from .models import Consultation, Ending, Sharing, Urgency
from .stepping import LONGEST, check_text, end, index, set_deadline, take, write_message


@dataclass(frozen=True, slots=True)
class ConsultationContent:
    words: str
    theme: str | None = None
    urgency: Urgency | None = None
    sharing: Sharing = Sharing.NONE


def write_consultation(
    session: Session,
    content: ConsultationContent,
    consultation: Consultation | None = None,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Consultation:
    """下書き保存: a new one of the actor's town, or what is changed before it is sent."""
    require(session, actor, Action.WRITE_CONSULTATION, consultation)
    if consultation is not None and consultation.state is not ConsultationState.DRAFT:
        raise Conflict(say("この相談は、もう送られています。続けて伝えてください。"))
    if len(content.words) > LONGEST:
        raise Refused.at("words", say("%(n)s文字以内で書いてください。", n=f"{LONGEST:,}"))
    themes = {term.code for term in catalogue.terms(Vocabulary.THEME)}
    if content.theme is not None and content.theme not in themes:
        raise Refused.at("theme", say("一覧から選んでください。"))
    deed = audit.Deed.CONSULTATION_EDIT
    if consultation is None:
        deed = audit.Deed.CONSULTATION_CREATE
        consultation = Consultation(
            prefecture_code=actor.prefecture_code, municipality_code=actor.municipality_code,
            author_id=actor.user_id, created_at=now,
        )  # fmt: skip
        session.add(consultation)
    consultation.words, consultation.theme = content.words.strip(), content.theme
    consultation.urgency, consultation.sharing = content.urgency, content.sharing
    consultation.moved_at = now
    session.flush()
    audit.record(session, deed, consultation, actor=actor, now=now)
    return consultation


def discard_consultation(
    session: Session, consultation: Consultation, *, actor: Actor, now: datetime
) -> None:
    """Before it is sent, nobody else has read it: it goes."""
    require(session, actor, Action.WRITE_CONSULTATION, consultation)
    if consultation.state is not ConsultationState.DRAFT:
        raise Conflict(say("送った相談は削除できません。取り下げてください。"))
    audit.record(session, audit.Deed.CONSULTATION_DISCARD, consultation, actor=actor, now=now)
    session.delete(consultation)
    session.flush()


def send_consultation(
    session: Session, consultation: Consultation, *, actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.WRITE_CONSULTATION, consultation)
    check_text("words", consultation.words)
    with session.no_autoflush:  # the state and what goes with it change together
        step = take(session, consultation, "send", actor=actor, now=now)
        consultation.sent_at = now
        set_deadline(session, consultation, now)
    step.tell()


def reply(
    session: Session, consultation: Consultation, text: str, *, actor: Actor, now: datetime
) -> None:
    """続けて伝える: an answer to what the prefecture asked, or that its answer was not enough."""
    _say_again(session, consultation, "reply", text, actor=actor, now=now)


def reopen_consultation(
    session: Session, consultation: Consultation, text: str, *, actor: Actor, now: datetime
) -> None:
    """もう一度相談する: other towns read it again when it is over again."""
    _say_again(session, consultation, "reopen", text, actor=actor, now=now)


def _say_again(
    session: Session, consultation: Consultation, verb: str, text: str, *, actor: Actor, now: datetime
) -> None:  # fmt: skip
    require(session, actor, Action.WRITE_CONSULTATION, consultation)
    check_text("comment", text)
    with session.no_autoflush:
        step = take(session, consultation, verb, actor=actor, now=now)
        consultation.closed_at = consultation.ending = None
        set_deadline(session, consultation, now)
        index(consultation)
        write_message(consultation, verb, text, is_of_town=True, actor=actor, now=now)
    step.tell()


def settle_consultation(
    session: Session, consultation: Consultation, *, actor: Actor, now: datetime
) -> None:
    """足りたので閉じる."""
    require(session, actor, Action.WRITE_CONSULTATION, consultation)
    end(session, consultation, "settle", actor=actor, now=now)


def withdraw_consultation(
    session: Session, consultation: Consultation, *, actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.WRITE_CONSULTATION, consultation)
    end(session, consultation, "withdraw", Ending.WITHDRAWN, actor=actor, now=now)


def share_consultation(
    session: Session, consultation: Consultation, sharing: Sharing, *, actor: Actor, now: datetime
) -> None:
    """Allow other towns to read it once it is over, or take that back; it holds from the next look on."""
    require(session, actor, Action.WRITE_CONSULTATION, consultation)
    if consultation.sharing is sharing:
        return
    with session.no_autoflush:
        consultation.sharing = sharing
        index(consultation)
    session.flush()
    audit.record(
        session, audit.Deed.CONSULTATION_SHARE, consultation, actor=actor, now=now,
        detail={"sharing": str(sharing)},
    )  # fmt: skip
