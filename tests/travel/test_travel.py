"""Staff correct a travel time, with a reason and a source; the engine's table follows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.db import Session
from talentpool.errors import Forbidden, Refused
from talentpool.permissions import Role
from talentpool.reference.models import TravelTime
from talentpool.reference.service import load_catalogue
from talentpool.travel.service import correct_travel, list_corrections
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in

SAID = {"minutes": 55, "reason": "乗換えなし", "source": "時刻表", "now": make.NOW}


def test_a_correction_goes_before_the_rule_and_is_replaced(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    rule = load_catalogue(session).travel(make.SAYO, make.HIMEJI).minutes
    correct_travel(session, make.SAYO, make.HIMEJI, actor=officer, **SAID)  # type: ignore[arg-type]
    assert load_catalogue(session).travel(make.SAYO, make.HIMEJI).minutes == 55
    assert load_catalogue(session).travel(make.HIMEJI, make.SAYO).minutes == rule  # one way
    later = SAID | {"minutes": 70}
    correct_travel(session, make.SAYO, make.HIMEJI, actor=officer, **later)  # type: ignore[arg-type]
    (line,) = list_corrections(session, officer)
    assert (line.row.minutes, line.rule.minutes) == (70, rule)
    assert line.row.note == "乗換えなし（時刻表）"
    session.commit()
    deeds = session.scalars(
        sa.select(AuditEvent.detail).where(AuditEvent.action == "reference.travel")
    )
    assert [deed["minutes"] for deed in deeds] == [55, 70]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"source": ""}, "source"),
        ({"source": "長" * 96}, "source"),
        ({"home_code": "271403"}, "home"),
        ({"hall_code": "271403"}, "hall"),
        ({"hall_code": "x"}, "hall"),
        ({"minutes": 1441}, None),
    ],
)
def test_what_cannot_be_is_refused(
    session: Session, change: dict[str, object], field: str | None
) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    said = {"home_code": make.SAYO, "hall_code": make.HIMEJI} | SAID | change
    with pytest.raises(Refused) as refused:
        correct_travel(session, actor=officer, **said)  # type: ignore[arg-type]
    assert field is None or field in refused.value.fields


@pytest.mark.parametrize("role", [Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR])
def test_who_may_not(session: Session, role: Role) -> None:
    actor = make.make_user(session, role).actor
    with pytest.raises(Forbidden):
        correct_travel(session, make.SAYO, make.HIMEJI, actor=actor, **SAID)  # type: ignore[arg-type]


def test_the_page(app: TalentpoolFlask) -> None:
    staff = signed_in(app, Role.COORDINATOR)
    typed = {
        "home": make.SAYO,
        "hall": make.HIMEJI,
        "minutes": "１時間",
        "reason": "実績",
        "source": "本人",
    }
    wrong = staff.post("/travel-times", **typed | {"minutes": "遠い"})
    assert wrong.status_code == 422
    assert "遠い" in wrong.text
    assert staff.post("/travel-times", **typed | {"minutes": "60分"}).location == "/travel-times"
    assert "実績（本人）" in staff.get("/travel-times").text
    with app.database.reading() as session:
        assert session.scalars(sa.select(TravelTime.minutes)).all() == [60]
