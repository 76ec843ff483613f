"""What the towns ask for (架空データ), by the shares in which towns of their size have asked."""

from __future__ import annotations

from dataclasses import dataclass

from .. import pay
from ..dates import month_number
from ..needs.content import SkillRequirement
from ..needs.models import (
    Need,
    NeedForm,
    NeedKind,
    NeedMode,
    NeedPriority,
    NeedRole,
    NeedSkill,
    NeedVendor,
    Side,
)
from ..needs.weights import even_out
from ..reference.catalogue import Catalogue
from ..reference.entries import MunicipalityEntry
from ..text import search_key
from .careers import RARE
from .drawing import Draw
from .names import COMPANIES
from .people import HYOGO
from .wording import AFTER, COMMUNITY, WORDINGS

PER_TOWN = {0: 2.2, 1: 1.8, 2: 1.2}  # needs a fiscal year, by size class
THEMES = {
    "frontyard": 20, "standardization": 18, "bpr": 15, "ai_rpa": 13, "training": 12, "security": 8,
    "planning": 7, "community": 7,
}  # fmt: skip
DAYS = {1: 15, 2: 30, 4: 35, 8: 12, 12: 8}  # a month
TERMS = {"spot": 30, "quarter": 15, "half": 20, "to_march": 30, "longer": 5}
FORMS = {
    "commission": 30, "special_part_time": 20, "fiscal_year_part": 20, "contract_person": 15,
    "revitalization_side": 5, "dispatch": 7, "fixed_term_short": 3,
}  # fmt: skip
UNPAID = 0.12
MODES = {NeedMode.ONLINE: 40, NeedMode.HYBRID: 42, NeedMode.ONSITE: 18}
_SECOND = {
    "commission": "special_part_time", "special_part_time": "commission", "fiscal_year_part": "special_part_time",
    "contract_person": "commission", "dispatch": "concurrent",
}  # fmt: skip
_BASES = {
    "commission": ("time", "day", "hour"), "special_part_time": ("day", "month"), "fiscal_year_part": ("hour", "month"),
    "contract_person": ("day", "month"), "revitalization_side": ("day", "month"), "dispatch": ("month",),
    "fixed_term_short": ("month",),
}  # fmt: skip
GROUNDS = {  # of each level
    1: "情報担当の専任は1人（架空の聞き取り）", 2: "国の計画による移行の期限：2028年3月31日（架空）",
    3: "移行の期限2028年3月31日、情報担当の専任は1人（架空）",
}  # fmt: skip
_FUNDING = {
    "general": 55,
    "special_allocation": 25,
    "prefecture_grant": 8,
    "national_grant": 7,
    "undecided": 5,
}
_ON_SITE = {
    NeedMode.ONLINE: (0,),
    NeedMode.HYBRID: (20, 30, 50),
    NeedMode.ONSITE: (100,),
}  # percent
_ROLES = ("producer", "pm", "sd", "eng")


@dataclass(frozen=True, slots=True)
class Traits:
    """What is drawn in fixed shares, before a need is made of it."""

    town: MunicipalityEntry
    theme: str
    days: int
    term: str
    form: str
    mode: NeedMode
    is_unpaid: bool


def draw_needs(seed: int, topic: str, count: int, year: int, catalogue: Catalogue) -> list[Need]:
    """`count` unsaved needs, without codes, for the fiscal year `year`."""
    draw = Draw(seed, topic)
    towns = {
        town: PER_TOWN[catalogue.size_class(town.code) or 0]
        for town in catalogue.municipalities(HYOGO)
    }
    drawn = zip(
        (draw.weighted(towns) for _ in range(count)),  # Poisson counts whose sum is known
        draw.spread(THEMES, count), draw.spread(DAYS, count), draw.spread(TERMS, count),
        draw.spread(FORMS, count), draw.spread(MODES, count), draw.spread({True: UNPAID, False: 1 - UNPAID}, count),
        strict=True,
    )  # fmt: skip
    return [_need(draw, _possible(Traits(*traits)), year) for traits in drawn]


def _possible(traits: Traits) -> Traits:
    """The few combinations that the rules of the form forbid, put right."""
    days, term, is_unpaid = traits.days, traits.term, traits.is_unpaid
    if traits.form == "revitalization_side":  # at least four days, six months, one day on site
        mode = NeedMode.HYBRID if traits.mode is NeedMode.ONLINE else traits.mode
        term = "half" if term in {"spot", "quarter"} else term
        return Traits(traits.town, traits.theme, max(days, 4), term, traits.form, mode, False)
    if traits.form not in {"commission", "special_part_time"}:
        is_unpaid = False
    return Traits(traits.town, traits.theme, days, term, traits.form, traits.mode, is_unpaid)


