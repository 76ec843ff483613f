"""Situations in which a plan by hand goes wrong, put into the pool so that everybody meets them.

They hold for every seed: nobody else can teach what these people teach (careers.RARE), and what is
scarce is asked for in a combination that hardly anybody has.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ..candidates.models import (
    Candidate,
    CandidateForm,
    CandidatePost,
    CandidateRole,
    CandidateSkill,
    CandidateWindow,
    Mode,
)
from ..dates import month_number
from ..needs.models import Need, NeedForm, NeedMode, NeedSkill, Side
from ..reference.catalogue import Catalogue
from . import careers, names
from .needs import give_grounds, in_order, must, vendor, want
from .people import HYOGO, name_columns


class Shape(StrEnum):
    STAR = "star"  # one person whom ten towns would choose first
    SHARED = "shared"  # two neighbouring towns, one person for both
    TAJIMA = "tajima"  # more needs than people on site
    CONFLICT = "conflict"  # the only one who could do it decided the vendor's contract
    CROSSING = "crossing"  # an appointment bound to the fiscal year, beyond 3/31
    NOBODY = "nobody"  # nobody in the pool reaches the must


TITLES: Mapping[Shape, tuple[str, ...]] = {
    Shape.SHARED: ("個人情報保護の例規整備アドバイザー（佐用）", "個人情報保護の例規整備アドバイザー（上郡）"),
    Shape.TAJIMA: (
        "観光案内と地域団体の調整役（豊岡）", "農業データ活用の地域調整役（養父）", "防災アプリ導入の住民説明役（朝来）",
        "地域交通の予約システム導入調整役（香美）", "見守りサービス導入の地域調整役（新温泉）", "コミュニティ施設予約の住民説明役（豊岡）",
    ),
    Shape.CONFLICT: ("次期システム調達仕様書の作成アドバイザー",),
    Shape.CROSSING: ("標準化後の業務点検（会計年度任用・年度またぎ）",),
    Shape.NOBODY: ("住民説明会の設計を教えられる指導役",),
}  # fmt: skip
NEEDS = sum(map(len, TITLES.values()))
PEOPLE = 5
VENDOR = names.COMPANIES[0]
_TAJIMA = (("282090", "tourism"), ("282227", "agriculture"), ("282251", "infrastructure"),
           ("285854", "transport_logistics"), ("285862", "health_welfare"), ("282090", "resident_services"))  # fmt: skip
_SAYO, _KAMIGORI, _MIKI, _KAKOGAWA, _SHISO, _HIMEJI, _YABU, _ASAGO = (
    "285013", "284815", "282154", "282103", "282278", "282014", "282227", "282251",
)  # fmt: skip


def plant_people(year: int, catalogue: Catalogue) -> dict[str, Candidate]:
    """Unsaved people, by a name for each; `year` is the fiscal year of today."""
    star = _official(
        names.Name("架空", "星子", "カクウ", "ホシコ"), _HIMEJI, "情報政策課", year, half_days=16, mode=Mode.ONLINE,
        skills={skill.code: 3 if skill.code in careers.RARE else 4 for skill in catalogue.skills()},
        forms=("commission", "special_part_time", "fiscal_year_part", "contract_person", "pro_bono"),
    )  # fmt: skip
    star.pay_minimum, star.pay_wish = 0, 2000
    star.themes = [term.code for term in catalogue.terms("theme")]
    star.regions = sorted({town.region for town in catalogue.municipalities(HYOGO) if town.region})
    star.most_at_once = 2
    for claim in star.skills:
        claim.evidence, claim.evidence_note = "confirmed", "担当した事業の資料"
    shared = _official(
        names.Name("見本", "渉", "ミホン", "ワタル"), _SAYO, "総務課", year, half_days=8,
        skills={"ordinance": 4, "privacy_law": 4, "administration": 4, "bridging": 3, "teaching": 2},
        forms=("commission", "special_part_time"),
    )  # fmt: skip
    conflicted = _official(
        names.Name("例示", "修", "レイジ", "オサム"), _MIKI, "情報政策課", year, half_days=8,
        skills={"procurement": 4, "cloud": 3, "administration": 4, "project": 3},
        forms=("commission", "special_part_time", "contract_person"),
    )  # fmt: skip
    conflicted.matters = [
        careers.decided(VENDOR, month_number(year - 3, 7), "基幹システム更新の契約")
    ]
    skills = {"local_liaison": 3, "community_dx": 4, "administration": 3, "bridging": 3}
    locals_ = {
        f"local {town}": _official(
            names.Name("仮名", given, "カメイ", kana), town, "商工観光課", year, half_days=16, skills=skills,
            forms=("commission", "special_part_time", "fiscal_year_part"),
        )
        for town, given, kana in ((_YABU, "実", "ミノル"), (_ASAGO, "朝子", "アサコ"))
    }  # fmt: skip
    return {"star": star, "shared": shared, "conflicted": conflicted, **locals_}


def _official(
    name: names.Name,
    home: str,
    department: str,
    year: int,
    *,
    half_days: int,
    skills: Mapping[str, int],
    forms: tuple[str, ...],
    mode: Mode = Mode.BOTH,
) -> Candidate:
    """A former official of Kobe, five years out of office, free from last year to the year after next."""
    left = month_number(year - 4, 3)
    person = Candidate(
        kind="official", **name_columns(name), birth_date=f"{year - 65}-07-15", home_code=home,
        travel_limit=90, overnight=False, most_at_once=2, pay_minimum=4000, pay_wish=6000,
        themes=[], regions=[], motives=["contribute", "use_experience"],
        motive="これまでの経験を、必要としている町で生かしたい。", heard_from="former_office",
    )  # fmt: skip
    person.roles = [CandidateRole(role=role) for role in ("producer", "pm", "sd", "eng")]
    person.forms = [CandidateForm(form=form) for form in forms]
    person.posts = [
        CandidatePost(
            body="神戸市", municipality_code="281000", department=department, title="課長", grade="section_head",
            is_public=True, first_month=left - 35 * 12 + 1, last_month=left,
        )
    ]  # fmt: skip
    person.skills = [
        CandidateSkill(skill=skill, level=level, last_used=year) for skill, level in skills.items()
    ]
    person.windows = [
        CandidateWindow(
            first_month=month_number(year - 1, 4), last_month=month_number(year + 3, 3), half_days=half_days,
            weekdays=31, mode=mode, is_available=True,
        )
    ]  # fmt: skip
    return person


def plant_needs(year: int) -> list[Need]:
    """Unsaved needs for the fiscal year `year`."""
    april = month_number(year, 4)
    needs = [
        _need(
            title, town, "mynumber", 4, (april, april + 5), [must("ordinance", 4), must("privacy_law", 3), want("bridging", 2)],
            ("special_part_time", "commission"), mode=NeedMode.HYBRID, on_site_share=50,
        )
        for title, town in zip(TITLES[Shape.SHARED], (_SAYO, _KAMIGORI), strict=True)
    ]  # fmt: skip
    needs += [
        _need(
            title, town, theme, 8, (april + 1, april + 11), [must("local_liaison", 3), must("community_dx", 3)],
            ("fiscal_year_part",), mode=NeedMode.ONSITE, on_site_share=100, side=Side.COMMUNITY,
        )
        for title, (town, theme) in zip(TITLES[Shape.TAJIMA], _TAJIMA, strict=True)
    ]  # fmt: skip
    conflict = _need(
        TITLES[Shape.CONFLICT][0], _MIKI, "standardization", 4, (april, april + 5),
        [must("procurement", 4), want("cloud", 2)], ("commission", "contract_person"), touches_procurement=True,
    )  # fmt: skip
    conflict.vendors = [vendor(VENDOR)]
    crossing = _need(
        TITLES[Shape.CROSSING][0], _KAKOGAWA, "standardization", 4, (april + 6, april + 14),
        [must("standard_operations", 2, used_within=10)], ("fiscal_year_part",),
    )  # fmt: skip
    nobody = _need(
        TITLES[Shape.NOBODY][0], _SHISO, "training", 4, (april + 1, april + 6),
        [must("local_liaison", 4), want("teaching", 2)], ("commission", "special_part_time"),
        mode=NeedMode.ONSITE, on_site_share=100,
    )  # fmt: skip
    return [*needs, conflict, crossing, nobody]


def _need(
    title: str,
    town: str,
    theme: str,
    half_days: int,
    months: tuple[int, int],
    skills: list[NeedSkill],
    forms: tuple[str, ...],
    *,
    mode: NeedMode = NeedMode.ONLINE,
    on_site_share: int = 0,
    side: Side = Side.MUNICIPAL,
    touches_procurement: bool = False,
) -> Need:
    is_hourly = forms == ("fiscal_year_part",)
    need = Need(
        prefecture_code=HYOGO, municipality_code=town, title=title, side=side, theme=theme, stage="plan",
        background="小さな組織のため専任の職員を置けません。役所の仕事を知り、住民や原課と話せる方を求めています。",
        outcome_wanted="関係者の合意を得て、年度内に実施の計画を固める。", department="企画課",
        half_days=half_days, first_month=months[0], last_month=months[1], mode=mode, on_site_share=on_site_share,
        place_code=town, pay_amount=3500 if is_hourly else 26_000, pay_basis="hour" if is_hourly else "day",
        seats=1, funding_source="special_allocation", after_fiscal_year="成果を見て、次年度の予算を要求する予定。",
        touches_procurement=touches_procurement, priority=1,
    )  # fmt: skip
    give_grounds(need)
    need.forms = [NeedForm(form=form) for form in forms]
    need.skills = in_order(skills)
    return need
