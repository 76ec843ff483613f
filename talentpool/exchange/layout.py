"""The sheets and their columns, declared once: what is read, written and explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from ..candidates import content as candidates
from ..candidates.employed import Employment
from ..candidates.models import (
    Candidate,
    CandidateCompany,
    CandidateExam,
    CandidateMatter,
    CandidatePost,
    CandidateSkill,
    CandidateWindow,
)
from ..cases import models as cases
from ..cases.models import Case
from ..db import length_of
from ..errors import BadCell, Fault
from ..geo import MOST_MINUTES
from ..matching.records import BEST_RATING, GREATEST_MONTH_PAY, WHOLE_PART
from ..needs import content as needs
from ..needs.models import Need, NeedSkill, NeedVendor
from ..pay import MOST_HALF_DAYS
from ..pool.conflicts import GROUNDS, LIFTERS
from ..reviews.reporting import MOST_COST
from ..typed.quantities import ENGAGEMENTS, FEE, HALF_DAYS, MINUTES, PERCENT, SEATS, YEN
from . import kinds
from .kinds import (
    DAY,
    DAYS,
    FIRST_MONTH,
    INSTANT,
    LAST_MONTH,
    MAIL,
    MONTH,
    POSTAL,
    REGIONS,
    TELEPHONE,
    TOWN,
    YES_NO,
    Kind,
)

KEY = "コード"
# What tells one person from another; all but the home is personal.
NAMES = ("family_name", "given_name", "family_kana", "given_kana")
MARKS = {"birth_date": "生年月日", "contact_email": "メール", "phone": "電話"}
DISTINCT = "distinct_from"
TELLING = frozenset({*NAMES, *MARKS, DISTINCT})


@dataclass(frozen=True, slots=True)
class Column:
    """is_named: only an import needs it. is_personal: matching only tells people apart by it.

    blank: what is said of an empty cell that is needed.
    """

    header: str
    field: str
    kind: Kind
    is_required: bool = False
    is_named: bool = False
    is_personal: bool = False
    blank: str = "入力してください。"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sheet of rows that belong to a row of the main sheet, by the key. In csv: one cell."""

    name: str
    field: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    name: str
    prefix: str  # of the codes that the database gives
    columns: tuple[Column, ...]
    leaves: tuple[Leaf, ...]

    def sheets(self) -> Iterator[tuple[str, tuple[Column, ...]]]:
        yield self.name, self.columns
        for leaf in self.leaves:
            yield leaf.name, leaf.columns

    def flat_headers(self) -> list[str]:
        """Those of a csv: the columns, and a list for each leaf."""
        return [
            KEY,
            *(column.header for column in self.columns),
            *(leaf.name for leaf in self.leaves),
        ]

    def header(self, field: str) -> str:
        """The header of a field of the main sheet, or the name of its leaf."""
        for column in self.columns:
            if column.field == field:
                return column.header
        return next((leaf.name for leaf in self.leaves if leaf.field == field), "")

    def bad_cells(self, row: int, faults: Iterable[Fault]) -> Iterator[BadCell]:
        """Faults that rules find in the entry of a row, each once and at the header of its field."""
        for field, message in dict.fromkeys(faults):
            yield BadCell(self.name, row, self.header(field) or None, message)


def _named(header: str, field: str, kind: Kind) -> Column:
    return Column(header, field, kind, is_named=True, is_personal=True)


def _personal(header: str, field: str, kind: Kind) -> Column:
    return Column(header, field, kind, is_personal=True)


def _text(column: InstrumentedAttribute[Any], *, multiline: bool = False) -> Kind:
    """As much text as the column holds."""
    return kinds.text(length_of(column), multiline=multiline)


