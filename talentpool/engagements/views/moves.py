"""What the pages say of the steps that buttons lead to, and which service takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from ...standing import AUDIENCE_LABELS
from ...states import Transition
from ...web.labels import choices, label
from .. import logs, running


@dataclass(frozen=True, slots=True)
class Move:
    act: Callable[..., None]
    done: Any  # lazy text: said once the step is taken
    changes: Any  # said before


ENGAGEMENT_MOVES: Mapping[str, Move] = {
    "start": Move(
        running.start_engagement,
        _("活動を始めました。"),
        _("本人が、月ごとの活動を記録できるようになります。"),
    ),
    "suspend": Move(
        running.suspend_engagement,
        _("休止にしました。"),
        _("活動は休止中になります。確保した稼働はそのままです。"),
    ),
    "resume": Move(running.resume_engagement, _("再開しました。"), _("活動は活動中に戻ります。")),
}
LOG_MOVES: Mapping[str, Move] = {
    "sign": Move(
        logs.sign_log, _("確認しました。"), _("この月は閉じ、本人は変えられなくなります。")
    ),
    "return": Move(
        logs.return_log,
        _("差し戻しました。"),
        _("理由と補足が本人に示され、本人が直して送り直せます。"),
    ),
    "reopen": Move(
        logs.reopen_log,
        _("開き直しました。"),
        _("理由と補足が本人に示されます。本人が直して送り、市町がもう一度確認します。"),
    ),
}


def button(step: Transition, moves: Mapping[str, Move]) -> dict[str, Any]:
    """What the template needs to draw a step: label, who is told, what changes, which reasons there are."""
    return {
        "verb": step.verb,
        "label": label(step),
        "kind": "secondary" if step.reasons else "primary",
        "reasons": choices(step.reasons) if step.reasons else (),
        "asks_comment": step.asks_comment,
        "told": [label(AUDIENCE_LABELS[audience]) for audience in step.notice],
        "changes": [moves[step.verb].changes],
    }
