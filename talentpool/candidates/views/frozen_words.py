"""What a frozen profile says, field by field, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _, lazy_gettext

from ...dates import month_number, show_month
from ...reference.entries import Vocabulary
from ...web.filters import show_day, show_yen
from ...web.labels import region, term, town
from ...web.languages import in_readers_language
from ..forms.windows import MODES
from ..models import Mode
from .presenting import show_days_a_month, show_weekdays, show_yes

Show = Callable[[Any], str]


def name_field(field: str) -> str:
    return str(NAMES.get(field, field))


def show_values(field: str, values: Sequence[Any]) -> str:
    """A value, or the rows of a list below each other."""
    show, blank = SHOWN.get(field, str), str(BLANK.get(field, ""))
    texts = (blank if value in (None, "") else str(show(value)) for value in values)
    return "\n".join(text for text in texts if text)


def _row(*wholes: Show, **shows: Show) -> Show:
    """A row in a line: what is said of the whole, then its fields; those that it does not have are left out."""

    def show(row: Mapping[str, Any]) -> str:
        said = [whole(row) for whole in wholes]
        said += [each(row[name]) for name, each in shows.items() if row.get(name) not in (None, "")]
        return " ".join(text for text in said if text)

    return show


def _coded(vocabulary: Vocabulary) -> Show:
    return lambda code: term(str(code), vocabulary)


def _named(name: Any, show: Show = str) -> Show:
    """With what it is called, where the value alone does not tell."""
    return lambda value: str(_("%(name)s：%(value)s", name=name, value=show(value)))


def _month(iso: str) -> str:
    year, month = map(int, iso.split("-"))
    return in_readers_language(show_month(month_number(year, month)))


def _period(row: Mapping[str, Any]) -> str:
    last = _month(row["last_month"]) if row.get("last_month") else _("現在")
    return str(_("%(first)s〜%(last)s", first=_month(row["first_month"]), last=last))


def _level(level: int) -> str:
    return f"{level} {term(str(level), Vocabulary.SKILL_LEVEL)}"


def _exam(row: Mapping[str, Any]) -> str:
    """What it is called now, and what it was called then where that is not the same."""
    now = term(row["exam"], Vocabulary.EXAM) if row.get("exam") else ""
    return " ".join(dict.fromkeys(name for name in (now, row["name_then"]) if name))


def _window(row: Mapping[str, Any]) -> str:
    """Of a pause neither mode nor weekdays are said: the row has some, and nobody chose them."""
    return (_AVAILABLE if row.get("is_available", True) else _PAUSED)(row)


def _half_days(count: int) -> str:
    return str(_("月%(n)sコマ", n=count)) if count else ""


def _pay(yen: int) -> str:
    return show_yen(yen) if yen else str(_("無償でもよい"))


_AVAILABLE = _row(
    _period, half_days=_half_days, mode=lambda mode: str(MODES[Mode(mode)]), weekdays=show_weekdays,
    note=str,
)  # fmt: skip
_PAUSED = _row(_period, lambda _row: str(_("休止")), note=str)
NAMES: Mapping[str, Any] = {
    "kind": lazy_gettext("区分"), "family_name": lazy_gettext("氏"), "given_name": lazy_gettext("名"),
    "family_kana": lazy_gettext("氏のフリガナ"), "given_kana": lazy_gettext("名のフリガナ"),
    "birth_date": lazy_gettext("生年月日"), "phone": lazy_gettext("電話番号"),
    "contact_email": lazy_gettext("連絡用メールアドレス"), "postal_code": lazy_gettext("郵便番号"),
    "address": lazy_gettext("住所"), "home_code": lazy_gettext("住まい"),
    "travel_limit": lazy_gettext("移動時間の上限（片道）"), "overnight": lazy_gettext("泊まりがけ"),
    "most_at_once": lazy_gettext("同時に受けられる活動の数"),
    "pay_minimum": lazy_gettext("報酬の最低額（半日コマあたり）"),
    "pay_wish": lazy_gettext("報酬の希望額（半日コマあたり）"),
    "themes": lazy_gettext("取り組みたいテーマ"), "regions": lazy_gettext("活動したい地域"),
    "motives": lazy_gettext("登録の動機"), "motive": lazy_gettext("動機（自由記述）"),
    "heard_from": lazy_gettext("この制度を知ったきっかけ"),
    "involvement": lazy_gettext("関わり方"),
    "operations": lazy_gettext("担当した標準化対象業務"), "growth": lazy_gettext("これから伸ばしたい技能"),
    "side_job": lazy_gettext("いまの勤め先の兼業の許可"), "income_ceiling": lazy_gettext("年度の収入の上限"),
    "onsite_days": lazy_gettext("現地に行ける日数（月）"), "onsite_weekdays": lazy_gettext("現地の希望曜日"),
    "forms": lazy_gettext("受けられる任用形態"), "roles": lazy_gettext("務めたい役割"),
    "posts": lazy_gettext("職歴"), "companies": lazy_gettext("関係する会社"),
    "matters": lazy_gettext("自分が決定した契約・処分"), "skills": lazy_gettext("技能"),
    "exams": lazy_gettext("試験・資格"), "windows": lazy_gettext("稼働できる期間"),
    "consents": lazy_gettext("同意"),
}  # fmt: skip
BLANK: Mapping[str, Any] = {"travel_limit": lazy_gettext("上限なし")}
SHOWN: Mapping[str, Show] = {
    "kind": _coded(Vocabulary.CANDIDATE_KIND),
    "birth_date": lambda iso: show_day(date.fromisoformat(iso)),
    "home_code": town,
    "travel_limit": lambda minutes: str(_("%(n)s分", n=minutes)),
    "overnight": show_yes,
    "pay_minimum": _pay,
    "pay_wish": _pay,
    "themes": _coded(Vocabulary.THEME),
    "regions": region,
    "motives": _coded(Vocabulary.MOTIVE),
    "heard_from": _coded(Vocabulary.HEARD_FROM),
    "involvement": _coded(Vocabulary.INVOLVEMENT),
    "operations": _coded(Vocabulary.STANDARD_OPERATION),
    "growth": _coded(Vocabulary.SKILL),
    "side_job": _coded(Vocabulary.SIDE_JOB_PERMISSION),
    "income_ceiling": show_yen,
    "onsite_days": lambda days: show_days_a_month(days) or "",
    "onsite_weekdays": show_weekdays,
    "forms": _coded(Vocabulary.FORM),
    "roles": _coded(Vocabulary.ROLE),
    "posts": _row(
        _period, body=str, municipality_code=_named(lazy_gettext("市町"), town),
        department=str, title=str, grade=_coded(Vocabulary.GRADE), systems=str,
        is_public=_named(lazy_gettext("官公庁の職"), show_yes),
        led_procurement=_named(lazy_gettext("調達を主導した"), show_yes),
    ),
    "companies": _row(
        name=str, position=str, is_present=_named(lazy_gettext("今も関係がある"), show_yes),
        has_shares=_named(lazy_gettext("株式・出資がある"), show_yes),
    ),
    "matters": _row(month=_month, vendor=str, subject=str),
    "skills": _row(
        skill=_coded(Vocabulary.SKILL), level=_level,
        last_used=_named(lazy_gettext("最後に使った年")),
        evidence=_coded(Vocabulary.EVIDENCE_STATE), evidence_note=str,
    ),
    "exams": _row(_exam, year=str),
    "windows": _window,
    "consents": _row(
        purpose=_coded(Vocabulary.CONSENT_PURPOSE),
        text_version=lambda version: str(_("（第%(n)s版）", n=version)),
        given_at=lambda iso: show_day(datetime.fromisoformat(iso)),
    ),
}  # fmt: skip
