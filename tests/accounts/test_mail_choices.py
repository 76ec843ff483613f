"""The page on which everybody chooses how mails reach them: what it offers, keeps, refuses and records."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from talentpool import audit
from talentpool.accounts import choosing
from talentpool.accounts.choosing import Chosen
from talentpool.accounts.models import User
from talentpool.app import create_app
from talentpool.audit import AuditEvent
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.mail_choices import (
    A_DAY,
    LONGEST_QUIET,
    How,
    MailChoice,
    Quiet,
    QuietHours,
    families_of,
    first_of,
    offered,
)
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in

PAGE = "/account/mails"
TOLD = [role for role in Role if role is not Role.SYSTEM and families_of(role)]
UNTOLD = [Role.AUDITOR, Role.ADMIN]
CHECKED = re.compile(r'name="(\w+)" value="(\w+)"\s+checked')


def choose(role: Role, how: How = How.DAILY) -> dict[str, str]:
    return dict.fromkeys(families_of(role), str(how))


def stored(database: Database) -> tuple[dict[str, How], tuple[int, int] | None]:
    with database.reading() as session:
        how = {row.family: row.how for row in session.scalars(sa.select(MailChoice))}
        quiet = session.scalars(sa.select(QuietHours)).one_or_none()
        return how, (quiet.begins, quiet.ends) if quiet else None


@pytest.mark.parametrize("role", TOLD)
def test_each_role_is_offered_its_families_and_what_was_chosen_comes_back(
    app: TalentpoolFlask, database: Database, role: Role
) -> None:
    browser = signed_in(app, role)
    page = browser.get(PAGE).text
    assert f'href="{PAGE}"' in browser.get("/account").text
    first = {family: str(first_of(family)) for family in families_of(role)}
    assert dict(CHECKED.findall(page)) == first
    for family in families_of(role):
        values = re.findall(rf'name="{family}" value="(\w+)"', page)
        assert values == [str(how) for how in offered(family, role)]
    answer = browser.post(PAGE, **choose(role), begins="1320", ends="420")
    assert (answer.status_code, answer.location) == (302, PAGE)
    page = browser.get(PAGE).text
    assert "メールの受け取り方を保存しました。" in page
    assert dict(CHECKED.findall(page)) == choose(role)
    assert re.findall(r'<option selected value="(\d+)">([\d:]+)<', page) == [
        ("1320", "22:00"), ("420", "7:00"),
    ]  # fmt: skip
    assert stored(database) == (dict.fromkeys(families_of(role), How.DAILY), (1320, 420))
    assert browser.post(PAGE, **choose(role, How.AT_ONCE), begins="", ends="").status_code == 302
    assert stored(database) == (dict.fromkeys(families_of(role), How.AT_ONCE), None)


@pytest.mark.parametrize("role", UNTOLD)
def test_who_is_told_of_no_step_has_nothing_to_choose(app: TalentpoolFlask, role: Role) -> None:
    browser = signed_in(app, role)
    page = browser.get(PAGE).text
    assert "この役割には、手続きのメールは送られません。" in page
    assert "受け取り方を保存する" not in page
    assert "DX人材プールへの招待" in page
    assert browser.post(PAGE, begins="0", ends="60").status_code == 409


def test_the_page_names_the_mails_that_bind(app: TalentpoolFlask) -> None:
    page = signed_in(app, Role.CANDIDATE).get(PAGE).text
    for mail in ("市町の仕事の打診があります", "打診への回答期限が近づいています"):
        assert f"「{mail}」" in page
    assert "登録の期限が近づいています" in page
    assert (
        page.count('value="none"') == 2
    )  # of the work, whose steps start no deadline, and of what suits the person
    assert "回答の日数は" in page
    town = signed_in(app, Role.MUNICIPALITY).get(PAGE).text
    for mail in ("本人が引き受けました", "紹介への回答期限が近づいています"):
        assert f"「{mail}」" in town
    assert town.count('value="none"') == 3
    officer = signed_in(app, Role.COORDINATOR).get(PAGE).text
    assert "期限があるため" not in officer
    assert "回答の日数は" not in officer
    assert officer.count('value="none"') == 5


def test_the_page_says_where_no_mails_are_sent(
    app: TalentpoolFlask, config: Config, database: Database
) -> None:
    said = "いまは、このサイトから手続きのメールは送られません。"
    assert said in signed_in(app, Role.APPROVER).get(PAGE).text
    sending = create_app(replace(config, smtp_url="smtp://127.0.0.1:1"), database)
    assert said not in signed_in(sending, Role.APPROVER).get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"placement": "none"}, "ends"),
        ({"placement": ""}, "placement"),
        ({"placement": "hourly"}, "placement"),
        ({"begins": "1320", "ends": ""}, "ends"),
        ({"begins": "", "ends": "420"}, "begins"),
        ({"begins": "420", "ends": "420"}, "ends"),
        ({"begins": "0", "ends": "990"}, "ends"),
        ({"begins": "7", "ends": "420"}, "begins"),
        ({"begins": "1440", "ends": "420"}, "begins"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_stored(
    app: TalentpoolFlask, database: Database, typed: dict[str, str], said: str
) -> None:
    browser = signed_in(app, Role.CANDIDATE)
    fields = {**choose(Role.CANDIDATE), "begins": "", "ends": "", **typed}
    answer = browser.post(PAGE, **fields)
    assert answer.status_code == 422
    field = "placement" if typed.get("placement") == "none" else said
    assert f'id="{field}-error"' in answer.text
    assert ("membership", "daily") in CHECKED.findall(answer.text)
    assert stored(database) == ({}, None)


def test_a_change_is_recorded_once_and_told_in_words(
    app: TalentpoolFlask, database: Database
) -> None:
    browser = signed_in(app, Role.COORDINATOR)
    chosen = {"membership": "daily", "need": "none", "placement": "at_once"}
    for _ in range(2):
        assert browser.post(PAGE, **chosen, begins="1320", ends="420").status_code == 302
    assert browser.post(PAGE, **chosen, begins="", ends="").status_code == 302
    with database.reading() as session:
        query = sa.select(AuditEvent.detail).where(AuditEvent.action == "account.mails")
        assert session.scalars(query.order_by(AuditEvent.seq)).all() == [
            {"mails": {"membership": "daily", "need": "none"}, "quiet": [1320, 420]},
            {"quiet": []},
        ]
        assert list(audit.verify(session)) == []
    trail = signed_in(app, Role.AUDITOR).get("/audit?action=account.mails").text
    assert "メール：登録：1日1回まとめて、募集：メールなし" in trail
    assert "メールを送らない時間：22:00～7:00" in trail
    assert "メールを送らない時間：なし" in trail


def test_nobody_chooses_for_somebody_else(session: Session) -> None:
    user, admin = make.make_user(session, Role.APPROVER), make.make_user(session, Role.ADMIN)
    chosen = Chosen({"placement": How.NONE})
    for actor in (admin.actor, make.make_user(session, Role.APPROVER).actor):
        with pytest.raises(Forbidden):
            choosing.save_choices(session, user, chosen, actor=actor, now=make.NOW)
    with pytest.raises(Conflict):
        choosing.save_choices(session, admin, Chosen(), actor=admin.actor, now=make.NOW)
    with pytest.raises(Refused):
        choosing.save_choices(session, user, Chosen(), actor=user.actor, now=make.NOW)


def test_a_choice_that_a_new_role_does_not_offer_counts_as_none_made(session: Session) -> None:
    user = make.make_user(session, Role.COORDINATOR)
    chosen = Chosen(dict.fromkeys(families_of(user.role), How.NONE))
    choosing.save_choices(session, user, chosen, actor=user.actor, now=make.NOW)
    user.role, user.municipality_code = Role.MUNICIPALITY, make.HIMEJI
    session.flush()
    assert choosing.read_choices(session, user).how == {
        "need": How.NONE, "placement": How.AT_ONCE, "engagement": How.NONE, "consultation": How.NONE,
    }  # fmt: skip


def test_choices_end_with_the_account(session: Session) -> None:
    user = make.make_user(session, Role.APPROVER)
    chosen = Chosen(dict.fromkeys(families_of(user.role), How.DAILY), Quiet(0, 60))
    choosing.save_choices(session, user, chosen, actor=user.actor, now=make.NOW)
    session.flush()
    session.execute(sa.delete(User).where(User.id == user.id))
    for model in (MailChoice, QuietHours):
        assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 0


@given(st.integers(0, A_DAY - 1), st.integers(0, A_DAY - 1))
def test_hours_of_a_minute_to_sixteen_hours_are_taken(begins: int, ends: int) -> None:
    quiet = Quiet(begins, ends)
    is_fine = not list(choosing.quiet_faults(quiet))
    assert is_fine == (1 <= (ends - begins + A_DAY) % A_DAY <= LONGEST_QUIET)


def test_a_person_reads_the_page_in_english(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        person = make.make_candidate(session)
        user = session.get_one(User, person.user_id)
    browser = Browser(app)
    browser.enter(user)
    page = browser.get(f"{PAGE}?lang=en").text
    assert "How you get mails" in page
    assert "Once a day, together" in page
