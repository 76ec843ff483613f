from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import audit, clock
from talentpool.accounts import directory, joining
from talentpool.accounts.keeping import prune
from talentpool.accounts.models import OneTimeLink, User
from talentpool.accounts.views.entering import safe_path
from talentpool.audit import AuditEvent
from talentpool.mail import MailOrder
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in, stored_user
from tests.factories import (
    HYOGO,
    OSAKA,
    PASSWORD,
    make_candidate,
    make_need,
    make_prefecture_pool,
    make_user,
)
from tests.pages import version_in

KOBE = "281000"
DOMAINS = {KOBE: "city.kobe.lg.jp"}

NEW_PASSWORD = "a completely new phrase"
EMAIL = "hanako@example.jp"
PASSWORDS = {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD}


@pytest.fixture
def browser(app: TalentpoolFlask) -> Browser:
    with app.database.writing() as session:
        make_prefecture_pool(session)
    return Browser(app)


def link_on(page: str, path: str) -> str:
    found = re.search(rf'href="({path}/[\w-]+)"', page)
    assert found is not None, page
    return found[1]


def plain(page: str) -> str:
    """The page without tokens, operations and links, and without its own address."""
    page = re.sub(r'href="[^"]*[?&]lang=[^"]*"', "", page)
    return re.sub(r'(value|href)="[^"]*[\w-]{22,}[^"]*"', "", page)


def sign_up(browser: Browser, email: str = EMAIL) -> str:
    """The page after it."""
    answer = browser.post("/signup", email=email, prefecture_code=HYOGO, **PASSWORDS)
    assert answer.location == "/signup/sent"
    return browser.get(answer.location).text


def test_a_person_registers_in_the_browser(browser: Browser) -> None:
    sent = sign_up(browser)
    assert EMAIL in sent
    link = link_on(sent, "/signup/confirm")
    assert browser.get(link).status_code == 200
    assert browser.post(link, password="not that one").status_code == 422
    entered = browser.post(link, password=NEW_PASSWORD)
    assert (entered.status_code, entered.location) == (302, "/home")
    assert browser.get("/account").status_code == 200
    assert browser.get(link).status_code == 404


def test_opening_a_link_does_not_use_it_up(browser: Browser) -> None:
    link = link_on(sign_up(browser), "/signup/confirm")
    for _ in range(3):
        assert browser.get(link).status_code == 200


def test_a_known_address_gets_the_same_pages(app: TalentpoolFlask, browser: Browser) -> None:
    known = stored_user(app.database, Role.CANDIDATE).email
    for path, fields in (("/signup", {"prefecture_code": HYOGO, **PASSWORDS}), ("/reset", {})):
        answers = [browser.post(path, email=email, **fields) for email in (known, EMAIL, EMAIL)]
        assert {(answer.status_code, answer.location) for answer in answers} == {
            (302, f"{path}/sent")
        }
    pages = {plain(sign_up(browser, email)).replace(email, "") for email in (known, EMAIL)}
    assert len(pages) == 1
    answers = [
        browser.post("/signin", email=email, password="wrong password")
        for email in (known, "x@example.jp")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert (
        len(
            {
                plain(answer.text).replace(known, "").replace("x@example.jp", "")
                for answer in answers
            }
        )
        == 1
    )


def test_a_refused_sign_in_keeps_the_address_but_not_the_password(browser: Browser) -> None:
    answer = browser.post("/signin", email=EMAIL, password="my secret guess")
    assert answer.status_code == 422
    assert f'value="{EMAIL}"' in answer.text
    assert "my secret guess" not in answer.text
    assert "メールアドレスまたはパスワードが正しくありません。" in answer.text


def test_each_field_says_what_is_wrong_with_it(browser: Browser) -> None:
    answer = browser.post(
        "/signup", email="nobody", prefecture_code="99", password="short", repeated="other"
    )
    assert answer.status_code == 422
    for name in ("prefecture_code", "email", "password", "repeated"):
        assert f'id="{name}-error"' in answer.text


def test_the_letter_of_a_sign_up_can_be_sent_again(browser: Browser) -> None:
    assert browser.get("/signup/sent").location == "/signup"
    first = link_on(sign_up(browser), "/signup/confirm")
    assert browser.post("/signup/again").location == "/signup/sent"
    second = link_on(browser.get("/signup/sent").text, "/signup/confirm")
    assert first != second
    assert "いちばん新しいメールのリンクを開いてください" in browser.get(first).text
    assert browser.post(second, password=NEW_PASSWORD).location == "/home"
    assert "すでに使われています" in browser.get(first).text


def test_a_second_sign_up_supersedes_the_first_and_says_so(browser: Browser) -> None:
    first, second = (link_on(sign_up(browser), "/signup/confirm") for _ in range(2))
    dead = browser.get(first)
    assert dead.status_code == 404
    assert "いちばん新しいメールのリンクを開いてください" in dead.text
    assert browser.get(second).status_code == 200


def test_links_that_ended_long_ago_are_dropped(app: TalentpoolFlask, browser: Browser) -> None:
    sign_up(browser)
    with app.database.writing() as session:
        prune(session, now=clock.now() + timedelta(days=2))
        assert session.scalar(sa.select(sa.func.count(OneTimeLink.token_hash))) == 1
        prune(session, now=clock.now() + timedelta(days=32))
        assert session.scalar(sa.select(sa.func.count(OneTimeLink.token_hash))) == 0


@pytest.mark.parametrize("whose", ["known", "nobody"])
def test_sending_again_tells_nothing_of_the_account(
    app: TalentpoolFlask, browser: Browser, whose: str
) -> None:
    email = stored_user(app.database, Role.APPROVER).email if whose == "known" else EMAIL
    before = plain(sign_up(browser, email)).replace(email, "")
    browser.post("/signup/again")
    after = plain(browser.get("/signup/sent").text).replace(email, "")
    assert "新しいほうのリンク" in after
    assert len(after) > len(before)


@pytest.mark.parametrize(
    "path", ["/signin", "/signup", "/reset", "/signup/confirm/nothing", "/invite/nothing"]
)
def test_no_text_breaks_the_pages_that_visitors_reach(browser: Browser, path: str) -> None:
    for text in ("\0", "\ud800", "x" * 100_000, "'\"><script>", "\u202e"):
        fields = {"email": text, "password": text, "repeated": text, "prefecture_code": text}
        encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}
        assert browser.post(path, **encoded).status_code in {404, 422}


