"""Drafting a whole round at once, and deciding what was drafted in one list."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent, Deed, attempt, record, seal
from talentpool.candidates.models import Candidate, CandidateCompany, CandidatePost
from talentpool.db import Database
from talentpool.needs.models import Need
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.placements import bulk
from talentpool.placements.models import DecisionPaper, Placement
from talentpool.rounds.models import Round, RoundNeed
from talentpool.states import PlacementState
from talentpool.text import search_key
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..counting import counted_queries
from .adopted import adopted_round

PS = PlacementState


def _fields(page: str) -> dict[str, object]:
    shown = dict(re.findall(r'name="(shown_\d+)" value="([^"]*)"', page))
    return {"chosen": re.findall(r'name="chosen" value="(\d+)"', page), **shown}


def test_every_need_becomes_a_paper_with_its_alternates(app: TalentpoolFlask) -> None:
    ident = adopted_round(app.database)
    coordinator = signed_in(app, Role.COORDINATOR)
    page = coordinator.get(f"/rounds/{ident}/draft?tick=all").text
    assert len(re.findall(r'name="chosen"[^>]* checked', page)) == 3
    answer = coordinator.post(
        f"/rounds/{ident}/draft", **_fields(page), alternates="1", comment="一括"
    )
    assert answer.status_code == 302
    assert "3件の募集を起案しました" in coordinator.get(answer.location).text
    with app.database.reading() as session:
        papers = session.query(DecisionPaper).all()
        assert len({(paper.fiscal_year, paper.number) for paper in papers}) == 3
        for paper in papers:
            rows = session.query(Placement).filter_by(paper_id=paper.id).order_by(Placement.rank)
            assert [(row.state, row.rank, row.draft_comment) for row in rows] == [
                (PS.PROPOSED, 1, "一括"), (PS.PROPOSED, 2, "一括"),
            ]  # fmt: skip
        assert list(check.violations(session)) == []


def test_nothing_is_ticked_on_arrival_and_nothing_chosen_is_asked_for(app: TalentpoolFlask) -> None:
    ident = adopted_round(app.database, needs=1)
    coordinator = signed_in(app, Role.COORDINATOR)
    assert " checked" not in coordinator.get(f"/rounds/{ident}/draft").text
    refused = coordinator.post(f"/rounds/{ident}/draft", alternates="2")
    assert refused.status_code == 422
    assert "起案する募集を1件以上選んでください。" in refused.text


def test_a_need_that_changed_since_the_page_is_left_and_the_others_are_drafted(
    app: TalentpoolFlask,
) -> None:
    ident = adopted_round(app.database)
    coordinator = signed_in(app, Role.COORDINATOR)
    fields = _fields(coordinator.get(f"/rounds/{ident}/draft").text)
    with app.database.writing() as session:
        first = session.query(Placement).order_by(Placement.id).first()
        assert first is not None
        first.draft_comment = "ほかの人が書きました"
    answer = coordinator.post(f"/rounds/{ident}/draft", **fields, alternates="0")
    page = coordinator.get(answer.location).text
    assert "2件の募集を起案しました" in page
    assert "1件は、表示したあとで変わったため起案していません。" in page
    again = coordinator.post(f"/rounds/{ident}/draft", **fields, alternates="0")
    assert again.status_code == 422
    assert "表示したあとで変わりました" in again.text


def test_a_need_that_cannot_be_drafted_is_left_whole_without_a_trace(app: TalentpoolFlask) -> None:
    ident = adopted_round(app.database, needs=2)
    with app.database.writing() as session:
        row = session.query(Placement).order_by(Placement.id).first()
        assert row is not None
        for claim in list(row.candidate.forms):
            session.delete(claim)
        code, left = row.need.code, row.need_id
    coordinator = signed_in(app, Role.COORDINATOR)
    fields = _fields(coordinator.get(f"/rounds/{ident}/draft").text)
    answer = coordinator.post(f"/rounds/{ident}/draft", **fields, alternates="2")
    page = coordinator.get(answer.location).text
    assert "1件の募集を起案しました" in page and f"{code}は起案されませんでした" in page
    with app.database.reading() as session:
        states = [row.state for row in session.query(Placement).filter_by(need_id=left)]
        assert states == [PS.SUGGESTED]
        assert list(check.violations(session)) == []


def test_who_is_turned_down_or_excluded_is_no_alternate(app: TalentpoolFlask) -> None:
    ident = adopted_round(app.database, needs=1, behind=3)
    with app.database.writing() as session:
        (row,) = session.get_one(Round, ident).needs
        head, declined, excluded, free = row.ranking or []
        row.ranking = [head, declined, {**excluded, "reason": {"code": "forbidden"}}, free]
        make.make_placement(
            session,
            session.get_one(Need, row.need_id),
            session.scalars(
                sa.select(Candidate).where(Candidate.code == declined["candidate"])
            ).one(),
            state=PS.DECLINED_BY_CANDIDATE,
        )
        actor = make.make_user(session, Role.COORDINATOR).actor
    with app.database.reading() as session:
        (draft,) = bulk.list_draftable(session, actor, session.get_one(Round, ident))
        assert [one.rank for one in draft.alternates] == [4]


def test_a_part_of_a_unit_that_fails_takes_its_notes_with_it(database: Database) -> None:
    with database.writing() as session:
        need = make.make_need(session)
        officer = make.make_user(session, Role.COORDINATOR)
        seal(session)
        before = session.query(AuditEvent).count()
        record(session, Deed.NEED_CREATE, need, actor=officer.actor, now=make.NOW)
        with pytest.raises(ValueError, match="no"), attempt(session):
            record(session, Deed.NEED_CREATE, need, actor=officer.actor, now=make.NOW)
            need.title = "消える"
            session.flush()
            raise ValueError("no")
        kept = need.title
    with database.reading() as session:
        assert session.query(AuditEvent).count() == before + 1
        assert session.get_one(Need, need.id).title == kept != "消える"


def test_one_with_a_conflict_is_decided_alone(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        need, person = make.make_need(session), make.make_candidate(session)
        person.posts.append(
            CandidatePost(
                body="姫路市", municipality_code=make.HIMEJI,
                first_month=make.FIRST - 300, last_month=make.FIRST - 12,
            )
        )  # fmt: skip
        person.companies.append(CandidateCompany(name="播磨情報", name_key=search_key("播磨情報")))
        tied = make.make_placement(session, need, person, state=PS.PROPOSED)
        free = make.make_placement(
            session, make.make_need(session), make.make_candidate(session), state=PS.PROPOSED
        )
        tied_id, free_id = tied.paper_id, free.paper_id
    approver: Browser = signed_in(app, Role.APPROVER)
    page = approver.get("/approvals?tick=all").text
    box = rf'<input type="checkbox" id="chosen-{tied_id}"[^>]*disabled'
    assert re.search(box, page) and "開いて個別に決裁" in page
    shown = dict(re.findall(r'name="(shown_\d+)" value="([^"]*)"', page))
    answer = approver.post("/approvals", chosen=[tied_id, free_id], **shown)
    after = approver.get(answer.location).text
    assert "1件を承認しました" in after and "開いて一件ずつ決裁してください" in after
    with app.database.reading() as session:
        assert session.get_one(Placement, tied.id).state is PS.PROPOSED
        assert session.get_one(Placement, free.id).state is PS.OFFERED


def test_an_alternate_who_breaks_a_rule_today_is_passed_over(app: TalentpoolFlask) -> None:
    ident = adopted_round(app.database, needs=1)
    with app.database.writing() as session:
        (row,) = session.scalars(sa.select(RoundNeed).where(RoundNeed.round_id == ident))
        _, broken, sound = (entry["candidate"] for entry in row.ranking or ())
        person = session.scalars(sa.select(Candidate).where(Candidate.code == broken)).one()
        person.forms.clear()
    coordinator = signed_in(app, Role.COORDINATOR)
    fields = _fields(coordinator.get(f"/rounds/{ident}/draft?tick=all").text)
    answer = coordinator.post(f"/rounds/{ident}/draft", **fields, alternates="1")
    assert answer.status_code == 302
    with app.database.reading() as session:
        made = session.scalars(sa.select(Placement).where(Placement.rank == 2)).one()
        assert made.candidate.code == sound
        assert session.query(Placement).count() == 2
        assert list(check.violations(session)) == []


def test_the_list_of_approvals_takes_as_many_queries_for_twelve_papers_as_for_two(
    app: TalentpoolFlask,
) -> None:
    counts = []
    approver = signed_in(app, Role.APPROVER)
    for more in (2, 10):
        with app.database.writing() as session:
            for _ in range(more):
                make.make_placement(
                    session,
                    make.make_need(session),
                    make.make_candidate(session),
                    state=PS.PROPOSED,
                )
        approver.get("/approvals")
        with counted_queries(app.database) as queries:
            assert approver.get("/approvals").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
