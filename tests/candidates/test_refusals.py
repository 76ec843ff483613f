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
    ("basics", {"given_kana": ""}, "名のフリガナを書いてください"),
    ("basics", {"given_name": ""}, "名のフリガナを空欄に"),
    ("basics", {"family_name": ""}, "入力してください"),
    ("basics", {"kind": "wizard"}, "選択肢が正しくありません"),
    ("basics", {"birth_date-month": "2", "birth_date-day": "30"}, "という日はありません"),
    ("basics", {"birth_date-day": ""}, "」は読めません"),
    ("basics", {"birth_date-year": "2025"}, "生年月日を確かめてください"),
    ("basics", {"phone": "110"}, "電話番号は"),
    ("basics", {"contact_email": "at mark"}, "メールアドレスの形"),
    ("basics", {"postal_code": "123"}, "郵便番号は"),
    ("basics", {"home_name": "東京特許許可局"}, "一覧にありません"),
    ("basics", {"home_prefecture": "13"}, "選んだ都道府県に"),
    ("basics", {"home_prefecture": ""}, "選んでください"),
    ("career", {"posts-0-body": ""}, "入力してください"),
    ("career", {"posts-0-first_month": "むかし"}, "「むかし」は読めません"),
    ("career", {"posts-0-first_month": "2023-04"}, "始まりの年月より前"),
    ("career", {"posts-0-last_month": "2999-01"}, "2117年までの年"),
    ("career", {"posts-0-last_month": "2099-01"}, "今月まで"),
    ("career", {"matters-0-month": "2099-01"}, "今月まで"),
    ("career", {"companies-0-name": ""}, "入力してください"),
    ("career", {f"companies-{n}-name": "会社" for n in range(31)}, "30件まで"),
    ("skills", {"skill_bpr-level": "5"}, "選択肢が正しくありません"),
    ("skills", {"skill_bpr-last_used": "-5"}, "「-5」は読めません"),
    ("skills", {"skill_bpr-last_used": "2099"}, "1950年から"),
    ("skills", {"skill_bpr-last_used": "１．５"}, "「１．５」は読めません"),
    ("skills", {"exams-0-exam": "", "exams-0-name_then": ""}, "一覧から選ぶか"),
    ("skills", {"exams-0-year": "1900"}, "1950年から"),
    ("availability", {"windows-0-half_days": "-1"}, "0コマ以上"),
    ("availability", {"windows-0-half_days": "63"}, "62コマ以下"),
    ("availability", {"windows-0-half_days": "4人"}, "「4人」の「人」は、ここでは使えない単位です"),
    ("availability", {"windows-0-first_month": "2027-04-16"}, "月の途中の日です"),
    ("availability", {"windows-0-half_days": ""}, "働かない期間は0です"),
    ("availability", {"windows-0-half_days": "9" * 41}, "長すぎます"),
    ("availability", {"windows-0-last_month": ""}, "入力してください"),
    ("availability", {"windows-0-last_month": "2027-03"}, "始まりの年月より前"),
    ("availability", {"windows-0-last_month": "2099-03"}, "までで入力してください"),
    ("availability", {"windows-0-weekdays": []}, "曜日を1つ以上"),
    ("availability", {"windows-1-kind": "available", "windows-1-half_days": "4", "windows-1-weekdays": ["1"]},
     "2027年8月の稼働が2つの行に重なっています"),
    ("availability", {"windows-1-half_days": "4"}, "休止の行では"),
    ("availability", {"most_at_once": "0"}, "1件以上"),
    ("availability", {"travel_limit": "2000"}, "1,440分以下"),
    ("wishes", {"forms": []}, "1つ以上選んでください"),
    ("wishes", {"forms": ["slavery"]}, "slavery"),
    ("wishes", {"pay_minimum": "-1"}, "0円以上"),
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


@pytest.mark.parametrize("content", ["名\x00前", "a" * 200_001])
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
    assert answer.status_code == 303
    assert answer.location.endswith("#posts-1-body")
    page = browser.get(answer.location).text
    assert 'name="posts-1-body"' in page
    assert 'value="まだ"' in page
    assert typed.errors(page) == []
    with database.reading() as session:
        assert session.scalars(sa.select(Candidate)).one().posts == []


@pytest.mark.parametrize("name", ["csrf_token", "nothing", "posts-0-body"])
def test_only_lists_take_a_row_more(browser: Browser, name: str) -> None:
    answer = browser.post("/profile/career", add=name, **{"posts-0-body": "姫路市"})
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "posts-0-body" in page
    assert "posts-1-body" not in page


def test_a_row_can_be_dropped_and_the_others_stay(browser: Browser) -> None:
    rows = {f"posts-{n}-body": name for n, name in enumerate(("姫路市", "兵庫県", "朝来市"))}
    answer = browser.post("/profile/career", drop="posts-1", **rows)
    assert answer.location.endswith("#posts")
    page = browser.get(answer.location).text
    assert 'value="姫路市"' in page
    assert 'value="朝来市"' in page
    assert 'value="兵庫県"' not in page
    again = browser.post("/profile/career", drop="posts-0", **{"posts-0-body": "姫路市"})
    assert 'value="姫路市"' not in browser.get(again.location).text


def test_rows_that_are_gone_and_empty_rows_are_not_stored(
    browser: Browser, database: Database
) -> None:
    browser.post("/profile/career", **typed.CAREER)
    fields = {
        name: value
        for name, value in typed.CAREER.items()
        if not name.startswith(("companies", "matters"))
    }
    browser.post("/profile/career", **fields, **{"companies-0-is_present": "y"})
    with database.reading() as session:
        person = session.scalars(sa.select(Candidate)).one()
        assert (len(person.posts), person.companies, person.matters) == (1, [], [])


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