def test_after_sign_in_the_requested_page_is_shown(app: TalentpoolFlask, browser: Browser) -> None:
    user = stored_user(app.database, Role.AUDITOR)
    asked = browser.get("/audit?action=account")
    assert asked.status_code == 302
    assert asked.location.startswith("/signin?next=")
    answer = browser.post(asked.location, email=user.email, password=PASSWORD)
    assert answer.location == "/audit?action=account"
    assert browser.get(asked.location).location == "/audit?action=account"


@pytest.mark.parametrize(
    "wanted",
    [
        None, "", "home", "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example",
        "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "/" + "a" * 600, "/\t/evil.example", "///evil.example",
        " https://evil.example",
    ],
)  # fmt: skip
def test_no_redirect_leaves_the_site(wanted: str | None) -> None:
    assert safe_path(wanted) == "/home"


def test_a_path_of_the_site_is_followed() -> None:
    assert safe_path("/needs?state=open&page=2") == "/needs?state=open&page=2"


def test_a_reset_page_shows_no_link(app: TalentpoolFlask, browser: Browser) -> None:
    user = stored_user(app.database, Role.COORDINATOR)
    answer = browser.post("/reset", email=user.email)
    assert "/reset/" not in browser.get(answer.location).text.replace("/reset/sent", "")


def test_an_administrator_invites_an_officer_who_sets_a_password(app: TalentpoolFlask) -> None:
    admin, officer = signed_in(app, Role.ADMIN), Browser(app)
    assert admin.get("/accounts/invite").status_code == 200
    fields = {"role": "municipality", "municipality_code": KOBE, "display_name": "神戸 太郎"}
    refused = admin.post("/accounts/invite", email="taro@example.com", **fields)
    assert refused.status_code == 422
    assert 'id="email-error"' in refused.text
    assert "神戸 太郎" in refused.text
    invited = admin.post("/accounts/invite", email=f"taro@{DOMAINS[KOBE]}", **fields)
    assert invited.status_code == 302
    link = link_on(admin.get(invited.location).text, "/invite")
    assert "招待を受けています" in officer.get(link).text
    assert officer.post(link, **PASSWORDS).location == "/home"
    assert "市町担当者" in officer.get("/account").text
    assert "神戸 太郎" in admin.get("/accounts?role=municipality").text


def test_a_weak_password_is_refused_wherever_one_is_set(
    app: TalentpoolFlask, browser: Browser
) -> None:
    weak = {"password": "1234567890", "repeated": "1234567890"}
    with app.database.writing() as session:
        user = make_user(session, Role.COORDINATOR)
        letter = joining.request_reset(session, email=user.email, now=clock.now())
    assert letter is not None
    assert browser.post(letter.path, **weak).status_code == 422
    browser.sign_in(user)
    for present in (PASSWORD, "wrong"):
        assert browser.post("/account", present=present, **weak).status_code == 422


def test_an_administrator_manages_an_account(app: TalentpoolFlask) -> None:
    admin = signed_in(app, Role.ADMIN)
    user = stored_user(app.database, Role.COORDINATOR)
    page = f"/accounts/{user.id}"
    assert "停止する" in admin.get(page).text
    answers = []
    for role in ("approver", "municipality", "king"):
        version = version_in(admin.get(page).text, f"{page}/role")
        answers.append(admin.post(f"{page}/role", role=role, municipality_code="", version=version))
        assert "県決裁者" in admin.get(page).text
    assert [answer.status_code for answer in answers] == [302, 422, 422]
    assert admin.post(f"{page}/link").location == f"{page}/invited"
    assert "招待のリンクを作成しました" in admin.get(f"{page}/invited").text
    assert admin.post(f"{page}/disable").status_code == 302
    assert admin.post(f"{page}/disable").status_code == 409
    assert "停止を解く" in admin.get(page).text
    assert admin.post(f"{page}/enable").status_code == 302


