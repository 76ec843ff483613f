"""Demand without people is recorded, listed as whom to look for, and closed by itself, with word to staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import audit, clock
from talentpool.db import Database, Session
from talentpool.errors import Forbidden
from talentpool.gaps import soundness, tracking
from talentpool.gaps.looking import Left, Served, look
from talentpool.gaps.models import Ending, SupplyGap
from talentpool.gaps.tracking import keep_gaps
from talentpool.mail import MailOrder
from talentpool.permissions import SYSTEM, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.states import NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.factories import (
    HYOGO,
    NOW,
    SAYO,
    make_candidate,
    make_need,
    make_placement,
    make_round_with_plan,
    make_user,
)

HOUR = timedelta(hours=1)


def _track(session: Session, hours: int = 0) -> list[tuple[int, str | None]]:
    """(seats, how it ended) of every gap, the oldest first."""
    now = NOW + hours * HOUR
    session.flush()
    audit.seal(session)
    found = look(session, HYOGO, catalogue=Catalogue.shipped(), now=now)
    keep_gaps(session, HYOGO, found, actor=SYSTEM, now=now)
    session.flush()
    gaps = session.scalars(sa.select(SupplyGap).order_by(SupplyGap.id)).all()
    return [(gap.seats, gap.ending) for gap in gaps]


def test_a_gap_is_recorded_with_nobody_and_closes_when_people_come(session: Session) -> None:
    officer = make_user(session, Role.COORDINATOR)
    need = make_need(session, seats=2, musts={"bpr": 3})
    assert _track(session) == [(2, None)]
    gap = session.scalars(sa.select(SupplyGap)).one()
    assert (gap.fitting, gap.rule) == (0, None)  # there is nobody at all
    make_candidate(session, skills={"bpr": 3})
    make_candidate(session, skills={"bpr": 1})
    assert _track(session, 1) == [(2, None)]  # one of two
    make_candidate(session, skills={"bpr": 4})
    assert _track(session, 2) == [(2, Ending.SUPPLIED)]
    assert _track(session, 3) == [(2, Ending.SUPPLIED)]  # once
    assert (gap.supply, gap.closed_at) == (2, NOW + 2 * HOUR)
    told = session.scalars(sa.select(MailOrder)).all()
    assert [(mail.recipient_id, mail.template, mail.link) for mail in told] == [
        (officer.id, tracking.TEMPLATE, f"/needs/{need.id}")
    ]
    assert not list(soundness.violations(session))
    with pytest.raises(Forbidden):
        keep_gaps(session, HYOGO, {}, actor=officer.actor, now=NOW)


def test_a_gap_closes_with_its_need_and_opens_again_where_people_leave(session: Session) -> None:
    person = make_candidate(session, half_days=4)
    first, second = make_need(session), make_need(session)
    assert _track(session) == []  # each could be served
    make_placement(session, first, person, state=PlacementState.CONFIRMED)
    assert _track(session, 1) == [(1, None)]  # of the second, whom nobody has half-days for
    gap = session.scalars(sa.select(SupplyGap)).one()
    assert (gap.need_id, gap.rule) == (second.id, "capacity")
    second.state = NeedState.ON_HOLD
    assert _track(session, 2) == [(1, Ending.CLOSED)]
    second.state = NeedState.OPEN
    assert _track(session, 3) == [(1, Ending.CLOSED), (1, None)]
    make_placement(session, second, make_candidate(session), state=PlacementState.CONFIRMED)
    assert _track(session, 4) == [(1, Ending.CLOSED), (1, Ending.FILLED)]
    assert session.scalar(sa.select(sa.func.count()).select_from(MailOrder)) == 0
    audit.seal(session)
    events = sa.select(audit.AuditEvent.detail).where(audit.AuditEvent.action == "supply_gap.close")
    for detail in session.scalars(events):  # nobody counted who fits
        assert set(detail) == {"need", "ending"}
    assert len(session.scalars(events).all()) == 2


def test_a_seat_that_a_plan_left_empty_is_a_gap_until_somebody_more_fits(session: Session) -> None:
    make_candidate(session)
    need = make_need(session)
    round_ = make_round_with_plan(session, [], needs=[need])
    session.flush()

    def served(fitting: int) -> dict[int, Served]:
        return {need.id: Served(need.id, 1, fitting, "skill", Left(round_.id, 1))}

    def states() -> list[str | None]:
        return list(session.scalars(sa.select(SupplyGap.ending).order_by(SupplyGap.id)))

    keep_gaps(session, HYOGO, served(1), actor=SYSTEM, now=NOW)
    assert states() == [None]
    keep_gaps(session, HYOGO, served(1), actor=SYSTEM, now=NOW)
    assert states() == [None]
    keep_gaps(session, HYOGO, served(2), actor=SYSTEM, now=NOW)
    keep_gaps(session, HYOGO, served(2), actor=SYSTEM, now=NOW)  # the same round says no more
    assert states() == [Ending.SUPPLIED]


def test_the_register_is_the_list_of_whom_to_look_for(
    app: TalentpoolFlask, database: Database
) -> None:
    staff, town = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    with database.writing() as session:
        make_candidate(session)
        make_need(session, title="窓口の監査", musts={"security": 4}, roles=["pm"])
        make_need(
            session, title="町の設計", musts={"bpr": 3, "security": 1}, municipality_code=SAYO
        )
        make_need(session, title="足りている募集")
    tracking.keep_time(database, clock.now())
    page = staff.get("/gaps").text
    for said in ("窓口の監査", "町の設計", "情報セキュリティ", "探している"):
        assert said in page, said
    assert "足りている募集" not in page
    both = staff.get("/gaps?skill=security&level=4").text
    assert "窓口の監査" in both
    assert "町の設計" not in both
    assert "町の設計" not in staff.get("/gaps?role=pm").text
    assert "窓口の監査" not in staff.get("/gaps?state=supplied").text
    file = staff.client.get("/gaps?state=open&format=csv")
    assert file.status_code == 200
    assert "窓口の監査" in file.data.decode("utf-8-sig")
    assert town.get("/gaps").status_code == 403
    assert "/gaps" in staff.get("/needs/").text
    assert "/gaps" not in town.get("/needs/").text
    with database.writing() as session:
        gap = session.scalars(sa.select(SupplyGap).limit(1)).one()
        gap.closed_at, gap.ending, gap.supply = clock.now(), Ending.FILLED, 0
    assert "0名が合う" not in staff.get("/gaps?state=filled").text
    # within the half hour nothing is looked at again
    with database.writing() as session:
        session.execute(sa.delete(SupplyGap))
    tracking.keep_time(database, clock.now())
    with database.reading() as session:
        assert session.scalars(sa.select(SupplyGap)).all() == []
