"""From registration to booked half-days, through the browser: with scripts on SQLite, without on PostgreSQL."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from talentpool.permissions import Role
from tests.browsers import stored_user
from tests.candidates.typed import STEPS
from tests.factories import make_prefecture_pool

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser
CHECKED = ["privacy", "budget", "form"]
NAMES = ("髙﨑", "𠮷塚", "タカサキ", "たかさき")
NEED = {
    "title": "窓口業務改革アドバイザー", "department": "デジタル推進課",
    "background": "窓口が混み、住民を待たせている。", "outcome_wanted": "書かない窓口を始める。",
    "theme": "frontyard", "stage": "plan", "roles": ["pm"], "skills-0-skill": "bpr",
    "skills-0-kind": "must", "skills-0-level": "2", "half_days": "４", "first_month": "令和9年5月",
    "last_month": "2027-07", "seats": "1", "mode": "online", "forms": ["commission"],
    "pay_amount": "2万", "pay_basis": "day",
}  # fmt: skip


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: its worker runs a job."""
    return own_site


def test_a_person_reaches_a_town_and_the_half_days_are_booked(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)
    coordinator = door.officer(Role.COORDINATOR)
    approver = door.officer(Role.APPROVER)
    town = door.officer(Role.MUNICIPALITY)
    candidate = _register(door.visitor())
    _activate(coordinator)
    need_id = _post_need(town, coordinator)
    _run_round(coordinator)
    coordinator.press("採用する")
    coordinator.go(f"/placements/needs/{need_id}/draft").press("起案する")
    approver.go("/approvals").page.get_by_role("checkbox").first.check()
    approver.press("承認する")
    _look_everywhere(town, need_id)
    _assert_nameless(town)
    candidate.go("/offers").follow("窓口業務改革アドバイザー").press("引き受ける")
    town.go("/introductions").page.locator("main tbody a, main .card a").first.click()
    assert "髙﨑" in town.text
    town.press("受け入れる")
    _agree_on_terms(town, candidate)
    _confirm(coordinator)
    assert "確定" in candidate.go("/home").text
    _assert_books_agree(site)
    _read_behind(door, coordinator, candidate, need_id)
    assert door.inspector.faults == []
    assert len(door.inspector.known) > 20 or not door.has_scripts


def _register(visitor: Visitor) -> Visitor:
    visitor.go("/signup").fill({
        "prefecture_code": "28", "email": "takasaki@example.jp",
        "password": "窓口で学んだ三十年の知恵", "repeated": "窓口で学んだ三十年の知恵",
    }).press("新規登録")  # fmt: skip
    assert "メールを確認してください" in visitor.text, visitor.text
    visitor.follow("メールアドレスを確認する")
    visitor.fill({"password": "窓口で学んだ三十年の知恵"}).press("確認してログイン")
    for step, typed in STEPS.items():
        visitor.go(f"/profile/{step}" + "?detail=1" * (step == "availability"))
        for detail in visitor.page.locator("main details").all():
            detail.evaluate("e => e.open = true")
        names = {name for name in typed if "-1-" in name}
        for rows in {name.split("-")[0] for name in names if _is_filled(typed, name)}:
            visitor.fill({n: v for n, v in typed.items() if "-1-" not in n})
            visitor.page.locator(f'main button[name="add"][value="{rows}"]').click()
        for detail in visitor.page.locator("main details").all():
            detail.evaluate("e => e.open = true")
        present = {
            name: value
            for name, value in typed.items()
            if visitor.page.locator(f'main [name="{name}"]').count()
        }
        last = step == "consents"
        visitor.fill(present).press("保存する" if last else "保存して次へ")
    visitor.go("/profile").press("申請する")
    assert "確認待ち" in visitor.text
    return visitor


def _is_filled(typed: dict[str, object], name: str) -> bool:
    """A second row that holds more than a tick."""
    return not name.endswith("is_public")


def _activate(coordinator: Visitor) -> None:
    coordinator.go("/candidates?state=applied").page.locator("main tbody a").first.click()
    coordinator.press("登録を認める")
    assert "登録中" in coordinator.text


def _post_need(town: Visitor, coordinator: Visitor) -> int:
    town.go("/needs/").follow("募集を作成").follow("一枚の画面で書く").fill(NEED).press("申請する")
    assert "確認待ち" in town.text
    number = town.number
    coordinator.go(f"/needs/{number}").fill({"checked": CHECKED}).press("公開する")
    assert "公開中" in town.go(f"/needs/{number}").text
    return number


