"""A round as its pages show it, in the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _, lazy_gettext
from markupsafe import Markup

from ... import matching as m
from ...jobs import Job, JobState
from ...states import RoundState
from ...web.filters import show_month, show_points, show_signed
from ...web.labels import in_town, label, term, town
from ...web.languages import counted, in_sentences, locale
from .. import figures
from ..directed import Directed
from ..easing import Eased
from ..models import DirectiveKind, Round
from ..plan import Cast, Comparison
from ..stability import Move

MOST_TOWNS = 2  # that a short reason names
VOCABULARIES = {
    "level": "skill",
    "recency": "skill",
    "form": "form",
    "mode": "mode",
}  # of what a change is about


class RoundPage:
    """What every page of a round can show. Without a `cast`, reasons name needs by their codes."""

    def __init__(
        self, round_: Round, cast: Cast | None = None, directed: Sequence[Directed] = ()
    ) -> None:
        self.round = round_
        self.cast = cast
        self.directed = directed

    @property
    def given(self) -> Mapping[DirectiveKind, int]:
        """How many pairs the plan was made to keep and to leave out."""
        return Counter(row.kind for row in self.round.directives)

    @property
    def people_directed(self) -> set[int]:
        """Ids of all whose names stand beside the directives."""
        return {ident for row in self.directed for ident in row.people}

    @property
    def tried(self) -> list[tuple[str, str]]:
        """(term, difference with its unit) of each term that a what-if tries."""
        return [
            (label(m.TERMS[name]), _in_unit(name, difference))
            for name, difference in figures.tried(self.round).items()
        ]

    @property
    def order(self) -> str | None:
        """How the policy weighs seats against fit."""
        order = self.round.policy.get("order")
        return label(m.ORDERS[order]) if order else None

    @property
    def weights(self) -> list[tuple[str, str]]:
        """(part of the fit, most points) of the policy, without parts that have no weight."""
        weights = self.round.policy["weights"]
        return [
            (label(words), _("%(n)s点", n=show_points(weights[part])))
            for part, words in m.PARTS.items()
            if weights[part]
        ]

    @property
    def has_ratings(self) -> bool:
        """Whether track records count in this round, and somebody has one."""
        is_weighed = bool(self.round.policy["weights"].get(figures.RECORD))
        return is_weighed and "ratings" in (self.round.summary or {})

    def parts(self, reached: Mapping[str, int], code: str) -> list[figures.Part]:
        """Of the person of that code."""
        ratings = figures.ratings_of(self.round, code)
        return figures.list_parts(reached, self.round.policy, ratings)

    def reason(self, given: Mapping[str, Any]) -> str:
        """Why a person is placed here or not."""
        needs = self.cast.need_by_code if self.cast else {}
        titles = {code: in_town(need) for code, need in needs.items()}
        return m.reason_text(given, titles, lang=locale())

    def places_of(self, reason: Mapping[str, Any]) -> str:
        """The towns that somebody serves instead, where that is the reason and the cast has them."""
        needs = self.cast.need_by_code if self.cast and reason["code"] == "taken" else {}
        codes = [code for code in reason.get("needs", ()) if code in needs]
        towns = list(dict.fromkeys(town(needs[code].municipality_code) for code in codes))
        if len(towns) > MOST_TOWNS:
            return str(_("ほかの%(n)s市町", n=len(towns)))
        return str(_("・").join(towns))

    def short_reason(self, reason: Mapping[str, Any]) -> str:
        """The same in a line: of those who serve other needs, where."""
        there = self.places_of(reason)
        if not there:
            return self.reason(reason)
        if reason.get("more", 0) > 0:
            more = show_points(reason["more"])
            return str(_("%(town)sに割当（適合度は最大%(more)s点高い）", town=there, more=more))
        return str(_("%(town)sに割当", town=there))

    def move_reason(self, move: Move) -> str:
        """Why somebody leaves the need of the plan in force, or comes to it."""
        if move.entry is not None:
            return self.reason(move.entry["reason"])
        return str(_("、").join(self.rules(move.rules)))

    def rules(self, codes: Iterable[str]) -> list[str]:
        return [rule_label(code) for code in codes]

    def obstacles(self, entry: Mapping[str, Any] | None) -> str:
        """Why a seat is empty."""
        return in_sentences(_obstacles(entry)) if entry is not None else ""

    def shortage(self, entry: Mapping[str, Any] | None) -> str:
        """Why a seat is empty, and the smallest change that would fill it."""
        if entry is None:
            return ""
        change = entry["change"]
        if change is not None:
            told = _("埋めるための最小の変更：%(change)s。", change=change_label(change))
        elif entry.get("is_complete", True):
            told = _("一つの変更で埋められる人はいません。")
        else:
            told = _("埋めるための変更は、計算していません。")
        return in_sentences([*_obstacles(entry), told])


def change_label(change: Mapping[str, Any]) -> str:
    """A single change that would fill a seat, in words."""
    return m.change_text(change, _subject(change), lang=locale())


def condition_label(eased: Eased) -> tuple[str, str, str]:
    """(condition, before, after) of a change that was tried."""
    kind, subject = eased.change["kind"], eased.change["subject"]
    name, show = _CONDITIONS[kind]
    is_of_skill = VOCABULARIES.get(kind) == "skill"
    words = _("必須：%(skill)s", skill=term(subject, "skill")) if is_of_skill else str(name)
    return words, show(eased.before), show(eased.after)


def _level(level: int | None) -> str:
    return _("求めない") if level is None else term(str(level), "skill_level")


def _since(year: int | None) -> str:
    return str(_("問わない") if year is None else _("%(year)s年以降に使用", year=year))


def _forms(forms: frozenset[str]) -> str:
    return str(_("、").join(term(form, "form") for form in sorted(forms)))


_CONDITIONS: Mapping[str, tuple[Any, Callable[[Any], str]]] = {  # by kind of m.CHANGES
    "level": (lazy_gettext("必須の技能"), _level),
    "recency": (lazy_gettext("必須の技能"), _since),
    "travel": (lazy_gettext("移動時間の上限"), lambda minutes: _("%(n)s分", n=minutes)),
    "half_days": (lazy_gettext("1か月の半日コマ"), lambda n: _("%(n)sコマ", n=n)),
    "later": (lazy_gettext("開始月"), show_month),
    "mode": (lazy_gettext("働き方"), lambda mode: term(mode, "mode")),
    "form": (lazy_gettext("任用形態"), _forms),
    "engagements": (lazy_gettext("同時に引き受ける活動"), lambda n: _("%(n)s件", n=n)),
}


def _obstacles(entry: Mapping[str, Any]) -> list[str]:
    told = []
    if entry["busy"] > 0:
        told.append(_("条件に合う%(n)s名は、ほかの募集に割り当てています。", n=entry["busy"]))
    rules = sorted(entry["rules"].items(), key=lambda item: (-item[1], item[0]))[:2]
    if rules:
        found = _("、").join(
            _("%(rule)s（%(n)s名）", rule=rule_label(code), n=n) for code, n in rules
        )
        told.append(_("対象外の主な理由：%(found)s。", found=found))
    return told


def strong(sentence: str, **values: object) -> Markup:
    """The sentence with its figures in bold type."""
    told = {name: Markup("<strong>{}</strong>").format(value) for name, value in values.items()}
    return Markup(counted(sentence, values)) % told  # noqa: S704 - of the catalogue, not of people


STAGES = {  # of the engine's reports; the parts of the explanation have their own names
    "assigned": lazy_gettext("割当を求めています"),
    "priced": lazy_gettext("枠の値付けと、合計点の上限を求めています"),
    "rounded": lazy_gettext("割当の組合せを探しています"),
    "aims": lazy_gettext("段階・下限に合う案を探しています（点数は、合わせる前の案のものです）"),
}
LARGEST = 2**50  # bp; a bound beyond it is none yet


def progress_lines(said: Mapping[str, Any], *, is_stopping: bool) -> list[str]:
    """What is known of work that has begun: what was reported last, and nothing else."""
    told = [_stage(said["stage"]) if "stage" in said else _("登録者と募集を読み、採点しています")]
    if said.get("value"):
        told.append(_("いまの案の合計点：%(n)s点", n=show_points(said["value"])))
        if said["bound"] < LARGEST:
            gap = show_points(said["bound"] - said["value"])
            bound = show_points(said["bound"])
            told.append(
                _("合計点の上限：%(n)s点（良くなるとしても最大%(gap)s点）", n=bound, gap=gap)
            )
    elif "stage" in said:
        told.append(_("案はまだ見つかっていません"))
    if is_stopping:
        told.append(_("中止を求めました。計算の区切りで止まり、それまでに案があれば残します。"))
    return told


class WaitingPage(RoundPage):
    """A round without a plan: not begun, at work, or ended without one."""

    def __init__(
        self,
        round_: Round,
        cast: Cast,
        directed: Sequence[Directed],
        *,
        job: Job | None,
        now: datetime,
    ) -> None:
        super().__init__(round_, cast, directed)
        self.cast: Cast = cast
        self.job, self._now = job, now

    @property
    def is_live(self) -> bool:
        return self.job is not None and self.job.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def is_stopping(self) -> bool:
        return self.is_live and self.job is not None and self.job.cancel_requested

    @property
    def seconds(self) -> int | None:
        """Since the work began."""
        began = self.round.started_at
        is_running = self.round.state is RoundState.RUNNING and began is not None
        return max(0, int((self._now - began).total_seconds())) if is_running and began else None

    @property
    def lines(self) -> list[str]:
        """What is known of the work."""
        if self.seconds is None:
            return [_("順番を待っています。まだ計算は始まっていません。")]
        said = self.job.progress if self.job else {}
        return progress_lines(said, is_stopping=self.is_stopping)


def _stage(code: str) -> str:
    if code in m.PARTS_TOLD:
        part = label(m.PARTS_TOLD[code])
        return str(_("割当案ができ、説明を計算しています：%(part)s", part=part))
    return f"{STAGES.get(code, code)}"


@dataclass(frozen=True)
class ComparisonPage:
    before: RoundPage
    after: RoundPage
    found: Comparison

    @property
    def has_same_needs(self) -> bool:
        return not self.found.only_before and not self.found.only_after

    @property
    def unlike(self) -> list[tuple[str, str, str]]:
        """(term, difference in one, in the other) of each term that the two try differently."""
        found = figures.list_unlike(self.before.round, self.after.round)
        return [
            (label(m.TERMS[name]), _in_unit(name, one), _in_unit(name, other))
            for name, one, other in found
        ]

    @property
    def have_one_scale(self) -> bool:
        return self.has_same_needs and figures.have_one_scale(self.before.round, self.after.round)


def rule_label(code: str) -> str:
    return m.rule_text(code, lang=locale())


def _in_unit(name: str, difference: int) -> str:
    return str(_("%(n)s%(unit)s", n=show_signed(difference), unit=_(m.TERMS[name].unit)))


def _subject(change: Mapping[str, Any]) -> str | None:
    vocabulary = VOCABULARIES.get(change["kind"])
    if vocabulary is None or change["subject"] is None:
        return None
    return term(change["subject"], vocabulary)
