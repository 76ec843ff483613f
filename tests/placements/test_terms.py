"""The terms of the work: stated in versions, accepted by the person, and nothing confirmed without."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from talentpool import dates, schema
from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement, WorkTerms
from talentpool.engagements.preparing import prepare_engagement
from talentpool.engagements.terms import TermsContent, list_terms, list_versions
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.ledger.models import Commitment, LedgerMonth
from talentpool.mail import MailOrder
from talentpool.needs.models import NeedMode
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.placements import stating
from talentpool.placements.confirming import confirm_placement
from talentpool.placements.counters.answering import take_step
from talentpool.placements.counters.proposing import propose_counter
from talentpool.placements.models import Placement
from talentpool.reference.service import load_catalogue
from talentpool.states import EngagementState, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser
from .cast import Cast, assert_sound

PS, ES = PlacementState, EngagementState
DAY = timedelta(days=1)
LONG = dates.month_number(2028, 6)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _agreed(session: Session, **need: object) -> Placement:
    return make.make_placement(
        session, make.make_need(session, **need), make.make_candidate(session), state=PS.AGREED
    )


def _confirm(cast: Cast, placement: Placement) -> Engagement:
    confirm_placement(cast.session, placement, actor=cast.coordinator, now=make.NOW)
    cast.session.flush()
    return make.find_engagement(cast.session, placement)


def _mails(session: Session, template: str) -> list[int]:
    query = sa.select(MailOrder.recipient_id).where(MailOrder.template == template)
    return sorted(session.scalars(query))


def _accept(cast: Cast, placement: Placement, number: int) -> WorkTerms:
    return stating.accept_terms(
        cast.session, placement, number, actor=cast.person(placement), now=make.NOW
    )


def test_nothing_is_confirmed_without_accepted_terms(cast: Cast, session: Session) -> None:
    placement = _agreed(session)
    with pytest.raises(Conflict, match="まだ勤務条件を示していない"):
        _confirm(cast, placement)
    session.refresh(placement)
    make.make_terms(session, placement, town=cast.town, is_accepted=False)
    with pytest.raises(Conflict, match="第1版を本人がまだ承諾していない"):
        _confirm(cast, placement)
    session.rollback()


def test_the_engagement_begins_under_the_accepted_version(cast: Cast, session: Session) -> None:
    placement = _agreed(session)
    row = make.make_terms(
        session, placement, town=cast.town, last_day=date(2027, 9, 20), supervisor="市民課 髙橋"
    )
    engagement = _confirm(cast, placement)
    assert (engagement.terms_id, engagement.form) == (row.id, "commission")
    assert engagement.last_day == date(2027, 9, 20)
    assert row.half_days == {f"2027-0{month}": 4 for month in range(4, 10)}
    assert (row.pay_amount, row.pay_basis) == (25000, "day")
    stored = session.execute(sa.text("SELECT supervisor FROM work_terms")).scalar_one()
    assert "髙橋".encode() not in bytes(stored)
    assert placement.candidate.user_id in _mails(session, stating.STATED)
    told = _mails(session, stating.ACCEPTED)
    assert cast.town.user_id in told
    assert placement.candidate.user_id not in told
    assert_sound(session)


def test_the_terms_are_those_that_both_sides_agreed_on(cast: Cast, session: Session) -> None:
    placement = cast.walk(cast.suggested(), "propose", "approve")
    stands = placement.conditions
    asked = replace(
        stands, half_days=stands.half_days - 1, first_month=stands.first_month + 1,
        mode=NeedMode.ONLINE, on_site_share=0,
    )  # fmt: skip
    counter = propose_counter(
        session, placement, asked, "", actor=cast.person(placement), now=make.NOW
    )
    take_step(session, counter, "accept", actor=cast.town, now=make.NOW)
    cast.walk(placement, "accept", "welcome")
    content = stating.propose_content(session, placement, load_catalogue(session), make.NOW)
    assert content.first_day == dates.first_day(asked.first_month)
    assert content.last_day == dates.last_day(asked.last_month)
    assert content.place == ""
    row = make.make_terms(session, placement, town=cast.town)
    assert row.half_days == {
        dates.month_text(month): asked.half_days for month in asked.months
    }  # fmt: skip
    engagement = _confirm(cast, placement)
    assert (engagement.first_month, engagement.last_month) == (
        asked.first_month, asked.last_month,
    )  # fmt: skip
    assert_sound(session)


def test_a_change_is_a_new_version_that_is_asked_anew(cast: Cast, session: Session) -> None:
    placement = _agreed(session)
    make.make_terms(session, placement, town=cast.town)
    make.make_terms(session, placement, town=cast.town, is_accepted=False, days="毎週木曜日")
    with pytest.raises(Conflict, match="第2版"):
        _confirm(cast, placement)
    session.commit()
    placement = session.get_one(Placement, placement.id)
    with pytest.raises(Conflict, match="新しい勤務条件"):
        _accept(cast, placement, 1)
    _accept(cast, placement, 2)
    with pytest.raises(Conflict, match="すでに承諾"):
        _accept(cast, placement, 2)
    assert [row.days for row in list_versions(session, placement.id)] == [
        "毎週木曜日",
        "毎週火曜日",
    ]
    assert _confirm(cast, placement).terms_id == list_versions(session, placement.id)[0].id
    assert_sound(session)


def test_during_the_work_the_old_version_holds_until_the_new_one_is_accepted(
    cast: Cast, session: Session
) -> None:
    placement = _agreed(session)
    first = make.make_terms(session, placement, town=cast.town)
    engagement = _confirm(cast, placement)
    second = make.make_terms(session, placement, town=cast.town, is_accepted=False, place="公民館")
    assert engagement.terms_id == first.id
    assert_sound(session)
    _accept(cast, placement, second.number)
    assert engagement.terms_id == second.id
    assert_sound(session)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"form": "dispatch"}, "form"),
        ({"form": ""}, "form"),
        ({"place": "  "}, "place"),
        ({"supervisor": "長" * 501}, "supervisor"),
        ({"remark": "長" * 1001}, "remark"),
        ({"first_day": date(2027, 5, 1)}, "first_day"),
        ({"last_day": date(2027, 10, 1)}, "last_day"),
        ({"last_day": date(2027, 3, 1)}, "last_day"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    cast: Cast, session: Session, said: dict[str, object], field: str
) -> None:
    placement = _agreed(session)
    with pytest.raises(Refused) as refused:
        make.make_terms(session, placement, town=cast.town, **said)
    assert field in refused.value.fields
    assert list_versions(session, placement.id) == []


def test_a_version_that_says_the_same_is_refused(cast: Cast, session: Session) -> None:
    placement = _agreed(session)
    make.make_terms(session, placement, town=cast.town)
    with pytest.raises(Refused, match="変わったところがありません"):
        make.make_terms(session, placement, town=cast.town)


def test_other_half_days_need_a_new_version_even_if_no_word_changes(
    cast: Cast, session: Session
) -> None:
    placement = _agreed(session)
    make.make_terms(session, placement, town=cast.town)
    less = sa.update(Commitment).where(Commitment.placement_id == placement.id)
    session.execute(less.values(half_days=2))
    held = sa.update(LedgerMonth).where(LedgerMonth.candidate_id == placement.candidate_id)
    session.execute(held.values(held=2))
    session.commit()
    placement = session.get_one(Placement, placement.id)
    with pytest.raises(Conflict, match="新しい版が必要"):
        _confirm(cast, placement)
    session.rollback()
    placement = session.get_one(Placement, placement.id)
    row = make.make_terms(session, placement, town=cast.town)
    assert (row.number, set(row.half_days.values())) == (2, {2})
    assert _confirm(cast, placement).terms_id == row.id
    assert_sound(session)


def test_the_period_of_a_running_engagement_is_not_changed_here(
    cast: Cast, session: Session
) -> None:
    placement = _agreed(session)
    make.make_terms(session, placement, town=cast.town)
    _confirm(cast, placement)
    with pytest.raises(Refused) as refused:
        make.make_terms(session, placement, town=cast.town, last_day=date(2027, 9, 29))
    assert "last_day" in refused.value.fields


def test_terms_are_only_stated_between_the_yes_and_the_end(cast: Cast, session: Session) -> None:
    for state in (PS.INTRODUCED, PS.FINISHED):
        placement = make.make_placement(
            session, make.make_need(session), make.make_candidate(session), state=state
        )
        content = TermsContent(
            "commission",
            date(2027, 4, 1),
            date(2027, 9, 30),
            "仕事",
            "市役所",
            "火曜",
            "実費",
            "課長",
        )
        with pytest.raises(Conflict):
            stating.state_terms(session, placement, content, actor=cast.town, now=make.NOW)


def test_only_the_town_states_and_only_the_person_accepts(cast: Cast, session: Session) -> None:
    placement = _agreed(session)
    row = make.make_terms(session, placement, town=cast.town, is_accepted=False)
    content = replace(TermsContent.of(row), days="水曜日")
    other_town = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor
    for actor in (cast.coordinator, cast.approver, other_town, cast.person(placement)):
        with pytest.raises(Forbidden):
            stating.state_terms(session, placement, content, actor=actor, now=make.NOW)
    stranger = Cast.person(cast, _agreed(session))
    for actor in (cast.town, cast.approver, cast.coordinator, stranger):
        with pytest.raises(Forbidden):
            stating.accept_terms(session, placement, 1, actor=actor, now=make.NOW)


def test_an_officer_records_the_acceptance_of_somebody_without_an_account(
    cast: Cast, session: Session
) -> None:
    placement = _agreed(session)
    placement.candidate.user_id = None
    session.flush()
    make.make_terms(session, placement, town=cast.town, is_accepted=False)
    assert cast.coordinator.user_id in _mails(session, stating.STATED)
    row = stating.accept_terms(session, placement, 1, actor=cast.coordinator, now=make.NOW)
    assert row.accepted_by == cast.coordinator.user_id
    assert _confirm(cast, placement).terms_id == row.id
    assert_sound(session)


def test_held_months_that_have_changed_need_a_new_version(cast: Cast, session: Session) -> None:
    placement = _agreed(session)
    make.make_terms(session, placement, town=cast.town)
    session.commit()
    june = dates.start_of_day(date(2027, 6, 10))
    with pytest.raises(Conflict, match="新しい版が必要"):
        confirm_placement(session, placement, actor=cast.coordinator, now=june)
    session.rollback()
    placement = session.get_one(Placement, placement.id)
    make.make_terms(session, placement, town=cast.town, now=june, first_day=date(2027, 6, 10))
    confirm_placement(session, placement, actor=cast.coordinator, now=june)
    assert_sound(session)


def test_a_form_that_ends_with_the_year_has_a_term_for_each(cast: Cast, session: Session) -> None:
    person = make.make_candidate(session, forms=("fiscal_year_part",), last_month=LONG)
    need = make.make_need(session, forms=("fiscal_year_part",), last_month=LONG, half_days=2)
    placement = make.make_placement(session, need, person, state=PS.AGREED)
    row = make.make_terms(session, placement, town=cast.town)
    assert row.is_yearly
    assert list_terms(row.first_day, row.last_day, is_yearly=True) == [
        (date(2027, 4, 1), date(2028, 3, 31)), (date(2028, 4, 1), date(2028, 6, 30)),
    ]  # fmt: skip


@given(
    first=st.dates(date(2025, 1, 1), date(2031, 12, 31)), length=st.integers(0, 2000),
    is_yearly=st.booleans(),
)  # fmt: skip
@settings(deadline=None)
def test_terms_follow_each_other_and_none_crosses_the_year(
    first: date, length: int, is_yearly: bool
) -> None:
    last = first + length * DAY
    terms = list_terms(first, last, is_yearly=is_yearly)
    assert (terms[0][0], terms[-1][1]) == (first, last)
    assert all(begins <= ends for begins, ends in terms)
    assert all(one[1] + DAY == two[0] for one, two in itertools.pairwise(terms))
    if is_yearly:
        assert all(dates.fiscal_year(begins) == dates.fiscal_year(ends) for begins, ends in terms)
    else:
        assert len(terms) == 1


def test_the_accepted_form_is_no_longer_chosen_in_the_preparation(
    cast: Cast, session: Session
) -> None:
    both = ("commission", "special_part_time")
    person = make.make_candidate(session, forms=both)
    placement = make.make_placement(
        session, make.make_need(session, forms=both), person, state=PS.AGREED
    )
    make.make_terms(session, placement, town=cast.town, form="special_part_time")
    engagement = _confirm(cast, placement)
    with pytest.raises(Refused) as refused:
        prepare_engagement(
            session, engagement, {}, form="commission", catalogue=load_catalogue(session),
            actor=cast.town, now=make.NOW,
        )  # fmt: skip
    assert "form" in refused.value.fields
    make.make_terms(session, placement, town=cast.town, form="commission")
    assert engagement.form == "commission"
    engagement.state = ES.ACTIVE
    session.flush()
    with pytest.raises(Refused) as refused:
        make.make_terms(session, placement, town=cast.town, form="special_part_time")
    assert "form" in refused.value.fields


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE work_terms SET place = '別の場所'",
        "UPDATE work_terms SET number = 3",
        "UPDATE work_terms SET accepted_at = NULL, accepted_by = NULL",
        "UPDATE engagement SET terms_id = NULL",
    ],
)
def test_the_check_hears_what_was_changed_past_the_services(
    cast: Cast, session: Session, statement: str
) -> None:
    placement = _agreed(session)
    make.make_terms(session, placement, town=cast.town)
    _confirm(cast, placement)
    assert_sound(session)
    session.execute(sa.text(statement))
    session.expire_all()
    assert [text for text in check.violations(session) if "terms" in text]


def test_an_engagement_from_before_stays_without_terms(
    database: Database, session: Session
) -> None:
    engagement = make.make_engagement(session)
    ident = engagement.id
    session.commit()
    session.close()
    schema.downgrade(database, "0022")
    schema.upgrade(database)
    with database.reading() as reading:
        assert reading.get_one(Engagement, ident).terms_id is None
        assert list(check.violations(reading)) == []


class Office:
    def __init__(self, app: TalentpoolFlask) -> None:
        with app.database.writing() as session:
            placement = _agreed(session)
            self.path = f"/placements/{placement.id}/terms"
            self.id, self.title = placement.id, placement.need.title
            self.name = placement.candidate.family_name
            person = session.get_one(User, placement.candidate.user_id)
            others = [
                make.make_user(session, role)
                for role in (Role.MUNICIPALITY, Role.COORDINATOR, Role.AUDITOR)
            ]
        self.person, self.town, self.coordinator, self.auditor = (
            _enter(app, user) for user in (person, *others)
        )

    def state(self, **said: str) -> object:
        typed = {
            "form": "commission", "first_day": "令和9年4月1日", "last_day": "2027年9月30日",
            "work": "窓口の見直し", "place": "市役所", "days": "火曜日", "travel": "実費",
            "supervisor": "市民課 田中", "version": "0",
        }  # fmt: skip
        return self.town.post(f"{self.path}/edit", **typed | said)


def _enter(app: TalentpoolFlask, user: User) -> Browser:
    browser = Browser(app)
    browser.enter(user)
    return browser


def test_the_pages_lead_from_the_town_over_the_person_to_the_officer(app: TalentpoolFlask) -> None:
    office = Office(app)
    assert "勤務条件を示す人" in office.town.get("/home").text
    assert "まだ示されていません" in office.person.get(office.path).text
    assert office.person.get(f"{office.path}/edit").status_code == 403
    assert office.state().status_code == 302
    assert office.title in office.person.get("/home").text.split("承諾を待っています")[1]
    page = office.person.get(office.path).text
    assert "令和9" in page
    assert "市民課 田中" in page
    assert "勤務条件を承諾する" in page
    for reader in (office.town, office.coordinator, office.auditor):
        assert "勤務条件を承諾する" not in reader.get(office.path).text
    assert office.coordinator.post(f"{office.path}/accept", version="1").status_code == 403
    assert office.person.post(f"{office.path}/accept", version="2").status_code == 409
    assert office.person.post(f"{office.path}/accept", version="1").status_code == 302
    assert "第1版は承諾されています" in office.town.get(office.path).text
    assert "承諾を待っています" not in office.person.get("/home").text
    assert "確定する" in office.coordinator.get(f"/placements/{office.id}").text


def test_two_officers_state_terms_and_the_second_loses_nothing(app: TalentpoolFlask) -> None:
    office = Office(app)
    assert office.state().status_code == 302
    late = office.state(days="金曜日だけ")
    assert late.status_code == 409
    assert 'value="金曜日だけ"' in late.text
    assert "火曜日" in late.text
    refused = office.state(version="1", place="", days="<b>金曜日</b>")
    assert refused.status_code == 422
    assert "&lt;b&gt;金曜日" in refused.text
    assert office.state(version="1", days="金曜日").status_code == 302
    page = office.person.get(office.path).text
    assert "第2版は、本人の承諾を待っています" in page
    assert "働く曜日と時間" in page.split("版の一覧", maxsplit=1)[1]


def test_an_engagement_without_terms_says_so(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        engagement = make.make_engagement(session)
        officer = make.make_user(session, Role.COORDINATOR)
    browser = _enter(app, officer)
    assert "記録なし" in browser.get(f"/engagements/{engagement.id}").text
    assert "記録なし" in browser.get(f"/placements/{engagement.placement_id}/terms").text
