"""The desk: a town consults, the prefecture answers in time, and it ends as answered, referred or a need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent, seal
from talentpool.consultations import answering, finding, writing
from talentpool.consultations.guide import HINTS, NAMES
from talentpool.consultations.models import Consultation, Ending, Sharing
from talentpool.consultations.soundness import violations
from talentpool.consultations.writing import ConsultationContent
from talentpool.dates import JST, local_date
from talentpool.db import Session, length_of
from talentpool.deadlines.service import set_days
from talentpool.desk.handing import list_holdings
from talentpool.desk.service import Plan, find_duty, set_duty
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.home.items import Whose
from talentpool.home.service import look
from talentpool.mail import MailOrder
from talentpool.needs.drafting import finish_draft, typed_in
from talentpool.needs.models import Need, NeedDraft
from talentpool.operations.trail import changes_without_events
from talentpool.permissions import Actor, Role, visible
from talentpool.programmes.sourced import Origin
from talentpool.reference.catalogue import Catalogue
from talentpool.states import CONSULTATION, ConsultationState
from talentpool.waits import Wait
from tests import factories as make
from tests.consultations.made import (
    WORDS,
    make_closed,
    make_consultation,
    make_referred,
    officer_of,
    town_of,
)
from tests.programmes.made import make_programme

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=JST)  # a Tuesday; three business days later: Friday
DAY = timedelta(days=1)
CATALOGUE = Catalogue.shipped()


def told(session: Session, verb: str) -> set[int]:
    session.flush()
    query = sa.select(MailOrder.recipient_id).where(MailOrder.template == f"consultation.{verb}")
    return set(session.scalars(query))


def seen(session: Session, actor: Actor) -> set[int]:
    return set(session.scalars(visible(actor, Consultation).with_only_columns(Consultation.id)))


def test_a_draft_is_its_town_s_alone_and_what_is_sent_the_prefecture_s(session: Session) -> None:
    row = make_consultation(session, is_sent=False, now=NOW)
    officer, town = officer_of(session, row), town_of(row)
    neighbour = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor
    assert seen(session, town) == {row.id}
    assert seen(session, officer) == set()
    with pytest.raises(Forbidden):
        writing.send_consultation(session, row, actor=neighbour, now=NOW)
    writing.send_consultation(session, row, actor=town, now=NOW)
    assert (seen(session, officer), seen(session, neighbour)) == ({row.id}, set())
    assert told(session, "send") == {officer.user_id}
    assert local_date(row.answer_until or NOW) == date(2026, 12, 4)
    with pytest.raises(Conflict):
        writing.send_consultation(session, row, actor=town, now=NOW)
    with pytest.raises(Conflict):
        writing.discard_consultation(session, row, actor=town, now=NOW)


def test_a_draft_may_be_empty_and_goes_without_trace_but_is_not_sent_so(session: Session) -> None:
    row = make_consultation(session, words="", is_sent=False)
    town = town_of(row)
    with pytest.raises(Refused) as refused:
        writing.send_consultation(session, row, actor=town, now=NOW)
    assert set(refused.value.fields) == {"words"}
    for content, field in (
        (ConsultationContent("長" * 4001), "words"),
        (ConsultationContent("困った", theme="unheard"), "theme"),
    ):
        with pytest.raises(Refused) as refused:
            writing.write_consultation(
                session, content, row, catalogue=CATALOGUE, actor=town, now=NOW
            )
        assert set(refused.value.fields) == {field}
    writing.discard_consultation(session, row, actor=town, now=NOW)
    assert seen(session, town) == set()


def test_the_deadline_is_the_prefecture_s_own_and_stands_while_it_has_to_answer(
    session: Session,
) -> None:
    row = make_consultation(session, now=NOW)
    officer, town = officer_of(session, row), town_of(row)
    pool = make.make_prefecture_pool(session)
    set_days(session, pool, {Wait.CONSULTATION: 1}, actor=officer, now=NOW)
    assert local_date(row.answer_until or NOW) == date(2026, 12, 4)  # what is set stays
    answering.ask_back(session, row, "いつまでにですか。", actor=officer, now=NOW + DAY)
    assert row.answer_until is None
    assert told(session, "ask") == {town.user_id}
    assert row.answered_at == NOW + DAY
    with pytest.raises(Refused):
        writing.reply(session, row, " ", actor=town, now=NOW + DAY)
    writing.reply(session, row, "3月までです。", actor=town, now=NOW + 2 * DAY)
    assert row.state is ConsultationState.SENT
    assert local_date(row.answer_until or NOW) == date(2026, 12, 4)  # a day later: Friday
    answering.answer_consultation(session, row, "手順書から。", actor=officer, now=NOW + 3 * DAY)
    assert row.answered_at == NOW + DAY  # the first
    assert [(one.verb, one.is_of_town) for one in row.messages] == [
        ("ask", False), ("reply", True), ("answer", False),
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        answering.close_consultation(session, row, actor=town, now=NOW + 3 * DAY)
    writing.settle_consultation(session, row, actor=town, now=NOW + 4 * DAY)
    assert (row.ending, row.closed_at) == (Ending.ANSWERED, NOW + 4 * DAY)
    assert told(session, "settle") == {officer.user_id}
    figures = finding.count_year(session, officer, NOW + 5 * DAY)
    assert (figures.total, figures.answered, figures.days, figures.needs) == (1, 1, 1.0, 0)


def test_a_programme_past_its_deadline_is_refused_with_the_rule(session: Session) -> None:
    """A programme that is over is refused by the catalogue: the consultation stays as it was."""
    row = make_consultation(session, now=NOW)
    officer, town = officer_of(session, row), town_of(row)
    over = make_programme(session, name="終わった制度", origin=Origin(valid_to=date(2026, 11, 30)))
    past = make_programme(
        session, name="締め切った制度", deadlines=((date(2026, 11, 30), "第1次"),)
    )
    for programme, words in ((over, "2026年11月30日"), (past, "締切（2026年11月30日")):
        with pytest.raises(Refused) as refused:
            answering.refer_consultation(session, row, "案内", programme, actor=officer, now=NOW)
        assert words in refused.value.fields["programme"]
    assert (row.state, row.referrals) == (ConsultationState.SENT, [])
    last = make_programme(session, name="きょうまで", deadlines=((date(2026, 12, 1), "第1次"),))
    referral = answering.refer_consultation(session, row, "案内", last, actor=officer, now=NOW)
    assert (row.referrals, referral.apply_by) == ([referral], date(2026, 12, 1))
    query = sa.select(MailOrder.template).where(MailOrder.recipient_id == town.user_id)
    assert session.scalars(query).all() == ["referral.make"]  # one mail, not two
    answering.close_consultation(session, row, actor=officer, now=NOW + DAY)
    assert row.ending is Ending.REFERRED
    assert list(violations(session)) == []


def test_the_requirements_become_a_draft_of_the_town_that_stays_linked(session: Session) -> None:
    row = make_consultation(session, now=NOW)
    officer, town = officer_of(session, row), town_of(row)
    with pytest.raises(Conflict):
        answering.write_interview(session, row, {}, actor=officer, now=NOW)
    answering.begin_sorting(session, row, "7月20日に30分、話せますか。", actor=officer, now=NOW)
    with pytest.raises(Conflict):
        answering.hand_draft_over(session, row, actor=officer, now=NOW)
    answers = dict.fromkeys(NAMES, "") | {"tasks": "手順書づくり", "team": "長" * 901}
    with pytest.raises(Refused) as refused:
        answering.write_interview(session, row, answers, actor=town, now=NOW)
    assert set(refused.value.fields) == {"team"}
    answers |= {"team": "職員1人", "decided": "上限40万円"}
    answering.write_interview(session, row, answers, actor=town, now=NOW)  # either side
    answers |= {"outcome_wanted": "後任が月次を回せる"}
    answering.write_interview(session, row, answers, actor=officer, now=NOW)
    draft = answering.hand_draft_over(session, row, actor=officer, now=NOW)
    assert (row.ending, row.draft_id) == (Ending.NEED, draft.id)
    assert draft.municipality_code == row.municipality_code
    assert told(session, "hand_over") == {town.user_id}
    typed = typed_in(draft)
    assert typed["title"] == [row.headline]
    assert typed["theme"] == ["bpr"]
    assert typed["outcome_wanted"] == ["後任が月次を回せる"]
    assert (typed["tasks"], typed["team"]) == (["手順書づくり"], ["職員1人"])
    assert typed["background"] == [f"{WORDS}\n\n上限40万円"]
    figures = finding.count_year(session, officer, NOW)
    assert figures.needs == 0  # a draft is no vacancy yet
    need = make.make_need(session, municipality_code=row.municipality_code)
    finish_draft(session, draft, need, actor=town, now=NOW)
    session.refresh(row)
    assert (row.draft_id, row.need_id) == (None, need.id)
    assert finding.count_year(session, officer, NOW).needs == 1
    assert list(violations(session)) == []
    seal(session)
    assert list(changes_without_events(session)) == []
    fields = session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "consultation.interview")
    ).all()
    assert fields[0].detail == {"fields": ["tasks", "team", "decided"]}
    assert "手順書" not in str([event.detail for event in session.scalars(sa.select(AuditEvent))])


def test_a_draft_that_the_town_deletes_leaves_its_consultation(session: Session) -> None:
    row = make_consultation(session, now=NOW)
    officer, town = officer_of(session, row), town_of(row)
    answering.begin_sorting(session, row, "話しましょう。", actor=officer, now=NOW)
    known = dict.fromkeys(NAMES, "短い答え")
    answering.write_interview(session, row, known, actor=officer, now=NOW)
    draft = answering.hand_draft_over(session, row, actor=officer, now=NOW)
    session.delete(session.get_one(NeedDraft, draft.id))
    session.flush()
    session.refresh(row)
    assert (row.draft_id, row.need_id, row.ending) == (None, None, Ending.NEED)
    writing.reopen_consultation(session, row, "やはり困っています。", actor=town, now=NOW + DAY)
    assert (row.state, row.ending, row.closed_at) == (ConsultationState.SENT, None, None)
    # one draft at a time: a second would take the first away from its consultation
    answering.begin_sorting(session, row, "もう一度。", actor=officer, now=NOW + DAY)
    second = answering.hand_draft_over(session, row, actor=officer, now=NOW + DAY)
    writing.reopen_consultation(session, row, "また。", actor=town, now=NOW + DAY)
    answering.begin_sorting(session, row, "また。", actor=officer, now=NOW + DAY)
    with pytest.raises(Conflict, match="もう渡しています"):
        answering.hand_draft_over(session, row, actor=officer, now=NOW + DAY)
    need = make.make_need(session, municipality_code=row.municipality_code)
    finish_draft(session, second, need, actor=town, now=NOW + DAY)
    session.refresh(row)
    with pytest.raises(Conflict, match="もう渡しています"):
        answering.hand_draft_over(session, row, actor=officer, now=NOW + DAY)


def test_no_word_is_lost_where_a_text_does_not_fit(session: Session) -> None:
    """The words of a consultation can be longer than a vacancy takes them, and than a referral."""
    row = make_consultation(session, words="長" * 4000, now=NOW)
    officer = officer_of(session, row)
    programme = make_programme(session)
    with pytest.raises(Refused) as refused:
        answering.refer_consultation(session, row, "長" * 2001, programme, actor=officer, now=NOW)
    assert set(refused.value.fields) == {"text"}
    answering.begin_sorting(session, row, "話しましょう。", actor=officer, now=NOW)
    known = dict.fromkeys(NAMES, "長" * answering.LONGEST_PART) | {"background": ""}
    answering.write_interview(session, row, known, actor=officer, now=NOW)
    with pytest.raises(Conflict, match="背景"):
        answering.hand_draft_over(session, row, actor=officer, now=NOW)
    known["background"] = "長" * answering.LONGEST_PART
    answering.write_interview(session, row, known, actor=officer, now=NOW)
    draft = answering.hand_draft_over(session, row, actor=officer, now=NOW)
    for name, (text,) in typed_in(draft).items():
        if hasattr(Need, name) and name != "theme":
            assert len(text) <= length_of(getattr(Need, name)), name


@pytest.mark.parametrize("verb", [step.verb for step in CONSULTATION.transitions])
def test_no_step_is_taken_from_a_state_that_the_table_does_not_name(
    session: Session, verb: str
) -> None:
    """A consultation that is over only opens again; a draft is only sent."""
    row = make_closed(session) if verb != "reopen" else make_consultation(session)
    officer, town = officer_of(session, row), town_of(row)
    acts: dict[str, Callable[[], object]] = {
        "send": lambda: writing.send_consultation(session, row, actor=town, now=NOW),
        "reply": lambda: writing.reply(session, row, "続き", actor=town, now=NOW),
        "ask": lambda: answering.ask_back(session, row, "何を", actor=officer, now=NOW),
        "answer": lambda: answering.answer_consultation(session, row, "答え", actor=officer, now=NOW),
        "refer": lambda: answering.refer_consultation(
            session, row, "案内", make_programme(session), actor=officer, now=NOW
        ),
        "sort": lambda: answering.begin_sorting(session, row, "話す", actor=officer, now=NOW),
        "hand_over": lambda: answering.hand_draft_over(session, row, actor=officer, now=NOW),
        "settle": lambda: writing.settle_consultation(session, row, actor=town, now=NOW),
        "close": lambda: answering.close_consultation(session, row, actor=officer, now=NOW),
        "withdraw": lambda: writing.withdraw_consultation(session, row, actor=town, now=NOW),
        "reopen": lambda: writing.reopen_consultation(session, row, "また", actor=town, now=NOW),
    }  # fmt: skip
    with pytest.raises(Conflict):
        acts[verb]()


def test_the_home_of_both_sides_shows_it_with_owner_and_deadline(session: Session) -> None:
    row = make_consultation(session, now=NOW)
    officer, town = officer_of(session, row), town_of(row)
    set_duty(session, row, Plan(officer.user_id), actor=officer, now=NOW)
    home = look(session, officer, now=NOW, whose=Whose.MINE)
    (item,) = home.items
    assert (item.thing, item.due) == (row, row.answer_until)
    assert item.duty is not None
    assert item.duty.owner_id == officer.user_id
    assert [
        one.thing for one in list_holdings(session, officer, officer.user_id or 0, NOW.date())
    ] == [row]
    assert [task.queue.label[0] for task in look(session, town, now=NOW).progress] == [
        "県の返事を待っている相談"
    ]
    answering.ask_back(session, row, "何が", actor=officer, now=NOW)
    assert [task.queue.label[0] for task in look(session, town, now=NOW).tasks] == [
        "県から質問のある相談"
    ]
    writing.withdraw_consultation(session, row, actor=town, now=NOW)
    assert list_holdings(session, officer, officer.user_id or 0, NOW.date()) == []
    assert find_duty(session, row) is not None


def test_every_theme_has_its_questions() -> None:
    assert {term.code for term in CATALOGUE.terms("theme")} == set(HINTS)
    assert set(NAMES) <= set(sa.inspect(Consultation).columns.keys())


def test_what_does_not_fit_together_is_found(session: Session) -> None:
    row = make_referred(session)
    assert list(violations(session)) == []
    need = make.make_need(session, municipality_code=make.SAYO)
    row.need_id = need.id
    row.referrals[0].municipality_code = make.SAYO
    closed = make_closed(session, sharing=Sharing.NAMED)
    closed.ending = Ending.WITHDRAWN
    session.flush()
    assert list(violations(session)) == [
        f"consultation {row.id}: its need is of another place",
        f"consultation {row.id}: its programme is of another place",
        f"consultation {closed.id}: can be found, and its town does not allow it",
    ]
