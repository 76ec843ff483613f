"""The page of a plan says what its button does; the button does that or nothing; nothing is discarded by one click."""

from __future__ import annotations

from talentpool import clock
from talentpool.audit import Deed, record
from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.needs.models import Need
from talentpool.permissions import SYSTEM
from talentpool.placements.models import Placement
from talentpool.rounds.models import Round
from talentpool.rounds.running import run_here
from talentpool.states import NeedState, PlacementState, RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser
from tests.factories import make_candidate, make_placement

from .filling import defaults_of, make_round


def _solved(app: TalentpoolFlask, coordinator: Browser, database: Database) -> int:
    ident = make_round(coordinator, app)
    run_here(database, ident)
    return ident


def _fields(page: str, ident: int) -> dict[str, object]:
    """What the button to adopt would send."""
    form = page.split(f'action="/rounds/{ident}/adopt"')[1].partition("</form>")[0]
    fields = defaults_of(f"<main>{form}")
    return {name: fields[name] for name in ("made", "skipped", "ended")}


def _suggest(database: Database, ident: int) -> None:
    """Somebody suggests a pair of the plan meanwhile."""
    with database.writing() as session:
        pair = session.get_one(Round, ident).pairs[0]
        person = session.get_one(Candidate, pair.candidate_id)
        make_placement(session, session.get_one(Need, pair.need_id), person)


def test_the_page_names_what_is_made_skipped_and_ended_and_the_button_does_it(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    with database.writing() as session:
        for _ in range(2):
            make_candidate(session, half_days=1)
    ident = _solved(app, coordinator, database)
    with database.writing() as session:
        first, *_ = session.get_one(Round, ident).pairs
        people = session.query(Candidate).order_by(Candidate.id.desc()).all()
        need = session.get_one(Need, first.need_id)
        going_on = make_placement(session, need, session.get_one(Candidate, first.candidate_id)).id
        stale = make_placement(session, need, people[0]).id
    page = coordinator.get(f"/rounds/{ident}").text
    assert "採用済み" not in page
    assert "1組が推薦の候補になります" in page
    assert "割当案の1組は、すでに候補か推薦になっているため" in page
    assert "前の候補1件を、新しい割当案によるものとして終わらせます" in page
    assert (
        f'href="/placements/{going_on}"'
        in page.split("すでに候補か推薦になっている組")[1].split("</ul>")[0]
    )
    assert f'href="/placements/{stale}"' in page.split("終わらせる候補")[1].split("</ul>")[0]
    answer = coordinator.post(f"/rounds/{ident}/adopt", **_fields(page, ident))
    assert answer.status_code == 302
    assert "1件の候補ができました" in coordinator.get(answer.location).text
    plan = coordinator.get(f"/rounds/{ident}").text
    assert "採用済み" in plan and "に採用しました。" in plan
    with database.reading() as session:
        assert session.get_one(Placement, stale).state is PlacementState.SUPERSEDED
        assert session.get_one(Placement, going_on).state is PlacementState.SUGGESTED
        assert session.query(Placement).filter_by(round_id=ident).count() == 1


def test_what_has_changed_since_the_page_is_refused_with_both(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = _solved(app, coordinator, database)
    fields = _fields(coordinator.get(f"/rounds/{ident}").text, ident)
    _suggest(database, ident)
    answer = coordinator.post(f"/rounds/{ident}/adopt", **fields)
    assert answer.status_code == 409
    made = answer.text.split("推薦の候補になる組")[1].split("</tr>")[0]
    assert (">2<" in made, ">1<" in made) == (True, True)
    assert f'href="/rounds/{ident}"' in answer.text
    assert "ほかの操作が先に" not in answer.text
    with database.reading() as session:
        assert session.get_one(Round, ident).state is RoundState.OPTIMAL
    again = _fields(coordinator.get(f"/rounds/{ident}").text, ident)
    assert coordinator.post(f"/rounds/{ident}/adopt", **again).status_code == 302


def test_a_plan_that_holds_no_longer_is_not_offered_and_says_why(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = _solved(app, coordinator, database)
    assert "計算のあとに変更" not in coordinator.get("/rounds/").text
    assert "採用を待っている割当案" in coordinator.get("/home").text
    with database.writing() as session:
        need = session.get_one(Need, session.get_one(Round, ident).needs[0].need_id)
        code, need.state = need.code, NeedState.ON_HOLD
        record(session, Deed.NEED_SAVE, need, actor=SYSTEM, now=clock.now())
    page = coordinator.get(f"/rounds/{ident}").text
    assert "この割当案は採用できません" in page
    assert f"募集{code}は「保留」になりました。" in page
    assert f'action="/rounds/{ident}/adopt"' not in page
    assert "計算のあとに変更あり" in coordinator.get("/rounds/").text
    home = coordinator.get("/home").text
    assert "採用を待っている割当案" not in home
    assert "計算のあとに変更があった割当案" in home
    answer = coordinator.post(f"/rounds/{ident}/adopt")
    assert answer.status_code == 409
    assert "保留" in answer.text
    assert "ほかの操作が先に" not in answer.text
    assert "この操作は行えません" in answer.text


def test_discarding_says_what_it_changes_before_it_does(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = _solved(app, coordinator, database)
    page = coordinator.get(f"/rounds/{ident}").text
    assert f'action="/rounds/{ident}/discard"' not in page
    assert f'href="/rounds/{ident}/discard"' in page
    asked = coordinator.get(f"/rounds/{ident}/discard").text
    assert "採用できなくなります" in asked
    assert f'action="/rounds/{ident}/discard"' in asked
    assert coordinator.post(f"/rounds/{ident}/discard").status_code == 302
    assert coordinator.get(f"/rounds/{ident}/discard").status_code == 302
    with database.reading() as session:
        assert session.get_one(Round, ident).state is RoundState.DISCARDED
