"""下書き保存 of a need: whatever was typed is kept, for the town alone, until it is a need or deleted."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.db import Database, Session
from talentpool.errors import Refused
from talentpool.needs.drafting import MOST_BYTES, save_draft
from talentpool.needs.models import Need, NeedDraft
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import NOW, SAYO, make_need, make_need_draft, make_user

from .test_pages import NEED

SAVE, SUBMIT = {"save": "1"}, {"submit": "1"}
WRONG = {
    "title": "長" * 101, "half_days": "たくさん", "first_month": "2027-13", "last_month": "来年",
    "seats": "99", "on_site_share": "200", "place": "存在しない市", "pay_amount": "応相談", "weekdays": [],
    "skills-0-skill": "bpr", "skills-0-kind": "want", "skills-0-group": "A", "skills-0-weight": "重い",
    "skills-1-skill": "bpr", "skills-1-kind": "must", "vendors-0-name": "株式会社サンプル",
    "background": "一行目\r\n二行目",
}  # fmt: skip


@pytest.fixture
def town(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.MUNICIPALITY)


def rows(database: Database) -> tuple[list[NeedDraft], list[Need]]:
    with database.reading() as session:
        assert list(check.violations(session)) == []
        return list(session.scalars(sa.select(NeedDraft))), list(session.scalars(sa.select(Need)))


def deeds(database: Database) -> list[str]:
    with database.reading() as session:
        query = sa.select(AuditEvent.action).where(AuditEvent.object_type == "need_draft")
        return list(session.scalars(query.order_by(AuditEvent.seq)))


def version_in(page: str) -> str:
    """What the first form that has a version is about."""
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def begin(town: Browser, **typed: object) -> str:
    """The page of a new draft."""
    answer = town.post("/needs/new", **typed, **SAVE)
    assert answer.status_code == 302, answer.text
    assert re.fullmatch(r"/needs/drafts/\d+", answer.location)
    return answer.location


@pytest.mark.parametrize("field", ["title", "theme", "stage", "half_days", "first_month", "seats"])
def test_a_need_that_lacks_something_is_kept_and_then_handed_in(
    town: Browser, database: Database, field: str
) -> None:
    page = begin(town, **{**NEED, field: ""})
    assert rows(database)[1] == []
    shown = town.get(page).text
    assert "下書きを表示しています" in shown
    assert "field-error" not in shown
    refused = town.post(page, **{**NEED, field: ""}, **SUBMIT, version=version_in(shown))
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    answer = town.post(page, **NEED, **SUBMIT, version=version_in(shown))
    assert answer.status_code == 302
    drafts, needs = rows(database)
    assert drafts == []
    assert [need.state for need in needs] == [NeedState.SUBMITTED]
    assert deeds(database) == ["need.draft_save", "need.draft_finish"]
    assert town.get(page).status_code == 404


def test_nothing_is_lost_and_nothing_guessed_of_what_is_wrong(
    town: Browser, database: Database
) -> None:
    page = begin(town, **WRONG)
    shown = town.get(page).text
    for name, value in WRONG.items():
        if isinstance(value, str) and "skill" not in name and name != "background":
            assert re.search(rf'name="{name}"[^>]*value="{value}"', shown), name
    assert "一行目" in shown
    assert 'value="重い"' in shown
    assert shown.count('selected value="bpr"') == 2
    assert not re.search(r'name="weekdays" value="\d"\s+checked', shown)
    assert "field-error" not in shown
    again = town.post(page, **WRONG, **SAVE, version=version_in(shown))
    assert again.status_code == 302
    [draft], needs = rows(database)
    assert needs == []
    assert (draft.version, draft.content.count("来年")) == (2, 1)


def test_an_empty_form_is_kept_and_found_on_home_and_the_list(town: Browser) -> None:
    page = begin(town, title="", background="")
    begin(town, title="ごみ収集の見直し")
    home = town.get("/home").text
    assert "書きかけの募集" in home
    assert "申請していない募集" not in home
    listed = town.get("/needs/").text
    assert f'href="{page}"' in listed
    assert "（名前はまだありません）" in listed
    assert "ごみ収集の見直し" in listed


def test_only_officers_of_the_town_see_a_draft(app: TalentpoolFlask, town: Browser) -> None:
    page = begin(town, title="まだ内緒の募集")
    colleague = signed_in(app, Role.MUNICIPALITY)
    assert "まだ内緒の募集" in colleague.get("/needs/").text
    assert "まだ内緒の募集" in colleague.get(page).text
    others = [signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)]
    others += [
        signed_in(app, role) for role in Role if role not in {Role.MUNICIPALITY, Role.SYSTEM}
    ]
    for other in others:
        assert other.get(page).status_code in {403, 404}
        assert other.post(f"{page}/delete", version="1").status_code in {403, 404}
        for path in ("/needs/", "/home"):
            assert "内緒" not in other.get(path).text
            assert "書きかけ" not in other.get(path).text
    assert "まだ内緒の募集" in town.get(page).text


def test_what_the_databases_cannot_take_is_refused_and_shown_again(
    town: Browser, database: Database
) -> None:
    answer = town.post("/needs/new", department="広報課", title="a\0b", **SAVE)
    assert answer.status_code == 422
    assert "使えない文字" in answer.text
    assert "広報課" in answer.text
    assert rows(database) == ([], [])


def test_a_draft_is_not_larger_than_a_form(session: Session) -> None:
    officer = make_user(session, Role.MUNICIPALITY).actor
    for length, is_kept in ((MOST_BYTES - 100, True), (MOST_BYTES, False)):
        with nullcontext() if is_kept else pytest.raises(Refused, match="大きすぎます"):
            save_draft(session, None, {"background": ["a" * length]}, actor=officer, now=NOW)


def test_a_draft_is_encrypted_at_rest(town: Browser, database: Database) -> None:
    begin(town, title="まだ内緒の募集")
    with database.reading() as session:
        raw = session.scalar(sa.text("SELECT content FROM need_draft"))
    assert "内緒".encode() not in bytes(raw)


def test_a_draft_is_deleted_with_its_trace(town: Browser, database: Database) -> None:
    page = begin(town, title="やめた募集")
    shown = town.get(page).text
    assert "元に戻せません" in shown
    version = version_in(shown.split("/delete")[1])
    assert town.post(f"{page}/delete", version="99").status_code == 409
    assert town.post(f"{page}/delete", version=version).status_code == 302
    assert rows(database) == ([], [])
    assert deeds(database) == ["need.draft_save", "need.draft_delete"]
    assert "やめた募集" not in town.get("/needs/").text


def test_two_officers_type_into_the_same_draft(app: TalentpoolFlask, town: Browser) -> None:
    page = begin(town, title="窓口")
    colleague = signed_in(app, Role.MUNICIPALITY)
    version = version_in(town.get(page).text)
    first = town.post(page, title="窓口の見直し", half_days="4くらい", **SAVE, version=version)
    assert first.status_code == 302
    late = colleague.post(page, title="窓口改革", half_days="8", **SAVE, version=version)
    assert late.status_code == 409
    notice = late.text.split("data-focus")[1].split("</dl>")[0]
    for said in ("窓口の見直し", "4くらい", "窓口改革", "8"):
        assert said in notice
    assert 'value="窓口改革"' in late.text
    again = colleague.post(page, title="窓口改革", **SAVE, version=version_in(late.text))
    assert again.status_code == 302


@pytest.mark.parametrize("end", ["finished", "deleted"])
def test_what_is_typed_into_a_draft_that_is_gone_is_not(
    app: TalentpoolFlask, town: Browser, database: Database, end: str
) -> None:
    page = begin(town, title="窓口")
    colleague = signed_in(app, Role.MUNICIPALITY)
    if end == "finished":
        assert town.post(page, **NEED, **SUBMIT, version="1").status_code == 302
    else:
        assert town.post(f"{page}/delete", version="1").status_code == 302
    late = colleague.post(page, title="窓口改革", **SAVE, version="1")
    assert late.status_code == 409
    assert "この下書きは、もうありません" in late.text
    assert 'value="窓口改革"' in late.text
    form = re.search(r'id="need-form"\s+action="([^"]+)"', late.text)
    assert form is not None
    assert form[1] == "/needs/new"
    assert colleague.post(form[1], title="窓口改革", **SAVE).status_code == 302
    assert len(rows(database)[0]) == 1


def draft_of_need(town: Browser, database: Database, state: str = "draft") -> tuple[int, str]:
    """A stored need, and the page on which a draft of its change was kept."""
    with database.writing() as session:
        need = make_need(session, state=NeedState.DRAFT, outcome_wanted="待ち時間の半減")
        if state == "returned":
            need.review_reason, need.submitted_at = "too_strict", need.created_at
    page = f"/needs/{need.id}/edit"
    version = version_in(town.get(page).text)
    kept = town.post(
        page, **{**NEED, "title": "改めた題", "half_days": "?"}, **SAVE, version=version
    )
    assert (kept.status_code, kept.location) == (302, page)
    return need.id, page


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_the_draft_of_a_need_changes_it_when_it_is_whole(
    town: Browser, database: Database, state: str
) -> None:
    ident, page = draft_of_need(town, database, state)
    [draft], [need] = rows(database)
    assert draft.need_id == ident
    assert (need.title, need.content_version) != ("改めた題", 2)
    shown = town.get(page).text
    for text in ("下書きを表示しています", 'value="改めた題"', 'value="?"'):
        assert text in shown
    assert "仕上げていない下書きがあります" in town.get(f"/needs/{ident}").text
    assert "書きかけの募集" not in town.get("/home").text  # it is a need already
    refused = town.post(f"/needs/{ident}/submit", version=need.version)
    assert refused.status_code == 422
    assert "仕上げるか削除してから" in refused.text
    typed = {**NEED, "title": "改めた題"}
    assert town.post(page, **typed, **SAVE, version=version_in(shown)).status_code == 302
    drafts, [need] = rows(database)
    assert drafts == []
    assert (need.title, need.state) == ("改めた題", NeedState.DRAFT)
    assert "下書きを表示しています" not in town.get(page).text


def test_a_hand_in_that_is_refused_leaves_the_draft(town: Browser, database: Database) -> None:
    ident, page = draft_of_need(town, database)
    version = version_in(town.get(page).text)
    refused = town.post(page, **{**NEED, "pay_amount": "0"}, **SUBMIT, version=version)
    assert refused.status_code == 422
    [draft], [need] = rows(database)
    assert (draft.need_id, need.state) == (ident, NeedState.DRAFT)
    assert town.post(page, **NEED, **SUBMIT, version=version_in(refused.text)).status_code == 302
    assert rows(database)[0] == []


def test_the_draft_of_a_need_is_deleted_alone(town: Browser, database: Database) -> None:
    _, page = draft_of_need(town, database)
    [draft], [need] = rows(database)
    answer = town.post(f"/needs/drafts/{draft.id}/delete", version=draft.version)
    assert (answer.status_code, answer.location) == (302, page)
    assert f'value="{need.title}"' in town.get(page).text
    assert town.get(f"/needs/drafts/{draft.id}").status_code == 404


def test_a_need_that_is_deleted_takes_its_draft_along(town: Browser, database: Database) -> None:
    ident, _ = draft_of_need(town, database)
    need = rows(database)[1][0]
    assert town.post(f"/needs/{ident}/delete", version=need.version).status_code == 302
    assert rows(database) == ([], [])
    assert deeds(database) == ["need.draft_save", "need.draft_delete"]


def test_the_draft_of_a_need_that_is_withdrawn_stays_for_a_new_one(
    town: Browser, database: Database
) -> None:
    ident, page = draft_of_need(town, database, "returned")
    need = rows(database)[1][0]
    answer = town.post(f"/needs/{ident}/withdraw", reason="budget", version=need.version)
    assert answer.status_code == 302, answer.text
    [draft], [need] = rows(database)
    assert (draft.need_id, need.state) == (None, NeedState.CLOSED)
    with database.reading() as session:
        freed = sa.select(AuditEvent.detail).where(AuditEvent.action == "need.draft_free")
        assert session.scalars(freed).all() == [{"need": need.id}]
    shown = town.get(f"/needs/drafts/{draft.id}").text
    assert 'value="改めた題"' in shown
    assert page not in shown


def test_a_draft_that_belongs_to_a_need_opens_on_its_page(
    app: TalentpoolFlask, database: Database, town: Browser
) -> None:
    with database.writing() as session:
        need = make_need(session, state=NeedState.DRAFT)
        draft = make_need_draft(session, need=need)
    answer = town.get(f"/needs/drafts/{draft.id}")
    assert (answer.status_code, answer.location) == (302, f"/needs/{need.id}/edit")
