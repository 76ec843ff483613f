"""What is said with a step: a reason code of its vocabulary, and a comment where the code asks for one."""

from __future__ import annotations

from ..db import Session
from ..errors import Refused
from ..language import say
from ..states import Transition
from .service import load_catalogue

LONGEST = 1000  # characters of a comment


def check_said(session: Session, step: Transition | None, reason: str | None, comment: str) -> None:
    """Refused, at the field. No step, because the state has moved on, is for `states.move` to refuse."""
    if step is not None and step.reasons is not None:
        catalogue = load_catalogue(session)
        if not reason or not catalogue.is_valid(step.reasons, reason):
            raise Refused.at("reason", say("理由を選んでください。"))
        term = catalogue.term(step.reasons, reason)
        if term.attributes.get("needs_comment") and not comment.strip():
            raise Refused.at("comment", say("この理由のときは、補足を書いてください。"))
    check_comment(comment)


def check_comment(comment: str) -> None:
    if len(comment) > LONGEST:
        raise Refused.at(
            "comment", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        )
