"""回議 where a prefecture wants it: drafter, endorser and approver are three; and 専決 and 代決 on the paper."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import Pool
from talentpool.accounts.procedure import set_endorsement
from talentpool.audit import AuditEvent
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.placements.deciding import decide_papers, return_paper
from talentpool.placements.endorsing import endorse_paper
from talentpool.placements.models import Authority, DecisionPaper, Placement
from talentpool.placements.sheet import read_sheet
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in, stored_user
from .cast import Cast, assert_sound, shown_papers

PS = PlacementState


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


@pytest.fixture
def second(session: Session) -> Actor:
    return make.make_user(session, Role.COORDINATOR).actor


def _turn_on(session: Session) -> None:
    admin = make.make_user(session, Role.ADMIN).actor
    pool = session.get_one(Pool, make.HYOGO)
    set_endorsement(session, pool, True, actor=admin, now=make.NOW)


def _paper(cast: Cast) -> tuple[DecisionPaper, Placement]:
    row = cast.step(cast.suggested(), "propose")
    assert row.paper is not None
    return row.paper, row


def test_it_is_off_until_an_administrator_turns_it_on(
    cast: Cast, session: Session, second: Actor
) -> None:
    paper, row = _paper(cast)
    with pytest.raises(Conflict, match="行わない設定"):
        endorse_paper(session, paper, actor=second, now=make.NOW)
    cast.step(row, "approve")
    assert [stamp.office for stamp in read_sheet(session, paper).stamps] == ["起案", "決裁"]
    with pytest.raises(Forbidden):
        pool = session.get_one(Pool, make.HYOGO)
        set_endorsement(session, pool, True, actor=cast.coordinator, now=make.NOW)


def test_no_paper_is_approved_before_it_is_endorsed(
    cast: Cast, session: Session, second: Actor
) -> None:
    _turn_on(session)
    paper, row = _paper(cast)
    with pytest.raises(Conflict, match="回議が済んでいない"):
        cast.step(row, "approve")
    run = decide_papers(session, [paper], {}, actor=cast.approver, now=make.NOW)
    assert "回議" in run.left[paper.id]
    assert row.state is PS.PROPOSED
    endorse_paper(session, paper, actor=second, now=make.NOW)
    assert row.state is PS.PROPOSED  # the approver's word is still to come
    cast.step(row, "approve")
    assert row.state is PS.OFFERED
    assert (paper.endorsed_by, paper.decided_by) == (second.user_id, cast.approver.user_id)
    assert [stamp.role for stamp in read_sheet(session, paper).stamps] == ["起案", "回議", "承認"]
    assert_sound(session)
    told = sa.select(AuditEvent.actor_id).where(AuditEvent.action == "paper.endorse")
    assert session.scalars(told).all() == [second.user_id]


def test_the_drafter_does_not_endorse_and_nobody_twice(
    cast: Cast, session: Session, second: Actor
) -> None:
    _turn_on(session)
    paper, _ = _paper(cast)
    with pytest.raises(Forbidden, match="起案した本人"):
        endorse_paper(session, paper, actor=cast.coordinator, now=make.NOW)
    with pytest.raises(Forbidden):
        endorse_paper(session, paper, actor=cast.approver, now=make.NOW)
    endorse_paper(session, paper, actor=second, now=make.NOW)
    with pytest.raises(Conflict, match="すでに回議"):
        endorse_paper(session, paper, actor=second, now=make.NOW)


def test_who_has_endorsed_does_not_decide(cast: Cast, session: Session) -> None:
    _turn_on(session)
    paper, row = _paper(cast)
    paper.endorsed_by, paper.endorsed_at = cast.approver.user_id, make.NOW  # was a coordinator then
    for verb in ("approve", "refuse"):
        with pytest.raises(Forbidden, match="回議した本人"):
            cast.step(row, verb, reason="alternatives" if verb == "refuse" else None)


@pytest.mark.parametrize("other", ["drafted_by", "decided_by"])
def test_the_database_refuses_one_officer_in_two_boxes(
    cast: Cast, session: Session, second: Actor, other: str
) -> None:
    _turn_on(session)
    paper, row = _paper(cast)
    endorse_paper(session, paper, actor=second, now=make.NOW)
    cast.step(row, "approve")
    setattr(paper, other, second.user_id)
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_a_new_draft_is_to_be_endorsed_again(cast: Cast, session: Session, second: Actor) -> None:
    _turn_on(session)
    paper, row = _paper(cast)
    endorse_paper(session, paper, actor=second, now=make.NOW)
    cast.step(cast.suggested(row.need), "propose")
    assert paper.endorsed_by is None
    endorse_paper(session, paper, actor=second, now=make.NOW)
    return_paper(session, paper, reason="terms", actor=cast.approver, now=make.NOW)
    assert (paper.endorsed_by, paper.endorsed_at) == (None, None)
    assert_sound(session)


def test_check_hears_one_officer_in_two_boxes(session: Session) -> None:
    row = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=PS.OFFERED
    )
    session.commit()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA ignore_check_constraints = 1"))
    else:
        session.execute(
            sa.text(
                "ALTER TABLE decision_paper DROP CONSTRAINT ck_decision_paper_endorsed_by_another"
            )
        )
    session.execute(
        sa.text("UPDATE decision_paper SET endorsed_by = decided_by, endorsed_at = frozen_at")
    )
    heard = list(check.violations(session))
    assert f"decision paper {row.paper_id}: endorsed by its drafter or approver" in heard


@pytest.mark.parametrize(
    ("authority", "word"), [(Authority.DELEGATED, "専決"), (Authority.DEPUTISED, "代決")]
)
def test_by_whose_right_it_was_decided_stands_on_the_paper(
    cast: Cast, session: Session, authority: Authority, word: str
) -> None:
    paper, _ = _paper(cast)
    decide_papers(session, [paper], {}, actor=cast.approver, now=make.NOW, authority=authority)
    sheet = read_sheet(session, paper)
    assert sheet.stamps[-1].role == word
    assert ("区分", word) in next(row for row in sheet.sections if row.label == "決裁").fields
    assert paper.content is not None
    assert paper.content["authority"] == str(authority)
    assert_sound(session)


def test_the_buttons_stand_where_they_can_be_pressed(app: TalentpoolFlask) -> None:
    assert signed_in(app, Role.ADMIN).post("/office/endorsement", wanted="1").status_code == 302
    drafter, endorser = Browser(app), signed_in(app, Role.COORDINATOR)
    user = stored_user(app.database, Role.COORDINATOR)
    drafter.sign_in(user)
    with app.database.writing() as session:
        row = make.make_placement(
            session, make.make_need(session), make.make_candidate(session), state=PS.PROPOSED,
            drafter=user,
        )  # fmt: skip
        ident = row.paper_id
    path = f"/papers/{ident}"
    assert ">回議する</button>" not in drafter.get(path).text
    approver = signed_in(app, Role.APPROVER)
    assert "回議を待っています" in approver.get(path).text
    assert ">回議する</button>" in endorser.get(path).text
    shown = shown_papers(app)[ident or 0]
    assert endorser.post(f"{path}/endorse", shown="old").status_code == 409
    assert endorser.post(f"{path}/endorse", shown=shown).status_code == 302
    assert "回議しました" in endorser.get(path).text
    done = approver.post(
        path, decision="approve", authority="delegated", shown=shown_papers(app)[ident or 0]
    )
    assert done.status_code == 302
    assert "専決" in approver.get(path).text
