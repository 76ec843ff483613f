"""What home says of engagements: months to write for the person, logs to sign for the town."""

from __future__ import annotations

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.db import Database
from talentpool.engagements.logs import return_log
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in

from .. import factories as make

THIS = dates.month_of(dates.local_date(make.NOW))


def _enter(app: TalentpoolFlask, user_id: int | None) -> Browser:
    with app.database.reading() as session:
        user = session.get_one(User, user_id)
    browser = Browser(app)
    browser.enter(user)
    return browser


def test_a_month_that_is_over_and_not_written_waits_for_the_person(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make.make_candidate(session, first_month=THIS - 1, last_month=THIS)
        need = make.make_need(session, first_month=THIS - 1, last_month=THIS)
        engagement = make.make_engagement(session, need=need, candidate=person)
        ident, user_id = engagement.id, person.user_id
    page = _enter(app, user_id).get("/home").text
    assert f"/engagements/{ident}/logs/{dates.month_text(THIS - 1)}" in page
    assert f"/engagements/{ident}/logs/{dates.month_text(THIS)}" not in page  # not over yet


def test_a_log_waits_for_the_town_until_it_is_returned_and_then_for_the_person(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        log = make.make_sent_log(session, make.make_candidate(session))
        user_id = log.engagement.candidate.user_id
    town = signed_in(app, Role.MUNICIPALITY)
    link = f"/logs/{dates.month_text(THIS)}"
    assert "確認を待っている活動記録" in town.get("/home").text
    assert "市町の確認を待っている活動記録" in signed_in(app, Role.COORDINATOR).get("/home").text
    assert link not in _enter(app, user_id).get("/home").text
    with database.writing() as session:
        log = session.merge(log)
        actor = make.make_user(session, Role.MUNICIPALITY).actor
        return_log(session, log, reason="days", actor=actor, now=clock.now())
    assert "確認を待っている活動記録" not in town.get("/home").text
    page = _enter(app, user_id).get("/home").text
    assert link in page
    assert "の記録を直す" in page
