"""The words of a count: figures, conditions, steps, and who could take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _, lazy_gettext

from ... import matching as m
from ...matching.scoring.rules import Rule
from ...web.labels import term
from ...web.languages import locale
from ..counting import Stage
from ..easing import PAY, RAISE, TRAINING, WEEKDAYS, WISHED, Party
from ..told import Figure, Told, ToldCost, ToldEase

MOST_EASES = 5

STAGES: Mapping[Stage, Any] = {
    Stage.SKILL: lazy_gettext("必須の技能"),
    Stage.WORK: lazy_gettext("働き方・移動・曜日"),
    Stage.TIME: lazy_gettext("期間・稼働"),
    Stage.PAY: lazy_gettext("報酬"),
    Stage.FORM: lazy_gettext("任用形態"),
    Stage.TRAINING: lazy_gettext("必須研修"),
    Stage.CONFLICT: lazy_gettext("利益相反など"),
}
PARTIES: Mapping[Party, Any] = {
    Party.TOWN: lazy_gettext("市町が変えられます"),
    Party.PREFECTURE: lazy_gettext("県が確かめて解けます"),
    Party.PERSON: lazy_gettext("本人に聞けます"),
    Party.NOBODY: lazy_gettext("変えられません"),
}


def figure(people: Figure, sign: str = "") -> str:
    """Of so many people; in steps, the step."""
    if people.is_exact:
        said = _("%(sign)s%(n)s名", sign=sign, n=people.least)
    elif people.least == 1:
        said = _("%(sign)s%(n)s名未満", sign=sign, n=people.most + 1)
    else:
        said = _("%(sign)s%(least)s〜%(most)s名", sign=sign, least=people.least, most=people.most)
    return str(said)


@dataclass(frozen=True, slots=True)
class CountPanel:
    """What `needs/_count.html` shows."""

    told: Told

    @property
    def people(self) -> int:
        return self.told.people

    @property
    def is_impossible(self) -> bool:
        return not self.told.fitting.most

    @property
    def fitting(self) -> str:
        return figure(self.told.fitting)

    @property
    def in_steps(self) -> bool:
        """Whether the reader is told steps."""
        return not self.told.fitting.is_exact or any(
            not ease.gain.is_exact for ease in self.told.eases
        )

    @property
    def undecided(self) -> list[str]:
        return [_rule(rule) for rule in self.told.undecided]

    @property
    def costliest(self) -> tuple[str, str] | None:
        """(condition, people more without it)."""
        cost = self.told.costliest
        return None if cost is None else (_cost(cost), figure(cost.gain))

    @property
    def eases(self) -> list[tuple[str, str, str]]:
        """(step, people more, who can take it), what brings most first."""
        return [
            (_ease(ease), figure(ease.gain, "＋"), str(PARTIES[ease.party]))
            for ease in self.told.eases[:MOST_EASES]
        ]

    @property
    def stages(self) -> list[tuple[str, str, int]]:
        """(condition, who is left, their share of all in bp)."""
        every = max(self.people, 1)
        return [
            (str(STAGES[stage]), figure(left), 10_000 * min(left.least, every) // every)
            for stage, left in self.told.left.items()
        ]

    @property
    def musts(self) -> list[tuple[str, str, str, str]]:
        """(skills with levels, who meets it, more with one level less, more as a wish); "" where nobody."""
        return [
            (
                _("または").join(_skill(asked) for asked in must.group),
                figure(must.people),
                figure(must.lower, "＋") if must.lower.most else "",
                figure(must.without, "＋") if must.without.most else "",
            )
            for must in self.told.musts
        ]

    @property
    def wishes(self) -> list[tuple[str, str]]:
        return [(_skill(wish.asked), figure(wish.people)) for wish in self.told.wishes]

    @property
    def near(self) -> list[tuple[str, str, str]]:
        """(the one condition, people who break it alone, who can lift it)."""
        return [
            (_rule(one.rule), figure(one.people), str(PARTIES[one.party])) for one in self.told.near
        ]

    @property
    def nearest(self) -> Sequence[tuple[int, str, str, str]]:
        """(id, code, the one condition, who can lift it) of the best fits among them."""
        parties = {one.rule: str(PARTIES[one.party]) for one in self.told.near}
        return [
            (near.person, near.code, _rule(near.rule), parties[near.rule])
            for near in self.told.nearest
        ]


def _rule(rule: Rule) -> str:
    return m.rule_text(rule, lang=locale())


def _cost(cost: ToldCost) -> str:
    if cost.skill is None:
        return _rule(cost.rule)
    return str(_("%(rule)s：%(what)s", rule=_rule(cost.rule), what=term(cost.skill, "skill")))


def _skill(asked: m.SkillRequirement) -> str:
    said = str(_("%(skill)s %(level)s以上", skill=term(asked.skill, "skill"), level=asked.level))
    if asked.since is None:
        return said
    return str(_("%(skill)s（%(year)s年以降に使用）", skill=said, year=asked.since))


def _ease(ease: ToldEase) -> str:
    own = {
        WISHED: lambda: _("%(what)sを必須から希望に", what=term(ease.subject or "", "skill")),
        "level": lambda: _("%(what)sの水準を1段下げる", what=term(ease.subject or "", "skill")),
        "recency": lambda: _(
            "%(what)sを最後に使った時期を問わない", what=term(ease.subject or "", "skill")
        ),
        "form": lambda: _("%(what)sを加える", what=term(ease.subject or "", "form")),
        "mode": lambda: _("オンラインだけにする"),
        PAY: lambda: _("報酬を半日コマあたり%(n)s円上げる", n=f"{RAISE:,}"),
        TRAINING: lambda: _("必須研修を条件にしない"),
        WEEKDAYS: lambda: _("平日ならいつでもよいことにする"),
    }
    if ease.kind in own:
        return str(own[ease.kind]())
    return m.change_text({"kind": ease.kind, "subject": ease.subject}, lang=locale())
