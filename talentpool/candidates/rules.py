"""What a profile must keep. Every rule stands here once: a page refuses the first fault, an import names all.

`contradictions` depend on no day and no list of codes: `match` asks only for them, as its files may be years old.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from ..dates import month_number, month_of, months, show_month
from ..errors import Fault, UnknownCode
from ..geo import MOST_MINUTES
from ..language import named, say
from ..pay import MOST_HALF_DAYS
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from .content import (
    EMPLOYED,
    FIRST_YEAR,
    MOST_AT_ONCE,
    MOST_GROWTH,
    MOST_INCOME,
    MOST_ON_SITE,
    MOST_ROWS,
    MOST_WINDOWS,
    Availability,
    Basics,
    Career,
    Contents,
    Exam,
    Post,
    SkillClaim,
    Skills,
    Window,
    Wishes,
)

YOUNGEST, OLDEST = 15, 100  # years
EARLIEST = month_number(2000, 1)  # of a window
FURTHEST = 120  # months from now
CHOOSE = say("一覧から選んでください。")

Faults = Iterator[Fault]


def contradictions(
    *,
    posts: Sequence[Post],
    skills: Sequence[SkillClaim],
    windows: Sequence[Window],
    pay_minimum: int,
    pay_wish: int,
) -> Faults:
    """Faults between the values themselves."""
    yield from _backwards(posts)
    yield from _twice(skills)
    yield from _impossible(windows)
    yield from _too_little(pay_minimum, pay_wish)


def profile_faults(contents: Contents, catalogue: Catalogue, today: date) -> Faults:
    yield from basics_faults(contents.basics, catalogue, today)
    yield from career_faults(contents.career, catalogue, today)
    yield from skills_faults(contents.skills, catalogue, today)
    yield from availability_faults(contents.availability, today)
    yield from wishes_faults(contents.wishes, contents.basics.kind, catalogue)


def basics_faults(basics: Basics, catalogue: Catalogue, today: date) -> Faults:
    yield from _unknown("kind", catalogue, Vocabulary.CANDIDATE_KIND, [basics.kind])
    try:
        catalogue.municipality(basics.home_code)
    except UnknownCode as error:
        yield "home_code", error.message
    if basics.given_name and not basics.given_kana:
        yield "given_kana", say("名のフリガナを書いてください。")
    if basics.given_kana and not basics.given_name:
        yield "given_name", say("名を書くか、名のフリガナを空欄にしてください。")
    if basics.birth_date is not None:
        age = _age(date.fromisoformat(basics.birth_date), today)
        if not YOUNGEST <= age <= OLDEST:
            yield "birth_date", say("生年月日を確かめてください。")


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def career_faults(career: Career, catalogue: Catalogue, today: date) -> Faults:
    this_month = month_of(today)
    yield from _backwards(career.posts)
    yield from _too_many("posts", career.posts)
    yield from _too_many("companies", career.companies)
    yield from _too_many("matters", career.matters)
    yield from _unknown("operations", catalogue, Vocabulary.STANDARD_OPERATION, career.operations)
    yield from _unknown("posts", catalogue, Vocabulary.GRADE, [post.grade for post in career.posts])
    for post in career.posts:
        if max(post.first_month, post.last_month or 0) > this_month:
            yield (
                "posts",
                say("「%(body)s」の在職期間は、今月までの年月を入力してください。", body=post.body),
            )
    for matter in career.matters:
        if matter.month > this_month:
            yield (
                "matters",
                say(
                    "「%(vendor)s」の決定した年月は、今月までの年月を入力してください。",
                    vendor=matter.vendor,
                ),
            )


def _backwards(posts: Sequence[Post]) -> Faults:
    for post in posts:
        if post.last_month is not None and post.last_month < post.first_month:
            yield (
                "posts",
                say("「%(body)s」の在職期間の終わりが始まりより前になっています。", body=post.body),
            )


def skills_faults(skills: Skills, catalogue: Catalogue, today: date) -> Faults:
    yield from _twice(skills.skills)
    yield from _unknown("skills", catalogue, Vocabulary.SKILL, [row.skill for row in skills.skills])
    for claim in skills.skills:
        if not _is_past(claim.last_used, today):
            sentence = say(
                "最後に使った年は、%(first_year)s年から%(year)s年までで入力してください。",
                first_year=FIRST_YEAR,
                year=today.year,
            )
            yield skill_field(claim.skill), sentence
    yield from _exam_faults(skills.exams, catalogue, today)


def skill_field(code: str) -> str:
    """The row of a skill on the page; a file has one leaf for all."""
    return f"skill_{code}"


def _twice(skills: Sequence[SkillClaim]) -> Faults:
    if len({claim.skill for claim in skills}) < len(skills):
        yield "skills", say("同じ技能が二度書かれています。")


def _exam_faults(exams: Sequence[Exam], catalogue: Catalogue, today: date) -> Faults:
    yield from _too_many("exams", exams)
    yield from _unknown("exams", catalogue, Vocabulary.EXAM, [row.exam for row in exams])
    if not all(row.exam or row.name_then for row in exams):
        yield "exams", say("一覧から選ぶか、名前を書いてください。")
    if not all(_is_past(row.year, today) for row in exams):
        yield (
            "exams",
            say(
                "合格した年は、%(first_year)s年から%(year)s年までで入力してください。",
                first_year=FIRST_YEAR,
                year=today.year,
            ),
        )


def _is_past(year: int | None, today: date) -> bool:
    return year is None or FIRST_YEAR <= year <= today.year


def availability_faults(
    availability: Availability, today: date, stored: Sequence[Window] = ()
) -> Faults:
    """`stored`: windows as they were before; of these, one that is over is history and stays."""
    this_month = month_of(today)
    furthest = this_month + FURTHEST
    windows = availability.windows
    yield from _impossible(windows)
    yield from _too_many("windows", windows, MOST_WINDOWS)
    if any(row.first_month < EARLIEST or row.last_month > furthest for row in windows):
        sentence = say(
            "年月は%(first)sから%(last)sまでで入力してください。",
            first=show_month(EARLIEST),
            last=show_month(furthest),
        )
        yield "windows", sentence
    for window in windows:
        is_over = window.first_month >= EARLIEST and window.last_month < this_month
        if is_over and not _was_said(window, stored):
            ended = show_month(window.last_month)
            yield (
                "windows",
                say("%(ended)sで終わる行です。今月以降の年月を入力してください。", ended=ended),
            )
    limit = availability.travel_limit
    if limit is not None and not 0 <= limit <= MOST_MINUTES:
        yield (
            "travel_limit",
            say(
                "移動時間の上限は0〜%(most_minutes)s分で入力してください。",
                most_minutes=MOST_MINUTES,
            ),
        )
    if not 1 <= availability.most_at_once <= MOST_AT_ONCE:
        yield (
            "most_at_once",
            say(
                "同時に受けられる活動は1〜%(most_at_once)s件で入力してください。",
                most_at_once=MOST_AT_ONCE,
            ),
        )


def _was_said(window: Window, stored: Sequence[Window]) -> bool:
    """Every month of it was said before, by windows that say the same."""

    def content(one: Window) -> Window:
        return replace(one, first_month=0, last_month=0)

    same = [row for row in stored if content(row) == content(window)]
    before = {month for row in same for month in months(row.first_month, row.last_month)}
    return before >= set(months(window.first_month, window.last_month))


def _impossible(windows: Sequence[Window]) -> Faults:
    """Windows out of order, without days or half-days, or overlapping while both are available."""
    for row in windows:
        for sentence in _window_faults(row):
            yield "windows", sentence
    available = sorted((row.first_month, row.last_month) for row in windows if row.is_available)
    for (_, end), (start, _) in pairwise(available):
        if start <= end:
            yield (
                "windows",
                say(
                    "%(month)sの稼働が2つの行に重なっています。どちらかの期間を短くしてください。",
                    month=show_month(start),
                ),
            )


def _window_faults(window: Window) -> Iterator[str]:
    start = show_month(window.first_month)
    if window.last_month < window.first_month:
        yield say("%(start)sからの行は、終わりの月が始まりの月より前です。", start=start)
    if not 1 <= window.weekdays <= 127:
        yield say("%(start)sからの行に、曜日を1つ以上選んでください。", start=start)
    least, most = (1, MOST_HALF_DAYS) if window.is_available else (0, 0)
    if not least <= window.half_days <= most:
        yield say(
            "半日コマは、稼働の行では1〜%(most_half_days)s（働かない月は0）、休止の行では空欄か0にしてください。",
            most_half_days=MOST_HALF_DAYS,
        )


# The employer stays the present one, so only who has such an employer can be appointed so.
FORMS_OF_ONE_KIND = {
    "dispatch": "serving",
    "concurrent": "serving",
    "secondment": "specialist",
    "revitalization_company": "specialist",
    EMPLOYED: EMPLOYED,
}


def is_form_possible(form: str, kind: str | None) -> bool:
    """Whether somebody of this kind can be appointed in this form; before the kind is said, any can.

    Whom the prefecture employs no town appoints: there is one form for them, and it is for nobody else.
    """
    if EMPLOYED in {form, kind}:
        return form == kind
    return kind is None or FORMS_OF_ONE_KIND.get(form, kind) == kind


def form_faults(forms: Sequence[str], kind: str | None, catalogue: Catalogue) -> Faults:
    for form in forms:
        if kind == EMPLOYED != form:
            yield "forms", say("県の職員は、市町の任用を受けません。任用形態は選べません。")
        elif not is_form_possible(form, kind):
            yield (
                "forms",
                say(
                    "「%(form)s」は、登録者の区分が「%(kind)s」の人だけが受けられます。",
                    form=_name(catalogue, Vocabulary.FORM, form),
                    kind=_name(catalogue, Vocabulary.CANDIDATE_KIND, FORMS_OF_ONE_KIND[form]),
                ),
            )


def _name(catalogue: Catalogue, vocabulary: Vocabulary, code: str) -> str:
    term = catalogue.term(vocabulary, code)
    return named((term.ja, term.en))


def wishes_faults(wishes: Wishes, kind: str | None, catalogue: Catalogue) -> Faults:
    yield from _too_little(wishes.pay_minimum, wishes.pay_wish)
    yield from form_faults(wishes.forms, kind, catalogue)
    if kind == EMPLOYED:
        yield from _unpaid_by_towns(wishes)
    for field, vocabulary, codes in (
        ("forms", Vocabulary.FORM, wishes.forms),
        ("roles", Vocabulary.ROLE, wishes.roles),
        ("themes", Vocabulary.THEME, wishes.themes),
        ("motives", Vocabulary.MOTIVE, wishes.motives),
        ("heard_from", Vocabulary.HEARD_FROM, [wishes.heard_from]),
        ("involvement", Vocabulary.INVOLVEMENT, [wishes.involvement]),
        ("growth", Vocabulary.SKILL, wishes.growth),
        ("side_job", Vocabulary.SIDE_JOB_PERMISSION, [wishes.side_job]),
    ):
        yield from _unknown(field, catalogue, vocabulary, codes)
    yield from _too_many("growth", wishes.growth, MOST_GROWTH)
    if wishes.income_ceiling is not None and not 1 <= wishes.income_ceiling <= MOST_INCOME:
        yield (
            "income_ceiling",
            say("年度の収入の上限は1〜%(most)s円で入力してください。", most=f"{MOST_INCOME:,}"),
        )
    if wishes.onsite_days is not None and not 0 <= wishes.onsite_days <= MOST_ON_SITE:
        yield (
            "onsite_days",
            say("現地の日数は月0〜%(most)s日で入力してください。", most=MOST_ON_SITE),
        )
    if wishes.onsite_weekdays and wishes.onsite_days == 0:
        yield "onsite_weekdays", say("現地の日数が0のときは、曜日を選ばないでください。")


def _too_little(pay_minimum: int, pay_wish: int) -> Faults:
    if pay_wish < pay_minimum:
        yield "pay_wish", say("希望額は、最低額と同じかそれより大きい額を入力してください。")


def _unpaid_by_towns(wishes: Wishes) -> Faults:
    """The prefecture pays them, and lending them is no second job."""
    for field, value in (
        ("pay_minimum", wishes.pay_minimum),
        ("pay_wish", wishes.pay_wish),
        ("income_ceiling", wishes.income_ceiling),
        ("side_job", wishes.side_job),
    ):
        if value:
            yield field, say("県の職員は、県が給与を支払います。ここには書けません。")


def consent_faults(purposes: Iterable[str], catalogue: Catalogue) -> Faults:
    yield from _unknown("consents", catalogue, Vocabulary.CONSENT_PURPOSE, purposes)


def _too_many(field: str, rows: Sequence[object], most: int = MOST_ROWS) -> Faults:
    if len(rows) > most:
        yield field, say("%(most)s件までにしてください。", most=most)


def _unknown(
    field: str, catalogue: Catalogue, vocabulary: Vocabulary, codes: Iterable[str | None]
) -> Faults:
    if not all(code is None or catalogue.is_valid(vocabulary, code) for code in codes):
        yield field, CHOOSE
