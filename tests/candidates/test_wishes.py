"""Officers write down that somebody without an account leaves, withdraws the consent or goes on."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.candidates.models import Membership
from talentpool.candidates.received import Source
from talentpool.candidates.wishes import Asked, Wish, record_wish
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.states import MembershipState, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in
from .test_renewing import LAST, NEXT, NOW, ending

TODAY = NOW.date()


def without_account(session: Session) -> Membership:
    row = ending(session)
    row.candidate.user_id = None
    session.flush()
    return row


def asked(wish: Wish, day: date = TODAY) -> Asked:
    return Asked(wish, Source.TELEPHONE, day)


def test_each_wish_takes_the_person_s_own_step_and_is_in_the_trail(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    leaving, withdrawing, renewing = (without_account(session) for _ in range(3))
    asked_about = make.make_placement(
        session, make.make_need(session), leaving.candidate, state=PlacementState.OFFERED
    )
    for row, wish in ((leaving, Wish.LEAVE), (withdrawing, Wish.WITHDRAW), (renewing, Wish.RENEW)):
        record_wish(session, row, asked(wish), actor=officer, now=NOW)
    assert leaving.state is withdrawing.state is MembershipState.LEFT
    assert asked_about.state is PlacementState.REVOKED
    assert (renewing.state, renewing.active_until) == (MembershipState.ACTIVE, NEXT)
    session.commit()
    trail = sa.select(AuditEvent.detail).where(AuditEvent.action == "membership.wish")
    found = [
        (row["wish"], row["source"]) for row in session.scalars(trail.order_by(AuditEvent.seq))
    ]
    assert found == [(wish, "telephone") for wish in ("leave", "withdraw", "renew")]
    assert list(check.violations(session)) == []
    with pytest.raises(Conflict, match="すでに終了"):
        record_wish(session, leaving, asked(Wish.LEAVE), actor=officer, now=NOW)


def test_it_is_refused_with_an_account_by_others_and_ahead_of_time(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    row = ending(session)
    with pytest.raises(Conflict, match="アカウント"):
        record_wish(session, row, asked(Wish.LEAVE), actor=officer, now=NOW)
    row = without_account(session)
    for role in (Role.APPROVER, Role.AUDITOR, Role.ADMIN, Role.MUNICIPALITY):
        with pytest.raises(Forbidden):
            actor = make.make_user(session, role).actor
            record_wish(session, row, asked(Wish.LEAVE), actor=actor, now=NOW)
    with pytest.raises(Refused) as refused:
        record_wish(session, row, asked(Wish.LEAVE, LAST), actor=officer, now=NOW)
    assert list(refused.value.fields) == ["came_on"]
    with pytest.raises(Refused):
        self_told = Asked(Wish.LEAVE, Source.SELF, NOW.date())
        record_wish(session, row, self_told, actor=officer, now=NOW)
    assert row.state is MembershipState.ACTIVE


def test_the_page_says_what_ends_and_who_has_work_does_not_leave(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = make.make_candidate(session, has_account=False)
        make.make_engagement(session, candidate=person)
        other = make.make_candidate(session)
        path, foreign = f"/candidates/{person.id}/wish", f"/candidates/{other.id}/wish"
        version = person.memberships[0].version
    office = signed_in(app, Role.COORDINATOR)
    assert path in office.get(f"/candidates/{person.id}").text
    assert foreign not in office.get(f"/candidates/{other.id}").text
    assert office.get(foreign).status_code == 404
    assert "退会はできません" in office.get(path).text
    typed = {"version": str(version), "source": "paper", "came_on": "2026-11-30"}
    assert office.post(path, **typed).status_code == 422
    late = office.post(path, wish="leave", **typed)
    assert late.status_code == 409
    assert "退会する" in late.text  # what was typed
    assert office.post(path, wish="withdraw", **typed).status_code == 302
