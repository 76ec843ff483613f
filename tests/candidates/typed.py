"""What a person types into the steps, as the fields of the forms are called."""

from __future__ import annotations

import re
from typing import Any

from tests.browsers import Browser

Fields = dict[str, Any]

BASICS: Fields = {
    "kind": "official",
    "family_name": "髙﨑",
    "given_name": "𠮷塚\U000e0101子",
    "family_kana": "たかさき",
    "given_kana": "ﾖｼﾂﾞｶｺ",
    "birth_date-year": "１９６２",
    "birth_date-month": "4",
    "birth_date-day": "1",
    "phone": "０７８−３４１−７７１１",
    "contact_email": "Takasaki@Example.JP",
    "postal_code": "〒６５０８５６７",
    "home_prefecture": "28",
    "home_name": "姫路市",
    "address": "安田四丁目1番地",
}
CAREER: Fields = {
    "posts-0-body": "姫路市役所",
    "posts-0-is_public": "y",
    "posts-0-department": "情報政策室",
    "posts-0-title": "室長",
    "posts-0-grade": "section_head",
    "posts-0-systems": "住民記録",
    "posts-0-led_procurement": "y",
    "posts-0-first_month": "平成22年4月",
    "posts-0-last_month": "２０２２／３",
    "posts-1-is_public": "y",
    "operations": ["resident_register", "resident_tax"],
    "companies-0-name": "株式会社サンプル",
    "companies-0-position": "顧問",
    "companies-0-is_present": "y",
    "matters-0-vendor": "株式会社べつ",
    "matters-0-subject": "基幹システム更新の契約",
    "matters-0-month": "R2.5",
}
SKILLS: Fields = {
    "skill_bpr-has": "y",
    "skill_bpr-level": "3",
    "skill_bpr-last_used": "2021",
    "skill_bpr-evidence_note": "窓口の見直しを3年担当",
    "skill_assembly-has": "y",
    "skill_assembly-level": "4",
    "skill_budgeting-level": "",
    "exams-0-exam": "K1",
    "exams-0-year": "1994",
    "exams-1-name_then": "統計士",
}
AVAILABILITY: Fields = {
    "windows-0-kind": "available",
    "windows-0-first_month": "2027年4月",
    "windows-0-last_month": "令和9年9月",
    "windows-0-half_days": "８",
    "windows-0-mode": "both",
    "windows-0-weekdays": ["0", "2", "4"],
    "windows-1-kind": "pause",
    "windows-1-first_month": "2027-08",
    "windows-1-last_month": "2027-08",
    "windows-1-mode": "both",
    "travel_limit": "90",
    "overnight": "y",
    "most_at_once": "2",
}
WISHES: Fields = {
    "forms": ["commission", "special_part_time"],
    "roles": ["pm"],
    "pay_minimum": "５，０００",
    "pay_wish": "1万",
    "themes": ["bpr", "frontyard"],
    "regions": ["但馬"],
    "motives": ["contribute", "use_experience"],
    "motive": "一行目\r\n二行目",
    "heard_from": "former_office",
    "growth": ["bpr"],
    "side_job": "given",
    "income_ceiling": "１００万",
    "onsite_days": "4",
    "onsite_weekdays": ["0", "2"],
}
CONSENTS: Fields = {"consent_search": "y", "consent_introduction": "y"}
STEPS: dict[str, Fields] = {
    "basics": BASICS,
    "career": CAREER,
    "skills": SKILLS,
    "availability": AVAILABILITY,
    "wishes": WISHES,
    "consents": CONSENTS,
}


def fill_in(browser: Browser) -> None:
    """All steps, as one person goes through them."""
    for step, fields in STEPS.items():
        answer = browser.post(f"/profile/{step}", **fields)
        assert answer.status_code == 302, errors(answer.text)


def errors(page: str) -> list[str]:
    """The messages at the fields and on top of a page."""
    found = re.findall(r'class="field-error"[^>]*>(.*?)</p>', page, re.DOTALL)
    summary = re.findall(r'class="notice notice-error".*?</div>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in found + summary]
