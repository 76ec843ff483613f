"""Three hundred invented people (架空データ) by the shares that pools of this kind report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..candidates.models import Candidate, CandidateForm, CandidateRole, CandidateWindow, Mode
from ..dates import month_number
from ..pay import HALF_DAYS_A_DAY
from ..reference.catalogue import Catalogue
from ..text import search_key
from . import careers, names
from .drawing import Draw

HYOGO = "28"
KINDS = {"official": 45, "specialist": 35, "freelance": 12, "serving": 8}
DAYS = {1: 10, 2: 25, 4: 35, 8: 18, 12: 7, 20: 5}  # offered a month
MODES = {Mode.ONLINE: 40, Mode.BOTH: 45, Mode.ONSITE: 15}
TRAVEL = {60: 50, 90: 35, None: 15}  # minutes one way
HOMES = {"hyogo": 65, "osaka": 18, "tokyo": 12, "other": 5}
_TOKYO = ("11", "12", "13", "14")
_FORMS = {
    "official": {"commission": 0.9, "special_part_time": 0.85, "fiscal_year_part": 0.65, "contract_person": 0.3,
                 "revitalization_senior": 0.3, "fixed_term_short": 0.06, "pro_bono": 0.15},
    "specialist": {"commission": 0.9, "special_part_time": 0.6, "fiscal_year_part": 0.25, "contract_person": 0.6,
                   "revitalization_side": 0.45, "pro_bono": 0.12},
    "freelance": {"commission": 0.9, "special_part_time": 0.5, "fiscal_year_part": 0.2, "contract_person": 0.95,
                  "revitalization_side": 0.4, "fixed_term_short": 0.04, "pro_bono": 0.1},
    "serving": {"commission": 0.5, "dispatch": 0.85, "concurrent": 0.5, "special_part_time": 0.3},
}  # fmt: skip
_ROLES = {
    "official": {"producer": 0.6, "pm": 0.6, "sd": 0.25, "eng": 0.1},
    "specialist": {"producer": 0.3, "pm": 0.5, "sd": 0.3, "eng": 0.6},
    "freelance": {"producer": 0.25, "pm": 0.5, "sd": 0.45, "eng": 0.5},
    "serving": {"producer": 0.3, "pm": 0.6, "sd": 0.3, "eng": 0.2},
}
_PAY = {
    "official": 6000,
    "specialist": 10000,
    "freelance": 11000,
    "serving": 5000,
}  # least per half-day, median
_WEEKDAYS = {31: 62, 21: 10, 10: 8, 15: 6, 30: 4, 28: 5, 127: 5}
_MOTIVES = {
    "official": ("役所で積み重ねた経験を、次の世代の職員に渡したい。", "退職後も地域の役に立ちたい。無理のない日数で長く続けたい。",
                 "小さな町ほど人が足りないと感じてきた。現場を知る立場で支えたい。"),
    "specialist": ("本業の技術を、住民に近いところで役立てたい。", "行政の仕事を知り、使いやすいサービスを一緒につくりたい。",
                   "地元の自治体のデジタル化を、副業として手伝いたい。"),
    "freelance": ("複数の町に関わり、よい工夫を横に広げたい。", "現場の困りごとを聞き、小さく試して形にするのが得意。"),
    "serving": ("自分の団体で得た経験を、近隣の市町と分かち合いたい。", "県内の仲間と学び合い、共通の課題に取り組みたい。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traits:
    """What is drawn in fixed shares, before a person is made of it."""

    kind: str
    grade: str
    field: str
    has_left_lately: bool
    days: int
    mode: Mode
    travel_limit: int | None
    home: str


def draw_people(seed: int, count: int, year: int, catalogue: Catalogue) -> list[Candidate]:
    """Unsaved people with profile, windows and wishes, without codes; `year` is the fiscal year of today."""
    draw = Draw(seed, "people")
    given = names.draw_names(Draw(seed, "names"), count)
    return [
        _person(draw, traits, name, year, catalogue)
        for traits, name in zip(_draw_traits(draw, count), given, strict=True)
    ]


def _draw_traits(draw: Draw, count: int) -> Iterable[Traits]:
    kinds = draw.spread(KINDS, count)
    offices = sum(kind in {"official", "serving"} for kind in kinds)
    grades = iter(draw.spread(careers.GRADES, offices))
    fields = iter(draw.spread(careers.FIELDS, offices))
    lately = iter(draw.spread({True: careers.LEFT_LATELY, False: 1 - careers.LEFT_LATELY}, offices))
    rest = zip(draw.spread(DAYS, count), draw.spread(MODES, count), draw.spread(TRAVEL, count),
               draw.spread(HOMES, count), strict=True)  # fmt: skip
    for kind, (days, mode, travel_limit, home) in zip(kinds, rest, strict=True):
        if kind in {"official", "serving"}:
            yield Traits(
                kind, next(grades), next(fields), next(lately), days, mode, travel_limit, home
            )
        else:
            yield Traits(kind, "", "", False, days, mode, travel_limit, home)


def _person(
    draw: Draw, traits: Traits, name: names.Name, year: int, catalogue: Catalogue
) -> Candidate:
    career = _career(draw, traits, year, catalogue)
    minimum = 0 if draw.chance(0.12) else draw.lognormal(_PAY[traits.kind], 0.35, 2000, 25000, 500)
    forms = _chosen(draw, _FORMS[traits.kind])
    if minimum == 0 and "pro_bono" not in forms:
        forms.append("pro_bono")
    towns = catalogue.municipalities(HYOGO)
    regions = list(dict.fromkeys(town.region for town in towns if town.region))
    themes = [term.code for term in catalogue.terms("theme")]
    person = Candidate(
        kind=traits.kind,
        **name_columns(name),
        birth_date=date(career.born, draw.whole(1, 12), draw.whole(1, 28)).isoformat(),
        home_code=_home(draw, traits.home, catalogue),
        travel_limit=traits.travel_limit,
        overnight=draw.chance(0.15),
        most_at_once=draw.weighted({1: 45, 2: 35, 3: 20}),
        pay_minimum=minimum,
        pay_wish=round(minimum * 1.4 / 500) * 500,
        themes=draw.some(themes, 0, 4),
        regions=draw.some(regions, 0, 3),
        motives=draw.some(
            [term.code for term in catalogue.terms("motive") if term.code != "other"], 1, 3
        ),
        motive=draw.one(_MOTIVES[traits.kind]),
        heard_from=draw.one([term.code for term in catalogue.terms("heard_from")]),
        training_until=date(year + 2, 3, 31) if draw.chance(0.7) else None,
    )
    person.roles = [CandidateRole(role=role) for role in _chosen(draw, _ROLES[traits.kind])]
    person.forms = [CandidateForm(form=form) for form in forms]
    person.posts, person.companies, person.matters = (
        career.posts,
        career.companies,
        career.matters,
    )
    person.skills, person.exams = career.skills, careers.exams(draw, career.born, year)
    person.windows = _windows(draw, traits.days * HALF_DAYS_A_DAY, traits.mode, year)
    return person


def name_columns(name: names.Name) -> dict[str, str]:
    kana = f"{name.family_kana} {name.given_kana}"
    return {
        "family_name": name.family,
        "given_name": name.given,
        "family_kana": name.family_kana,
        "given_kana": name.given_kana,
        "search_key": search_key(f"{name.family} {name.given} {kana}"),
    }


def _career(draw: Draw, traits: Traits, year: int, catalogue: Catalogue) -> careers.Career:
    if traits.kind == "official":
        return careers.former_official(
            draw, traits.grade, traits.field, traits.has_left_lately, year, catalogue
        )
    if traits.kind == "serving":
        return careers.serving_official(draw, traits.grade, traits.field, year, catalogue)
    return careers.private_person(draw, traits.kind == "specialist", year)


def _chosen(draw: Draw, chances: dict[str, float]) -> list[str]:
    """Each by its chance; the likeliest when chance gives none."""
    chosen = [item for item, probability in chances.items() if draw.chance(probability)]
    return chosen or [max(chances, key=lambda item: chances[item])]


def _home(draw: Draw, area: str, catalogue: Catalogue) -> str:
    if area == "hyogo":
        towns = {town.code: town.population or 1 for town in catalogue.municipalities(HYOGO)}
        return draw.weighted(towns)
    if area == "osaka":
        prefecture = "27"
    elif area == "tokyo":
        prefecture = draw.one(_TOKYO)
    else:
        others = {item.code for item in catalogue.prefectures()} - {HYOGO, "27", *_TOKYO}
        prefecture = draw.one(sorted(others))
    return draw.one([town.code for town in catalogue.municipalities(prefecture)])


def _windows(draw: Draw, half_days: int, mode: Mode, year: int) -> list[CandidateWindow]:
    """From the day of joining to the end of the next fiscal year or the one after; some with a pause."""
    first = (
        month_number(year - 1, 4) if draw.chance(0.6) else month_number(year - 1, draw.whole(5, 12))
    )
    last = month_number(year + 3, 3) if draw.chance(0.2) else month_number(year + 2, 3)
    weekdays = draw.weighted(_WEEKDAYS)
    turn = month_number(year + 1, draw.whole(7, 12))
    windows = [_window(first, last, half_days, weekdays, mode)]
    if half_days > 2 and draw.chance(0.15):  # less in the second half of the next fiscal year
        windows = [
            _window(first, turn - 1, half_days, weekdays, mode),
            _window(turn, last, half_days // 2, weekdays, mode),
        ]
    if draw.chance(0.08):
        start = month_number(year + 1, draw.whole(4, 10))
        note = draw.one(("家族の都合", "本業の繁忙期", "長期の旅行"))
        windows.append(
            CandidateWindow(
                first_month=start,
                last_month=start + draw.whole(0, 2),
                half_days=0,
                is_available=False,
                note=note,
            )
        )
    return windows


def _window(first: int, last: int, half_days: int, weekdays: int, mode: Mode) -> CandidateWindow:
    return CandidateWindow(
        first_month=first,
        last_month=last,
        half_days=half_days,
        weekdays=weekdays,
        mode=mode,
        is_available=True,
        note="",
    )


def first_month(person: Candidate) -> int:
    return min(window.first_month for window in person.windows)
