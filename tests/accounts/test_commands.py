from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from talentpool import clock
from talentpool.accounts import commands, directory, joining
from talentpool.accounts.links import Purpose
from talentpool.accounts.models import Pool, User
from talentpool.db import Database
from talentpool.errors import Conflict, NotFound, Refused
from talentpool.permissions import Role
from tests.factories import PASSWORD

KOBE = "281000"


def run(group: str, *arguments: str) -> Result:
    return CliRunner().invoke(getattr(commands, f"{group}_group"), arguments)


@pytest.mark.usefixtures("environment")
def test_the_command_line_opens_a_pool_and_invites_the_first_administrator(
    database: Database,
) -> None:
    assert run("prefecture", "add", "28").output == "28 兵庫県DX人材プール\n"
    added = run(
        "user", "add", "--email", "admin@pref.example.jp", "--role", "admin", "--prefecture", "28"
    )
    assert added.exit_code == 0, added.output
    secret = re.search(r"/invite/([\w-]+)", added.output)
    assert secret is not None
    with database.writing() as session:
        joining.use_link(session, secret[1], Purpose.INVITE, password=PASSWORD, now=clock.now())
        user = directory.get_user_by_email(session, "admin@pref.example.jp")
        assert (user.role, user.prefecture_code, user.display_name) == (Role.ADMIN, "28", "")
    with database.reading() as session:
        assert session.scalars(sa.select(Pool.prefecture_code)).all() == ["28"]


@pytest.mark.usefixtures("environment")
def test_an_officer_is_added_by_the_town_and_gets_new_links_until_disabled(
    database: Database,
) -> None:
    run("prefecture", "add", "28")
    officer = (
        "user",
        "add",
        "--email",
        "a@example.com",
        "--role",
        "municipality",
        "--municipality",
        KOBE,
    )
    assert isinstance(run(*officer).exception, Refused)
    assert run(*officer, "--any-domain").exit_code == 0
    assert "/invite/" in run("user", "link", "a@example.com").output
    assert run("user", "disable", "a@example.com").exit_code == 0
    assert isinstance(run("user", "link", "a@example.com").exception, Conflict)
    with database.reading() as session:
        assert session.scalars(sa.select(User)).one().disabled_at is not None


@pytest.mark.usefixtures("environment")
def test_unsuitable_arguments_are_refused() -> None:
    assert isinstance(run("prefecture", "add", "48").exception, Refused)
    assert isinstance(run("user", "disable", "nobody@example.jp").exception, NotFound)
    no_pool = run(
        "user", "add", "--email", "a@example.jp", "--role", "auditor", "--prefecture", "28"
    )
    assert isinstance(no_pool.exception, Refused)
    assert run("user", "add", "--email", "a@example.jp", "--role", "system").exit_code == 2