_KANA = kinds.kana(length_of(Candidate.family_kana))
_YEAR = kinds.year(candidates.FIRST_YEAR, candidates.LAST_YEAR)
MOST_RATINGS = 10_000
_MONTHS = (
    Column("開始月", "first_month", FIRST_MONTH, True),
    Column("終了月", "last_month", LAST_MONTH, True),
)
_SKILL = Column("技能", "skill", kinds.code("skill"), True)
_LEVEL = Column("水準", "level", kinds.whole(1, candidates.LEVELS), True)
_OTHER = Column("募集", "need_code", kinds.REFERENCE, True)

_PAY = kinds.whole(0, candidates.MOST_PAY, YEN)
_PAY_MINIMUM = replace(_PAY, hint=f"{_PAY.hint}。無償でもよければ0か「無償」")
_PAY_WISH = replace(_PAY, hint=f"{_PAY.hint}。空欄なら最低報酬と同じ")
_PAY_BLANK = "最低報酬を書いてください。無償でもよいときは、0か「無償」と書いてください。"

CANDIDATES = Layout(
    "登録者",
    "C-",
    (
        _named("氏", "family_name", _text(Candidate.family_name)),
        _personal("名", "given_name", _text(Candidate.given_name)),
        _named("氏カナ", "family_kana", _KANA),
        _personal("名カナ", "given_kana", _KANA),
        _personal("メール", "contact_email", MAIL),
        _personal("電話", "phone", TELEPHONE),
        _personal("郵便番号", "postal_code", POSTAL),
        _personal("住所", "address", kinds.text(candidates.MOST_ADDRESS)),
        _personal("生年月日", "birth_date", DAY),
        Column("区分", "kind", kinds.code("candidate_kind"), True),
        Column("住まいの市区町村", "home_code", TOWN, True),
        _personal("県の職", "post", kinds.code("prefectural_post")),
        _personal("雇用開始", "employed_from", DAY),
        _personal("雇用終了", "employed_until", DAY),
        _personal("県の負担(円/半日)", "half_day_cost", kinds.whole(1, candidates.MOST_COST, YEN)),
        _personal("雇用の備考", "employment_note", _text(Employment.note)),
        Column("登録開始", "active_from", DAY),
        Column("登録終了", "active_until", DAY),
        Column("回の対象", "is_in_rounds", YES_NO),
        Column("同意", "consents", kinds.codes("consent_purpose"), True),
        Column("任用形態", "forms", kinds.codes("form"), True),
        Column("役割", "roles", kinds.codes("role")),
        Column("最低報酬(円/半日)", "pay_minimum", _PAY_MINIMUM, True, blank=_PAY_BLANK),
        Column("希望報酬(円/半日)", "pay_wish", _PAY_WISH),
        Column("移動上限(分)", "travel_limit", kinds.whole(0, MOST_MINUTES, MINUTES)),
        Column("宿泊可", "overnight", YES_NO),
        Column("同時活動数", "most_at_once", kinds.whole(1, candidates.MOST_AT_ONCE, ENGAGEMENTS)),
        Column("希望テーマ", "themes", kinds.codes("theme")),
        Column("希望地域", "regions", REGIONS),
        Column("研修有効期限", "training_until", DAY),
        _personal("動機", "motives", kinds.codes("motive")),
        _personal("動機（自由記述）", "motive", _text(Candidate.motive, multiline=True)),
        _personal("関わり方", "involvement", kinds.code("involvement")),
        _personal("知ったきっかけ", "heard_from", kinds.code("heard_from")),
        _personal("伸ばしたい技能", "growth", kinds.codes("skill")),
        _personal("兼業の許可", "side_job", kinds.code("side_job_permission")),
        Column(
            "年度の収入の上限(円)", "income_ceiling", kinds.whole(1, candidates.MOST_INCOME, YEN)
        ),
        Column("現地の日数/月", "onsite_days", kinds.whole(0, candidates.MOST_ON_SITE)),
        _personal("現地の希望曜日", "onsite_weekdays", DAYS),
        Column("標準化対象業務", "operations", kinds.codes("standard_operation")),
        Column("推薦しない募集", "turned_down", kinds.REFERENCES),
        Column("興味のある募集", "interested", kinds.REFERENCES),
        Column("見送りたい募集", "uninterested", kinds.REFERENCES),
        Column("実績の評価の合計", "rating_sum", kinds.whole(0, MOST_RATINGS * BEST_RATING)),
        Column("実績の評価の件数", "rating_count", kinds.whole(0, MOST_RATINGS)),
        _personal("別人の確認", DISTINCT, kinds.PERSONS),
    ),
    (
        Leaf("経歴", "posts", (
            Column("開始月", "first_month", MONTH, True),
            Column("終了月", "last_month", MONTH),
            Column("所属", "body", _text(CandidatePost.body), True),
            Column("自治体", "municipality_code", kinds.OFFICE),
            Column("部署", "department", _text(CandidatePost.department)),
            Column("職名", "title", _text(CandidatePost.title)),
            Column("職階", "grade", kinds.code("grade")),
            Column("公務", "is_public", YES_NO),
            Column("扱ったシステム", "systems", _text(CandidatePost.systems)),
            Column("調達を主導", "led_procurement", YES_NO),
        )),
        Leaf("会社", "companies", (
            Column("会社名", "name", _text(CandidateCompany.name), True),
            Column("役職", "position", _text(CandidateCompany.position)),
            Column("出資", "has_shares", YES_NO),
            Column("現在", "is_present", YES_NO),
        )),
        Leaf("決裁した相手先", "matters", (
            Column("相手先", "vendor", _text(CandidateMatter.vendor), True),
            Column("月", "month", MONTH, True),
            Column("内容", "subject", _text(CandidateMatter.subject)),
        )),
        Leaf("技能", "skills", (
            _SKILL,
            _LEVEL,
            Column("最終使用年", "last_used", _YEAR),
            Column("根拠", "evidence", kinds.code("evidence_state")),
            _personal("根拠の説明", "evidence_note", _text(CandidateSkill.evidence_note)),
        )),
        Leaf("試験", "exams", (
            _personal("合格時の名称", "name_then", _text(CandidateExam.name_then)),
            _personal("試験", "exam", kinds.code("exam")),
            _personal("合格年", "year", _YEAR),
        )),
        Leaf("稼働", "windows", (
            *_MONTHS,
            Column("半日コマ/月", "half_days", kinds.whole(0, MOST_HALF_DAYS, HALF_DAYS)),
            Column("曜日", "weekdays", DAYS),
            Column("形態", "mode", kinds.code("window_mode")),
            Column("稼働できる", "is_available", YES_NO),
            _personal("メモ", "note", _text(CandidateWindow.note)),
        )),
        Leaf("確保済み", "taken", (
            Column("月", "month", MONTH, True),
            Column("半日コマ", "half_days", kinds.whole(1, MOST_HALF_DAYS, HALF_DAYS), True),
            _OTHER,
            Column("現地の日数", "days_on_site", kinds.whole(0, candidates.MOST_ON_SITE)),
            Column("報酬(円)", "pay", kinds.whole(0, GREATEST_MONTH_PAY, YEN)),
        )),
        Leaf("市町の順位", "preferred", (
            _OTHER, Column("割合(千分率)", "share", kinds.whole(0, WHOLE_PART), True),
        )),
        Leaf("利益相反の解除", "lifted", (_OTHER, Column("規則", "rule", kinds.text(40), True))),
        Leaf("利益相反の記録", "known", (
            Column("市町", "municipality_code", TOWN),
            Column("事業者", "vendor", kinds.text(100)),
            Column("理由区分", "ground", kinds.word(GROUNDS), True),
            Column("解除できる人", "lifter", kinds.word(LIFTERS), True),
            Column("開始月", "first_month", FIRST_MONTH, True),
            Column("終了月", "last_month", LAST_MONTH),
        )),
        Leaf("移動時間", "travel", (
            Column("会場", "hall", TOWN, True),
            Column("分", "minutes", kinds.whole(0, MOST_MINUTES, MINUTES), True),
        )),
    ),
)  # fmt: skip

