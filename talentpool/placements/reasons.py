"""Reason codes: of the vocabulary that the step names, with a comment where the code asks for one."""

from __future__ import annotations

from ..db import Session
from ..errors import Refused
from ..reference.service import load_catalogue
from ..states import PLACEMENT, PlacementState

LONGEST = 1000  # characters of a comment


def check_reason(
    session: Session, verb: str, state: PlacementState, reason: str | None, comment: str
) -> None:
    """Refused, at the field, for a code that the vocabulary of the step does not hold."""
    step = PLACEMENT.transition(verb, state)
    if step is not None and step.reasons is not None:
        check_code(session, step.reasons, reason, comment)


def check_code(session: Session, vocabulary: str, reason: str | None, comment: str) -> None:
    catalogue = load_catalogue(session)
    if not reason or not catalogue.is_valid(vocabulary, reason):
        raise _refused("reason", "理由を選んでください。")
    if catalogue.term(vocabulary, reason).attributes.get("needs_comment") and not comment.strip():
        raise _refused("comment", "「その他」を選んだときは、内容を書いてください。")


def check_comment(comment: str) -> None:
    if len(comment) > LONGEST:
        raise _refused("comment", f"{LONGEST}文字以内で書いてください。")


def _refused(field: str, message: str) -> Refused:
    return Refused(message, fields={field: message})
