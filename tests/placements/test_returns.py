"""A returned paper tells its drafter why, wherever they meet it, until it is submitted again."""

from __future__ import annotations

from talentpool import schema
from talentpool.db import Database, Session
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.reference.service import load_catalogue
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in
from .cast import Cast, assert_sound

COMMENT = "謝金の単価を確かめてください"
TAG = "差戻しあり"


def _returned(app: TalentpoolFlask) -> tuple[int, int, str]:
    """A returned paper, beside a suggestion that is new."""
    with app.database.writing() as session:
        cast = Cast.of(session)
        (row,) = cast.proposed_list(make.make_need(session), 1)
        cast.suggested(row.need)
        cast.step(row, "return", reason="terms", comment=COMMENT)
        return row.id, row.need_id, row.candidate.code


def test_the_drafter_reads_reason_and_comment_wherever_they_work(app: TalentpoolFlask) -> None:
    ident, need, code = _returned(app)
    coordinator = signed_in(app, Role.COORDINATOR)
    with app.database.reading() as session:
        reason = _label(session, ident)
        name = session.get_one(Placement, ident).candidate.name
    for path in (f"/placements/{ident}", f"/placements/needs/{need}/draft", "/home"):
        page = coordinator.get(path).text
        assert COMMENT in page, path
        assert reason in page, path
        assert code in page, path
    every = [row for row in coordinator.get("/placements").text.split("<tr") if "<td" in row]
    assert {(name in row, TAG in row) for row in every} == {(True, True), (False, False)}
    assert name not in coordinator.get("/placements?state=suggested").text
    assert name in coordinator.get("/placements?state=returned").text
    assert TAG in coordinator.get(f"/placements/{ident}").text
    history = coordinator.get(f"/placements/{ident}").text.split("経過")[-1]
    assert "差し戻す" in history


def _label(session: Session, ident: int) -> str:
    row = session.get_one(Placement, ident)
    assert row.return_reason is not None
    return load_catalogue(session).label("refusal_reason", row.return_reason, "ja")


def test_once_submitted_again_it_is_no_longer_returned_and_the_approver_sees_what_was_asked(
    app: TalentpoolFlask,
) -> None:
    ident, need, _ = _returned(app)
    coordinator, approver = signed_in(app, Role.COORDINATOR), signed_in(app, Role.APPROVER)
    draft = f"/placements/needs/{need}/draft"
    assert coordinator.post(draft, **{f"order_{ident}": "1"}).status_code == 302
    assert f"{TAG}</span>" not in coordinator.get("/placements").text
    assert COMMENT not in coordinator.get("/home").text
    page = approver.get(f"/approvals/{ident}").text
    assert "前回の差戻し" in page
    assert COMMENT in page
    with app.database.writing() as session:
        row = session.get_one(Placement, ident)
        assert row.decision_comment == ""
        assert_sound(session)


BELOW = "0008"  # the revision before the columns


def test_returns_of_before_are_taken_from_the_trail(database: Database) -> None:
    with database.writing() as session:
        cast = Cast.of(session)
        first, second = (cast.step(cast.suggested(), "propose") for _ in range(2))
        cast.step(first, "return", reason="terms", comment=COMMENT)
        ids = first.id, second.id
    for _ in range(2):
        schema.downgrade(database, BELOW)
        schema.upgrade(database)
    with database.reading() as session:
        returned, other = (session.get_one(Placement, ident) for ident in ids)
        assert (returned.returned_at, returned.return_reason) == (make.NOW, "terms")
        assert (returned.return_comment, returned.decision_comment) == (COMMENT, "")
        assert returned.is_returned
        assert (other.returned_at, other.return_reason, other.return_comment) == (None, None, "")
