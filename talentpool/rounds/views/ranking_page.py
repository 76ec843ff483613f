"""The ranking of a need as its page shows it: everybody who could serve it, and who is left out by which rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from ... import matching as m
from ...needs.models import Need
from ...paging import Page
from ...pool.easing import LIFTED_BY
from ...pool.views.panel import PARTIES
from ...web.labels import label
from ...web.languages import in_sentences
from .. import figures, plan
from ..models import Round, RoundNeed
from ..why import Why, people_of
from .presenting import RoundPage, rule_label, strong

TAKEN = frozenset({"taken"})  # reasons of those who serve other needs


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query asks beside the page: the prices of fixing those who are shown, and somebody by words."""

    prices: bool = False
    words: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        return cls(query.get("prices") == "1", query.get("who", "").strip())


class RankingPage(RoundPage):
    def __init__(
        self,
        round_: Round,
        row: RoundNeed,
        ranking: tuple[plan.Cast, Sequence[plan.RankRow]],
        found: Page[plan.RankRow],
        *,
        asked: Asked,
        prices: Mapping[str, Why],
        looked: Sequence[plan.Looked],
    ) -> None:
        self.cast: plan.Cast
        super().__init__(round_, ranking[0])
        self.need: Need = ranking[0].needs[row.need_id]
        self.ranking, self.found = ranking[1], found
        self.asked, self.prices, self.looked = asked, prices, looked
        self._row = row

    @property
    def people(self) -> set[int]:
        """Ids of all whose names the page shows."""
        shown = [row.candidate.id for row in (*self.found.rows, *self.placed)]
        return {*shown, *people_of(*self.prices.values()), *(one.person.id for one in self.looked)}

    @property
    def placed(self) -> list[plan.RankRow]:
        return [row for row in self.ranking if row.entry["placed"]]

    @property
    def empty(self) -> Mapping[str, Any] | None:
        """What the engine says about the empty seats of the need."""
        return plan.empty_seats(self.round).get(self.need.code)

    @property
    def near(self) -> list[tuple[str, str, str]]:
        """(number of the person, the one condition in the way, who could lift it) of the best fits for an empty seat."""
        entries = () if self.empty is None else self.empty.get("near", ())
        return [
            (
                one["candidate"],
                rule_label(one["rule"]),
                str(PARTIES[LIFTED_BY[m.Rule(one["rule"])]]),
            )
            for one in entries
        ]

    @property
    def summary(self) -> Markup:
        """Who of how many is placed, where the others are, and how many seats stay empty."""
        if not self.ranking:
            return Markup.escape(_("条件を満たす人はいません。"))
        told = [strong(_("条件を満たす人は%(n)s名です。"), n=len(self.ranking))]
        if self.placed:
            names = [
                _("%(n)s位の%(name)sさん", n=row.entry["rank"], name=row.candidate.name)
                for row in self.placed
            ]
            told.append(strong(_("%(names)sを割り当てました。"), names=_("、").join(names)))
        reasons = Counter(row.entry["reason"]["code"] for row in self.ranking)
        if taken := sum(reasons[code] for code in TAKEN):
            told.append(strong(_("%(n)s名は、ほかの募集に割り当てています。"), n=taken))
        if self.empty is not None:
            told.append(strong(_("%(n)s枠が空きます。"), n=self.empty["seats"]))
        return in_sentences(told)

    @property
    def excluded(self) -> list[tuple[str, int, int]]:
        """(rule, people, their share in percent of all whom a rule leaves out), most first."""
        return [
            (rule_label(code), people, 100 * people // self.left_out)
            for code, people in plan.count_rules(self._row)
        ]

    @property
    def left_out(self) -> int:
        """People whom a rule leaves out."""
        return len(self._row.excluded or {})

    @property
    def weighed(self) -> list[tuple[str, int]]:
        """(part, its most in bp) of each part of the fit that counts."""
        parts = figures.list_parts(dict.fromkeys(m.PARTS, 0), self.round.policy)
        return [(label(part.label), part.most) for part in parts]

    @property
    def has_prices(self) -> bool:
        """Whether there is anybody shown whose price could be asked for."""
        return any(not row.entry["placed"] for row in self.found.rows)
