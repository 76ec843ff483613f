"""Screening for conflicts of interest (利益相反, 退職管理). An aid for the coordinator, no legal advice.

Measured at the months of the need, so that the same inputs give the same findings on any day.
Sources of the rules: 地方公務員法 第38条の2 (former officials), and the practice described in docs/reference-data.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .. import dates
from ..candidates.content import Company, Matter, Post
from ..language import Words
from ..text import search_key
from .records import Ground, Known, Lifter, Profile, Screened

COOLING_MONTHS = 24  # after leaving an office
SEVERITIES = ("warn", "hold", "block")


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    severity: str  # "warn", "hold" (a coordinator may lift it), "block"
    ja: str
    en: str


RULES = {
    "decided_vendor": ("block", "本人が決裁した相手先", "Decided on a vendor of this vacancy"),
    "vendor_staff": ("block", "関係事業者に在籍（調達あり）", "Works for a vendor; procurement"),
    "former_office": ("hold", "元の職場への働きかけ", "Former office within two years"),
    "known_for_good": ("block", "県が記録した利益相反", "Recorded by the prefecture"),
    "known": (
        "hold",
        "県が記録した利益相反（解除できる）",
        "Recorded by the prefecture; can be lifted",
    ),
    "vendor_ties": ("warn", "関係事業者とのつながり", "Tied to a vendor"),
    "recent_town": ("warn", "最近までその市町に在職", "Served in the municipality recently"),
}


KNOWN = frozenset({"known_for_good", "known"})
GROUNDS: Mapping[Ground, Words] = {
    Ground.FAMILY: ("親族", "Family"),
    Ground.REQUEST: ("本人の希望", "The person's wish"),
    Ground.VENDOR: ("事業者との関係", "Ties to a vendor"),
    Ground.OFFICE: ("元の職場", "Former office"),
    Ground.OTHER: ("その他", "Other"),
}

LIFTERS: Mapping[Lifter, Words] = {
    Lifter.COORDINATOR: ("県担当者", "Coordinators"),
    Lifter.PERSON: ("本人", "The person"),
    Lifter.NOBODY: ("だれも解除できない", "Nobody"),
}

ABBREVIATIONS = {"(株)": "株式会社", "(有)": "有限会社", "(同)": "合同会社"}


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    """Equal for what is the same company on paper: 「㈱」 is 「株式会社」, width and blanks do not matter."""
    key = search_key(name)
    for short, long in ABBREVIATIONS.items():
        key = key.replace(search_key(short), search_key(long))
    return key


def screen(profile: Profile, request: Screened) -> list[Finding]:
    """What stands between this person and this need, lifted holds left out; the gravest first."""
    lifted = {rule for code, rule in profile.lifted if code == request.code}
    found = [
        *_by_vendor(profile, request), *_by_office(profile, request), *_by_record(profile, request)
    ]  # fmt: skip
    kept = [f for f in found if not (f.severity == "hold" and f.rule in lifted)]
    return sorted(kept, key=lambda f: (-SEVERITIES.index(f.severity), f.rule))


def gravest(findings: Sequence[Finding]) -> str | None:
    return findings[0].severity if findings else None


def _by_vendor(profile: Profile, request: Screened) -> Iterable[Finding]:
    if not request.vendors or not (profile.matters or profile.companies):
        return
    vendors = {_key(name) for name in request.vendors}
    for matter in profile.matters:
        if _key(matter.vendor) in vendors:
            yield _decided(matter)
    for company in profile.companies:
        if _key(company.name) in vendors and (company.is_present or company.has_shares):
            yield _tied(company, request)


def _by_office(profile: Profile, request: Screened) -> Iterable[Finding]:
    works_for_company = any(company.is_present for company in profile.companies)
    towns = {request.municipality_code, *request.members}
    for post in profile.posts:
        if not post.is_public or post.municipality_code not in towns:
            continue
        left = request.first_month if post.last_month is None else post.last_month
        if left < request.first_month - COOLING_MONTHS:
            continue
        if works_for_company:
            yield _former(post, left)
        yield _recent(post, left)


def _by_record(profile: Profile, request: Screened) -> Iterable[Finding]:
    vendors = {_key(name) for name in request.vendors}
    for known in profile.known:
        last = request.last_month if known.last_month is None else known.last_month
        is_then = known.first_month <= request.last_month and last >= request.first_month
        is_there = known.municipality_code in {None, request.municipality_code, *request.members}
        if is_then and is_there and (known.vendor is None or _key(known.vendor) in vendors):
            yield _recorded(known)


def _finding(rule: str, ja: str, en: str) -> Finding:
    return Finding(rule, RULES[rule][0], ja, en)


def _decided(matter: Matter) -> Finding:
    month = dates.month_text(matter.month)
    return _finding(
        "decided_vendor",
        f"{dates.show_month_ja(matter.month)}に「{matter.vendor}」との契約・処分を決定しています。期間の制限はありません。",
        f"Decided a contract or disposition with {matter.vendor} in {month}; no time limit.",
    )


def _tied(company: Company, request: Screened) -> Finding:
    if request.touches_procurement and company.is_present:
        return _finding(
            "vendor_staff",
            f"関係事業者「{company.name}」に在籍しており、調達に関わる募集です。",
            f"Works for the vendor {company.name}, and the vacancy touches procurement.",
        )
    return _finding(
        "vendor_ties",
        f"関係事業者「{company.name}」に在籍または出資しています。",
        f"Works for or owns a part of the vendor {company.name}.",
    )


def _former(post: Post, left: int) -> Finding:
    month = dates.month_text(left)
    return _finding(
        "former_office",
        f"{dates.show_month_ja(left)}まで「{post.body}」に在職し、現在は企業に在籍しています（地公法38条の2、離職後2年）。",
        f"Served at {post.body} until {month} and works for a company now (two years' rule).",
    )


def _recent(post: Post, left: int) -> Finding:
    month = dates.month_text(left)
    return _finding(
        "recent_town",
        f"{dates.show_month_ja(left)}まで同じ市町（{post.body}）に在職していました。",
        f"Served in the same municipality ({post.body}) until {month}.",
    )


def _recorded(known: Known) -> Finding:
    ground, ground_en = GROUNDS[known.ground]
    until = until_en = ""
    if known.last_month is not None:
        until = f"、{dates.show_month_ja(known.last_month)}まで"
        until_en = f", until {dates.month_text(known.last_month)}"
    return _finding(
        "known" if known.lifter is Lifter.COORDINATOR else "known_for_good",
        f"県が記録した利益相反があります（{ground}{until}）。",
        f"The prefecture has recorded a conflict of interest ({ground_en.lower()}{until_en}).",
    )
