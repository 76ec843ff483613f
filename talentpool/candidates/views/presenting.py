"""A profile as sections for the screen. Each kind of reader has a list of its own: what is not in it is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from ...dates import show_date, show_month
from ...permissions import ROLE_LABELS, Role
from ...reference.catalogue import Catalogue
from ...reference.entries import Vocabulary
from .. import viewing
from ..forms.windows import MODES, chosen_days
from ..models import Candidate, ProfileView, Window
from ..steps import Step

Rows = Sequence[Sequence[Any]]


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
    def title(self) -> Any:
        return self.step.label


@dataclass(frozen=True, slots=True)
class Presenter:
    """Turns one candidate's rows into sections, with labels in one language."""

    candidate: Candidate
    catalogue: Catalogue
    locale: str = "ja"

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
                (_("住所"), self._home(with_address=True)),
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
        return [(_("電話番号"), person.phone), (_("連絡用メールアドレス"), person.contact_email)]

    def _home(self, *, with_address: bool) -> str | None:
        person = self.candidate
        if person.home_code is None:
            return None
        town = self.catalogue.municipality(person.home_code)
        place = self.catalogue.prefecture(town.prefecture_code).ja + town.ja
        return place + (person.address or "") if with_address else place

    def posts(self) -> Section:
        rows = [
            (
                post.body,
                post.department,
                post.title,
                self._label(Vocabulary.GRADE, post.grade) or "",
                _span(post.first_month, post.last_month),
            )
            for post in self.candidate.posts
        ]
        columns = [_("勤務先"), _("部署"), _("役職・担当"), _("職位"), _("期間")]
        return Section(Step.CAREER, tables=[Table(_("職歴"), columns, rows)] if rows else [])

    def career(self) -> Section:
        companies = [
            (work.name, work.position, _yes(work.is_present), _yes(work.has_shares))
            for work in self.candidate.companies
        ]
        decisions = [
            (matter.vendor, matter.subject, show_month(matter.month))
            for matter in self.candidate.decisions
        ]
        tables = [
            *self.posts().tables,
            Table(
                _("関係する会社"),
                [_("名前"), _("立場"), _("今も関係がある"), _("株式・出資")],
                companies,
            ),
            Table(_("自分が決定した契約・処分"), [_("相手"), _("内容"), _("年月")], decisions),
        ]
        return Section(Step.CAREER, tables=[table for table in tables if table.rows])

    def skills(self) -> Section:
        order = {
            term.code: place for place, term in enumerate(self.catalogue.terms(Vocabulary.SKILL))
        }
        claims = sorted(
            self.candidate.skills, key=lambda row: (-row.level, order.get(row.skill, 99))
        )
        rows = [
            (
                self._label(Vocabulary.SKILL, row.skill),
                f"{row.level} {self._label(Vocabulary.SKILL_LEVEL, str(row.level))}",
                row.last_used or "",
                self._label(Vocabulary.EVIDENCE_STATE, row.evidence),
                row.evidence_note,
            )
            for row in claims
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
            _("上限なし")
            if person.travel_limit_minutes is None
            else _("%(n)s分", n=person.travel_limit_minutes)
        )
        definitions = [
            (_("移動時間の上限（片道）"), limit),
            (_("泊まりがけ"), _yes(person.overnight)),
            (_("同時に受けられる活動の数"), person.most_at_once),
        ]
        rows = [self._window(row) for row in person.windows]
        columns = [_("期間"), (_("半日コマ／月"), "number"), _("働き方"), _("曜日"), _("メモ")]
        return Section(
            Step.AVAILABILITY,
            definitions,
            [Table(_("稼働できる期間"), columns, rows)] if rows else [],
        )

    def _window(self, row: Window) -> tuple[Any, ...]:
        period = _span(row.first_month, row.last_month)
        if not row.is_available:
            return (period, 0, _("休止"), "", row.note)
        labels = {
            str(term.attributes["number"]): term.label(self.locale)
            for term in self.catalogue.terms("weekday")
        }
        days = "・".join(labels[day] for day in chosen_days(row.weekdays))
        return (period, row.half_days, str(MODES[row.mode]), days, row.note)

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
                (_("報酬の最低額（半日コマあたり）"), _("%(n)s円", n=f"{person.pay_minimum:,}")),
                (_("報酬の希望額（半日コマあたり）"), _("%(n)s円", n=f"{person.pay_wish:,}")),
                (_("取り組みたいテーマ"), self._labels(Vocabulary.THEME, person.wished_themes)),
                (_("活動したい地域"), "、".join(person.wished_regions)),
                (_("登録の動機"), self._labels(Vocabulary.MOTIVE, person.motives)),
                (_("動機（自由記述）"), person.motive),
                (
                    _("この制度を知ったきっかけ"),
                    self._label(Vocabulary.HEARD_FROM, person.heard_from),
                ),
            ],
        )

    def _label(self, vocabulary: Vocabulary, code: str | None) -> str | None:
        return None if code is None else self.catalogue.label(vocabulary, code, self.locale)

    def _labels(self, vocabulary: Vocabulary, codes: Sequence[str]) -> str:
        return "、".join(self.catalogue.label(vocabulary, code, self.locale) for code in codes)


@dataclass(frozen=True, slots=True)
class ViewLabels:
    """The words of one line of 閲覧履歴: the role and the office, never the name of the officer."""

    catalogue: Catalogue
    locale: str

    def role(self, row: ProfileView) -> str:
        return ROLE_LABELS[Role(row.viewer_role)][1 if self.locale.startswith("en") else 0]

    def place(self, row: ProfileView) -> str:
        if row.municipality_code is None:
            return str(_("県"))
        return self.catalogue.municipality(row.municipality_code).label(self.locale)

    def purpose(self, row: ProfileView) -> str:
        labels = {viewing.LIST: _("一覧（氏名）"), viewing.EXPORT: _("ファイルへの書出し")}
        return str(labels.get(row.purpose, _("登録情報")))


def _yes(value: bool) -> str:
    return str(_("はい") if value else _("いいえ"))


def _span(first: int, last: int | None) -> str:
    return f"{show_month(first)}〜{show_month(last) if last is not None else _('現在')}"


def _date(iso: str | None) -> str | None:
    return None if iso is None else show_date(date.fromisoformat(iso))
