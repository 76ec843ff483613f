"""A profile as sections for the screen. Each kind of reader has a list of its own: what is not in it is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from ...dates import show_date, show_month
from ...reference.catalogue import Catalogue
from ...reference.entries import Vocabulary
from ...web import current_catalogue
from ...web.fields import days_of
from ...web.labels import region, term, weekdays
from ...web.languages import in_readers_language
from ..forms.windows import MODES
from ..models import Candidate, CandidateSkill, CandidateWindow
from ..service import is_pay_known
from ..steps import Step
from ..terms import is_employed

Rows = Sequence[Sequence[Any]]
DIGEST = 3  # values of a section that a line tells


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: Sequence[Any]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Section:
    step: Step
    definitions: Sequence[tuple[str, Any]] = ()
    tables: Sequence[Table] = ()

    @property
    def digest(self) -> str:
        """What it begins with, in a line: the first values, or the names of the first rows."""
        values = [str(value) for _term, value in self.definitions if value]
        names = [str(row[0]) for table in self.tables for row in table.rows if row[0]]
        return str(_("・").join((names or values)[:DIGEST]))


@dataclass(frozen=True, slots=True)
class Presenter:
    """Turns one candidate's rows into sections, in the language of the page."""

    candidate: Candidate
    mail_address: str | None = None  # of the sign-in, for who gives no other one
    catalogue: Catalogue = field(default_factory=current_catalogue)

    def whole(self) -> list[Section]:
        """For the person and for staff."""
        return [self.basics(), self.career(), self.skills(), self.availability(), self.wishes()]

    def introduced(self, *, with_contact: bool) -> list[Section]:
        """For a town that was introduced: no birth date, no address, no conflicts, no wishes about pay."""
        return [
            self.card(with_contact=with_contact),
            self.posts(),
            self.skills(),
            self.availability(),
        ]

    def basics(self) -> Section:
        person = self.candidate
        born = _date(person.birth_date)
        return Section(
            Step.BASICS,
            [
                *self._names(),
                (_("生年月日"), born),
                *self._contact(),
                (_("郵便番号"), person.postal_code),
                (_("住所"), self.home()),
            ],
        )

    def card(self, *, with_contact: bool) -> Section:
        contact = self._contact() if with_contact else []
        return Section(Step.BASICS, [*self._names(), *contact])

    def _names(self) -> list[tuple[str, Any]]:
        person = self.candidate
        kind = self._label(Vocabulary.CANDIDATE_KIND, person.kind)
        return [
            (_("氏名"), person.name.strip()),
            (_("フリガナ"), person.kana.strip()),
            (_("区分"), kind),
        ]

    def _contact(self) -> list[tuple[str, Any]]:
        person = self.candidate
        mail_address = person.contact_email or self.mail_address
        return [(_("電話番号"), person.phone), (_("連絡用メールアドレス"), mail_address)]

    def home(self) -> str | None:
        """Prefecture, municipality and the rest of the address, in one line."""
        person = self.candidate
        if person.home_code is None:
            return None
        town = self.catalogue.municipality(person.home_code)
        prefecture = self.catalogue.prefecture(town.prefecture_code).ja
        rest = (person.address or "").removeprefix(prefecture).removeprefix(town.ja)
        return prefecture + town.ja + rest

    def posts(self) -> Section:
        rows = [
            (
                post.body,
                post.department,
                post.title,
                self._label(Vocabulary.GRADE, post.grade) or "",
                _period(post.first_month, post.last_month),
                self._size(post.municipality_code),
                post.systems,
                _("主導した") if post.led_procurement else "",
            )
            for post in self.candidate.posts
        ]
        columns = [
            _("勤務先"), _("部署"), _("役職・担当"), _("職位"), _("期間"), _("団体規模"), _("扱ったシステム"),
            _("調達"),
        ]  # fmt: skip
        handled = self._labels(Vocabulary.STANDARD_OPERATION, self.candidate.operations)
        return Section(
            Step.CAREER,
            [(_("担当した標準化対象業務"), handled)] if handled else [],
            [Table(_("職歴"), columns, rows)] if rows else [],
        )

    def _size(self, municipality_code: str | None) -> str:
        """Of a town whose population is known."""
        if municipality_code is None:
            return ""
        size = self.catalogue.size_class(municipality_code)
        return "" if size is None else term(str(size), Vocabulary.SIZE_CLASS)

    def career(self) -> Section:
        companies = [
            (row.name, row.position, show_yes(row.is_present), show_yes(row.has_shares))
            for row in self.candidate.companies
        ]
        matters = [
            (matter.vendor, matter.subject, _month(matter.month))
            for matter in self.candidate.matters
        ]
        tables = [
            *self.posts().tables,
            Table(
                _("関係する会社"),
                [_("名前"), _("立場"), _("今も関係がある"), _("株式・出資")],
                companies,
            ),
            Table(_("自分が決定した契約・処分"), [_("相手"), _("内容"), _("年月")], matters),
        ]
        return Section(Step.CAREER, tables=[table for table in tables if table.rows])

    @property
    def claims(self) -> list[CandidateSkill]:
        """The highest levels first."""
        order = {
            term.code: place for place, term in enumerate(self.catalogue.terms(Vocabulary.SKILL))
        }
        return sorted(self.candidate.skills, key=lambda row: (-row.level, order.get(row.skill, 99)))

    def skills(self) -> Section:
        rows = [
            (
                self._label(Vocabulary.SKILL, row.skill),
                f"{row.level} {self._label(Vocabulary.SKILL_LEVEL, str(row.level))}",
                row.last_used or "",
                self._label(Vocabulary.EVIDENCE_STATE, row.evidence),
                row.evidence_note,
            )
            for row in self.claims
        ]
        exams = [(row.name_then, row.year or "") for row in self.candidate.exams]
        tables = [
            Table(
                _("業務スキル"),
                [_("技能"), _("水準"), _("最後に使った年"), _("根拠の状態"), _("根拠")],
                rows,
            ),
            Table(_("試験・資格"), [_("合格したときの名前"), _("年")], exams),
        ]
        return Section(Step.SKILLS, tables=[table for table in tables if table.rows])

    def availability(self) -> Section:
        person = self.candidate
        limit = (
            _("上限なし") if person.travel_limit is None else _("%(n)s分", n=person.travel_limit)
        )
        definitions = [
            (_("移動時間の上限（片道）"), limit),
            (_("泊まりがけ"), show_yes(person.overnight)),
            (_("同時に受けられる活動の数"), person.most_at_once),
        ]
        rows = [self._window(row) for row in person.windows]
        columns = [_("期間"), (_("半日コマ／月"), "number"), _("働き方"), _("曜日"), _("メモ")]
        return Section(
            Step.AVAILABILITY,
            definitions,
            [Table(_("稼働できる期間"), columns, rows)] if rows else [],
        )

    def _window(self, row: CandidateWindow) -> tuple[Any, ...]:
        period = _period(row.first_month, row.last_month)
        if not row.is_available:
            return (period, 0, _("休止"), "", row.note)
        return (period, row.half_days, str(MODES[row.mode]), show_weekdays(row.weekdays), row.note)

    def wishes(self) -> Section:
        person = self.candidate
        return Section(
            Step.WISHES,
            [
                (
                    _("受けられる任用形態"),
                    self._labels(Vocabulary.FORM, [row.form for row in person.forms]),
                ),
                (
                    _("務めたい役割"),
                    self._labels(Vocabulary.ROLE, [row.role for row in person.roles]),
                ),
                (_("関わり方"), self._label(Vocabulary.INVOLVEMENT, person.involvement)),
                (_("報酬の最低額（半日コマあたり）"), self.pay(person.pay_minimum)),
                (_("報酬の希望額（半日コマあたり）"), self.pay(person.pay_wish)),
                (_("取り組みたいテーマ"), self._labels(Vocabulary.THEME, person.themes)),
                (_("活動したい地域"), _("、").join(map(region, person.regions))),
                (_("年度の収入の上限"), _yen(person.income_ceiling)),
                (_("現地に行ける日数（月）"), show_days_a_month(person.onsite_days)),
                (_("現地の希望曜日"), show_weekdays(person.onsite_weekdays)),
                (
                    _("いまの勤め先の兼業の許可"),
                    self._label(Vocabulary.SIDE_JOB_PERMISSION, person.side_job),
                ),
                (_("これから伸ばしたい技能"), self._labels(Vocabulary.SKILL, person.growth)),
                (_("登録の動機"), self._labels(Vocabulary.MOTIVE, person.motives)),
                (_("動機（自由記述）"), person.motive),
                (
                    _("この制度を知ったきっかけ"),
                    self._label(Vocabulary.HEARD_FROM, person.heard_from),
                ),
            ],
        )

    def pay(self, yen: int) -> str | None:
        if not is_pay_known(self.candidate) or is_employed(self.candidate):
            return None
        return str(_("%(n)s円", n=f"{yen:,}") if yen else _("無償でもよい"))

    def _label(self, vocabulary: Vocabulary, code: str | None) -> str | None:
        return None if code is None else term(code, vocabulary)

    def _labels(self, vocabulary: Vocabulary, codes: Sequence[str]) -> str:
        return str(_("、").join(term(code, vocabulary) for code in codes))


def show_weekdays(bits: int) -> str:
    chosen = days_of(bits)
    return str(_("・").join(label for number, label in weekdays() if number in chosen))


def _yen(amount: int | None) -> str | None:
    return None if amount is None else str(_("%(n)s円", n=f"{amount:,}"))


def show_days_a_month(days: int | None) -> str | None:
    return None if days is None else str(_("月%(n)s日まで", n=days))


def show_yes(value: bool) -> str:
    return str(_("はい") if value else _("いいえ"))


def _period(first: int, last: int | None) -> str:
    until = _("現在") if last is None else _month(last)
    return str(_("%(first)s〜%(last)s", first=_month(first), last=until))


def _month(month: int) -> str:
    return in_readers_language(show_month(month))


def _date(iso: str | None) -> str | None:
    return None if iso is None else in_readers_language(show_date(date.fromisoformat(iso)))