def test_an_administrator_s_own_account_offers_no_buttons(app: TalentpoolFlask) -> None:
    admin = signed_in(app, Role.ADMIN)
    with app.database.reading() as session:
        own = session.scalars(sa.select(User)).one()
    assert "停止する" not in admin.get(f"/accounts/{own.id}").text
    assert admin.post(f"/accounts/{own.id}/disable").status_code == 422


def test_an_account_of_another_prefecture_looks_like_a_missing_one(app: TalentpoolFlask) -> None:
    admin = signed_in(app, Role.ADMIN)
    foreign = stored_user(app.database, Role.COORDINATOR, prefecture_code=OSAKA)
    numbers = [foreign.id, 0, 999_999, 2**63 - 1, 2**63, 10**40]
    for path in ("", "/disable", "/enable", "/link", "/role"):
        ask = admin.post if path else admin.get
        answers = [ask(f"/accounts/{number}{path}") for number in numbers]
        assert {answer.status_code for answer in answers} == {404}
        assert len({plain(answer.text) for answer in answers}) == 1


def test_the_audit_page_finds_events_and_verifies_the_chain(app: TalentpoolFlask) -> None:
    auditor = signed_in(app, Role.AUDITOR)
    with app.database.writing() as session:
        person, need = make_candidate(session), make_need(session)
        officer = make_user(session, Role.COORDINATOR)
        officer.display_name = "佐用 春子"
        audit.record(session, audit.Deed.NEED_SAVE, need, actor=officer.actor, now=clock.now())
        admin = make_user(session, Role.ADMIN).actor
        audit.record(session, audit.Deed.CANDIDATE_EDIT, person, actor=admin, now=clock.now())

    def deeds(query: str = "") -> list[str]:
        rows = auditor.get(f"/audit?all=1&{query}").text.partition("<tbody>")[2]
        return re.findall('<td data-label="操作">([^<]+)</td>', rows)

    assert {"ログイン", "登録情報の変更", "募集の変更"} <= set(deeds())
    for words in ("ログイン", "signed in", "account.sign_in"):
        assert set(deeds(f"words={words}")) == {"ログイン"}, words
    assert set(deeds("object_type=need")) == {"公開する", "募集の変更"}
    assert deeds("action=need.save") == ["募集の変更"]
    for words in ("春子", "need.save", "募集 変更", f"{need.code} 佐用"):
        assert deeds(f"words={words}") == ["募集の変更"], words
    assert deeds(f"actor={officer.id}") == ["募集の変更"]
    assert set(deeds(f"words={person.code}")) >= {"登録情報の変更", "登録を認める"}
    assert deeds("words=登録者") == ["登録情報の変更"]
    assert "ログイン" in deeds("first_on=2020-01-01&last_on=9999-12-31")
    assert deeds("last_on=2020-01-01") == []
    shown = auditor.get(f"/audit?actor={officer.id}").text
    assert f"募集 {need.code}" in shown
    assert ">佐用 春子</td>" in shown
    assert auditor.get("/audit?first_on=yesterday").status_code == 422
    verified = auditor.get("/audit/verification")
    assert "異常はありません" in verified.text
    anchor = re.search(r"\d+ [0-9a-f]{64}", verified.text)
    assert anchor is not None
    auditor.get("/audit")
    assert "異常はありません" in auditor.get(f"/audit/verification?anchor={anchor[0]}").text
    wrong = anchor[0][:-4] + "0000"
    assert "異常が見つかりました" in auditor.get(f"/audit/verification?anchor={wrong}").text
    assert auditor.get("/audit/verification?anchor=something").status_code == 422


def test_the_outbox_shows_no_secrets_and_only_mails_of_its_prefecture(
    app: TalentpoolFlask, browser: Browser
) -> None:
    link = link_on(sign_up(browser), "/signup/confirm")
    stored_user(app.database, Role.COORDINATOR, prefecture_code=OSAKA, email="far@example.jp")
    browser.post("/reset", email="far@example.jp")
    shown = signed_in(app, Role.COORDINATOR).get("/mails").text
    assert "メールアドレスの確認" in shown
    assert link.rpartition("/")[2] not in shown
    assert "パスワードの再設定" not in shown
    assert EMAIL not in shown


def test_a_refused_request_leaves_neither_row_nor_event(app: TalentpoolFlask) -> None:
    admin = signed_in(app, Role.ADMIN)
    count = sa.select(sa.func.count())
    with app.database.reading() as session:
        before = [
            session.scalar(count.select_from(model)) for model in (User, AuditEvent, MailOrder)
        ]
    admin.post(
        "/accounts/invite",
        email=EMAIL,
        role="municipality",
        municipality_code=KOBE,
        display_name="x",
    )
    with app.database.reading() as session:
        assert [
            session.scalar(count.select_from(model)) for model in (User, AuditEvent, MailOrder)
        ] == before
        assert directory.find_user(session, EMAIL) is None
