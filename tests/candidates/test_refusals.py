"""Bad input: a message at the field, what was typed stays, nothing is stored."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from talentpool.candidates.models import Candidate, ProfileDraft
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask

from ..browsers import Browser, signed_in
from . import typed

WRONG = [
    ("basics", {"family_name": ""}, "入力してください"),
    ("basics", {"family_name": "あ" * 51}, "50"),
    ("basics", {"given_name": "名\x00前"}, "使えない文字"),
    ("basics", {"given_name": "名\u202e前"}, "使えない文字"),
    ("basics", {"family_kana": "takasaki"}, "フリガナは"),
    ("basics", {"kind": "wizard"}, "選択肢が正しくありません"),
    ("basics", {"birth_date-month": "2", "birth_date-day": "30"}, "という日はありません"),
    ("basics", {"birth_date-day": ""}, "日付は"),
    ("basics", {"birth_date-year": "2025"}, "生年月日を確かめてください"),
    ("basics", {"phone": "110"}, "電話番号は"),
    ("basics", {"contact_email": "at mark"}, "メールアドレスの形"),
    ("basics", {"postal_code": "123"}, "郵便番号は"),
    ("basics", {"home_name": "東京特許許可局"}, "一覧にありません"),
    ("basics", {"home_prefecture": "13"}, "選んだ都道府県に"),
    ("basics", {"home_prefecture": ""}, "選んでください"),
    ("career", {"posts-0-body": ""}, "入力してください"),
    ("career", {"posts-0-first_month": "むかし"}, "年月は"),
    ("career", {"posts-0-first_month": "2023-04"}, "始まりの年月より前"),
    ("career", {"posts-0-last_month": "2999-01"}, "年月が正しくありません"),
    ("career", {"posts-0-last_month": "2099-01"}, "今月まで"),
    ("career", {"decisions-0-month": "2099-01"}, "今月まで"),
    ("career", {"companies-0-name": ""}, "入力してください"),
    ("career", {f"companies-{n}-name": "会社" for n in range(31)}, "30件まで"),
    ("skills", {"skill_bpr-level": "5"}, "選択肢が正しくありません"),
    ("skills", {"skill_bpr-last_used": "-5"}, "1,900 以上"),
    ("skills", {"skill_bpr-last_used": "2099"}, "1950年から"),
    ("skills", {"skill_bpr-last_used": "１．５"}, "整数"),
    ("skills", {"exams-0-exam": "", "exams-0-name_then": ""}, "一覧から選ぶか"),
    ("skills", {"exams-0-year": "1900"}, "1950年から"),
    ("availability", {"windows-0-half_days": "-1"}, "0 以上"),
    ("availability", {"windows-0-half_days": "63"}, "62 以下"),
    ("availability", {"windows-0-half_days": ""}, "1以上で入力"),
    ("availability", {"windows-0-half_days": "0"}, "1以上で入力"),
    ("availability", {"windows-0-half_days": "9" * 40}, "数字が長すぎます"),
    ("availability", {"windows-0-last_month": ""}, "入力してください"),
    ("availability", {"windows-0-last_month": "2027-03"}, "始まりの年月より前"),
    ("availability", {"windows-0-last_month": "2099-03"}, "までで入力してください"),
    ("availability", {"windows-0-weekdays": []}, "曜日を1つ以上"),
    ("availability", {"windows-1-kind": "available", "windows-1-half_days": "4", "windows-1-weekdays": ["1"]},
     "2027年8月の稼働が2つの行に重なっています"),
    ("availability", {"windows-1-half_days": "4"}, "休止の行では"),
    ("availability", {"most_at_once": "0"}, "1 以上"),
    ("availability", {"travel_limit_minutes": "2000"}, "1,440 以下"),
    ("wishes", {"forms": []}, "1つ以上選んでください"),
    ("wishes", {"forms": ["slavery"]}, "slavery"),
    ("wishes", {"pay_minimum": "-1"}, "0 以上"),
    ("wishes", {"pay_wish": "1"}, "最低額と同じか"),
    ("wishes", {"motive": "長" * 2001}, "2000"),
    ("wishes", {"motive": "行\x00"}, "使えない文字"),
]  # fmt: skip


@pytest.fixture
def browser(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.CANDIDATE)


def stored(database: Database) -> list[object]:
    with database.reading() as session:
        return [
            (row.family_name, len(row.posts), len(row.skills), len(row.windows), row.pay_minimum)
            for row in session.scalars(sa.select(Candidate))
        ]


@pytest.mark.parametrize(("step", "wrong", "message"), WRONG)
def test_what_cannot_be_is_refused_at_the_field(
    browser: Browser, database: Database, step: str, wrong: typed.Fields, message: str
) -> None:
    answer = browser.post(f"/profile/{step}", **(typed.STEPS[step] | wrong))
    assert answer.status_code == 422
    messages = typed.errors(answer.text)
    assert any(message in text for text in messages), messages
    assert "入力内容を確認してください" in answer.text
    assert stored(database) == []


@pytest.mark.parametrize(
    ("step", "wrong", "kept"),
    [
        ("basics", {"phone": "１１０番"}, ['value="１１０番"', 'value="髙﨑"', 'value="１９６２"']),
        ("career", {"posts-0-first_month": "むかし"}, ['value="むかし"', 'value="姫路市役所"']),
        ("skills", {"skill_bpr-last_used": "昨年"}, ['value="昨年"', "窓口の見直しを3年担当"]),
        (
            "availability",
            {"windows-0-half_days": "たくさん"},
            ['value="たくさん"', 'value="2027年4月"'],
        ),
        ("wishes", {"pay_minimum": "そこそこ"}, ['value="そこそこ"', 'value="1万"', "一行目"]),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    browser: Browser, step: str, wrong: typed.Fields, kept: list[str]
) -> None:
    page = browser.post(f"/profile/{step}", **(typed.STEPS[step] | wrong)).text
    for text in kept:
        assert text in page


@pytest.mark.parametrize("step", typed.STEPS)
def test_ten_megabytes_of_text_are_refused(browser: Browser, step: str) -> None:
    answer = browser.post(f"/profile/{step}", motive="長" * 1_200_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("step", typed.STEPS)
def test_an_empty_form_is_never_a_bug(browser: Browser, step: str) -> None:
    assert browser.post(f"/profile/{step}").status_code in {302, 422}


def test_thousands_of_rows_are_refused_quickly(browser: Browser) -> None:
    rows = {f"posts-{n}-body": "市" for n in range(9000)}
    assert browser.post("/profile/career", **rows).status_code == 422


def test_an_unknown_consent_is_ignored_and_none_is_stored(
    browser: Browser, database: Database
) -> None:
    assert browser.post("/profile/consents", consent_everything="y").status_code == 302
    with database.reading() as session:
        assert session.scalars(sa.select(Candidate)).one().consents == []


def test_a_draft_keeps_whatever_was_typed_and_is_shown_again(
    browser: Browser, database: Database
) -> None:
    wrong = typed.BASICS | {"phone": "あとで調べる", "birth_date-day": "32"}
    assert browser.post("/profile/basics", draft="1", **wrong).status_code == 302
    page = browser.get("/profile/basics").text
    for text in ("下書きを表示しています", 'value="あとで調べる"', 'value="32"', 'value="髙﨑"'):
        assert text in page
    assert "下書きがあります" in browser.get("/profile").text
    assert stored(database) == [("", 0, 0, 0, 0)]
    browser.post("/profile/basics", **typed.BASICS)
    assert "下書きを表示しています" not in browser.get("/profile/basics").text


def test_a_draft_can_be_saved_again_and_thrown_away(browser: Browser, database: Database) -> None:
    for name in ("一回目", "二回目"):
        browser.post("/profile/career", draft="1", **{"posts-0-body": name})
    assert 'value="二回目"' in browser.get("/profile/career").text
    browser.post("/profile/career", discard="1")
    assert "二回目" not in browser.get("/profile/career").text
    with database.reading() as session:
        assert session.scalars(sa.select(ProfileDraft)).all() == []


@pytest.mark.parametrize("content", ["名\x00前", "長" * 200_001])
def test_a_draft_that_cannot_be_stored_is_refused(browser: Browser, content: str) -> None:
    answer = browser.post("/profile/wishes", draft="1", motive=content)
    assert answer.status_code == 422
    assert typed.errors(answer.text)


def test_a_draft_is_unreadable_in_the_database(browser: Browser, database: Database) -> None:
    browser.post("/profile/basics", draft="1", phone="0790-99-8888")
    with database.reading() as session:
        raw = session.scalar(sa.text("SELECT content FROM profile_draft"))
    assert b"0790-99-8888" not in bytes(raw)


def test_a_row_can_be_added_without_losing_what_was_typed(
    browser: Browser, database: Database
) -> None:
    fields = {"posts-0-body": "姫路市", "posts-0-first_month": "まだ"}
    answer = browser.post("/profile/career", add="posts", **fields)
    assert answer.status_code == 200
    assert 'name="posts-1-body"' in answer.text
    assert 'value="まだ"' in answer.text
    assert typed.errors(answer.text) == []
    with database.reading() as session:
        assert session.scalars(sa.select(Candidate)).one().posts == []


@pytest.mark.parametrize("name", ["csrf_token", "nothing", "posts-0-body"])
def test_only_lists_take_a_row_more(browser: Browser, name: str) -> None:
    assert browser.post("/profile/career", add=name).status_code == 200


def test_rows_ticked_for_removal_and_empty_rows_are_not_stored(
    browser: Browser, database: Database
) -> None:
    browser.post("/profile/career", **typed.CAREER)
    fields = {
        name: value for name, value in typed.CAREER.items() if not name.startswith("companies")
    }
    browser.post("/profile/career", **fields, **{"decisions-0-remove": "y"})
    with database.reading() as session:
        person = session.scalars(sa.select(Candidate)).one()
        assert (len(person.posts), person.companies, person.decisions) == (1, [], [])


def test_every_control_of_every_step_has_a_label(browser: Browser) -> None:
    typed.fill_in(browser)
    for step in typed.STEPS:
        page = browser.get(f"/profile/{step}").text
        labelled = set(re.findall(r'<label for="([^"]+)"', page))
        controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", page)
        ids = {
            found[1]
            for control in controls
            if 'type="hidden"' not in control and (found := re.search(r'\bid="([^"]+)"', control))
        }
        assert ids <= labelled, ids - labelled
        assert len(ids) == len([c for c in controls if 'type="hidden"' not in c])
