"""What a need must keep before it may be handed in, and what its town should think of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from .. import dates
from ..candidates.content import EMPLOYED, MOST_ROWS
from ..errors import Fault
from ..language import named, say, sentences
from ..pay import HOURS_A_HALF_DAY, UNPAID
from ..reference.catalogue import Catalogue
from ..reference.entries import Form
from .content import FULL_WEIGHT, MOST_MONTHS, NeedContent, SkillRequirement
from .models import Need, NeedMode
from .weights import total_weight

Faults = Iterator[Fault]


class Wanted(Protocol):
    """What the page of a need and a row of a file both say."""

    @property
    def first_month(self) -> int: ...
    @property
    def last_month(self) -> int: ...
    @property
    def mode(self) -> str: ...
    @property
    def on_site_share(self) -> int: ...
    @property
    def weekdays(self) -> int: ...
    @property
    def skills(self) -> tuple[SkillRequirement, ...]: ...


ONLY_MUSTS_DATED = say("最後に使った時期は、必須の技能だけに指定してください。")


def contradictions(wanted: Wanted) -> Faults:
    """Faults between the values themselves: `match` asks only for them, as its files may be years old."""
    if wanted.last_month < wanted.first_month:
        yield "last_month", say("終わりの年月が、始まりの年月より前になっています。")
    if wanted.last_month - wanted.first_month >= MOST_MONTHS:
        yield "last_month", say("期間は%(number)s年以内にしてください。", number=MOST_MONTHS // 12)
    if wanted.mode == NeedMode.ONLINE and wanted.on_site_share:
        yield "on_site_share", say("オンラインの募集では、現地の割合を0にしてください。")
    if not wanted.weekdays:
        yield "weekdays", say("曜日を1つ以上選んでください。")
    asked = [(skill.skill, skill.must) for skill in wanted.skills]
    if len(asked) != len(set(asked)):
        yield "skills", say("同じ技能が二度書かれています。")
    if any(skill.group and not skill.must for skill in wanted.skills):
        yield "skills", say("組は、必須の技能だけに書いてください。")
    if any(skill.used_within and not skill.must for skill in wanted.skills):
        yield "skills", ONLY_MUSTS_DATED


def faults(content: NeedContent, catalogue: Catalogue) -> Faults:
    """What no draft may hold: a page refuses the first, an import names all."""
    yield from contradictions(content)
    if content.asks_form and content.forms:
        yield "forms", say("「県に相談」と任用形態の両方は選べません。")
    for field, rows in (("skills", content.skills), ("vendors", content.vendors)):
        if len(rows) > MOST_ROWS:
            yield field, say("%(most_rows)s件までにしてください。", most_rows=MOST_ROWS)
    for field, vocabulary, codes in (
        ("theme", "theme", [content.theme]),
        ("stage", "stage", [content.stage]),
        ("involvement", "involvement", [content.involvement] if content.involvement else []),
        ("pay_basis", "pay_basis", [content.pay_basis]),
        (
            "funding_source",
            "funding_source",
            [content.funding_source] if content.funding_source else [],
        ),
        ("roles", "role", content.roles),
        ("forms", "form", content.forms),
        ("kinds", "candidate_kind", content.kinds),
        ("skills", "skill", [skill.skill for skill in content.skills]),
    ):
        if not all(catalogue.is_valid(vocabulary, code) for code in codes):
            yield field, say("一覧にない値が選ばれています。")
    if EMPLOYED in content.forms:
        yield (
            "forms",
            say("県の職員による支援は、市町の任用形態ではありません。選ばなくても対象です。"),
        )


ADVISORY, DOES = "special_part_time", "does"  # a form for advice alone; a part in the work
BLANK = "＿＿"  # stands in a template for what only the town knows
TEXTS = ("title", "background", "outcome_wanted", "tasks", "team")  # may come from a template

NEEDED = {  # for the hand-in, whatever else is said
    "background": say("困っていること・背景を書いてください。"),
    "outcome_wanted": say("達成したいことを書いてください。"),
    "forms": say("用意できる任用形態を一つ以上選ぶか、「県に相談」を選んでください。"),
}


NO_PAY = say("報酬の額を入力してください。無償のときは単位を「無償」にしてください。")


def list_missing(content: NeedContent, catalogue: Catalogue) -> list[tuple[str, str]]:
    """(field, sentence) of what hinders the hand-in of an otherwise possible draft."""
    missing = [
        (field, sentence)
        for field, sentence in NEEDED.items()
        if not getattr(content, field) and not (field == "forms" and content.asks_form)
    ]
    missing += [
        (field, say("ひな形の「＿＿」を、町の内容に書き換えてください。"))
        for field in TEXTS
        if BLANK in getattr(content, field)
    ]
    total = total_weight(content.skills)
    if content.skills and total != FULL_WEIGHT:
        missing.append(
            ("skills", say("重みの合計が%(total)s点です。100点にしてください。", total=total))
        )
    forms = [catalogue.form(code) for code in content.forms]
    if forms and not any(content.pay_basis in form.pay_bases for form in forms):
        missing.append(("pay_basis", say("選んだ任用形態では、この報酬の単位を使えません。")))
    if content.pay_basis != UNPAID and not content.pay_amount:
        missing.append(("pay_amount", NO_PAY))
    faults = [list(_form_faults(form, content)) for form in forms]
    if forms and all(faults):  # one form that suits is enough
        missing.append(("forms", sentences(text for texts in faults for text in texts)))
    return missing


def past_faults(last_month: int, this_month: int) -> Faults:
    """Nobody can be asked for months that are over."""
    if last_month < this_month:
        ended = dates.show_month(last_month)
        yield (
            "last_month",
            say("%(ended)sで終わる募集です。今月以降の年月を書いてください。", ended=ended),
        )


def _form_faults(form: Form, content: NeedContent) -> Iterator[str]:
    """Why work of this amount and mode cannot be done in `form`."""
    least = max(
        form.least_half_days or 0,
        form.least_days or 0,
        -(-(form.least_hours or 0) // HOURS_A_HALF_DAY),
    )
    if content.half_days < least:
        yield say(
            "「%(form)s」は月%(least)s半日コマ以上が必要です。",
            form=named((form.ja, form.en)),
            least=least,
        )
    if form.most_half_days is not None and content.half_days > form.most_half_days:
        yield say(
            "「%(form)s」は月%(most_half_days)s半日コマまでです。",
            form=named((form.ja, form.en)),
            most_half_days=form.most_half_days,
        )
    if _half_days_on_site(content) < form.onsite_days_least:
        yield say(
            "「%(form)s」は月%(onsite_days_least)s日以上の現地勤務が必要です。",
            form=named((form.ja, form.en)),
            onsite_days_least=form.onsite_days_least,
        )


def _half_days_on_site(content: NeedContent) -> int:
    """In a month; each may be a day of its own."""
    share = {NeedMode.ONLINE: 0, NeedMode.ONSITE: 100}.get(
        NeedMode(content.mode), content.on_site_share
    )
    return -(-content.half_days * share // 100)


def list_warnings(need: Need, catalogue: Catalogue) -> list[str]:
    """What is allowed and should be known: shown on the page of the need."""
    warnings = []
    years = {dates.fiscal_year_of_month(month) for month in need.months}
    for row in need.forms:
        form = catalogue.form(row.form)
        if form.is_fiscal_year_bound and len(years) > 1:
            warnings.append(
                say(
                    "「%(form)s」は年度ごとの任用です。3月31日をまたぐため、年度ごとに条件を示します。",
                    form=named((form.ja, form.en)),
                )
            )
        if form.longest_months and len(need.months) > form.longest_months:
            warnings.append(
                say(
                    "「%(form)s」の任期は最長%(longest_months)sか月です。",
                    form=named((form.ja, form.en)),
                    longest_months=form.longest_months,
                )
            )
        if row.form == ADVISORY and need.involvement == DOES:
            warnings.append(
                say(
                    "「%(form)s」は、助言や調査の職に限られます。実務を担う人を求める募集では、ほかの任用形態も用意してください。",
                    form=named((form.ja, form.en)),
                )
            )
        if form.needs_ordinance:
            warnings.append(
                say("「%(form)s」には条例の定めが必要です。", form=named((form.ja, form.en)))
            )
    if len(years) > 1 and not need.after_fiscal_year:
        warnings.append(say("年度をまたぎますが、翌年度以降の予定が書かれていません。"))
    return warnings
