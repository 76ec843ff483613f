"""A town writes a need, the prefecture publishes or returns it; what is wrong is said at the field."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.db import Database
from talentpool.needs.models import Need
from talentpool.needs.versions import keep_version
from talentpool.needs.writing import content_of, replace_content
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.pool.assemble import request_of
from talentpool.pool.translate import to_need
from talentpool.reference.service import load_catalogue
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import NOW, make_candidate, make_need

NEED = {
    "title": "窓口業務改革アドバイザー", "department": "デジタル推進課", "background": "窓口が混む。",
    "outcome_wanted": "書かない窓口を始める。", "theme": "frontyard", "stage": "plan",
    "roles": ["pm"], "kinds": ["official"], "skills-0-skill": "bpr", "skills-0-kind": "must",
    "skills-0-level": "2", "skills-0-weight": "100", "half_days": "４", "first_month": "令和9年4月",
    "last_month": "2027年9月", "seats": "2", "mode": "hybrid", "on_site_share": "50",
    "weekdays": ["0", "2"], "forms": ["commission"], "pay_amount": "２万", "pay_basis": "day",
    "vendors-0-name": "株式会社サンプル", "touches_procurement": "y",
}  # fmt: skip

CHECKED = ["privacy", "budget", "form"]


@pytest.fixture
def town(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.MUNICIPALITY)


@pytest.fixture
def coordinator(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.COORDINATOR)


def _draft(browser: Browser, **changes: object) -> int:
    answer = browser.post("/needs/new", **{**NEED, **changes})
    assert answer.status_code == 302, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def _version(database: Database, ident: int) -> str:
    with database.reading() as session:
        return str(session.get_one(Need, ident).version)


def test_a_need_is_stored_as_it_was_typed(town: Browser, database: Database) -> None:
    ident = _draft(town)
    with database.reading() as session:
        need = session.get_one(Need, ident)
        assert need.code == f"N-{ident:06d}"
        assert (need.half_days, need.seats, need.pay_amount) == (4, 2, 20_000)
        assert (need.first_month, need.last_month) == (2027 * 12 + 3, 2027 * 12 + 8)
        assert need.weekdays == 0b101
        assert [(s.skill, s.must, s.level, s.weight) for s in need.skills] == [
            ("bpr", True, 2, 100)
        ]
        assert [row.name for row in need.vendors] == ["株式会社サンプル"]
    page = town.get(f"/needs/{ident}/edit").text
    assert "窓口業務改革アドバイザー" in page


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("title", "", "入力してください"),
        ("half_days", "-4", "1コマ以上"),
        ("half_days", "0", "1コマ以上"),
        ("half_days", "63", "62コマ以下"),
        ("first_month", "2027-13", "月"),
        ("last_month", "2026-01", "前になっています"),
        ("theme", "", "選んで"),
        ("theme", "no-such-theme", "Not a valid|選択"),
        ("seats", "99", "20枠以下"),
        ("place", "存在しない市", "一覧にありません"),
        ("title", "a\0b", "使えない文字"),
        ("title", "長" * 101, "100"),
        ("background", "長" * 4001, "4000|4,000"),
        ("weekdays", [], "曜日"),
        ("skills-0-group", "A" * 11, "10"),
    ],
)
def test_what_is_wrong_is_refused_at_the_field_and_kept(
    town: Browser, database: Database, field: str, typed: object, message: str
) -> None:
    answer = town.post("/needs/new", **{**NEED, field: typed})
    assert answer.status_code == 422
    assert any(part in answer.text for part in message.split("|")), answer.text
    assert "デジタル推進課" in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Need)) == 0


def test_ten_megabytes_of_text_are_refused(town: Browser) -> None:
    assert town.post("/needs/new", **{**NEED, "background": "長" * 4_000_000}).status_code == 413


def test_one_more_row_needs_no_script(town: Browser) -> None:
    answer = town.post("/needs/new", **{**NEED, "add": "skills"})
    assert answer.status_code == 303
    assert answer.location.endswith("#skills-1-skill")
    assert 'name="skills-1-skill"' in town.get(answer.location).text


def test_a_draft_may_have_gaps_and_what_is_handed_in_may_not(
    town: Browser, database: Database
) -> None:
    ident = _draft(town, background="", forms=[])
    answer = town.post(f"/needs/{ident}/submit", version=_version(database, ident))
    assert answer.status_code == 422
    assert "背景を書いてください" in answer.text
    with database.reading() as session:
        assert session.get_one(Need, ident).state is NeedState.DRAFT


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pay_basis": "month", "forms": ["commission"]}, "報酬の単位"),
        ({"forms": ["revitalization_side"], "pay_basis": "day", "half_days": "3"}, "半日コマ以上"),
        ({"pay_amount": "0"}, "報酬の額"),
        ({"forms": ["revitalization_side"], "half_days": "8", "mode": "online"}, "現地勤務"),
        ({"forms": ["revitalization_side"], "half_days": "8", "on_site_share": "0"}, "現地勤務"),
    ],
)
def test_the_rules_of_the_appointment_forms_are_kept(
    town: Browser, database: Database, changes: dict[str, object], message: str
) -> None:
    ident = _draft(town, **changes)
    answer = town.post(f"/needs/{ident}/submit", version=_version(database, ident))
    assert answer.status_code == 422
    assert message in answer.text


def test_one_form_that_suits_is_enough(town: Browser) -> None:
    answer = town.post(
        "/needs/new", **{**NEED, "forms": ["revitalization_side", "commission"], "submit": "1"}
    )
    assert answer.status_code == 302


def test_a_need_is_published_with_its_priority(
    town: Browser, coordinator: Browser, database: Database
) -> None:
    ident = _draft(town, submit="1")
    assert coordinator.post(
        f"/needs/{ident}/publish", version=_version(database, ident), reasons=["statutory"],
        checked=CHECKED,
    ).status_code == 422  # fmt: skip
    answer = coordinator.post(
        f"/needs/{ident}/publish", version=_version(database, ident), reasons=["statutory"],
        basis="移行の期限", checked=CHECKED,
    )  # fmt: skip
    assert answer.status_code == 302
    with database.reading() as session:
        need = session.get_one(Need, ident)
        assert (need.state, need.priority) == (NeedState.OPEN, 2)
        actions = session.scalars(
            sa.select(AuditEvent.action).where(
                AuditEvent.object_type == "need", AuditEvent.object_id == str(ident)
            ).order_by(AuditEvent.seq)
        ).all()  # fmt: skip
    assert actions == ["need.create", "need.submit", "need.publish"]
    assert town.get(f"/needs/{ident}/edit").status_code == 409
    page = town.get(f"/needs/{ident}").text
    assert "2段 = 法令などの期限がある 2" in page
    assert "根拠：移行の期限" in page
    assert "初めの方針では40.0点を加えます" in page
    with database.writing() as session:
        session.get_one(Need, ident).priority_grounds = None  # as a file brings it
    assert "2段 （理由の記録なし）" in " ".join(town.get(f"/needs/{ident}").text.split())
    policy = town.get("/help/priorities").text
    assert "「理由の記録なし」" in policy
    assert "合計は3段までです" in policy
    assert "最大で60.0点" in policy


def test_a_returned_need_shows_why_and_can_be_changed(
    town: Browser, coordinator: Browser, database: Database
) -> None:
    ident = _draft(town, submit="1")
    refused = coordinator.post(f"/needs/{ident}/return", version=_version(database, ident))
    assert refused.status_code == 422
    coordinator.post(
        f"/needs/{ident}/return", version=_version(database, ident), reason="too_strict",
        comment="必須を一つ減らしてください。",
    )  # fmt: skip
    page = town.get(f"/needs/{ident}").text
    assert "必須条件が厳しすぎる" in page
    assert "必須を一つ減らしてください。" in page
    changed = {**NEED, "skills-0-level": "1", "version": _version(database, ident)}
    assert town.post(f"/needs/{ident}/edit", **changed).status_code == 302
    with database.reading() as session:
        assert session.get_one(Need, ident).content_version == 2


def test_the_second_of_two_writers_is_told(town: Browser, database: Database) -> None:
    ident = _draft(town)
    seen = _version(database, ident)
    first = {**NEED, "title": "一人目", "version": seen}
    second = {**NEED, "title": "二人目", "version": seen}
    answer = town.post(f"/needs/{ident}/edit", **first)
    assert answer.status_code == 302, answer.text
    assert town.post(f"/needs/{ident}/edit", **second).status_code == 409
    with database.reading() as session:
        assert session.get_one(Need, ident).title == "一人目"


def test_saving_without_a_change_is_no_new_version(town: Browser, database: Database) -> None:
    ident = _draft(town)
    town.post(f"/needs/{ident}/edit", **NEED, version=_version(database, ident))
    with database.reading() as session:
        assert session.get_one(Need, ident).content_version == 1


def test_a_step_says_first_whom_it_concerns_and_what_changes(
    town: Browser, coordinator: Browser
) -> None:
    ident = _draft(town, submit="1")
    page = coordinator.get(f"/needs/{ident}").text
    assert page.count("知らせる相手") == page.count("変わること") == 2
    assert page.count("市町の担当者") == page.count("メールは送られません") == 2
    assert "進行中の推薦への影響が先に示されます" in page
    assert "理由と補足が市町に示され" in page


def test_an_open_need_says_what_can_be_done_instead_of_an_edit(
    town: Browser, database: Database
) -> None:
    with database.writing() as session:
        needs = {state: make_need(session, state=state).id for state in NeedState}
    for state, ident in needs.items():
        answer = town.get(f"/needs/{ident}/edit")
        assert answer.status_code == (200 if state is NeedState.DRAFT else 409), state
        assert ("差し戻されると変更できます" in answer.text) == (state is NeedState.SUBMITTED)
        can_revise = state in {NeedState.OPEN, NeedState.ON_HOLD}
        assert ("影響を確かめて変更してください" in answer.text) == can_revise


def test_hold_and_resume(town: Browser, coordinator: Browser, database: Database) -> None:
    with database.writing() as session:
        ident = make_need(session).id
    for verb, state in (("hold", NeedState.ON_HOLD), ("resume", NeedState.OPEN)):
        answer = coordinator.post(f"/needs/{ident}/{verb}", version=_version(database, ident))
        assert answer.status_code == 302
        with database.reading() as session:
            assert session.get_one(Need, ident).state is state


def test_a_copy_is_a_draft_of_its_own(town: Browser, database: Database) -> None:
    ident = _draft(town)
    copied = town.post(f"/needs/{ident}/copy").location
    assert copied == f"/needs/{ident + 1}/edit"
    assert "窓口業務改革アドバイザー" in town.get(copied).text


def test_a_must_may_ask_for_a_recent_use(town: Browser, database: Database) -> None:
    """Written, shown, copied and compared; the year follows from the first month."""
    ident = _draft(town, **{"skills-0-used_within": "5"})
    assert "5年以内" in town.get(f"/needs/{ident}").text
    copied = town.post(f"/needs/{ident}/copy").location
    assert re.search(r'<option selected value="5">5年以内', town.get(copied).text)
    refused = town.post(
        "/needs/new", **NEED | {"skills-0-kind": "want", "skills-0-used_within": "5"}
    )
    assert refused.status_code == 422
    assert "最後に使った時期は、必須の技能だけに指定してください。" in refused.text
    with database.writing() as session:
        need = session.get_one(Need, ident)
        [asked] = to_need(request_of(need), load_catalogue(session)).skills
        assert asked.since == 2027 - 5
        before = content_of(need)
        undated = replace(before, skills=(replace(before.skills[0], used_within=None),))
        keep_version(session, need, actor=None, now=NOW)
        replace_content(session, need, undated, catalogue=load_catalogue(session), now=NOW)
        keep_version(session, need, actor=None, now=NOW)
    assert town.get(f"/needs/{ident}/versions").text.count("5年以内") == 1


def test_another_town_finds_nothing(
    app: TalentpoolFlask, town: Browser, database: Database
) -> None:
    ident = _draft(town)
    other = signed_in(app, Role.MUNICIPALITY, municipality_code="285013")
    for path in (f"/needs/{ident}", f"/needs/{ident}/edit"):
        assert other.get(path).status_code == 404
    assert other.post(f"/needs/{ident}/submit", version="1").status_code == 404
    assert "窓口業務改革アドバイザー" not in other.get("/needs/").text


def test_the_prefecture_does_not_see_private_drafts(town: Browser, coordinator: Browser) -> None:
    ident = _draft(town)
    assert coordinator.get(f"/needs/{ident}").status_code == 404


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "窓口"])
def test_the_search_takes_every_letter_as_it_is(town: Browser, words: str) -> None:
    _draft(town)
    page = town.client.get("/needs/", query_string={"words": words, "state": "draft"})
    assert page.status_code == 200
    assert ("窓口業務改革アドバイザー" in page.text) == (words == "窓口")


def test_the_page_counts_who_could_do_it_and_hides_small_counts_from_the_town(
    town: Browser, coordinator: Browser, database: Database
) -> None:
    with database.writing() as session:
        for level in (1, 2, 3):
            make_candidate(session, skills={"bpr": level})
        need = make_need(session, musts={"bpr": 2})
        few, none = need.id, make_need(session, musts={"security": 4}).id
        expired = make_candidate(session, skills={"bpr": 3}).memberships[0]
        expired.active_from, expired.active_until = date(2020, 4, 1), date(2021, 3, 31)
        make_candidate(session, skills={"bpr": 3}).consents[0].withdrawn_at = NOW
    assert "／登録者3名" in coordinator.get(f"/needs/{few}").text
    assert "3名未満" in town.get(f"/needs/{few}").text
    assert "2名" in coordinator.get(f"/needs/{few}").text
    assert "＋1名" not in town.get(f"/needs/{few}").text
    assert "外すと＋1名" in coordinator.get(f"/needs/{few}").text
    page = coordinator.get(f"/needs/{none}").text
    assert "誰も当てはまりません" in page
    assert "必須の技能" in page


def test_what_is_not_chosen_yet_is_not_none(
    app: TalentpoolFlask, town: Browser, coordinator: Browser, database: Database
) -> None:
    with database.writing() as session:
        for _ in range(4):
            make_candidate(session)
        open_need = make_need(session, state=NeedState.DRAFT, forms=(), pay_amount=0)
        decided = make_need(session, state=NeedState.DRAFT, forms=("concurrent",))
    page = town.get(f"/needs/{open_need.id}").text
    assert "まだ選んでいません" in page
    assert "まだ書いていません" in page
    assert "年度ごとの費用の見込み" not in page
    assert "年度ごとの費用の見込み" in town.get(f"/needs/{decided.id}").text
    assert "次の条件では数えていません：任用形態、報酬" in page
    assert 'class="figure">3〜5名<' in page
    assert "いちばん減らしているのは" not in page
    page = town.get(f"/needs/{decided.id}").text
    assert "数えていません" not in page
    assert re.search(r'class="figure">\s*0名', page)


def test_a_draft_that_was_never_handed_in_can_be_deleted(
    app: TalentpoolFlask, town: Browser, coordinator: Browser, database: Database
) -> None:
    ident = _draft(town)
    page = town.get(f"/needs/{ident}").text
    assert "下書きを削除する" in page
    assert "取り下げる" not in page
    version = _version(database, ident)
    stranger = signed_in(app, Role.MUNICIPALITY, municipality_code="285013")
    for other, status in ((coordinator, 403), (stranger, 404)):
        assert other.post(f"/needs/{ident}/delete", version=version).status_code == status
    assert town.post(f"/needs/{ident}/delete", version="99").status_code == 409
    assert town.post(f"/needs/{ident}/delete", version=version).location == "/needs/"
    assert town.get(f"/needs/{ident}").status_code == 404
    with database.reading() as session:
        assert session.scalars(sa.select(Need)).all() == []
        actions = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.seq)).all()
        assert actions[-1] == "need.delete"
        assert list(check.violations(session)) == []


def test_what_was_handed_in_once_is_withdrawn_and_not_deleted(
    town: Browser, coordinator: Browser, database: Database
) -> None:
    ident = _draft(town)
    town.post(f"/needs/{ident}/submit", version=_version(database, ident))
    coordinator.post(f"/needs/{ident}/return", version=_version(database, ident), reason="budget")
    page = town.get(f"/needs/{ident}").text
    assert "下書きを削除する" not in page
    assert "取り下げる" in page
    refused = town.post(f"/needs/{ident}/delete", version=_version(database, ident))
    assert refused.status_code == 409
