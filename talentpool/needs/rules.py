"""What a need must keep before it may be handed in, and what its town should think of."""

from __future__ import annotations

from collections.abc import Iterator

from .. import dates
from ..errors import Refused
from ..reference.catalogue import Catalogue
from ..reference.entries import Form
from .content import NeedContent
from .models import Need, NeedMode

HOURS = 4  # of a half-day
SIDE_JOB_FORM = "revitalization_side"


def refuse_impossible(content: NeedContent, catalogue: Catalogue) -> None:
    """Refuse what no draft may hold: unknown codes, months in the wrong order, shares that contradict."""
    faults = dict(_faults(content, catalogue))
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)


def _faults(content: NeedContent, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    if content.last_month < content.first_month:
        yield "last_month", "終わりの年月が、始まりの年月より前になっています。"
    if content.last_month - content.first_month >= 60:
        yield "last_month", "期間は5年以内にしてください。"
    if content.mode == NeedMode.ONLINE and content.on_site_share:
        yield "on_site_share", "オンラインの募集では、現地の割合を0にしてください。"
    for field, vocabulary, codes in (
        ("theme", "theme", [content.theme]),
        ("stage", "stage", [content.stage]),
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
            yield field, "一覧にない値が選ばれています。"
    asked = [(skill.skill, skill.is_must) for skill in content.skills]
    if len(asked) != len(set(asked)):
        yield "skills", "同じ技能が二度書かれています。"


def list_missing(content: NeedContent, catalogue: Catalogue) -> list[tuple[str, str]]:
    """(field, sentence) of what hinders the hand-in of an otherwise possible draft."""
    missing = []
    if not content.background:
        missing.append(("background", "困っていること・背景を書いてください。"))
    if not content.outcome_wanted:
        missing.append(("outcome_wanted", "達成したいことを書いてください。"))
    if not content.forms:
        missing.append(("forms", "用意できる任用形態を一つ以上選んでください。"))
    forms = [catalogue.form(code) for code in content.forms]
    if forms and not any(content.pay_basis in form.pay_bases for form in forms):
        missing.append(("pay_basis", "選んだ任用形態では、この報酬の単位を使えません。"))
    if content.pay_basis != "none" and not content.pay_amount:
        missing.append(
            ("pay_amount", "報酬の額を入力してください。無償のときは単位を「無償」にしてください。")
        )
    faults = [list(_form_faults(form, content)) for form in forms]
    if forms and all(faults):  # one form that suits is enough
        missing.append(("forms", "".join(text for texts in faults for text in texts)))
    return missing


def _form_faults(form: Form, content: NeedContent) -> Iterator[str]:
    """Why work of this amount and mode cannot be done in `form`."""
    least = max(
        form.least_half_days or 0, form.least_days or 0, -(-(form.least_hours or 0) // HOURS)
    )
    if content.half_days < least:
        yield f"「{form.ja}」は月{least}半日コマ以上が必要です。"
    if form.most_half_days is not None and content.half_days > form.most_half_days:
        yield f"「{form.ja}」は月{form.most_half_days}半日コマまでです。"
    if _half_days_on_site(content) < form.onsite_days_least:
        yield f"「{form.ja}」は月{form.onsite_days_least}日以上の現地勤務が必要です。"


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
                f"「{form.ja}」は年度ごとの任用です。3月31日をまたぐため、年度ごとに条件を示します。"
            )
        if form.longest_months and len(need.months) > form.longest_months:
            warnings.append(f"「{form.ja}」の任期は最長{form.longest_months}か月です。")
        if form.needs_ordinance:
            warnings.append(f"「{form.ja}」には条例の定めが必要です。")
    if len(years) > 1 and not need.after_fiscal_year:
        warnings.append("年度をまたぎますが、翌年度以降の予定が書かれていません。")
    return warnings
