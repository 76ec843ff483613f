"""Joint needs: shares that add up, the consent of every town, who is told, and what nobody can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from talentpool import audit
from talentpool.accounts.models import User
from talentpool.costs import pay_by_year
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, LostRace, Refused
from talentpool.mail import MailOrder
from talentpool.needs import writing
from talentpool.needs.costing import work_of
from talentpool.needs.joint import service
from talentpool.needs.joint.shares import Part, days_of, faults, split, split_costs, town_of
from talentpool.needs.models import JointMember, JointNeed, Need
from talentpool.operations import check
from talentpool.permissions import RULES, Action, Role, can, get_allowed, visible
from talentpool.placements.closing import withdraw_need
from talentpool.states import JointState, NeedState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in
from ..pages import version_in
from .joined import CATALOGUE, SHARES, Joint, make_joint

HIMEJI, ASAGO, SAYO = make.HIMEJI, make.ASAGO, make.SAYO
WORKDAYS = 31


def _faults(lead: Part, members: Sequence[Part], half_days: int = 8) -> list[str]:
    return [text for _, text in faults(lead, members, half_days=half_days, weekdays=WORKDAYS)]


@given(amount=st.integers(0, 60), shares=st.lists(st.integers(1, 4), min_size=1, max_size=3))
@settings(max_examples=40)
def test_a_split_adds_up_and_none_in_whole_yen_is_fairer(amount: int, shares: list[int]) -> None:
    """Against every split there is: the least sum of squared differences from the exact parts."""
    parts, whole = split(amount, shares), sum(shares)

    def unfairness(yen: Sequence[int]) -> int:
        pairs = zip(yen, shares, strict=True)
        return sum((part * whole - amount * share) ** 2 for part, share in pairs)

    every = [yen for yen in product(range(amount + 1), repeat=len(shares)) if sum(yen) == amount]
    assert sum(parts) == amount
    assert unfairness(parts) == min(map(unfairness, every))
    assert all(
        abs(part * whole - amount * n) < whole for part, n in zip(parts, shares, strict=True)
    )
    assert split(amount, shares) == parts


@given(
    bits=st.lists(st.tuples(st.integers(1, 31), st.integers(1, 31)), min_size=2, max_size=2),
    month=st.integers(2027 * 12, 2027 * 12 + 23),
)
@settings(max_examples=40)
def test_days_are_refused_exactly_where_two_towns_or_too_few_of_them_meet_in_a_month(
    bits: list[tuple[int, int]], month: int
) -> None:
    """Against the calendar: a fifth week is not in every month, so it holds nothing for sure."""
    one, other = (Part(town, 2, *rota) for town, rota in zip((HIMEJI, SAYO), bits, strict=True))
    days = days_of([one, other], month)
    meets = "二つの市町の担当日が重なっています。" in _faults(one, [other], 4)
    if len({day for day, _ in days}) < len(days):
        assert meets
    if not meets:
        assert all(town_of([one, other], day) == town for day, town in days)
    for part in (one, other):
        mine = sum(town == part.municipality_code for _, town in days)
        assert 2 * mine >= part.sure_half_days
    shortest = days_of([one], 2027 * 12 + 1)  # February 2027 has four of each weekday
    assert one.sure_half_days == 2 * len(shortest)


@pytest.mark.parametrize(
    ("lead", "members", "fault"),
    [
        (4, [("A", 2), ("B", 1)], "合計は7半日コマ"),
        (4, [("A", 2), ("B", 3)], "合計は9半日コマ"),
        (0, [("A", 4), ("B", 4)], "1半日コマ以上"),
        (4, [("A", 2), ("A", 2)], "二度"),
        (4, [("A", 2), ("lead", 2)], "代表の市町は"),
        (1, [(str(n), 1) for n in range(11)], "10まで"),
        (4, [("A", 4, 1, 0)], "両方"),
        (4, [("A", 4, 1, 32)], "募集の曜日"),
        (4, [("A", 4, 1, 1)], "足りない"),
        (4, [("A", 4, 16, 31)], "足りない"),
        (4, [("A", 2, 1, 1), ("B", 2, 3, 1)], "重なって"),
    ],
)
def test_what_no_joint_need_may_hold(lead: int, members: list[Any], fault: str) -> None:
    parts = [Part(*part) for part in members]
    assert any(fault in text for text in _faults(Part("lead", lead), parts))
    first, *rest = SHARES.values()
    assert not _faults(first, rest)


def test_it_goes_out_once_every_town_has_agreed_to_what_it_says(session: Session) -> None:
    joint = make_joint(session)
    need = joint.need
    assert [row.state for row in need.members] == [JointState.ASKED] * 2
    assert _told(session, "joint_member.ask") == {ASAGO, SAYO}
    with pytest.raises(Refused, match="2市町がまだ同意していません"):
        joint.submit()
    joint.answer(ASAGO)
    assert _told(session, "joint_member.agree") == {HIMEJI, SAYO}
    joint.answer(SAYO)
    content = writing.content_of(need)
    changed = content.__class__(**{**_values(content), "title": "別の名前"})
    writing.save_need(session, need, changed, catalogue=CATALOGUE, actor=joint.lead, now=make.NOW)
    assert [row.state for row in need.members] == [JointState.ASKED] * 2  # the text is another one
    for town in (ASAGO, SAYO):
        joint.answer(town)
    joint.submit()
    joint.answer(SAYO, service.decline, comment="予算がつきませんでした。")
    assert _told(session, "joint_member.decline") == {HIMEJI, ASAGO, "staff"}
    with pytest.raises(Refused, match="1市町"):
        joint.publish()
    joint.answer(SAYO)
    joint.publish()
    assert _told(session, "joint_member.need") >= {ASAGO, SAYO}
    _assert_sound(session)


def test_a_form_that_the_prefecture_settles_keeps_the_consents(session: Session) -> None:
    joint = make_joint(session, state=NeedState.SUBMITTED, forms=(), asks_form=True)
    joint.publish(forms=["commission"])
    assert [row.agreed_version for row in joint.need.members] == [joint.need.content_version] * 2
    assert joint.need.content_version == 2
    _assert_sound(session)


def test_other_half_days_and_other_shares_are_agreed_to_anew(session: Session) -> None:
    joint = make_joint(session)
    for town in (ASAGO, SAYO):
        joint.answer(town)
    content = writing.content_of(joint.need)
    more = content.__class__(**{**_values(content), "half_days": 9})
    writing.save_need(
        session, joint.need, more, catalogue=CATALOGUE, actor=joint.lead, now=make.NOW
    )
    for town in (ASAGO, SAYO):
        joint.answer(town)
    with pytest.raises(Refused, match="分担の合計は8半日コマです。募集の9半日コマ"):
        joint.submit()
    joint.share(Part(ASAGO, 5), lead=4)  # without Sayo, which is told, and Asago is asked again
    assert [row.municipality_code for row in joint.need.members] == [ASAGO]
    assert joint.member(ASAGO).state is JointState.ASKED
    assert _told(session, "joint_member.drop") == {SAYO}
    version = joint.member(ASAGO).version
    joint.share(Part(ASAGO, 5), lead=4)  # nothing changed: nobody is asked
    assert joint.member(ASAGO).version == version
    joint.share()
    assert joint.need.joint is None
    assert not joint.need.members
    joint.submit()
    _assert_sound(session)


@pytest.mark.parametrize(
    ("state", "town", "act", "sentence"),
    [
        (NeedState.DRAFT, SAYO, service.ask_to_leave, "参加しない"),
        (NeedState.OPEN, SAYO, service.decline, "申し出て"),
        (NeedState.OPEN, SAYO, service.agree, "変えられません"),
        (NeedState.OPEN, SAYO, service.stay, "行えません"),
        (NeedState.CLOSED, SAYO, service.ask_to_leave, "終了して"),
    ],
)
def test_a_step_is_taken_in_its_time(
    session: Session, state: NeedState, town: str, act: Callable[..., None], sentence: str
) -> None:
    joint = make_joint(
        session, state=NeedState.DRAFT if state is NeedState.DRAFT else NeedState.OPEN
    )
    if state is NeedState.CLOSED:
        _withdraw(joint)
    before = joint.member(town).state
    said = {"comment": "合併のため"} if act is service.ask_to_leave else {}
    with pytest.raises(Conflict, match=sentence):
        joint.answer(town, act, **said)
    assert joint.member(town).state is before


def test_after_the_publication_a_member_asks_and_the_lead_town_ends_it(session: Session) -> None:
    joint = make_joint(session, state=NeedState.OPEN)
    with pytest.raises(Refused, match="理由"):
        joint.answer(SAYO, service.ask_to_leave, comment=" ")
    joint.answer(SAYO, service.ask_to_leave, comment="役場の組織が変わるため。")
    assert _told(session, "joint_member.leave") == {HIMEJI, ASAGO, "staff"}
    assert joint.need.state is NeedState.OPEN  # nothing else has changed
    with pytest.raises(Conflict):
        joint.share(Part(ASAGO, 4), lead=4)
    joint.answer(SAYO, service.stay)
    joint.answer(SAYO, service.ask_to_leave, comment="役場の組織が変わるため。")
    _withdraw(joint)
    assert {joint.need.state} == {NeedState.CLOSED}
    assert joint.member(SAYO).state is JointState.LEAVING
    _assert_sound(session)


def test_who_is_not_the_lead_or_the_member_may_not(session: Session) -> None:
    joint = make_joint(session)
    stranger = make.make_user(session, Role.MUNICIPALITY, municipality_code="282103").actor
    for actor in (stranger, joint.officers[ASAGO], joint.lead, joint.coordinator):
        with pytest.raises(Forbidden):
            service.agree(session, joint.member(SAYO), actor=actor, now=make.NOW)
    for actor in (stranger, joint.officers[SAYO], joint.coordinator):
        with pytest.raises(Forbidden):
            service.share_out(
                session, joint.need, 8, [], catalogue=CATALOGUE, actor=actor, now=make.NOW
            )
    with pytest.raises(Refused, match="一覧から"):
        joint.share(Part("271403", 4), lead=4)  # of another prefecture
    assert not can(session, joint.officers[SAYO], Action.EDIT_NEED, joint.need)
    assert not session.scalars(visible(joint.officers[SAYO], Need)).all()
    for town in (HIMEJI, SAYO):
        found = get_allowed(
            session, joint.officers[town], Action.VIEW_JOINT_NEED, Need, joint.need.id
        )
        assert found is joint.need
    assert not can(session, stranger, Action.VIEW_JOINT_NEED, joint.need)
    assert Role.CANDIDATE not in RULES[Action.VIEW_JOINT_NEED]


def test_a_draft_takes_its_shares_along(session: Session) -> None:
    joint = make_joint(session)
    writing.delete_need(session, joint.need, actor=joint.lead, now=make.NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(JointMember)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(JointNeed)) == 0
    assert _told(session, "joint_member.drop") == {ASAGO, SAYO}
    links = sa.select(MailOrder.link).where(MailOrder.template == "joint_member.drop")
    assert set(session.scalars(links)) == {"/needs/"}
    again = make_joint(session)  # its members have numbers of their own
    again.answer(SAYO)
    _assert_sound(session)


BROKEN = {
    "UPDATE joint_member SET half_days = 3": "do not add up",
    "UPDATE joint_member SET state = 'asked', agreed_version = NULL": "has not agreed",
    "UPDATE joint_member SET agreed_version = 99": "has not agreed",
    "UPDATE joint_member SET municipality_code = '282014' WHERE id = 1": "no other town",
    "DELETE FROM joint_need": "no other town beside a lead town",
    "DELETE FROM joint_member": "without members",
}


def test_the_check_finds_what_no_service_does(session: Session) -> None:
    joint = make_joint(session, state=NeedState.OPEN)
    _assert_sound(session)
    first = min(row.id for row in joint.need.members)
    for change, said in BROKEN.items():
        broken = session.begin_nested()
        session.execute(sa.text(change.replace("id = 1", f"id = {first}")))
        session.expire_all()
        found = list(check.violations(session))
        assert any(said in text for text in found), change
        broken.rollback()


def test_the_cost_of_a_year_is_split_by_share(session: Session) -> None:
    joint = make_joint(session, pay_amount=10_001, pay_basis="day", last_month=make.FIRST + 12)
    costs = sorted(pay_by_year(work_of(joint.need)).items())
    parts = list(SHARES.values())
    shared = split_costs(costs, parts)
    assert len(costs) == 2
    for n, (year, yen) in enumerate(costs):
        assert sum(shared[part.municipality_code][n][1] for part in parts) == yen
        assert {rows[n][0] for rows in shared.values()} == {year}
    assert shared[HIMEJI][0][1] == pytest.approx(costs[0][1] / 2, abs=1)


def test_the_pages_of_the_lead_town_and_of_a_member(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make.make_need(
            session, state=NeedState.DRAFT, half_days=8, pay_amount=20_000, pay_basis="day"
        )
        ident = need.id
    lead, member = (
        signed_in(app, Role.MUNICIPALITY),
        signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO),
    )
    assert member.get(f"/needs/{ident}").status_code == 404
    page = f"/needs/{ident}/joint"
    sent = _fields(need.version, {"": 4}, {"0": (SAYO, 3)})
    refused = lead.post(page, **sent)
    assert refused.status_code == 422
    assert "分担の合計は7半日コマです" in refused.text
    assert lead.post(page, **_fields(need.version, {"": 4}, {"0": (SAYO, 4)})).status_code == 302
    assert lead.post(page, **sent).status_code == 409  # of a page that is no longer true
    assert "共同募集にする" not in lead.get(f"/needs/{ident}").text
    assert "同意を待っている共同募集" in member.get("/home").text
    assert "参加している共同募集" in member.get("/needs/").text
    shown = member.get(f"/needs/{ident}").text
    assert "この分担への同意をお待ちしています" in shown
    assert member.get(page).status_code == 404
    with database.reading() as session:
        row = session.scalars(sa.select(JointMember)).one()
        number, version = row.id, row.version
    step = f"/joint_members/{number}"
    assert lead.post(f"{step}/agree", version=version).status_code == 404
    assert member.post(f"{step}/agree", version=version).status_code == 302
    twice = member.post(f"{step}/agree", version=version)
    assert twice.status_code == 409
    assert "同意済み" in twice.text
    assert member.post(f"{step}/dance", version=version).status_code == 404
    assert member.get(f"{page}/work").status_code == 200
    with database.reading() as session:
        assert session.scalars(sa.select(JointMember)).one().state is JointState.AGREED


def test_what_hinders_the_hand_in_of_a_joint_draft_is_said_on_its_last_page(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make_joint(session, skills=[]).need
        ident, version = need.id, need.version
        opened = make_joint(session, state=NeedState.OPEN).need.id
    lead = signed_in(app, Role.MUNICIPALITY)
    begun = lead.post(f"/needs/{ident}/steps", version=version).location
    page = begun.removesuffix("/outcome") + "/check"
    shown = lead.get(page)
    refused = lead.post(page, submit="1", version=version_in(shown.text, page))
    assert refused.status_code == 422, refused.location
    assert "2市町がまだ同意していません" in refused.text
    late = lead.get(f"/needs/{opened}/joint")
    assert late.status_code == 409
    assert "公開中の募集です" in late.text


def test_a_member_that_was_left_out_meanwhile_has_lost_the_race(session: Session) -> None:
    joint = make_joint(session)
    row = joint.member(SAYO)
    session.execute(
        sa.delete(JointMember)
        .where(JointMember.id == row.id)
        .execution_options(synchronize_session=False)
    )
    with pytest.raises(LostRace):
        service.lock_member(session, row)


def _fields(version: int, lead: dict[str, int], rows: dict[str, tuple[str, int]]) -> dict[str, Any]:
    fields: dict[str, Any] = {"version": version, "half_days": lead[""]}
    for n, (town, half_days) in rows.items():
        fields |= {f"members-{n}-municipality": town, f"members-{n}-half_days": half_days}
    return fields


def _values(content: Any) -> dict[str, Any]:
    return {name: getattr(content, name) for name in content.__dataclass_fields__}


def _withdraw(joint: Joint) -> None:
    withdraw_need(joint.session, joint.need, reason="budget", actor=joint.lead, now=make.NOW)
    joint.session.flush()


def _told(session: Session, template: str) -> set[str]:
    """Towns whose officers were told, "staff" for those of the prefecture."""
    session.flush()
    query = sa.select(User.municipality_code).join(MailOrder, MailOrder.recipient_id == User.id)
    found = session.scalars(query.where(MailOrder.template == template))
    return {code or "staff" for code in found}


def _assert_sound(session: Session) -> None:
    audit.seal(session)
    session.flush()
    session.expire_all()
    assert list(check.violations(session)) == []
