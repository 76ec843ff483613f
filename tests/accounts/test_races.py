"""The same form from many browsers at one moment: the same answer for each, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import OneTimeLink, User
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, stored_user
from tests.factories import HYOGO, make_prefecture_pool

from .test_views import EMAIL, PASSWORDS, plain

MANY = 8


def _at_once(
    app: TalentpoolFlask, path: str, user: User | None = None, **fields: str
) -> list[tuple[int, str]]:
    browsers = [Browser(app) for _ in range(MANY)]
    if user is not None:
        assert {browser.sign_in(user).status_code for browser in browsers} == {302}
    tokens = [browser.token() for browser in browsers]
    start = Barrier(MANY)

    def post(number: int) -> tuple[int, str]:
        start.wait()
        form = {"csrf_token": tokens[number], **fields}
        answer = browsers[number].client.post(path, data=form)
        return answer.status_code, plain(answer.text)

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(post, range(MANY)))


def _living_links(app: TalentpoolFlask) -> int:
    with app.database.reading() as session:
        living = sa.select(sa.func.count()).where(
            OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > clock.now()
        )
        return session.scalars(living).one()


def test_eight_sign_ups_at_once_make_one_account_and_one_link(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        make_prefecture_pool(session)
    answers = _at_once(app, "/signup", email=EMAIL, prefecture_code=HYOGO, **PASSWORDS)
    assert {status for status, _ in answers} == {302}
    assert len({page for _, page in answers}) == 1
    with app.database.reading() as session:
        assert session.scalars(sa.select(sa.func.count()).select_from(User)).one() == 1
    assert _living_links(app) == 1


@pytest.mark.parametrize("path", ["/signup", "/reset"])
def test_a_known_address_is_not_given_away_by_a_race(app: TalentpoolFlask, path: str) -> None:
    known = stored_user(app.database, Role.CANDIDATE).email
    fields = {"prefecture_code": HYOGO, **PASSWORDS} if path == "/signup" else {}
    answers = _at_once(app, path, email=known, **fields)
    assert {status for status, _ in answers} == {302}
    assert len({page for _, page in answers}) == 1
    assert _living_links(app) <= 1


def test_of_eight_invitations_of_one_address_seven_are_told_that_it_is_taken(
    app: TalentpoolFlask,
) -> None:
    """Who loses a race is answered as if they had come a moment later."""
    admin = stored_user(app.database, Role.ADMIN)
    fields = {"email": EMAIL, "display_name": "県 花子", "role": "coordinator"}
    answers = _at_once(app, "/accounts/invite", admin, **fields)
    assert sorted(status for status, _ in answers) == [302, *[422] * (MANY - 1)]
    late = {page for status, page in answers if status == 422}
    assert all("すでに使われています" in page for page in late)
