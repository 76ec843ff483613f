"""The sheet of a decision paper, who may open it, and the decision beside it."""

from __future__ import annotations

import re

import pytest

from talentpool.candidates.models import Candidate, ProfileView
from talentpool.db import Session
from talentpool.permissions import Role
from talentpool.placements.drafting import propose_placements
from talentpool.placements.models import DecisionPaper, Placement
from talentpool.placements.sheet import Sheet, read_sheet
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in
from .cast import Cast, assert_sound, shown_papers

PS = PlacementState
NAMES = "髙﨑", "𠮷邉"
COMMENT = "単価の根拠を添えてください"


def _draft(app: TalentpoolFlask, count: int = 2) -> tuple[int, list[int]]:
    """A paper of people with rare characters in their names; its id and those of the placements."""
    with app.database.writing() as session:
        cast = Cast.of(session)
        need = make.make_need(session, title="窓口改革", last_month=make.LAST + 12)
        people = [make.make_candidate(session, last_month=need.last_month) for _ in range(count)]
        rows = [cast.suggested(need, person) for person in people]
        for row, name in zip(rows, NAMES, strict=False):
            row.candidate.family_name = name
        propose_placements(session, need, rows, actor=cast.coordinator, now=make.NOW)
        assert rows[0].paper_id is not None
        return rows[0].paper_id, [row.id for row in rows]


def _rows(app: TalentpoolFlask, ids: list[int]) -> list[PlacementState]:
    with app.database.reading() as session:
        return [session.get_one(Placement, ident).state for ident in ids]


def _sheet(app: TalentpoolFlask, ident: int) -> Sheet:
    with app.database.reading() as session:
        return read_sheet(session, session.get_one(DecisionPaper, ident))


def _text(sheet: Sheet, label: str) -> str:
    section = next(section for section in sheet.sections if section.label == label)
    cells = [cell for row in section.table.rows for cell in row] if section.table else []
    fields = [value for _, value in section.fields]
    return " ".join([section.text, *fields, *cells, section.note, section.code])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COORDINATOR, 200), (Role.APPROVER, 200), (Role.AUDITOR, 200),
        (Role.ADMIN, 403), (Role.MUNICIPALITY, 403), (Role.CANDIDATE, 403),
    ],
)  # fmt: skip
def test_officers_and_auditors_of_the_prefecture_open_a_paper_and_nobody_else(
    app: TalentpoolFlask, role: Role, status: int
) -> None:
    ident, _ = _draft(app)
    assert signed_in(app, role).get(f"/papers/{ident}").status_code == status


def test_a_paper_of_another_prefecture_is_not_there(app: TalentpoolFlask) -> None:
    ident, _ = _draft(app)
    stranger = signed_in(app, Role.APPROVER, prefecture_code=make.OSAKA)
    assert stranger.get(f"/papers/{ident}").status_code == 404
    assert stranger.post(f"/papers/{ident}", decision="approve").status_code == 404
    assert stranger.get("/papers/999999").status_code == 404


def test_whoever_opens_it_is_noted_for_everybody_named_on_it(app: TalentpoolFlask) -> None:
    ident, _ = _draft(app)
    page = signed_in(app, Role.AUDITOR).get(f"/papers/{ident}").text
    assert all(name in page for name in NAMES)
    with app.database.reading() as session:
        seen = session.query(ProfileView).filter_by(viewer_role="auditor").all()
        people = {session.get_one(Candidate, row.candidate_id).family_name for row in seen}
    assert people == set(NAMES)


def test_only_an_approver_is_asked_and_nothing_is_chosen_on_arrival(app: TalentpoolFlask) -> None:
    ident, _ = _draft(app)
    page = signed_in(app, Role.APPROVER).get(f"/papers/{ident}").text
    radios = re.findall(r'<input type="radio"[^>]*name="decision"[^>]*>', page)
    assert len(radios) == 3
    assert not any("checked" in radio for radio in radios)
    for role in (Role.COORDINATOR, Role.AUDITOR):
        assert 'name="decision"' not in signed_in(app, role).get(f"/papers/{ident}").text


@pytest.mark.parametrize(
    ("decision", "reason", "reached"),
    [
        ("approve", "", [PS.OFFERED, PS.APPROVED]),
        ("return", "terms", [PS.SUGGESTED, PS.SUGGESTED]),
        ("refuse", "alternatives", [PS.REFUSED, PS.REFUSED]),
    ],
)
def test_one_form_takes_each_decision_about_the_whole_paper(
    app: TalentpoolFlask, decision: str, reason: str, reached: list[PlacementState]
) -> None:
    ident, rows = _draft(app)
    approver = signed_in(app, Role.APPROVER)
    sent = {"decision": decision, "reason": reason, "comment": COMMENT}
    done = approver.post(f"/papers/{ident}", shown=shown_papers(app)[ident], **sent)
    assert done.status_code == 302
    assert _rows(app, rows) == reached
    page = approver.get(f"/papers/{ident}").text
    assert 'name="decision"' not in page
    with app.database.writing() as session:
        assert_sound(session)


