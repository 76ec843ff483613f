"""Where the invented people have worked, and what they learned there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..candidates.models import (
    CandidateCompany,
    CandidateExam,
    CandidateMatter,
    CandidatePost,
    CandidateSkill,
)
from ..dates import month_number
from ..reference.catalogue import Catalogue
from ..text import search_key
from .drawing import Draw
from .names import COMPANIES

GRADES = {"director": 15, "section_head": 35, "unit_chief": 35, "senior": 15}
FIELDS = {"it": 40, "tax_residents": 20, "welfare": 15, "finance_reform": 15, "other": 10}
LEFT_LATELY = 0.30  # former officials who left within two years
_LADDER = ("staff", "senior", "unit_chief", "section_head", "director")
_TITLES = {
    "staff": "主事", "senior": "主査", "unit_chief": "係長", "section_head": "課長", "director": "部長",
}  # fmt: skip
_DEPARTMENTS = {
    "it": ("情報政策課", "デジタル推進課", "電算課"),
    "tax_residents": ("市民税課", "住民課", "資産税課"),
    "welfare": ("福祉課", "介護保険課", "子育て支援課"),
    "finance_reform": ("財政課", "行政経営課", "行財政改革推進課"),
    "other": ("商工観光課", "教育総務課", "危機管理課"),
}

# Nobody but the people of the hard shapes can teach these, so that those shapes hold for every seed.
RARE = frozenset({"ordinance", "local_liaison", "procurement"})

_LEVELS = {1: 8, 2: 30, 3: 45, 4: 17}
_OFFICIAL = {
    "administration": 1.0, "budgeting": 0.5, "assembly": 0.45, "procurement": 0.45, "ordinance": 0.35,
    "privacy_law": 0.4, "standard_operations": 0.4, "consensus": 0.7, "bridging": 0.6, "teaching": 0.35,
    "local_liaison": 0.45, "bpr": 0.45, "counter_reform": 0.3, "cloud": 0.2, "data": 0.15,
    "automation": 0.2, "security": 0.2, "project": 0.3, "service_design": 0.05, "community_dx": 0.15,
}  # fmt: skip
_BY_FIELD: Mapping[str, Mapping[str, float]] = {
    "it": {"cloud": 0.65, "security": 0.55, "project": 0.5, "bridging": 0.9, "procurement": 0.7,
           "standard_operations": 0.65, "automation": 0.35},
    "tax_residents": {"standard_operations": 0.8, "counter_reform": 0.65, "privacy_law": 0.7},
    "welfare": {"community_dx": 0.35, "standard_operations": 0.6, "local_liaison": 0.7},
    "finance_reform": {"budgeting": 0.95, "bpr": 0.75, "assembly": 0.7, "data": 0.4},
    "other": {"community_dx": 0.5, "local_liaison": 0.65},
}  # fmt: skip
_PRIVATE = {
    "automation": 0.5, "data": 0.4, "cloud": 0.4, "security": 0.35, "project": 0.55, "bpr": 0.4,
    "service_design": 0.3, "counter_reform": 0.2, "bridging": 0.35, "teaching": 0.4, "community_dx": 0.3,
    "procurement": 0.1, "privacy_law": 0.15, "standard_operations": 0.1, "consensus": 0.15,
}  # fmt: skip
_PRIVATE_TITLES = (
    "システムエンジニア",
    "プロジェクトマネージャー",
    "コンサルタント",
    "データアナリスト",
    "デザイナー",
)
_EXAMS = (("K1", "第一種情報処理技術者", 1985), ("K2", "第二種情報処理技術者", 1982), ("AD", "初級システムアドミニストレータ", 1998),
          ("IP", "ITパスポート", 2012), ("SG", "情報セキュリティマネジメント", 2018), ("FE", "基本情報技術者", 2008),
          ("AP", "応用情報技術者", 2012), ("PM", "プロジェクトマネージャ", 2014))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Career:
    posts: list[CandidatePost]
    companies: list[CandidateCompany]
    matters: list[CandidateMatter]
    skills: list[CandidateSkill]
    born: int  # year


def former_official(
    draw: Draw, grade: str, field: str, has_left_lately: bool, year: int, catalogue: Catalogue
) -> Career:
    """Thirty to forty years in one office. `year`: the fiscal year of today."""
    age = draw.normal(65, 3.5, 58, 75)
    since = draw.whole(0, 1) if has_left_lately else draw.whole(2, min(9, age - 56))
    served = min(draw.whole(30, 40), age - since - 18)
    left = month_number(year - since, 3)
    posts = _ladder(draw, grade, field, left - served * 12 + 1, left, catalogue)
    companies, matters = [], []
    if draw.chance(0.2):
        companies.append(company(draw.one(COMPANIES), "顧問"))
    if grade in {"director", "section_head"} and draw.chance(0.3):
        matters.append(
            decided(draw.one(COMPANIES), left - draw.whole(6, 90), "業務システム更新の契約")
        )
    wanted = {**_OFFICIAL, **_BY_FIELD[field]}
    return Career(posts, companies, matters, _claims(draw, wanted, year - since), year - age)


def serving_official(draw: Draw, grade: str, field: str, year: int, catalogue: Catalogue) -> Career:
    age = draw.normal(45, 7, 30, 58)
    now = month_number(year, 3)
    posts = _ladder(draw, grade, field, now - (age - 23) * 12 + 1, now, catalogue)
    posts[-1].last_month = None
    return Career(posts, [], [], _claims(draw, {**_OFFICIAL, **_BY_FIELD[field]}, year), year - age)


def private_person(draw: Draw, has_employer: bool, year: int) -> Career:
    """A specialist with a main job, or a freelance."""
    age = draw.normal(44, 9, 27, 66)
    start = month_number(year - draw.whole(2, max(3, min(15, age - 25))), 4)
    title = draw.one(_PRIVATE_TITLES)
    name = draw.one(COMPANIES) if has_employer else "個人事業"
    posts = [
        CandidatePost(body=name, department="", title=title, is_public=False, first_month=start)
    ]
    companies = [company(name, title)] if has_employer else []
    if not has_employer and draw.chance(0.2):
        companies.append(company(draw.one(COMPANIES), "業務委託"))
    skills = _claims(draw, _PRIVATE, year)
    return Career(posts, companies, [], skills, year - age)


def exams(draw: Draw, born: int, year: int) -> list[CandidateExam]:
    """One in three has passed one, under the name it had then."""
    if not draw.chance(0.35):
        return []
    code, name, first = draw.one(_EXAMS)
    passed = max(first, born + draw.whole(21, 35))
    return [CandidateExam(exam=code, name_then=name, year=min(passed, year))]


def company(name: str, position: str, *, has_shares: bool = False) -> CandidateCompany:
    return CandidateCompany(
        name=name, name_key=search_key(name), position=position, has_shares=has_shares
    )


def decided(vendor: str, month: int, subject: str) -> CandidateMatter:
    return CandidateMatter(
        vendor=vendor, vendor_key=search_key(vendor), month=month, subject=subject
    )


def _ladder(
    draw: Draw, grade: str, field: str, first: int, last: int, catalogue: Catalogue
) -> list[CandidatePost]:
    """Posts one after the other in one office, up to `grade`."""
    towns = catalogue.municipalities("28")
    office = draw.weighted({town: town.population or 1 for town in towns})
    is_prefecture = draw.chance(0.15)
    body, code = ("兵庫県", None) if is_prefecture else (office.ja, office.code)
    steps = _LADDER[: _LADDER.index(grade) + 1][-4:]
    length = (last - first + 1) // len(steps)
    posts = []
    for place, step in enumerate(steps):
        own = field if place == len(steps) - 1 or draw.chance(0.6) else draw.one(list(_DEPARTMENTS))
        end = last if place == len(steps) - 1 else first + (place + 1) * length - 1
        posts.append(
            CandidatePost(
                body=body, municipality_code=code, department=draw.one(_DEPARTMENTS[own]), title=_TITLES[step],
                grade=step, is_public=True, first_month=first + place * length, last_month=end,
            )
        )  # fmt: skip
    return posts


def _claims(draw: Draw, wanted: Mapping[str, float], last_year: int) -> list[CandidateSkill]:
    claims = []
    for skill, probability in wanted.items():
        if draw.chance(probability):
            level = draw.weighted(_LEVELS) if skill != "administration" else draw.whole(3, 4)
            evidence = draw.weighted({"self": 55, "documented": 30, "confirmed": 15})
            claims.append(
                CandidateSkill(
                    skill=skill, level=min(level, 3) if skill in RARE else level,
                    last_used=last_year - draw.whole(0, 2), evidence=evidence,
                    evidence_note="" if evidence == "self" else "担当した事業の資料",
                )
            )  # fmt: skip
    return claims or [
        CandidateSkill(skill="bridging", level=2, last_used=last_year, evidence="self")
    ]
