"""A plan as its page shows it: for a council on top, then what needs a decision, then every pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _, lazy_gettext
from markupsafe import Markup

from ... import matching as m
from ...jobs import Job
from ...paging import Page, cut_page
from ...reference import shipped
from ...web import charts
from ...web.filters import show_points
from ...web.labels import label, region, term, town
from ...web.languages import in_sentences
from ...web.paging import this_page
from ...web.tile_map import Tile, tile_map
from ...web.unit import current_catalogue
from .. import figures, spread
from ..directed import Directed
from ..models import DirectiveKind, Round
from ..plan import Cast, SeatRow, list_seats
from .presenting import RoundPage, change_label, progress_lines, strong

SHOWN = 24  # pairs of a page
MOST = 500  # pairs of a page that shows all
BEST = "plan"  # of m.COMPARED
FIRST_COME = "first_come"


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """The empty seats of one need. who: who could change what keeps them empty; none where no single change does."""

    row: SeatRow
    seats: int
    why: str
    change: str
    who: str  # of WHO

    @property
    def fit(self) -> int | None:
        """bp of the person whom the change would bring."""
        change = (self.row.empty or {}).get("change")
        return change["fit"] if change else None


WHO = {
    "town": (lazy_gettext("市町"), "town"),
    "person": (lazy_gettext("本人"), "person"),
    "nobody": (lazy_gettext("一つの変更では埋まらない"), "ban"),
    "unknown": (lazy_gettext("計算していない"), "none"),
}
Rule = Callable[["PlanPage", SeatRow], bool]
SHOWS: Mapping[str, tuple[Any, Rule]] = {  # what a chip keeps of the pairs
    "": (lazy_gettext("すべて"), lambda _page, _row: True),
    "behind": (lazy_gettext("1位でない"), lambda _page, row: _place(row).get("rank", 1) > 1),
    "only": (lazy_gettext("候補が1名だけ"), lambda _page, row: _place(row).get("of") == 1),
    "pinned": (lazy_gettext("固定"), lambda _page, row: row.directive is DirectiveKind.PIN),
    "shared": (lazy_gettext("2枠以上を受け持つ人"), lambda page, row: page.load[_person(row)] > 1),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the query asks to see of the pairs; what it does not know counts as nothing."""

    show: str = ""
    town: str = ""
    sort: str = ""
    page: int = 1
    is_whole: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str], number: int) -> Choice:
        show, sort = query.get("show", ""), query.get("sort", "")
        return cls(
            show if show in SHOWS else "",
            query.get("municipality", "") if query.get("municipality") in shipped.tiles() else "",
            sort if sort == "fit" else "",
            number,
            query.get("all") == "1",
        )