def _need(draw: Draw, traits: Traits, year: int) -> Need:
    wording = WORDINGS[traits.theme]
    field = draw.one(COMMUNITY)
    theme = field if traits.theme == "community" else traits.theme
    first, last = _months(draw, traits.term, year)
    fill = {"our": "当町" if traits.town.kind == "町" else "当市", "field": _FIELD_NAMES[field]}
    basis, amount = _pay(draw, traits)
    stage = draw.one(wording.stages)
    need = Need(
        prefecture_code=HYOGO,
        municipality_code=traits.town.code,
        title=draw.one(wording.titles).format(**fill),
        background=draw.one(wording.backgrounds).format(**fill),
        outcome_wanted=draw.one(wording.aims).format(**fill),
        department=draw.one(wording.departments),
        side=Side.COMMUNITY if traits.theme == "community" else Side.MUNICIPAL,
        theme=theme,
        stage=stage,
        half_days=traits.days * pay.HALF_DAYS_A_DAY,
        first_month=first,
        last_month=last,
        seats=2 if draw.chance(0.05) else 1,
        mode=traits.mode,
        on_site_share=draw.one(_ON_SITE[traits.mode]),
        place_code=traits.town.code,
        weekdays=31,
        pay_amount=amount,
        pay_basis=basis,
        funding_source="none" if traits.is_unpaid else draw.weighted(_FUNDING),
        after_fiscal_year=draw.one(AFTER),
        touches_procurement=stage == "procure" or draw.chance(0.15),
        requires_training=draw.chance(0.25),
        priority=draw.weighted({0: 75, 1: 15, 2: 8, 3: 2}),
    )  # fmt: skip
    give_grounds(need)
    need.forms = [NeedForm(form=form) for form in _forms(draw, traits)]
    need.roles = [
        NeedRole(role=role) for role in ([] if draw.chance(0.35) else draw.some(_ROLES, 1, 3))
    ]
    need.kinds = [NeedKind(kind="official")] if draw.chance(0.2) else []
    need.skills = _skills(draw, traits.theme)
    need.vendors = (
        [vendor(name) for name in draw.some(COMPANIES, 1, 2)] if draw.chance(0.15) else []
    )
    return need


def _months(draw: Draw, term: str, year: int) -> tuple[int, int]:
    april = month_number(year, 4)
    if term == "spot":
        start = april + draw.whole(0, 11)
        return start, start
    if term == "quarter":
        start = april + draw.whole(0, 9)
        return start, start + 2
    if term == "half":
        start = april + draw.one((0, 0, 1, 2, 5, 6))
        return start, start + 5
    if term == "to_march":
        return april + draw.one((0, 0, 0, 1, 2, 3, 5)), april + 11
    return april + draw.whole(0, 6), april + draw.whole(14, 17)


def give_grounds(need: Need) -> None:
    """Reasons that make up the level of a need."""
    reasons = {1: ["one_officer"], 2: ["statutory"], 3: ["statutory", "one_officer"]}
    if need.priority:
        need.priority_grounds = NeedPriority(
            reasons=reasons[need.priority], basis=GROUNDS[need.priority]
        )


def _pay(draw: Draw, traits: Traits) -> tuple[str, int]:
    """Basis and yen; 25,000 a day in the middle."""
    if traits.is_unpaid:
        return pay.UNPAID, 0
    a_day = draw.lognormal(25_000, 0.4, 10_000, 60_000, 1000)
    basis = draw.one(_BASES[traits.form])
    amounts = {
        "day": a_day,
        "month": a_day * traits.days,
        "hour": round(a_day / (pay.HALF_DAYS_A_DAY * pay.HOURS_A_HALF_DAY) / 50) * 50,
        "time": a_day // pay.HALF_DAYS_A_DAY,
    }
    return basis, amounts[basis]


def _forms(draw: Draw, traits: Traits) -> list[str]:
    if traits.is_unpaid:
        return ["pro_bono"] if traits.form == "commission" else ["pro_bono", "special_part_time"]
    second = _SECOND.get(traits.form)
    return [traits.form, second] if second and draw.chance(0.35) else [traits.form]


def _skills(draw: Draw, theme: str) -> list[NeedSkill]:
    wording = WORDINGS[theme]
    rows = []
    if wording.group and draw.chance(0.25):
        rows = [must(skill, 3, group="A") for skill in wording.group]
    else:
        rows = [
            must(skill, level, weight=draw.whole(3, 6)) for skill, level in draw.one(wording.musts)
        ]
    asked = {row.skill for row in rows}
    free = [skill for skill in wording.wants if skill not in asked]
    rows += [
        want(skill, draw.whole(1, 3), weight=draw.whole(1, 4)) for skill in draw.some(free, 1, 3)
    ]
    return in_order(rows)


def in_order(rows: list[NeedSkill]) -> list[NeedSkill]:
    """The same with their places, and weights that add up to 100."""
    asked = [
        SkillRequirement(row.skill, row.level, row.weight, row.must, row.group, row.used_within)
        for row in rows
    ]
    for place, (row, evened) in enumerate(zip(rows, even_out(asked), strict=True)):
        row.position, row.weight = place, evened.weight
    return rows


def must(
    skill: str,
    level: int,
    *,
    weight: int = 5,
    group: str | None = None,
    used_within: int | None = None,
) -> NeedSkill:
    return NeedSkill(
        skill=skill, level=level, must=True, weight=weight, group=group, used_within=used_within
    )


def want(skill: str, level: int, *, weight: int = 2) -> NeedSkill:
    return NeedSkill(
        skill=skill, level=min(level, 3) if skill in RARE else level, must=False, weight=weight
    )


def vendor(name: str) -> NeedVendor:
    return NeedVendor(name=name, name_key=search_key(name))


_FIELD_NAMES = {
    "tourism": "観光", "education": "教育", "agriculture": "農業", "transport_logistics": "地域交通",
    "health_welfare": "福祉", "infrastructure": "防災",
}  # fmt: skip
