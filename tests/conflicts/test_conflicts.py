"""Conflicts of interest that officers record: heeded from then on, ended with words, never shown to a town."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.conflicts import service
from talentpool.conflicts.models import KnownConflict
from talentpool.conflicts.service import ConflictContent, Standing
from talentpool.conflicts.soundness import violations
from talentpool.dates import local_date, month_of
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Refused
from talentpool.matching import Rule
from talentpool.merging.service import merge_people
from talentpool.needs.models import NeedMode
from talentpool.permissions import Role
from talentpool.placements.answering import welcome_person
from talentpool.placements.counters.proposing import propose_counter
from talentpool.placements.guards import WITHHELD, Rules, check_pair
from talentpool.placements.screening import screen_pairs
from talentpool.pool.records import Ground, Lifter
from talentpool.rounds.validity import list_known_obstacles
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.rounds.test_history import run

CONTENT = ConflictContent(
    person="", town=None, vendor=None, ground=Ground.FAMILY, lifter=Lifter.NOBODY,
    first_month=make.FIRST - 1, last_month=None, note="担当課長の配偶者。",
)  # fmt: skip


def rules(session: Session, person: int, need: int) -> list[str]:
    found = screen_pairs(session, make.HYOGO, [(person, need)])[person, need]
    return [finding.rule for finding in found]


def test_a_record_stops_the_pair_until_it_is_ended(session: Session) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    other = make.make_need(session, municipality_code="281000")
    staff = make.make_user(session, Role.COORDINATOR).actor
    content = replace(CONTENT, person=person.code, town=need.municipality_code)
    row = service.record_conflict(session, content, actor=staff, now=make.NOW)
    assert rules(session, person.id, need.id) == ["known_for_good"]
    assert rules(session, person.id, other.id) == []
    placement = make.make_placement(session, need, person)
    assert service.list_touched(session, row, staff) == [placement]
    with pytest.raises(Refused) as refused:
        service.end_conflict(session, row, " ", actor=staff, now=make.NOW)
    assert set(refused.value.fields) == {"note"}
    service.end_conflict(session, row, "異動した。", actor=staff, now=make.NOW)
    assert rules(session, person.id, need.id) == []
    with pytest.raises(Conflict):
        service.end_conflict(session, row, "もう一度", actor=staff, now=make.NOW)
    session.commit()
    told = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("conflict.%")))
    assert sorted(told) == ["conflict.end", "conflict.record"]
    assert list(violations(session)) == []


def test_a_plan_that_waits_says_that_a_conflict_was_recorded_since(
    database: Database, session: Session
) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    round_ = run(database, session, [need])
    assert list_known_obstacles(session, round_) == []
    staff = make.make_user(session, Role.COORDINATOR).actor
    content = replace(CONTENT, person=person.code, town=need.municipality_code)
    service.record_conflict(session, content, actor=staff, now=make.NOW)
    session.commit()
    assert [person.code in text for text in list_known_obstacles(session, round_)] == [True]


def test_what_is_typed_wrong_is_named_at_its_field(session: Session) -> None:
    person = make.make_candidate(session)
    staff = make.make_user(session, Role.COORDINATOR).actor
    right = replace(CONTENT, person=person.code, vendor="株式会社サンプル")
    for wrong, fields in (
        (replace(right, person="C-999999"), {"person"}),
        (replace(right, vendor=None), {"town"}),
        (replace(right, town="271403"), {"town"}),
        (replace(right, last_month=right.first_month - 1, note=""), {"last_month", "note"}),
        (replace(right, note="長" * (service.LONGEST + 1)), {"note"}),
    ):
        with pytest.raises(Refused) as refused:
            service.record_conflict(session, wrong, actor=staff, now=make.NOW)
        assert set(refused.value.fields) == fields
    assert session.scalars(sa.select(KnownConflict)).all() == []


def test_where_a_record_stands_is_the_same_in_rows_and_in_queries(session: Session) -> None:
    person = make.make_candidate(session)
    staff = make.make_user(session, Role.COORDINATOR).actor
    today = local_date(make.NOW)
    this = month_of(today)
    right = replace(CONTENT, person=person.code, vendor="会社")
    for first, last in ((this, None), (this - 3, this), (this + 1, None), (this - 3, this - 1)):
        content = replace(right, first_month=first, last_month=last)
        service.record_conflict(session, content, actor=staff, now=make.NOW)
    ended = service.record_conflict(session, right, actor=staff, now=make.NOW)
    service.end_conflict(session, ended, "終わった。", actor=staff, now=make.NOW)
    rows = session.execute(
        sa.select(KnownConflict, service.standing_on(today)).order_by(KnownConflict.id)
    )
    said = [(service.standing_of(row, today), standing) for row, standing in rows]
    force, coming, past, over = Standing.IN_FORCE, Standing.COMING, Standing.PAST, Standing.ENDED
    assert [one for one, _ in said] == [force, force, coming, past, over]
    assert all(one == other for one, other in said)


@pytest.mark.parametrize(
    "change", ["vendor = NULL", "last_month = first_month - 1", "end_note = note", "ground = 'x'"]
)
def test_the_database_refuses_what_cannot_be(session: Session, change: str) -> None:
    person = make.make_candidate(session)
    staff = make.make_user(session, Role.COORDINATOR).actor
    content = replace(CONTENT, person=person.code, vendor="会社")
    service.record_conflict(session, content, actor=staff, now=make.NOW)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(sa.text(f"UPDATE known_conflict SET {change}"))


def test_another_pool_and_another_prefecture_are_found(session: Session) -> None:
    person = make.make_candidate(session)
    staff = make.make_user(session, Role.COORDINATOR).actor
    content = replace(CONTENT, person=person.code, town="282014")
    row = service.record_conflict(session, content, actor=staff, now=make.NOW)
    make.make_prefecture_pool(session, make.OSAKA)
    row.prefecture_code = make.OSAKA
    session.flush()
    assert list(violations(session)) == [
        f"known_conflict {row.id}: of a town of another prefecture",
        f"known_conflict {row.id}: of a person of another pool",
    ]


def test_staff_record_and_end_one_and_no_town_reads_it(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person, need = make.make_candidate(session), make.make_need(session)
        code, ident, town = person.code, person.id, need.municipality_code
    staff, officer = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    auditor = signed_in(app, Role.AUDITOR)
    month = clock.now().strftime("%Y-%m")
    typed = {"person": code.lower(), "town": town, "ground": "family", "lifter": "coordinator",
             "first_month": month, "note": "課長の弟。"}  # fmt: skip
    refused = staff.post("/conflicts/new", **typed | {"ground": "", "last_month": "２月３０日"})
    assert refused.status_code == 422
    assert "課長の弟。" in refused.text  # nothing typed is lost
    assert "２月３０日" in refused.text
    path = staff.post("/conflicts/new", **typed).location
    assert "課長の弟。" in auditor.get(path).text
    assert f'href="{path}"' in staff.get(f"/candidates/{ident}").text
    assert "親族" in staff.get("/conflicts?ground=family").text
    assert officer.get(path).status_code in {403, 404}
    assert officer.get("/conflicts").status_code == 403
    version = re.search(r'name="version" value="(\d+)"', staff.get(path).text)
    assert version is not None
    assert staff.post(f"{path}/end", version=version[1], note="").status_code == 422
    assert staff.post(f"{path}/end", version=version[1], note="異動した。").status_code == 302
    assert staff.post(f"{path}/end", version=version[1], note="また").status_code == 409
    assert "異動した。" in auditor.get(path).text


def test_a_town_that_meets_a_conflict_is_not_told_of_it(session: Session) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    placement = make.make_placement(session, need, person, state=PlacementState.INTRODUCED)
    staff = make.make_user(session, Role.COORDINATOR).actor
    content = replace(CONTENT, person=person.code, town=need.municipality_code)
    service.record_conflict(session, content, actor=staff, now=make.NOW)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    with pytest.raises(Conflict) as refused:
        welcome_person(session, placement, actor=town, now=make.NOW)
    assert "利益相反" not in refused.value.message
    assert "県の確認が要ります。" in refused.value.message
    with pytest.raises(Conflict, match="利益相反"):
        check_pair(session, placement, make.NOW, Role.COORDINATOR)


def test_who_proposes_conditions_is_told_no_more(session: Session) -> None:
    """A town neither of the conflict nor of the person's limits, the person of their own limits alone."""
    person, staff = make.make_candidate(session), make.make_user(session, Role.COORDINATOR).actor
    needs = [make.make_need(session, mode=NeedMode.ONSITE) for _ in range(2)]
    met, asked = (
        make.make_placement(session, need, person, state=state)
        for need, state in zip(
            needs, (PlacementState.INTRODUCED, PlacementState.OFFERED), strict=True
        )
    )
    content = replace(CONTENT, person=person.code, town=met.municipality_code)
    service.record_conflict(session, content, actor=staff, now=make.NOW)
    person.onsite_days = 0
    town = make.make_user(session, Role.MUNICIPALITY).actor
    said = []
    for row, actor in ((met, town), (asked, session.get_one(User, person.user_id).actor)):
        fewer = replace(row.conditions, half_days=1)
        with pytest.raises(Refused) as refused:
            propose_counter(session, row, fewer, "", actor=actor, now=make.NOW)
        assert "利益相反" not in str(refused.value.fields)
        broken = Rules.read(session, [row], make.NOW, actor.role).broken(row, fewer)
        said.append({rule: text == WITHHELD for rule, text in broken.items()})
    assert said == [
        {Rule.CONFLICT: True, Rule.ON_SITE: True},
        {Rule.CONFLICT: True, Rule.ON_SITE: False},
    ]


def test_what_was_recorded_of_a_second_registration_holds_for_the_first(session: Session) -> None:
    first, second = (
        make.make_candidate(session, family_name="鷺沢", birth_date="1960-04-02") for _ in range(2)
    )
    need = make.make_need(session)
    staff = make.make_user(session, Role.COORDINATOR).actor
    content = replace(CONTENT, person=second.code, town=need.municipality_code)
    service.record_conflict(session, content, actor=staff, now=make.NOW)
    (row,) = service.find_of(session, second, staff) or ()
    assert rules(session, first.id, need.id) == []
    assert service.find_of(session, first, staff) == []
    merge_people(session, first, second, actor=staff, now=make.NOW)
    assert rules(session, first.id, need.id) == ["known_for_good"]
    assert service.find_of(session, first, staff) == [row]
    placement = make.make_placement(session, need, first)
    assert service.list_touched(session, row, staff) == [placement]
