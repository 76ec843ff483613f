from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from ...language import Words
from ...standing import AUDIENCE_LABELS
from ...states import Transition
from ...web.labels import choices, label
from .. import register
from ..models import DecisionPaper, Placement
from ..notices import audiences
from .words import WORDS

blueprint = Blueprint("placements", __name__)


@blueprint.app_template_filter("paper_number")
def show_number(paper: DecisionPaper) -> str:
    return str(_("起案書 %(year)s年度 第%(number)s号", year=paper.fiscal_year, number=paper.number))


@blueprint.app_template_filter("paper_standing")
def show_standing(standing: register.PaperStanding) -> Words:
    return register.LABELS[standing]


def buttons(placement: Placement, steps: Sequence[Transition]) -> list[dict[str, Any]]:
    """What the template needs to draw the steps: label, who is told, what changes, which reasons there are."""
    return [
        {
            "verb": step.verb,
            "label": label(step),
            "kind": "danger" if step.is_danger else "secondary" if step.reasons else "primary",
            "reasons": choices(step.reasons) if step.reasons else (),
            "asks_comment": step.asks_comment,
            "told": [
                *(label(AUDIENCE_LABELS[audience]) for audience in audiences(placement, step)),
                *WORDS[step.verb].told,
            ],
            "changes": WORDS[step.verb].changes,
        }
        for step in steps
    ]
