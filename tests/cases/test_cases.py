"""The library: facts with their source, reports as long as both sides agree, and suggestions by theme and size."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent, seal
from talentpool.cases import documented, finding, service
from talentpool.cases.models import Case
from talentpool.cases.soundness import violations
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.listing import Asked
from talentpool.permissions import Actor, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.reviews import reporting
from talentpool.reviews.reporting import ReportContent
from tests import factories as make
from tests.cases.made import CONTENT, make_case
from tests.reviews.made import make_report

CATALOGUE = Catalogue.shipped()
DAY = timedelta(days=1)
SMALL = "285854"  # 香美町, as small as 佐用町


@pytest.fixture
def reader(session: Session) -> Actor:
    return make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor


def found(session: Session, reader: Actor, words: str = "", **filters: str) -> list[int]:
    rows = finding.list_cases(session, reader, Asked(filters, words), catalogue=CATALOGUE)
    return [row.id for row in rows.page(1).rows]


def suggested(session: Session, reader: Actor, theme: str | None) -> list[int]:
    stories = finding.suggest_cases(
        session, reader, theme=theme, municipality_code=make.SAYO, catalogue=CATALOGUE
    )
    return [story.case.id for story in stories]


def test_what_is_written_has_its_source_and_can_be_true(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    wrong = replace(
        CONTENT, title=" ", did="長" * 2001, source="", municipality_code="271403", theme="unheard",
        cost_yen=-1, fiscal_year=1999, source_url="javascript:alert(1)", checked_on=date(2100, 1, 1),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        service.write_case(session, wrong, catalogue=CATALOGUE, actor=officer, now=make.NOW)
    faults = dict(service.faults(wrong, CATALOGUE, "28", make.NOW.date()))
    assert set(refused.value.fields) <= set(faults) == {
        "title", "did", "source", "municipality_code", "theme", "cost_yen", "fiscal_year", "source_url",
        "checked_on",
    }  # fmt: skip
    town = make.make_user(session, Role.MUNICIPALITY).actor
    with pytest.raises(Forbidden):
        service.write_case(session, CONTENT, catalogue=CATALOGUE, actor=town, now=make.NOW)
    case = service.write_case(session, CONTENT, catalogue=CATALOGUE, actor=officer, now=make.NOW)
    version = case.version
    service.write_case(session, CONTENT, case, catalogue=CATALOGUE, actor=officer, now=make.NOW)
    assert case.version == version  # nothing changed
    assert service.content_of(case) == CONTENT


def test_a_report_is_a_case_while_both_agree_and_leaves_no_copy(
    session: Session, reader: Actor
) -> None:
    work = make.make_engagement(session)
    report = make_report(session, work)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    person = Actor(work.candidate.user_id, Role.CANDIDATE, make.HYOGO)
    assert found(session, reader) == []
    reporting.agree_to_case(session, report, agrees=True, actor=town, now=make.NOW)
    (ident,) = found(session, reader, "待ち時間")  # encrypted, and found all the same
    case = session.get_one(Case, ident)
    story = finding.story_of(case, CATALOGUE)
    assert (story.result, story.did) == ("待ち時間が半分になった。", "手順書")
    assert (case.did, case.result, case.search_key != "") == ("", "", True)
    assert list(violations(session)) == []
    officer = make.make_user(session, Role.COORDINATOR).actor
    with pytest.raises(Conflict):
        service.write_case(session, CONTENT, case, catalogue=CATALOGUE, actor=officer, now=make.NOW)
    reporting.agree_to_case(session, report, agrees=False, actor=person, now=make.NOW)
    for actor in (reader, officer, town):
        assert found(session, actor, "待ち時間") == []
        with pytest.raises(NotFound):
            finding.get_case(session, actor, ident)
    reporting.agree_to_case(session, report, agrees=True, actor=person, now=make.NOW)
    assert found(session, reader) == [ident]  # once, not twice


def test_a_corrected_report_is_read_corrected_and_only_when_the_town_agrees_again(
    session: Session, reader: Actor
) -> None:
    work = make.make_engagement(session)
    make.make_sent_log(session, work.candidate)
    work.started_at = make.NOW
    report = make_report(session, work)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    reporting.agree_to_case(session, report, agrees=True, actor=town, now=make.NOW)
    person = Actor(work.candidate.user_id, Role.CANDIDATE, make.HYOGO)
    work.last_day = make.NOW.date()
    reporting.write_report(
        session, work, ReportContent("手戻りが減った。", "一覧表"), is_sent=True, agrees=True, actor=person,
        now=make.NOW,
    )  # fmt: skip
    assert found(session, reader) == []
    reporting.agree_to_case(session, report, agrees=True, actor=town, now=make.NOW)
    (ident,) = found(session, reader)
    assert finding.story_of(session.get_one(Case, ident), CATALOGUE).result == "手戻りが減った。"


def test_a_town_is_suggested_its_theme_then_its_size_and_never_itself(
    session: Session, reader: Actor
) -> None:
    large = make_case(session)
    small = make_case(session, town=SMALL)
    other = make_case(session, town=SMALL, theme="tourism")
    make_case(session, theme="tourism")
    make_case(session, town=make.SAYO)
    assert suggested(session, reader, "bpr") == [small.id, large.id, other.id]
    assert suggested(session, reader, None) == [other.id, small.id]
    officer = make.make_user(session, Role.COORDINATOR).actor
    assert not finding.suggest_cases(
        session, officer, theme=None, municipality_code=None, catalogue=CATALOGUE
    )
    service.retire_case(session, small, actor=officer, now=make.NOW)
    assert suggested(session, reader, "bpr") == [large.id, other.id]
    assert small.id not in found(session, reader)
    assert found(session, officer, state="retired") == [small.id]
    with pytest.raises(Conflict):
        service.retire_case(session, small, actor=officer, now=make.NOW)
    service.restore_case(session, small, actor=officer, now=make.NOW)
    assert found(session, reader, "書かない窓口 香美町", theme="bpr", size="0") == [small.id]


def test_whom_to_ask_is_the_town_s_own_to_say(session: Session, reader: Actor) -> None:
    case = make_case(session)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    for actor in (reader, make.make_user(session, Role.COORDINATOR).actor):
        with pytest.raises(Forbidden):
            service.offer_contact(session, case, "企画課", actor=actor, now=make.NOW)
    with pytest.raises(Refused):
        service.offer_contact(session, case, "長" * 201, actor=town, now=make.NOW)
    service.offer_contact(session, case, " 企画課 079-000-0000 ", actor=town, now=make.NOW)
    assert (case.contact, case.contact_at) == ("企画課 079-000-0000", make.NOW)
    service.offer_contact(session, case, "", actor=town, now=make.NOW + DAY)
    assert (case.contact, case.contact_at) == ("", None)
    # of another town than was thought, it has nobody yet whom others may ask
    service.offer_contact(session, case, "企画課", actor=town, now=make.NOW)
    officer = make.make_user(session, Role.COORDINATOR).actor
    for code, expected in ((make.HIMEJI, "企画課"), (make.SAYO, ""), (SMALL, "")):
        content = replace(
            service.content_of(case), municipality_code=code, title=f"別の名前 {code}"
        )
        service.write_case(session, content, case, catalogue=CATALOGUE, actor=officer, now=make.NOW)
        assert (case.contact, case.contact_at is None) == (expected, not expected)
    seal(session)
    deeds = sa.select(AuditEvent.action).where(AuditEvent.action == "case_study.contact_off")
    assert len(session.scalars(deeds).all()) == 2


def test_the_published_cases_of_hyogo_come_once_and_claim_no_results(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR).actor
    osaka = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    assert documented.take_documented(session, actor=osaka, now=make.NOW) == 0
    assert documented.take_documented(session, actor=officer, now=make.NOW) == 6
    assert documented.take_documented(session, actor=officer, now=make.NOW) == 0
    rows = session.scalars(sa.select(Case).order_by(Case.id)).all()
    today = date(2026, 12, 31)
    for key, row in zip(documented.documented(), rows, strict=True):
        assert row.documented == key
        assert (row.result, row.cost_yen, row.contact) == ("", None, "")
        assert row.source_url.startswith("https://web.pref.hyogo.lg.jp/")
        assert list(service.faults(service.content_of(row), CATALOGUE, "28", today)) == []
    names = [CATALOGUE.municipality(row.municipality_code).ja for row in rows]
    assert names == ["尼崎市", "西宮市", "加西市", "多可町", "上郡町", "豊岡市"]
    service.retire_case(session, rows[0], actor=officer, now=make.NOW)
    assert documented.list_missing(session, officer) == {}  # what was taken down stays down


def test_what_does_not_fit_its_report_is_found(session: Session) -> None:
    report = make_report(session, make.make_engagement(session))
    report.town_agreed_at = make.NOW
    session.flush()
    assert list(violations(session)) == [
        f"report {report.id}: both sides agree, and there is no case"
    ]
    session.add(
        Case(
            prefecture_code="28", municipality_code=make.SAYO, theme="bpr", title="x",
            report_id=report.id, created_at=make.NOW, updated_at=make.NOW,
        )
    )  # fmt: skip
    session.flush()
    assert list(violations(session)) == [
        f"case {session.scalar(sa.select(Case.id))}: not of the town of its report"
    ]


def test_suggestions_among_2000_cases_take_less_than_a_tenth_of_a_second(
    database: Database,
) -> None:
    with database.writing() as session:
        reader = make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor
        first = make_case(session)
        columns = [column for column in Case.__table__.columns if column.name != "id"]
        row = {column.name: getattr(first, column.key) for column in columns}
        towns = [town.code for town in CATALOGUE.municipalities("28")]
        themes = [term.code for term in CATALOGUE.terms("theme")]
        session.execute(
            sa.insert(Case),
            [
                row | {"municipality_code": towns[n % len(towns)], "theme": themes[n % len(themes)]}
                for n in range(2000)
            ],
        )
    spent = []
    for _ in range(5):
        with database.reading() as session:
            start = time.perf_counter()
            assert len(suggested(session, reader, "bpr")) == finding.SUGGESTED
            spent.append(time.perf_counter() - start)
    assert min(spent) < 0.1  # whatever else the machine does
