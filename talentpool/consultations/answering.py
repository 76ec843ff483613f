"""The prefecture asks back, answers, refers to a programme, works out the requirements, and hands a draft over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..db import Session, canonical_json, length_of
from ..errors import Conflict, Refused
from ..language import say
from ..needs.drafting import when_finished
from ..needs.models import Need, NeedDraft
from ..permissions import Action, Actor, Role, require
from ..programmes.models import Programme, Referral
from ..programmes.referring import LONGEST as LONGEST_REASON, refer_to_programme
from ..states import ConsultationState
from .guide import NAMES
from .models import Consultation, Ending
from .stepping import check_text, end, take, write_message

LONGEST_PART = 900  # characters of an answer; each fits into the field of a need that it is for


def ask_back(
    session: Session, consultation: Consultation, text: str, *, actor: Actor, now: datetime
) -> None:
    _say(session, consultation, "ask", text, actor=actor, now=now)


def answer_consultation(
    session: Session, consultation: Consultation, text: str, *, actor: Actor, now: datetime
) -> None:
    _say(session, consultation, "answer", text, actor=actor, now=now)


def begin_sorting(
    session: Session, consultation: Consultation, text: str, *, actor: Actor, now: datetime
) -> None:
    """要件整理を始める: `text` says when and how the two of them talk."""
    _say(session, consultation, "sort", text, actor=actor, now=now)


def refer_consultation(
    session: Session,
    consultation: Consultation,
    text: str,
    programme: Programme,
    *,
    actor: Actor,
    now: datetime,
) -> Referral:
    """事業を案内する: what the catalogue refuses (over, not begun, past its deadline) is refused here with the same rule.

    The referral itself tells the town.
    """
    require(session, actor, Action.ANSWER_CONSULTATION, consultation)
    check_text("text", text, LONGEST_REASON)
    referral = refer_to_programme(
        session, programme, consultation.municipality_code, reason=text, actor=actor, now=now
    )
    consultation.referrals.append(referral)
    _say(session, consultation, "refer", text, actor=actor, now=now)
    return referral


def _say(
    session: Session, consultation: Consultation, verb: str, text: str, *, actor: Actor, now: datetime
) -> None:  # fmt: skip
    require(session, actor, Action.ANSWER_CONSULTATION, consultation)
    check_text("text", text)
    with session.no_autoflush:
        step = take(session, consultation, verb, actor=actor, now=now)
        consultation.answered_at = consultation.answered_at or now
        write_message(consultation, verb, text, is_of_town=False, actor=actor, now=now)
    step.tell()


def write_interview(
    session: Session,
    consultation: Consultation,
    answers: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """What is known of the five questions, by both sides, while the requirements are worked out."""
    is_town = actor.role is Role.MUNICIPALITY
    right = Action.WRITE_CONSULTATION if is_town else Action.ANSWER_CONSULTATION
    require(session, actor, right, consultation)
    if consultation.state is not ConsultationState.SORTING:
        raise Conflict(say("要件を整理しているあいだだけ書けます。"))
    faults = {
        name: say("%(n)s文字以内で書いてください。", n=f"{LONGEST_PART:,}")
        for name in NAMES
        if len(answers.get(name, "")) > LONGEST_PART
    }
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)
    changed = [
        name for name in NAMES if answers.get(name, "").strip() != getattr(consultation, name)
    ]
    if not changed:
        return
    for name in changed:
        setattr(consultation, name, answers.get(name, "").strip())
    session.flush()
    audit.record(
        session, audit.Deed.CONSULTATION_INTERVIEW, consultation, actor=actor, now=now,
        detail={"fields": changed},
    )  # fmt: skip


def hand_draft_over(
    session: Session, consultation: Consultation, *, actor: Actor, now: datetime
) -> NeedDraft:
    """募集の下書きを渡す: a draft of the town that holds what was worked out; the town finishes it."""
    require(session, actor, Action.ANSWER_CONSULTATION, consultation)
    if consultation.draft_id is not None or consultation.need_id is not None:
        raise Conflict(say("下書きは、もう渡しています。"))
    missing = {name for name in ("outcome_wanted", "tasks") if not getattr(consultation, name)}
    if missing:
        raise Conflict(
            say("「得たい結果」と「頼みたい仕事」を聞いてから、下書きを渡してください。")
        )
    typed = _typed(consultation)
    if len(typed["background"]) > length_of(Need.background):
        raise Conflict(
            say(
                "相談の文が長く、募集の「背景」に入りません。「背景」を書いてから、下書きを渡してください。"
            )
        )
    draft = NeedDraft(
        prefecture_code=consultation.prefecture_code,
        municipality_code=consultation.municipality_code,
        author_id=consultation.author_id,
        content=canonical_json({name: [text] for name, text in typed.items()}),
        created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    audit.record(session, audit.Deed.NEED_DRAFT_SAVE, draft, actor=actor, now=now)
    consultation.draft_id, consultation.need_id = draft.id, None
    end(session, consultation, "hand_over", Ending.NEED, actor=actor, now=now)
    return draft


def _typed(consultation: Consultation) -> dict[str, str]:
    """As the form of a need would have it; what nobody said stays empty. The form has no field for what is decided."""
    parts = (consultation.background or consultation.words, consultation.decided)
    return {
        "title": consultation.headline,
        "theme": consultation.theme or "",
        "outcome_wanted": consultation.outcome_wanted,
        "background": "\n\n".join(part for part in parts if part),
        "tasks": consultation.tasks,
        "team": consultation.team,
    }


def close_consultation(
    session: Session, consultation: Consultation, *, actor: Actor, now: datetime
) -> None:
    """答えて終わりにする: where a town does not say that it was enough."""
    require(session, actor, Action.ANSWER_CONSULTATION, consultation)
    end(session, consultation, "close", actor=actor, now=now)


@when_finished
def _link(session: Session, draft: NeedDraft, need: Need, *, actor: Actor, now: datetime) -> None:
    """The draft that came of a consultation has become a need: the page of each leads to the other."""
    query = sa.select(Consultation).where(Consultation.draft_id == draft.id)
    found = session.scalars(query).one_or_none()
    if found is None:
        return
    found.draft_id, found.need_id = None, need.id
    session.flush()
    audit.record(
        session, audit.Deed.CONSULTATION_LINK, found, actor=actor, now=now,
        detail={"need": need.id},
    )  # fmt: skip
