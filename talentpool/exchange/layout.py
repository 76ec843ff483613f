"""The sheets and their columns, declared once: what is read, written and explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import kinds
from .kinds import (
    DAY,
    DAYS,
    INSTANT,
    KANA,
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


@dataclass(frozen=True, slots=True)
class Column:
    """is_named: only an import needs it. is_personal: matching does not even read it."""

    header: str
    field: str
    kind: Kind
    is_required: bool = False
    is_named: bool = False
    is_personal: bool = False


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

    def header(self, field: str) -> str:
        """The header of a field of the main sheet, or the name of its leaf."""
        for column in self.columns:
            if column.field == field:
                return column.header
        return next((leaf.name for leaf in self.leaves if leaf.field == field), "")


def _named(header: str, field: str, kind: Kind) -> Column:
    return Column(header, field, kind, is_named=True, is_personal=True)


def _personal(header: str, field: str, kind: Kind) -> Column:
    return Column(header, field, kind, is_personal=True)


_SPAN = (Column("開始月", "first_month", MONTH, True), Column("終了月", "last_month", MONTH, True))
_SKILL = Column("技能", "skill", kinds.code("skill"), True)
_LEVEL = Column("水準", "level", kinds.whole(1, 4), True)
_OTHER = Column("募集", "need_code", kinds.REFERENCE, True)

CANDIDATES = Layout(
    "登録者",
    "C-",
    (
        _named("氏", "family_name", kinds.text(50)),
        _named("名", "given_name", kinds.text(50)),
        _named("氏カナ", "family_kana", KANA),
        _named("名カナ", "given_kana", KANA),
        _personal("メール", "contact_email", MAIL),
        _personal("電話", "phone", TELEPHONE),
        _personal("郵便番号", "postal_code", POSTAL),
        _personal("住所", "address", kinds.text(200)),
        _personal("生年月日", "birth_date", DAY),
        Column("区分", "kind", kinds.code("candidate_kind"), True),
        Column("住まいの市区町村", "home_code", TOWN, True),
        Column("登録開始", "active_from", DAY),
        Column("登録終了", "active_until", DAY),
        Column("同意", "consents", kinds.codes("consent_purpose"), True),
        Column("任用形態", "forms", kinds.codes("form"), True),
        Column("役割", "roles", kinds.codes("role")),
        Column("最低報酬(円/半日)", "pay_minimum", kinds.whole(0, 1_000_000)),
        Column("希望報酬(円/半日)", "pay_wish", kinds.whole(0, 1_000_000)),
        Column("移動上限(分)", "travel_limit", kinds.whole(0, 1440)),
        Column("宿泊可", "overnight", YES_NO),
        Column("同時活動数", "most_at_once", kinds.whole(1, 10)),
        Column("希望テーマ", "themes", kinds.codes("theme")),
        Column("希望地域", "regions", REGIONS),
        Column("研修有効期限", "trained_until", DAY),
        _personal("動機", "motives", kinds.codes("motive")),
        _personal("動機（自由記述）", "motive", kinds.text(2000, multiline=True)),
        _personal("知ったきっかけ", "heard_from", kinds.code("heard_from")),
        Column("推薦しない募集", "turned_down", kinds.REFERENCES),
    ),
    (
        Leaf("経歴", "posts", (
            Column("開始月", "first_month", MONTH, True),
            Column("終了月", "last_month", MONTH),
            Column("所属", "body", kinds.text(), True),
            Column("自治体", "municipality_code", kinds.OFFICE),
            Column("部署", "department", kinds.text()),
            Column("職名", "title", kinds.text()),
            Column("職階", "grade", kinds.code("grade")),
            Column("公務", "is_public", YES_NO),
        )),
        Leaf("会社", "firms", (
            Column("会社名", "name", kinds.text(), True),
            Column("役職", "position", kinds.text()),
            Column("出資", "has_shares", YES_NO),
            Column("現在", "is_present", YES_NO),
        )),
        Leaf("決裁した相手先", "decisions", (
            Column("相手先", "vendor", kinds.text(), True),
            Column("月", "month", MONTH, True),
            Column("内容", "subject", kinds.text(200)),
        )),
        Leaf("技能", "skills", (
            _SKILL,
            _LEVEL,
            Column("最終使用年", "last_used", kinds.whole(1950, 2100)),
            Column("根拠", "evidence", kinds.code("evidence_state")),
            _personal("根拠の説明", "evidence_note", kinds.text(300)),
        )),
        Leaf("試験", "exams", (
            _personal("合格時の名称", "name_then", kinds.text()),
            _personal("試験", "exam", kinds.code("exam")),
            _personal("合格年", "year", kinds.whole(1950, 2100)),
        )),
        Leaf("稼働", "spans", (
            *_SPAN,
            Column("半日コマ/月", "half_days", kinds.whole(0, 62)),
            Column("曜日", "weekdays", DAYS),
            Column("形態", "mode", kinds.code("window_mode")),
            Column("稼働できる", "is_available", YES_NO),
            _personal("メモ", "note", kinds.text(200)),
        )),
        Leaf("確保済み", "taken", (
            Column("月", "month", MONTH, True),
            Column("半日コマ", "half_days", kinds.whole(1, 62), True),
            _OTHER,
        )),
        Leaf("利益相反の解除", "lifted", (_OTHER, Column("規則", "rule", kinds.text(40), True))),
        Leaf("移動時間", "travel", (
            Column("会場", "hall", TOWN, True),
            Column("分", "minutes", kinds.whole(0, 1440), True),
        )),
    ),
)  # fmt: skip

NEEDS = Layout(
    "募集",
    "N-",
    (
        Column("市町", "municipality_code", TOWN, True),
        Column("状態", "state", kinds.text(20)),
        Column("募集の名前", "title", kinds.text(100), True),
        Column("担当課", "department", kinds.text()),
        Column("背景", "background", kinds.text(4000, multiline=True)),
        Column("達成したいこと", "outcome_wanted", kinds.text(2000, multiline=True)),
        Column("テーマ", "theme", kinds.code("theme"), True),
        Column("段階", "stage", kinds.code("stage"), is_named=True),
        Column("役割", "roles", kinds.codes("role")),
        Column("希望する区分", "kinds", kinds.codes("candidate_kind")),
        Column("半日コマ/月", "half_days", kinds.whole(1, 62), True),
        *_SPAN,
        Column("募集枠", "seats", kinds.whole(1, 20)),
        Column("確定済みの枠", "filled", kinds.whole(0, 20)),
        Column("働き方", "mode", kinds.code("mode"), True),
        Column("現地の割合(%)", "on_site_share", kinds.whole(0, 100)),
        Column("場所", "place_code", TOWN),
        Column("曜日", "weekdays", DAYS),
        Column("任用形態", "forms", kinds.codes("form"), True),
        Column("報酬額(円)", "pay_amount", kinds.whole(0, 10_000_000)),
        Column("報酬の単位", "pay_basis", kinds.code("pay_basis"), True),
        Column("財源", "funding_source", kinds.code("funding_source")),
        Column("年度末より後の予定", "after_fiscal_year", kinds.text(1000, multiline=True)),
        Column("調達に関わる", "touches_procurement", YES_NO),
        Column("必須研修", "requires_training", YES_NO),
        Column("優先度", "priority", kinds.whole(0, 3)),
        Column("公開日時", "posted", INSTANT),
        Column("今回の対象", "is_wanted", YES_NO),
        Column("抽選の種", "lottery_seed", kinds.whole(0, 2**63 - 1)),
    ),
    (
        Leaf("技能要件", "skills", (
            _SKILL,
            _LEVEL,
            Column("必須/希望", "is_must", kinds.MUST_OR_WANT),
            Column("重み", "weight", kinds.whole(1, 9)),
            Column("組", "either", kinds.text(10)),
        )),
        Leaf("関係事業者", "vendors", (Column("事業者", "name", kinds.text(), True),)),
    ),
)  # fmt: skip