def _run_round(coordinator: Visitor) -> None:
    coordinator.go("/rounds/new").press("マッチング回を作成").press("実行する")
    deadline = time.monotonic() + 60
    while "県全体で最もよい割当案です" not in coordinator.text:
        assert time.monotonic() < deadline, coordinator.text
        time.sleep(0.5)
        coordinator.go("/" + coordinator.page.url.split("/", 3)[3])
    assert "髙﨑" in coordinator.text


def _look_everywhere(town: Visitor, need_id: int) -> None:
    for path in ("/home", "/needs/", f"/needs/{need_id}", "/introductions", "/account"):
        town.go(path)


def _assert_nameless(town: Visitor) -> None:
    assert not [name for name in NAMES for html in town.seen if name in html]


def _read_behind(door: Door, coordinator: Visitor, candidate: Visitor, need_id: int) -> None:
    """The pages that nobody needs for the next step, and that everybody looks at afterwards."""
    coordinator.go("/rounds/").page.locator("main tbody a, main .card a").first.click()
    round_path = "/" + coordinator.page.url.split("/", 3)[3]
    coordinator.go(f"{round_path}/needs/{need_id}")
    person = coordinator.page.locator("main tbody th a").first.get_attribute("href")
    for path in (person or "", "/home", "/candidates", "/needs/", "/placements", "/mails"):
        coordinator.go(path)
    for path in ("/profile", "/profile/availability", "/offers", "/account"):
        candidate.go(path)
    for role, paths in {
        Role.AUDITOR: ("/home", "/audit", "/audit/verification"),
        Role.ADMIN: ("/home", "/accounts", "/accounts/invite"),
    }.items():
        officer = door.officer(role)
        for path in paths:
            assert officer.go(path).page.locator("h1").count() == 1


def _agree_on_terms(town: Visitor, candidate: Visitor) -> None:
    town.follow("勤務条件").follow("勤務条件を示す").fill({
        "place": "市役所とオンライン", "days": "毎週火曜日", "travel": "実費", "supervisor": "市民課 田中一郎",
    }).press("勤務条件を示す")  # fmt: skip
    candidate.go("/home").follow("窓口業務改革アドバイザー").press("勤務条件を承諾する")


def _confirm(coordinator: Visitor) -> None:
    coordinator.go("/placements?state=agreed").page.locator("main tbody a").first.click()
    coordinator.press("確定する")
    assert "確定" in coordinator.text


def _assert_books_agree(site: Site) -> None:
    with site.database.reading() as session:

        def rows(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in session.execute(sa.text(query))]

        months = ["2027-05", "2027-06", "2027-07"]
        booked = rows("SELECT month, half_days, state FROM v_commitment ORDER BY month")
        assert booked == [(month, 4, "booked") for month in months]
        taken = rows("SELECT month, held, booked FROM v_ledger WHERE booked > 0 ORDER BY month")
        assert taken == [(month, 0, 4) for month in months]
        actions = [str(action) for (action,) in rows("SELECT action FROM v_audit ORDER BY seq")]
        path = [action for action in actions if action.startswith("placement.")]
        wanted = ["propose", "approve", "offer", "accept", "welcome", "confirm"]
        steps = [action.split(".")[1] for action in path]
        assert [step for step in steps if step in wanted] == wanted
        assert rows("SELECT state FROM v_round") == [("adopted",)]
        mails = rows("SELECT event, recipient_id FROM v_mail")
        assert len(mails) == len(set(mails)) > 0
    checked = site.command("check")
    assert checked.stdout.strip() == "0 violations", checked.stdout + checked.stderr
    assert "0 faults" in site.command("audit", "verify").stdout


def test_a_stranger_who_knows_the_address_of_a_page_is_sent_to_sign_in(door: Door) -> None:
    assert "ログイン" in door.visitor().go("/needs/").text


def test_the_officer_of_another_town_sees_nothing_of_the_need(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)
    first = door.officer(Role.MUNICIPALITY)
    first.go("/needs/").follow("募集を作成").follow("一枚の画面で書く").fill(NEED).press(
        "下書き保存"
    )
    other = stored_user(site.database, Role.MUNICIPALITY, municipality_code="285013")
    stranger = door.visitor().sign_in(other.email)
    answer = stranger.page.goto(f"{site.address}/needs/{first.number}")
    assert answer is not None
    assert answer.status == 404