NEEDS = Layout(
    "募集",
    "N-",
    (
        Column("市町", "municipality_code", TOWN, True),
        Column("状態", "state", kinds.text(20)),
        Column("募集の名前", "title", _text(Need.title), True),
        Column("担当課", "department", _text(Need.department)),
        Column("背景", "background", _text(Need.background, multiline=True)),
        Column("達成したいこと", "outcome_wanted", _text(Need.outcome_wanted, multiline=True)),
        Column("頼みたい仕事", "tasks", _text(Need.tasks, multiline=True)),
        Column("いまの体制", "team", _text(Need.team, multiline=True)),
        Column("テーマ", "theme", kinds.code("theme"), True),
        Column("段階", "stage", kinds.code("stage"), is_named=True),
        Column("関わり方", "involvement", kinds.code("involvement")),
        Column("役割", "roles", kinds.codes("role")),
        Column("希望する区分", "kinds", kinds.codes("candidate_kind")),
        Column("半日コマ/月", "half_days", kinds.whole(1, MOST_HALF_DAYS, HALF_DAYS), True),
        *_MONTHS,
        Column("募集枠", "seats", kinds.whole(1, needs.MOST_SEATS, SEATS)),
        Column("確定済みの枠", "filled", kinds.whole(0, needs.MOST_SEATS, SEATS)),
        Column("働き方", "mode", kinds.code("mode"), True),
        Column("現地の割合(%)", "on_site_share", kinds.whole(0, 100, PERCENT)),
        Column("場所", "place_code", TOWN),
        Column("曜日", "weekdays", DAYS),
        Column("任用形態", "forms", kinds.codes("form"), True),
        Column("報酬額(円)", "pay_amount", kinds.whole(0, needs.MOST_PAY, FEE)),
        Column("報酬の単位", "pay_basis", kinds.code("pay_basis"), True),
        Column("財源", "funding_source", kinds.code("funding_source")),
        Column("年度末より後の予定", "after_fiscal_year", _text(Need.after_fiscal_year, multiline=True)),
        Column("調達に関わる", "touches_procurement", YES_NO),
        Column("必須研修", "requires_training", YES_NO),
        Column("優先度", "priority", kinds.whole(0, needs.MOST_PRIORITY)),
        Column("公開日時", "posted", INSTANT),
        Column("今回の対象", "is_wanted", YES_NO),
        Column("抽選の種", "lottery_seed", kinds.whole(0, 2**63 - 1)),
    ),
    (
        Leaf("技能要件", "skills", (
            _SKILL,
            _LEVEL,
            Column("必須/希望", "must", kinds.MUST_OR_WANT),
            Column("重み", "weight", kinds.whole(1, needs.MOST_WEIGHT)),
            Column("組", "group", _text(NeedSkill.group)),
            Column("最後の使用", "used_within", kinds.years_ago(*needs.USED_WITHIN)),
        )),
        Leaf("関係事業者", "vendors", (Column("事業者", "name", _text(NeedVendor.name), True),)),
    ),
)  # fmt: skip

CASES = Layout(
    "事例",
    "J-",
    (
        Column("市町", "municipality_code", TOWN, True),
        Column("事例の名前", "title", _text(Case.title), True),
        Column("テーマ", "theme", kinds.code("theme"), True),
        Column("年度", "fiscal_year", kinds.year(cases.FIRST_YEAR, cases.LAST_YEAR)),
        Column("したこと", "did", _text(Case.did, multiline=True), True),
        Column("結果", "result", _text(Case.result, multiline=True)),
        Column("だれが", "who", _text(Case.who)),
        Column("かかった額(円)", "cost_yen", kinds.whole(0, MOST_COST, YEN)),
        Column("額の内訳", "cost_note", _text(Case.cost_note)),
        Column("出典", "source", _text(Case.source), True),
        Column("出典の住所", "source_url", _text(Case.source_url)),
        Column("出典を確かめた日", "checked_on", DAY),
    ),
    (),
)