def test_what_was_written_stays_when_the_reason_is_missing(app: TalentpoolFlask) -> None:
    ident, rows = _draft(app)
    shown = shown_papers(app)[ident]
    refused = signed_in(app, Role.APPROVER).post(
        f"/papers/{ident}", shown=shown, decision="return", comment=COMMENT
    )
    assert refused.status_code == 422
    assert COMMENT in refused.text
    assert 'id="reason-error"' in refused.text
    assert _rows(app, rows) == [PS.PROPOSED, PS.PROPOSED]


def test_a_paper_that_has_changed_since_it_was_shown_is_not_decided(app: TalentpoolFlask) -> None:
    ident, rows = _draft(app)
    shown = shown_papers(app)[ident]
    with app.database.writing() as session:
        cast = Cast.of(session)
        need = session.get_one(Placement, rows[0]).need
        person = make.make_candidate(session, last_month=need.last_month)
        cast.step(cast.suggested(need, person), "propose")
    late = signed_in(app, Role.APPROVER).post(
        f"/papers/{ident}", shown=shown, decision="approve", comment=COMMENT
    )
    assert late.status_code == 409
    assert COMMENT in late.text
    assert _rows(app, rows) == [PS.PROPOSED, PS.PROPOSED]


def test_the_sheet_says_what_was_computed(app: TalentpoolFlask) -> None:
    ident, _ = _draft(app)
    sheet = _sheet(app, ident)
    assert sheet.number == "令和8年度 第1号"
    assert "窓口改革" in _text(sheet, "件名")
    assert "髙﨑" in _text(sheet, "案")
    assert "𠮷邉" in _text(sheet, "代替案")
    assert [(stamp.office, bool(stamp.name)) for stamp in sheet.stamps] == [
        ("起案", True),
        ("決裁", False),
    ]
    with app.database.reading() as session:
        need = session.get_one(DecisionPaper, ident).need
        year = 6 * 4  # half-days of six months
        assert (need.half_days, need.last_month - need.first_month) == (4, 17)
    costs = _text(sheet, "費用")
    assert f"令和9年度（4〜3月） {2 * year}" in costs
    assert f"令和10年度（4〜9月） {year}" in costs
    assert f"計 {3 * year}" in costs
    assert "計算の証明" not in {section.label for section in sheet.sections}  # no round, no proof


def test_names_on_a_decided_paper_are_those_of_the_decision(app: TalentpoolFlask) -> None:
    ident, rows = _draft(app)
    approver = signed_in(app, Role.APPROVER)
    approver.post(f"/papers/{ident}", shown=shown_papers(app)[ident], decision="approve")
    with app.database.writing() as session:
        session.get_one(Placement, rows[0]).candidate.family_name = "改姓"
    sheet = _sheet(app, ident)
    assert "髙﨑" in _text(sheet, "案")
    assert "改姓" not in _text(sheet, "案")
    assert [stamp.role for stamp in sheet.stamps] == ["起案", "承認"]


def test_the_outcome_stands_on_it(app: TalentpoolFlask) -> None:
    ident, rows = _draft(app, 1)
    with app.database.writing() as session:
        cast = Cast.of(session)
        row = session.get_one(Placement, rows[0])
        cast.walk(row, "approve", "accept", "welcome", "confirm")
    assert "髙﨑" in _text(_sheet(app, ident), "結果")
    assert "確定（計72半日コマ）" in _text(_sheet(app, ident), "結果")


def test_the_sheet_is_in_japanese_on_an_english_page(app: TalentpoolFlask) -> None:
    ident, _ = _draft(app)
    page = signed_in(app, Role.APPROVER).get(f"/papers/{ident}?lang=en").text
    sheet = page[page.index("<article") : page.index("</article>")]
    assert 'lang="ja"' in sheet
    assert "次のとおり推薦し" in sheet
    assert "Record the decision" in page


def test_rows_without_data_are_left_out(session: Session) -> None:
    row = make.make_placement(
        session, make.make_need(session), make.make_candidate(session), state=PS.APPROVED
    )
    assert row.paper is not None
    labels = {section.label for section in read_sheet(session, row.paper).sections}
    assert {"件名", "案", "理由", "経過"} <= labels
    assert not labels & {"公平性", "計算の証明", "結果", "決裁の後"}
