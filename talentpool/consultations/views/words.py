"""What each step of a consultation changes, said before, and what is said once it is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _

CHANGES: Mapping[str, Sequence[Any]] = {
    "send": (_("県の担当者が読み、期限までに最初の返事をします。ほかの市町には示されません。"),),
    "reply": (_("県の担当者が、もう一度返事をします。"),),
    "settle": (_("相談が終わります。あとから、もう一度相談できます。"),),
    "close": (_("相談が終わります。市町は、もう一度相談できます。"),),
    "withdraw": (_("相談が終わり、ほかの市町には示されません。"),),
    "reopen": (_("終わるまで、ほかの市町には示されなくなります。"),),
    "hand_over": (_("整理した内容の入った募集の下書きが市町にでき、相談が終わります。募集にするかは市町が決めます。"),),
}  # fmt: skip

DONE: Mapping[str, Any] = {
    "send": _("県に送りました。返事があると、お知らせが届きます。"),
    "reply": _("県に伝えました。"),
    "ask": _("市町に聞き返しました。"),
    "answer": _("返事を送りました。"),
    "refer": _("事業を案内しました。"),
    "sort": _("要件整理を始めました。聞いたことを下に書いてください。"),
    "settle": _("相談を閉じました。"),
    "close": _("相談を終わりにしました。"),
    "withdraw": _("相談を取り下げました。"),
    "reopen": _("もう一度、県に送りました。"),
    "hand_over": _("募集の下書きを市町に渡しました。"),
}