class PlanPage(RoundPage):
    """A plan with the figures beside it. passed_over: need → the best who is not placed there."""

    def __init__(
        self,
        round_: Round,
        cast: Cast,
        directed: Sequence[Directed],
        *,
        passed_over: Mapping[int, Mapping[str, Any]],
        choice: Choice,
        joint: spread.Joint | None = None,
        explaining: Job | None = None,
    ) -> None:
        """joint: the towns of its joint needs; explaining: the job that is at work on the explanations."""
        super().__init__(round_, cast, directed)
        self._joint = joint or {}
        self.cast: Cast = cast
        self.choice = choice
        self._passed_over = passed_over
        self.explaining = explaining

    @cached_property
    def seats(self) -> list[SeatRow]:
        """From the north, each town's needs together."""
        rows = list_seats(self.round, self.cast)
        return sorted(
            rows,
            key=lambda row: (
                spread.north_first(row.need.municipality_code),
                row.need.code,
                row.seat,
            ),
        )

    @cached_property
    def placed(self) -> list[SeatRow]:
        return [row for row in self.seats if row.pair is not None]

    @cached_property
    def load(self) -> Counter[int]:
        """Person → seats."""
        return Counter(_person(row) for row in self.placed)

    @property
    def people(self) -> set[int]:
        """Ids of all whose names the page shows."""
        shown = {_person(row) for row in self.pairs.rows}
        return shown | {person.id for person, _gain in self.scarce.people} | self.people_directed

    # What a council is told

    @cached_property
    def compared(self) -> list[figures.Compared]:
        return figures.list_compared(self.round)

    @property
    def more_than_first_come(self) -> int | None:
        """Seats that the plan fills beyond first come, first served."""
        filled = {row.name: row.filled for row in self.compared}
        if FIRST_COME not in filled or BEST not in filled:
            return None
        return filled[BEST] - filled[FIRST_COME]

    @property
    def council(self) -> Markup:
        """The plan in the words of a council: seats, first come first served, the worst served towns, fixed pairs."""
        told = [
            strong(
                _("%(seats)s枠のうち%(filled)s枠を埋める案です。"),
                seats=len(self.seats), filled=len(self.placed),
            )
        ]  # fmt: skip
        more = self.more_than_first_come
        if more == 0:
            told.append(strong(_("埋まる枠の数は、先着順と同じです。")))
        elif more is not None:
            sentence = (
                _("先着順より%(n)s枠多く埋まります。")
                if more > 0
                else _("先着順より%(n)s枠少なくなります。")
            )
            told.append(strong(sentence, n=abs(more)))
        if self.worst is not None:
            size = term(self.worst.code, "size_class")
            sentence = _("最も埋まらないのは人口%(size)sの市町で、%(percent)sが埋まります。")
            told.append(strong(sentence, size=size, percent=f"{self.worst.percent}%"))
        told.append(strong(_("県が手で固定した組は%(n)s組です。"), n=self.given[DirectiveKind.PIN]))
        return in_sentences(told)

    @property
    def dots(self) -> list[charts.Dot]:
        return [
            charts.Dot(f"{label(row.label)} {show_points(row.value)}", row.value, row.name == BEST)
            for row in self.compared
        ]

    @property
    def dots_told(self) -> str:
        """The chart in words."""
        told = _("、").join(dot.label for dot in self.dots)
        return str(
            _("合計点：%(told)s。上限 %(bound)s。", told=told, bound=show_points(self.round.bound))
        )

    @cached_property
    def towns(self) -> list[spread.Share]:
        return spread.by_town(self.seats, self._joint)

    @cached_property
    def sizes(self) -> list[spread.Share]:
        return spread.by_size(self.seats, self._joint, current_catalogue().size_class)

    @property
    def worst(self) -> spread.Share | None:
        """None where all sizes of towns are served alike."""
        worst = spread.worst_served(self.sizes)
        return worst if len({share.percent for share in self.sizes}) > 1 else None

    @property
    def tile_map(self) -> Markup:
        """Every town of the prefecture, those without a need as well; a tile leads to the pairs of its town."""
        share_of = {share.code: share for share in self.towns}
        places = shipped.tiles()
        tiles = [
            _tile(entry.code, share_of.get(entry.code), places[entry.code])
            for entry in current_catalogue().municipalities(self.round.prefecture_code)
            if entry.code in places
        ]
        return tile_map(tiles, _pairs_of, title=_("市町ごとの充足"))

    @property
    def town_rows(self) -> list[tuple[str, float, float]]:
        return [(town(share.code), share.filled, share.seats) for share in self.towns]

    @cached_property
    def evenness(self) -> spread.Lorenz | None:
        """None where no seat is filled, or all are of one town."""
        return spread.lorenz(self.towns) if len(self.towns) > 1 else None

    @property
    def history(self) -> Mapping[str, Any] | None:
        """What went before and what came of it; rounds of earlier versions have none."""
        return (self.round.summary or {}).get("history")

    @property
    def is_proved(self) -> bool:
        return str((self.round.result or {}).get("proof", "none")) != "none"

    @property
    def stopped(self) -> str | None:
        """What ended the work early: "cancelled", "time_limit" or nothing."""
        found: str | None = (self.round.result or {}).get("stopped")
        return found

    @property
    def lines(self) -> list[str]:
        """How far the explanations are."""
        job = self.explaining
        if job is None:
            return []
        return progress_lines(job.progress, is_stopping=job.cancel_requested)

    @property
    def left_out(self) -> list[str]:
        """The parts of the explanation that were cut short; rounds of earlier versions have none."""
        return [label(m.PARTS_TOLD[name]) for name in (self.round.result or {}).get("left_out", ())]

    @cached_property
    def waived(self) -> list[figures.Waived]:
        return figures.list_waived(self.round)

    @property
    def limit_of_explaining(self) -> int | None:
        return figures.limit_of_explaining(self.round)

    # What needs a decision

    @cached_property
    def empties(self) -> list[EmptyRow]:
        first: dict[int, SeatRow] = {}
        for row in self.seats:
            if row.pair is None:
                first.setdefault(row.need.id, row)
        return [self._empty(row) for row in first.values()]

    def _empty(self, row: SeatRow) -> EmptyRow:
        entry = row.empty or {}
        change = entry.get("change")
        if change is not None:
            who = "person" if change["kind"] in m.OF_PERSON else "town"
        else:
            who = "nobody" if entry.get("is_complete", True) else "unknown"
        told = change_label(change) if change else ""
        return EmptyRow(row, entry.get("seats", 1), self.obstacles(row.empty), told, who)

    def who(self, item: EmptyRow) -> str:
        return str(WHO[item.who][0])

    @property
    def changers(self) -> list[tuple[str, str, int]]:
        """(words, icon, empty seats) of everybody who could change something."""
        counts: Counter[str] = Counter()
        for row in self.empties:
            counts[row.who] += row.seats
        return [
            (str(words), icon, counts[who]) for who, (words, icon) in WHO.items() if counts[who]
        ]

    @cached_property
    def scarce(self) -> figures.Scarce:
        return figures.find_scarce(self.round, self.cast)

    def kind(self, scarce: figures.ScarceKind) -> str:
        """A kind of person in words: where, in which role, with which skills."""
        roles = _("・").join(term(role, "role") for role in scarce.roles)
        skills = [
            _(
                "%(skill)s（%(level)s）",
                skill=term(skill, "skill"),
                level=term(str(level), "skill_level"),
            )
            for skill, level in scarce.skills.items()
        ]
        where = region(scarce.region) if scarce.region else _("オンライン")
        return str(_("／").join([where, roles or _("役割は問わない"), *skills]))

    # Every pair

    @cached_property
    def kept(self) -> list[SeatRow]:
        """The pairs that the query asks for."""
        rows = [row for row in self.placed if self._is_asked(row)]
        if self.choice.sort == "fit":
            rows.sort(key=lambda row: -row.pair.fit if row.pair else 0)
        return rows

    def _is_asked(self, row: SeatRow) -> bool:
        show, place = self.choice.show, self.choice.town
        return SHOWS[show][1](self, row) and place in {"", row.need.municipality_code}

    @property
    def size(self) -> int:
        return MOST if self.choice.is_whole else SHOWN

    @cached_property
    def pairs(self) -> Page[SeatRow]:
        return cut_page(self.kept, self.choice.page, size=self.size)

    @property
    def chips(self) -> list[tuple[str, str, bool, int]]:
        """(words, address, is current, pairs) of each way to see fewer of them."""
        place = self.choice.town
        rows = [row for row in self.placed if place in {"", row.need.municipality_code}]
        return [
            (
                str(words),
                f"{this_page(show=name or None, page=None)}#pairs",
                self.choice.show == name,
                sum(rule(self, row) for row in rows),
            )
            for name, (words, rule) in SHOWS.items()
        ]

    def rank(self, row: SeatRow) -> tuple[int, int] | None:
        """(place by fit, people who meet every condition); none where the round does not say."""
        place = _place(row)
        return (place["rank"], place["of"]) if "rank" in place else None

    def why(self, row: SeatRow) -> str:
        """Why this person and nobody before them, in a line."""
        place = _place(row)
        if place.get("code") != "placed" or "rank" not in place:
            return self.reason(place)
        first = self._passed_over.get(row.need.id)
        if place["rank"] > 1 and first is not None and first["rank"] < place["rank"]:
            return self._why_not(first)
        if place["of"] == 1:
            return str(_("条件を満たすのはこの人だけです。"))
        if "lead" in place:
            lead = place["lead"]
            level = _("2位の人と同点")
            return str(_("2位より%(n)s点高い", n=show_points(lead)) if lead else level)
        return ""

    def _why_not(self, entry: Mapping[str, Any]) -> str:
        """Why somebody with a better fit is not placed here."""
        reason, rank = entry["reason"], entry["rank"]
        there = self.places_of(reason)
        if not there:
            return str(_("%(n)s位の人：%(why)s", n=rank, why=self.reason(reason)))
        if reason.get("more", 0) > 0:
            more = show_points(reason["more"])
            told = _(
                "%(n)s位の人は%(town)sに割当（適合度は最大%(more)s点高い）",
                n=rank,
                town=there,
                more=more,
            )
        else:
            told = _("%(n)s位の人は%(town)sに割当", n=rank, town=there)
        return str(told)


def _pairs_of(town: str) -> str:
    return f"{this_page(municipality=town, page=None)}#pairs"


def _person(row: SeatRow) -> int:
    return row.candidate.id if row.candidate is not None else 0


def _place(row: SeatRow) -> Mapping[str, Any]:
    return row.pair.reason if row.pair is not None else {}


def _tile(code: str, share: spread.Share | None, place: tuple[float, float]) -> Tile:
    name = town(code)
    if share is None:
        return Tile(name, *place, text="–", tone="none", title=_("%(town)s：募集なし", town=name))
    tone = "full" if not share.empty else "part" if share.filled else "empty"
    symbol = {"full": "●", "part": "◐", "empty": "○"}[tone]
    return Tile(
        name, *place, text=f"{symbol} {share.filled}/{share.seats}", tone=tone, code=code,
        title=_("%(town)s：%(seats)s枠のうち%(filled)s枠が埋まる", town=name, seats=share.seats, filled=share.filled),
    )  # fmt: skip
