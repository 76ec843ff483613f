"""A step that comes too late shows what was sent and what stands now; one that a rule forbids is not called late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from .cast import shown_papers

PS = PlacementState
LATE, FORBIDDEN = "ほかの操作が先に行われました", "この操作は行えません"
COMMENT = "単価を確かめてからもう一度出してください"


def _make(app: TalentpoolFlask, state: PlacementState, **more: Any) -> Placement:
    now = clock.now()
    with app.database.writing() as session:
        need, person = make.make_need(session, now=now), make.make_candidate(session, now=now)
        return make.make_placement(session, need, person, state=state, now=now, **more)


def _code(app: TalentpoolFlask, placement: Placement) -> str:
    with app.database.reading() as session:
        return session.get_one(Placement, placement.id).candidate.code


def _press(browser: Browser, placement: Placement, verb: str, **fields: Any) -> Any:
    fields.setdefault("version", placement.version)
    return browser.post(f"/placements/{placement.id}/{verb}", **fields)


def test_whoever_is_late_reads_what_they_sent_and_what_stands_now(app: TalentpoolFlask) -> None:
    placement = _make(app, PS.PROPOSED)
    first, second = signed_in(app, Role.APPROVER), signed_in(app, Role.APPROVER)
    assert _press(first, placement, "approve").status_code == 302
    late = _press(second, placement, "return", reason="terms", comment=COMMENT)
    assert late.status_code == 409
    sent, now = late.text.split("送った内容")[1].split("いまの内容")
    assert LATE in late.text
    assert "差し戻す" in sent
    assert COMMENT in sent
    assert f"{_code(app, placement)}の状態" in now
    assert "本人に打診する" in now
    assert f'href="/approvals/{placement.id}"' in now


def test_what_a_rule_forbids_is_not_called_late(app: TalentpoolFlask) -> None:
    placement = _make(app, PS.PROPOSED)
    with app.database.writing() as session:
        row = session.get_one(Placement, placement.id)
        row.candidate.forms.clear()
    answer = _press(signed_in(app, Role.APPROVER), placement, "approve", comment=COMMENT)
    assert answer.status_code == 409
    assert FORBIDDEN in answer.text
    assert LATE not in answer.text
    assert "任用形態" in answer.text
    assert COMMENT in answer.text
    with app.database.reading() as session:
        assert session.get_one(Placement, placement.id).state is PS.PROPOSED


def test_an_answer_that_is_late_leaves_nothing_behind(app: TalentpoolFlask) -> None:
    placement = _make(app, PS.OFFERED)
    with app.database.writing() as session:
        row = session.get_one(Placement, placement.id)
        user = row.candidate.user_id
        row.offer_until = clock.now() - timedelta(days=1)
        version = row.version + 1
    browser = Browser(app)
    with app.database.reading() as session:
        browser.enter(session.get_one(User, user))
    answer = _press(browser, placement, "accept", version=version)
    assert answer.status_code == 409
    assert FORBIDDEN in answer.text
    assert "引き受ける" in answer.text
    assert "回答期限を過ぎているため" in answer.text
    with app.database.reading() as session:
        row = session.get_one(Placement, placement.id)
        assert row.state is PS.OFFERED
        assert not [c for c in row.candidate.consents if c.purpose == "introduction"]


def test_whoever_ends_a_need_late_keeps_what_they_wrote(app: TalentpoolFlask) -> None:
    placement = _make(app, PS.OFFERED)
    with app.database.reading() as session:
        version = session.get_one(Placement, placement.id).need.version
    coordinator = signed_in(app, Role.COORDINATOR)
    path = f"/needs/{placement.need_id}/close"
    late = coordinator.post(path, version=version - 1, reason="policy", comment=COMMENT)
    assert late.status_code == 409
    assert LATE in late.text
    assert COMMENT in late.text
    assert "募集の状態" in late.text
    assert f'href="/needs/{placement.need_id}"' in late.text


def test_whoever_lifts_what_is_no_hold_keeps_what_they_wrote(app: TalentpoolFlask) -> None:
    placement = _make(app, PS.SUGGESTED)
    path = f"/placements/{placement.id}/lift"
    answer = signed_in(app, Role.COORDINATOR).post(path, rule="former_office", reason=COMMENT)
    assert answer.status_code == 409
    assert FORBIDDEN in answer.text
    assert COMMENT in answer.text


def test_a_list_of_papers_approves_only_what_stands_as_it_was_shown(app: TalentpoolFlask) -> None:
    fresh, changed = _make(app, PS.PROPOSED), _make(app, PS.PROPOSED)
    approver = signed_in(app, Role.APPROVER)
    sent = {f"shown_{ident}": text for ident, text in shown_papers(app).items()}
    with app.database.writing() as session:
        session.get_one(Placement, changed.id).draft_comment = "書き直しました"
    papers = [fresh.paper_id, changed.paper_id]
    assert approver.post("/approvals", chosen=papers, **sent).status_code == 302
    page = approver.get("/approvals").text
    assert "1件を承認しました" in page
    assert f"表示したあとで変わったため承認していません。{_code(app, changed)}の状態" in page
    late = approver.post("/approvals", chosen=[changed.paper_id], comment=COMMENT, **sent)
    assert late.status_code == 409
    assert LATE in late.text
    assert COMMENT in late.text
    with app.database.reading() as session:
        assert session.get_one(Placement, changed.id).state is PS.PROPOSED


def test_a_draft_with_somebody_whom_another_has_drafted_is_late(app: TalentpoolFlask) -> None:
    mine = _make(app, PS.SUGGESTED)
    with app.database.writing() as session:
        need = session.get_one(Placement, mine.id).need
        theirs = make.make_placement(
            session, need, make.make_candidate(session), state=PS.PROPOSED, rank=2
        )
    coordinator = signed_in(app, Role.COORDINATOR)
    order = {f"order_{mine.id}": "1", f"order_{theirs.id}": "2", "comment": COMMENT}
    late = coordinator.post(f"/placements/needs/{mine.need_id}/draft", **order)
    assert late.status_code == 409
    assert LATE in late.text
    assert COMMENT in late.text
    assert f"{_code(app, theirs)}の状態" in late.text
    with app.database.reading() as session:
        assert session.get_one(Placement, mine.id).state is PS.SUGGESTED
