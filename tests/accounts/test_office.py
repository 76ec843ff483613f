"""Whom people can ask: saved by the administrator of the prefecture, told on every page, never invented."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool import audit, permissions
from talentpool.accounts.models import Office, Pool, User
from talentpool.accounts.office import Contact, save_office
from talentpool.audit import AuditEvent
from talentpool.db import Database, Session
from talentpool.errors import Forbidden, Refused
from talentpool.permissions import Action, Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import HYOGO, NOW, OSAKA, make_candidate, make_prefecture_pool, make_user

TYPED = {
    "name": "試験県 DX担当",
    "telephone": "０００－０００－００００",
    "hours": "平日 9時から17時まで",
}
SHOWN = ("試験県 DX担当", "電話 000-000-0000", "平日 9時から17時まで")
PUBLIC = ("/", "/help", "/privacy", "/consent", "/accessibility", "/signin", "/signup", "/nowhere")
ROLES = [role for role in Role if role is not Role.SYSTEM]


@pytest.fixture
def admin(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.ADMIN)


def save(admin: Browser, version: str = "0") -> None:
    answer = admin.post("/office", **TYPED, version=version)
    assert answer.status_code == 302, answer.text


def test_every_page_names_the_office_of_its_reader(app: TalentpoolFlask, admin: Browser) -> None:
    save(admin)
    far = signed_in(app, Role.COORDINATOR, prefecture_code=OSAKA)
    for role in ROLES:
        page = signed_in(app, role).get("/home").text
        assert [text for text in SHOWN if text not in page] == [], role
    for path in PUBLIC:
        page = app.test_client().get(path).text
        assert [text for text in SHOWN if text not in page] == [], path
    for path in ("/help", "/privacy", "/accessibility"):
        assert app.test_client().get(path).text.count("お問い合わせ") == 3
    assert "お問い合わせ" not in far.get("/home").text
    assert SHOWN[0] in admin.get("/offers").text  # a refusal


def test_before_it_is_saved_nothing_is_said_and_the_administrator_is_told(
    app: TalentpoolFlask, admin: Browser
) -> None:
    for path in PUBLIC:
        assert "お問い合わせ" not in app.test_client().get(path).text
    assert "担当窓口が登録されていません" in admin.get("/home").text
    assert "まだ登録されていません" in admin.get("/office").text
    save(admin)
    home = admin.get("/home").text
    assert "担当窓口が登録されていません" not in home
    assert "仕事はありません" in home


def test_what_is_wrong_is_refused_at_the_field_and_kept(admin: Browser, database: Database) -> None:
    for field in TYPED:
        answer = admin.post("/office", **{**TYPED, field: " "}, version="0")
        assert answer.status_code == 422
        assert "入力してください" in answer.text
    answer = admin.post("/office", **{**TYPED, "telephone": "12"}, version="0")
    assert "電話番号は市外局番から" in answer.text
    assert TYPED["name"] in answer.text
    with database.reading() as session:
        assert session.get(Office, HYOGO) is None


def test_the_second_of_two_administrators_is_told(admin: Browser, database: Database) -> None:
    save(admin)
    for stale in ("0", "7"):
        changed = {**TYPED, "name": "別の窓口", "version": stale}
        assert admin.post("/office", **changed).status_code == 409
    assert admin.post("/office", **{**TYPED, "name": "新しい窓口"}, version="1").status_code == 302
    with database.reading() as session:
        assert session.get_one(Office, HYOGO).name == "新しい窓口"


def test_a_change_is_recorded_once(session: Session) -> None:
    pool = make_prefecture_pool(session)
    admin = make_user(session, Role.ADMIN).actor
    contact = Contact("窓口", "000-000-0000", "平日")
    for _ in range(2):
        save_office(session, pool, contact, actor=admin, now=NOW)
    audit.seal(session)
    saved = sa.select(AuditEvent.object_id).where(AuditEvent.action == "office.save")
    assert session.scalars(saved).all() == [HYOGO]
    with pytest.raises(Refused):
        save_office(session, pool, Contact("", "000-000-0000", "平日"), actor=admin, now=NOW)


@pytest.mark.parametrize("role", ROLES)
def test_only_the_administrator_of_the_prefecture_saves_it(session: Session, role: Role) -> None:
    pool, far = make_prefecture_pool(session), make_prefecture_pool(session, OSAKA)
    actor = make_user(session, role).actor
    contact = Contact("窓口", "000-000-0000", "平日")
    assert permissions.can(session, actor, Action.MANAGE_OFFICE, pool) == (role is Role.ADMIN)
    if role is Role.ADMIN:
        save_office(session, pool, contact, actor=actor, now=NOW)
        office = session.get_one(Office, HYOGO)
        assert permissions.can(session, actor, Action.MANAGE_OFFICE, office)
        assert session.scalars(permissions.visible(actor, Pool)).all() == [pool]
    with pytest.raises(Forbidden):
        save_office(session, far, contact, actor=actor, now=NOW)


def test_a_person_is_greeted_by_name(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        person = make_candidate(session)
        user = session.get_one(User, person.user_id)
    browser = Browser(app)
    browser.sign_in(user)
    header = browser.get("/home").text.partition("<main")[0]
    assert person.name in header
