"""What the pages say of the steps that buttons lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _


@dataclass(frozen=True, slots=True)
class Words:
    done: Any  # lazy text: said once the step is taken
    changes: Sequence[Any] = ()  # said before
    told: Sequence[Any] = ()  # who may hear of it beside those whom the table of states names


WORDS: Mapping[str, Words] = {
    "pass_over": Words(
        _("候補から外しました。"),
        (_("この人は、この募集の候補から外れます。"),),
    ),
    "propose": Words(_("起案しました。")),
    "approve": Words(
        _("承認しました。"),
        (
            _(
                "この起案書の1番目の人に打診し、稼働台帳に仮押さえします。内容は変えられなくなります。"
            ),
            _("次点の人は、前の人が終わるまで待ちます。"),
        ),
        told=(_("登録者本人（順位が先で、すぐに打診される場合）"),),
    ),
    "return": Words(
        _("差し戻しました。"),
        (_("この起案書が起案した担当者に戻ります。番号と順位はそのままです。"),),
    ),
    "refuse": Words(
        _("却下しました。"),
        (_("この起案書の推薦は、次点の人も含めて終わります。番号はほかの起案書に使いません。"),),
    ),
    "withdraw": Words(
        _("取り下げました。"),
        (_("この推薦は終わります。承認された次点の人がいれば、次点の人に打診します。"),),
    ),
    "accept": Words(
        _("引き受けました。市町の返事をお待ちください。"),
        (
            _("あなたの氏名と経歴が、この市町の担当者に示されます。"),
            _("この市町への紹介に同意したことを記録します。"),
        ),
    ),
    "decline": Words(
        _("辞退しました。ご返答ありがとうございました。"),
        (_("この打診は終わり、仮押さえした稼働が空きます。"),),
    ),
    "welcome": Words(
        _("受け入れました。次に、勤務条件を示してください。"),
        (_("双方合意となります。勤務条件を示し、本人が承諾すると、県が確定の手続きをします。"),),
    ),
    "turn_down": Words(
        _("見送りました。"),
        (_("この紹介は終わり、氏名は表示されなくなります。"),),
    ),
    "confirm": Words(
        _("確定しました。"),
        (
            _("仮押さえした稼働を確保し、起案書に結果を書き加えます。"),
            _("取り消せるのは、3日後の23時59分までです。"),
        ),
    ),
    "revoke": Words(
        _("取り消しました。"),
        (_("仮押さえした稼働が空きます。承認された次点の人がいれば、次点の人に打診します。"),),
    ),
    "undo": Words(
        _("確定を取り消しました。"),
        (
            _("確保した稼働が空き、活動は始まりません。"),
            _("承認された次点の人がいれば、次点の人に打診します。"),
        ),
    ),
}
