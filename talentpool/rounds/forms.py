from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange

from .. import matching as m
from ..errors import Refused
from ..language import say
from ..needs.models import Need
from ..pool.policy import first_policy
from ..states import RoundState
from ..web.fields import Required, option
from ..web.forms import Form, long_text_field, text_field
from ..web.labels import lazy_label
from ..web.lists import EVERY, ListForm
from .models import DirectiveKind
from .preparing import LONGEST

GREATEST_PREMIUM = 100_000  # basis points
FULL = 10_000  # basis points: what the weights add up to


def _whole(label: Any, least: int, most: int, **options: Any) -> Any:
    return IntegerField(
        label,
        validators=[InputRequired(_("入力してください。")), NumberRange(least, most)],
        **options,
    )


class RoundForm(Form):
    """Which needs, by which policy. The weights of the fit are fields made from the engine's parts."""

    title = text_field(_("名前"), Required())
    needs = SelectMultipleField(
        _("対象の募集"), coerce=int, validators=[Required(_("1件以上選んでください。"))]
    )
    time_limit = _whole(
        _("制限時間（秒）"), 1, LONGEST, default=60,
        description=_("割当案とその説明の全体にかける時間です。割当案の計算には、その5分の4までを使います。"),
    )  # fmt: skip
    fill_premium = _whole(
        _("1枠を埋める価値"), 0, GREATEST_PREMIUM,
        description=_("100が適合度1点にあたります。20000なら、1枠多く埋めるために他の組の適合度を200点まで下げます。"),
    )  # fmt: skip
    priority_bonus = _whole(_("優先度1段ごとの加点"), 0, GREATEST_PREMIUM)
    small_premium = _whole(_("小規模な市町への加点"), 0, GREATEST_PREMIUM)
    middle_premium = _whole(_("中規模な市町への加点"), 0, GREATEST_PREMIUM)
    order = SelectField(
        _("枠と適合度の順序"),
        choices=[option(code, lazy_label(words)) for code, words in m.ORDERS.items()],
    )
    fairness_floor = _whole(
        _("市町の規模ごとの充足率の下限（%）"), 0, 100,
        description=_("0なら下限なし。小・中・大のどの規模でも、枠のこの割合までは埋めるようにします。"),
    )  # fmt: skip
    load_penalty = _whole(_("昨年度の活動1半日コマごとの減点"), 0, 1000)
    carry_over_bonus = _whole(
        _("前回届かなかった市町への加点"), 0, GREATEST_PREMIUM,
        description=_("最後に採用した回に募集があり、まだだれも進んでいない市町の募集に加えます。"),
    )  # fmt: skip
    in_force_bonus = _whole(
        _("いまの割当を変えない加点"), 0, GREATEST_PREMIUM,
        description=_("採用した割当案の推薦のうち、まだ本人に打診していない組に加えます。0でも、同点なら変更の少ない案になります。"),
    )  # fmt: skip
    lottery_seed = _whole(_("同点のときの抽選番号"), 0, 2**31 - 1)

    def offer(self, needs: list[Need], full: Collection[int] = ()) -> None:
        """full: ids of those without a free seat, which says why they are not ticked."""
        self.needs.choices = [
            option(
                need.id,
                _("%(code)s %(title)s（空き枠なし）", code=need.code, title=need.title)
                if need.id in full
                else f"{need.code} {need.title}",
            )
            for need in needs
        ]

    def chosen(self, base: m.Policy | None = None) -> dict[str, Any]:
        """What was typed, in the words of `create_round`. Raises Refused as `policy` does."""
        return {
            "title": self.title.data,
            "need_ids": self.needs.data or [],
            "policy": self.policy(base),
            "time_limit": self.time_limit.data,
            "carry_over_bonus": self.carry_over_bonus.data,
        }

    def policy(self, base: m.Policy | None = None) -> m.Policy:
        """The policy that was typed; the rest is as in `base`. Raises Refused where the weights do not add up."""
        document = (base or first_policy()).to_dict()
        document |= {
            "fill_premium": self.fill_premium.data,
            "priority_bonus": self.priority_bonus.data,
            "size_class_premium": [self.small_premium.data, self.middle_premium.data, 0],
            "order": self.order.data,
            "fairness_floor": self.fairness_floor.data,
            "load_penalty": self.load_penalty.data,
            "in_force_bonus": self.in_force_bonus.data,
            "lottery_seed": self.lottery_seed.data,
            "weights": {part: getattr(self, f"weight_{part}").data for part in m.PARTS},
        }
        try:
            return m.Policy.from_dict(document)
        except m.InvalidPolicy as error:
            raise Refused(
                say("適合度の配点は、合計%(full)sにしてください。", full=f"{FULL:,}")
            ) from error

    @classmethod
    def defaults(cls, policy: m.Policy | None = None, carry_over_bonus: int = 0) -> dict[str, Any]:
        """The fields that say `policy`; all but the lottery's seed, which the pool gives."""
        policy = policy or first_policy()
        small, middle, _large = policy.size_class_premium
        return {
            "fill_premium": policy.fill_premium,
            "priority_bonus": policy.priority_bonus,
            "small_premium": small,
            "middle_premium": middle,
            "order": policy.order,
            "fairness_floor": policy.fairness_floor,
            "load_penalty": policy.load_penalty,
            "carry_over_bonus": carry_over_bonus,
            "in_force_bonus": policy.in_force_bonus,
            **{f"weight_{part}": weight for part, weight in policy.weights.items()},
        }

    def weight_fields(self) -> list[Any]:
        return [self[f"weight_{part}"] for part in m.PARTS]


class NextForm(RoundForm):
    """The same for the round that follows another, with its pins and forbids."""

    directives = SelectMultipleField(_("引き継ぐ固定と除外"), choices=[])

    def chosen(self, base: m.Policy | None = None) -> dict[str, Any]:
        return {**super().chosen(base), "directives": self.directives.data or []}


class WhatIfForm(RoundForm):
    """The same with what would be different. The terms are fields made from the engine's."""

    def chosen(self, base: m.Policy | None = None) -> dict[str, Any]:
        what_if = m.WhatIf(**{term: self[term].data for term in m.TERMS})
        return {**super().chosen(base), "what_if": what_if}

    def term_fields(self) -> list[tuple[Any, str]]:
        """(field, unit) of each term."""
        return [(self[name], _(term.unit)) for name, term in m.TERMS.items()]


for _part, _words in m.PARTS.items():
    _hint = (
        _(
            "数える評価のある人がいない回では、配点しても全員が同じ点になります。評価のない人は、全体の平均で計算します。"
        )
        if _part == "record"
        else ""
    )
    setattr(RoundForm, f"weight_{_part}", _whole(lazy_label(_words), 0, FULL, description=_hint))
for _name, _term in m.TERMS.items():
    setattr(WhatIfForm, _name, _whole(lazy_label(_term), -_term.most, _term.most, default=0))


class DirectiveForm(Form):
    kind = SelectField(
        _("扱い"),
        choices=[
            option(DirectiveKind.PIN.value, _("固定")),
            option(DirectiveKind.FORBID.value, _("除外")),
        ],
    )
    reason = long_text_field(_("理由"), Required(), most=500)


class RoundListForm(ListForm):
    links = ("state",)

    state = SelectField(
        _("状態"),
        default="",
        choices=[
            option("", EVERY),
            *(option(str(state), lazy_label(state)) for state in RoundState),
        ],
    )
