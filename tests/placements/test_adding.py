"""A month over plan: asked for by one side, decided where the year needs it, agreed by the other, booked and logged."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.accounts.models import User
from talentpool.accounts.postal import PostalTask
from talentpool.conflicts.models import KnownConflict
from talentpool.db import Session
from talentpool.engagements import logs
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.models import Engagement, Part, Place, WorkLog
from talentpool.engagements.month_additions import MonthAddition, list_open_months
from talentpool.engagements.service import list_history
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.ledger import service as ledger
from talentpool.ledger.models import LedgerMonth
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role
from talentpool.placements import stating
from talentpool.placements.adding import ask_more, take_step
from talentpool.placements.extending import approve_extension
from talentpool.placements.finishing import complete_over, end_engagement
from talentpool.placements.guards import WITHHELD
from talentpool.placements.models import Placement
from talentpool.pool.records import Ground, Lifter
from talentpool.states import AdditionState, WorkLogState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser
from .cast import Cast, assert_sound

AS = AdditionState
APRIL, MAY = dates.month_number(2027, 4), dates.month_number(2027, 5)
LATER = datetime(2027, 6, 3, 1, tzinfo=dates.JST)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _content(*days: int, month: int = MAY) -> LogContent:
    first = dates.first_day(month)
    both = Part.DAY, Place.ONLINE
    return LogContent({first.replace(day=n): both for n in days}, "窓口の聞き取り", "bpr")


def _take(
    cast: Cast, row: MonthAddition, verb: str, actor: Actor, now: datetime = make.NOW
) -> None:
    reason = "other" if verb in {"refuse", "turn_back"} else None
    take_step(cast.session, row, verb, actor=actor, now=now, reason=reason, comment="都合による")
    cast.session.flush()


def _person(engagement: Engagement) -> Actor:
    return Actor(engagement.candidate.user_id, Role.CANDIDATE, make.HYOGO)


def _told(session: Session, verb: str) -> set[int]:
    template = f"month_addition.{verb}"
    return set(
        session.scalars(sa.select(MailOrder.recipient_id).where(MailOrder.template == template))
    )


def _sign(cast: Cast, engagement: Engagement, log: WorkLog) -> None:
    logs.sign_log(cast.session, log, actor=cast.town, now=LATER)


def test_more_than_the_year_was_approved_is_decided_by_two_officers_and_logged(
    cast: Cast, session: Session
) -> None:
    engagement = make.make_engagement(session)
    person = _person(engagement)
    six = _content(6, 10, 11)

    def send() -> WorkLog:
        return logs.send_log(session, engagement, MAY, six, actor=person, now=LATER)

    with pytest.raises(Refused) as refused, session.begin_nested():
        send()
    assert "半日コマの追加を申し出る" in refused.value.fields["days"]
    row = ask_more(session, engagement, MAY, 2, "引継ぎのため", actor=person, now=make.NOW)
    session.flush()
    assert (row.state, row.exceeds) == (AS.REVIEW, True)
    assert cast.coordinator.user_id in _told(session, "review")
    assert _told(session, "ask_town") == set()
    with pytest.raises(Refused) as refused, session.begin_nested():
        send()
    assert "合意されてから" in refused.value.fields["days"]
    _take(cast, row, "draft", cast.coordinator)
    with pytest.raises(Forbidden):
        _take(cast, row, "approve", Actor(row.drafted_by, Role.APPROVER, make.HYOGO))
    _take(cast, row, "approve", cast.approver)
    assert cast.town.user_id in _told(session, "ask_town")
    assert_sound(session)
    _take(cast, row, "agree", cast.town)
    assert row.state is AS.DONE
    assert ledger.list_booked(session, engagement.placement_id)[MAY] == 6
    paper = session.get_one(Placement, engagement.placement_id).paper
    assert paper is not None
    assert (paper.outcomes[-1]["what"], paper.outcomes[-1]["half_days"]) == ("added", 2)
    assert send().state is WorkLogState.SENT
    assert_sound(session)
    session.commit()
    history = [event.action for event in list_history(session, engagement)]
    assert {"month_addition.ask", "month_addition.approve", "month_addition.agree"} <= set(history)


def test_what_earlier_months_left_of_the_year_needs_no_decision(
    cast: Cast, session: Session
) -> None:
    engagement = make.make_engagement(session)
    person = _person(engagement)
    content = _content(6, month=APRIL)
    log = logs.send_log(session, engagement, APRIL, content, actor=person, now=LATER)
    _sign(cast, engagement, log)  # 2 of 4
    assert APRIL not in list_open_months(session, engagement)
    with pytest.raises(Conflict, match="確認した"):
        make.make_addition(session, engagement, month=APRIL)
    session.expire_all()
    row = make.make_addition(session, engagement, month=MAY, half_days=2, by=Role.MUNICIPALITY)
    assert (row.state, row.exceeds) == (AS.ASKED, False)
    assert _told(session, "ask_person") == {person.user_id}
    with pytest.raises(Conflict, match="まだ決まっていない追加"):
        make.make_addition(session, engagement, month=MAY)
    with pytest.raises(Forbidden):  # the side that asks does not agree for the other
        _take(cast, row, "agree", cast.town)
    _take(cast, row, "agree", person)
    another = make.make_addition(session, engagement, month=MAY)
    assert another.exceeds
    assert_sound(session)


def _sign_half_of_april(cast: Cast, engagement: Engagement) -> WorkLog:
    content, person = _content(6, month=APRIL), _person(engagement)
    log = logs.send_log(cast.session, engagement, APRIL, content, actor=person, now=LATER)
    _sign(cast, engagement, log)
    return log


def _decide(cast: Cast, row: MonthAddition) -> None:
    _take(cast, row, "draft", cast.coordinator)
    _take(cast, row, "approve", cast.approver)


def test_what_is_open_takes_its_part_of_the_year(cast: Cast, session: Session) -> None:
    engagement = make.make_engagement(session)
    _sign_half_of_april(cast, engagement)  # 46 of 48
    june, july = (
        make.make_addition(session, engagement, month=MAY + n, half_days=2, by=Role.MUNICIPALITY)
        for n in (1, 2)
    )
    assert [(row.state, row.excess) for row in (june, july)] == [(AS.ASKED, 0), (AS.REVIEW, 2)]
    _decide(cast, july)
    for row in (july, june):
        _take(cast, row, "agree", _person(engagement))
    assert make.make_addition(session, engagement, month=MAY).excess == 1
    assert_sound(session)


def test_a_decision_lets_in_no_more_than_it_was_about(cast: Cast, session: Session) -> None:
    engagement = make.make_engagement(session)
    log = _sign_half_of_april(cast, engagement)  # 46 of 48
    four = make.make_addition(session, engagement, month=MAY, half_days=4)
    assert four.excess == 2
    _decide(cast, four)
    _take(cast, four, "agree", cast.town)
    two = make.make_addition(session, engagement, month=MAY + 1, half_days=2)
    assert (two.state, two.excess) == (AS.REVIEW, 2)
    other = make.make_engagement(session)
    log = _sign_half_of_april(cast, other)
    within = make.make_addition(session, other, month=MAY, half_days=2)
    assert within.state is AS.ASKED
    logs.reopen_log(
        session, log, reason="other", comment="日が違う", actor=cast.coordinator, now=LATER
    )
    with pytest.raises(Conflict, match="年度で超えます"):
        _take(cast, within, "agree", cast.town)
    assert ledger.list_booked(session, other.placement_id)[MAY] == 4
    assert_sound(session)


def test_of_a_conflict_of_interest_officers_read_and_nobody_else(
    cast: Cast, session: Session
) -> None:
    engagement = make.make_engagement(session)
    row = make.make_addition(session, engagement, month=MAY)
    change = make.make_extension(session, engagement)
    approve_extension(session, change, actor=cast.approver, now=make.NOW)
    placement = session.get_one(Placement, engagement.placement_id)
    terms = make.make_terms(session, placement, town=cast.town, is_accepted=False)
    session.add(
        KnownConflict(
            prefecture_code=make.HYOGO, candidate_id=engagement.candidate_id,
            municipality_code=engagement.municipality_code, ground=Ground.FAMILY,
            lifter=Lifter.NOBODY, first_month=make.FIRST, note="", recorded_at=make.NOW,
        )
    )  # fmt: skip
    session.flush()
    for role in (Role.CANDIDATE, Role.MUNICIPALITY):
        with pytest.raises(Refused) as refused:
            make.make_addition(session, engagement, month=MAY + 1, by=role)
        assert refused.value.fields == {"half_days": WITHHELD}
    with pytest.raises(Conflict, match="利益相反"):
        _take(cast, row, "draft", cast.coordinator)
    with pytest.raises(Conflict, match=WITHHELD):
        stating.accept_terms(
            session, placement, terms.number, actor=cast.person(placement), now=make.NOW
        )


@pytest.mark.parametrize("month", [make.FIRST - 1, make.LAST + 1])
def test_only_months_of_the_engagement(cast: Cast, session: Session, month: int) -> None:
    engagement = make.make_engagement(session)
    with pytest.raises(NotFound):
        make.make_addition(session, engagement, month=month)


def test_what_cannot_be_is_refused_at_its_field(cast: Cast, session: Session) -> None:
    engagement = make.make_engagement(session)
    person = _person(engagement)
    for half_days, words, field in ((0, "x", "half_days"), (63, "x", "half_days"), (1, " ", "words"),
                                    (1, "x" * 501, "words"), (50, "x", "half_days")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            ask_more(session, engagement, MAY, half_days, words, actor=person, now=make.NOW)
        assert list(refused.value.fields) == [field]
    for actor in (cast.coordinator, cast.approver):
        with pytest.raises(Forbidden):
            ask_more(session, engagement, MAY, 1, "x", actor=actor, now=make.NOW)


def test_months_that_were_given_away_meanwhile_stop_it(cast: Cast, session: Session) -> None:
    engagement = make.make_engagement(session)
    row = make.make_addition(session, engagement, month=MAY, half_days=2)
    _take(cast, row, "draft", cast.coordinator)
    _take(cast, row, "approve", cast.approver)
    full = sa.update(LedgerMonth).where(
        LedgerMonth.candidate_id == engagement.candidate_id, LedgerMonth.month == MAY
    )
    session.execute(full.values(capacity=5))
    with pytest.raises(Conflict, match="空いている稼働が足りません") as refused:
        _take(cast, row, "agree", cast.town)
    assert "1半日コマ" not in refused.value.message  # what is left tells of other towns
    with pytest.raises(Refused) as short:
        ask_more(session, engagement, MAY + 1, 50, "x", actor=_person(engagement), now=make.NOW)
    assert "半日コマまで" in short.value.fields["half_days"]
    _take(cast, row, "decline", cast.town)
    assert (row.state, row.end_comment) == (AS.DECLINED, "都合による")
    assert ledger.list_booked(session, engagement.placement_id)[MAY] == 4
    assert_sound(session)


def test_every_other_end_leaves_the_month_as_it_was(cast: Cast, session: Session) -> None:
    engagement = make.make_engagement(session)
    person = _person(engagement)
    for verb, actor, is_drafted in (
        ("turn_back", cast.coordinator, False), ("withdraw", person, False), ("refuse", cast.approver, True),
    ):  # fmt: skip
        row = make.make_addition(session, engagement, month=MAY)
        if is_drafted:
            _take(cast, row, "draft", cast.coordinator)
        _take(cast, row, verb, actor)
        assert row.ended_at is not None
        assert verb == "withdraw" or row.end_comment == "都合による"  # who asked reads why
        assert cast.town.user_id not in _told(session, verb)  # never asked
        assert (person.user_id in _told(session, verb)) is (actor is not person)
        session.commit()
        with pytest.raises(Conflict):
            _take(cast, row, verb, actor)
        session.rollback()
    assert ledger.list_booked(session, engagement.placement_id)[MAY] == 4
    assert_sound(session)


def test_a_signature_or_an_end_takes_what_is_open_along(cast: Cast, session: Session) -> None:
    engagement = make.make_engagement(session)
    row = make.make_addition(session, engagement, month=MAY)
    other = make.make_addition(session, engagement, month=MAY + 1)
    log = logs.send_log(session, engagement, MAY, _content(6), actor=_person(engagement), now=LATER)
    _sign(cast, engagement, log)
    assert (row.state, other.state) == (AS.SUPERSEDED, AS.REVIEW)
    assert_sound(session)
    last = dates.last_day(MAY + 1)
    end_engagement(session, engagement, last=last, reason="budget", actor=cast.town, now=LATER)
    assert other.state is AS.SUPERSEDED
    assert_sound(session)
    over = datetime(2027, 7, 3, 1, tzinfo=dates.JST)
    complete_over(session, over)
    six = _content(3, 4, 7, month=MAY + 1)
    with pytest.raises(Refused) as refused:
        logs.send_log(session, engagement, MAY + 1, six, actor=_person(engagement), now=over)
    assert "6コマは記録できません" in refused.value.fields["days"]
    assert "追加を申し出る" not in refused.value.fields["days"]


def test_an_officer_asks_and_answers_for_somebody_without_an_account(
    cast: Cast, session: Session
) -> None:
    person = make.make_candidate(session, has_account=False)
    engagement = make.make_engagement(session, candidate=person)
    row = make.make_addition(session, engagement, month=MAY)
    assert row.side == "person"
    _take(cast, row, "withdraw", cast.coordinator)
    row = make.make_addition(session, engagement, month=MAY, by=Role.MUNICIPALITY)
    _take(cast, row, "draft", cast.coordinator)
    _take(cast, row, "approve", cast.approver)
    templates = set(session.scalars(sa.select(PostalTask.template)))
    assert "month_addition.ask_person" in templates
    _take(cast, row, "agree", cast.coordinator)
    assert row.state is AS.DONE
    assert_sound(session)


def test_the_pages_lead_from_the_log_to_the_agreed_month(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        engagement = make.make_engagement(session)
        ident, path = engagement.id, f"/engagements/{engagement.id}/addition"
        users = [
            session.get_one(User, engagement.candidate.user_id),
            *(
                make.make_user(session, role)
                for role in (Role.MUNICIPALITY, Role.COORDINATOR, Role.APPROVER)
            ),
        ]
    browsers = [Browser(app) for _ in users]
    for browser, user in zip(browsers, users, strict=True):
        browser.enter(user)
    person, town, coordinator, approver = browsers
    assert path in person.get(f"/engagements/{ident}").text
    assert path not in coordinator.get(f"/engagements/{ident}").text
    assert coordinator.get(path).status_code == 404
    assert 'value="2027-05"' in person.get(f"{path}?month=2027-05").text
    typed = {"month": "2027-05", "half_days": "2", "words": "引継ぎのため", "version": "2"}
    sent = person.post(path, **typed)
    assert sent.status_code == 302, sent.text
    page = sent.location.partition("localhost")[2] or sent.location
    assert town.get(page).status_code == 404
    assert "確認を待っている半日コマの追加" in coordinator.get("/home").text
    assert coordinator.post(f"{page}/draft", version="9").status_code == 409
    assert coordinator.post(f"{page}/draft", version="1").status_code == 302
    assert "決裁を待っている半日コマの追加" in approver.get("/home").text
    assert approver.post(f"{page}/approve", version="2").status_code == 302
    assert "返事を待っている半日コマの追加" in town.get("/home").text
    assert "4コマから6コマへ" in town.get(page).text
    assert page in town.get("/month_additions").text
    assert town.post(f"{page}/agree", version="3").status_code == 302
    assert "追加しました" in person.get(f"/engagements/{ident}").text
    shown = town.get(page).text
    assert "2コマの追加" in shown
    assert "コマから" not in shown  # the month may have changed since
