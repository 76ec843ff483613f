"""What leaves the database, and what notes that it did."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.candidates.models import ProfileView
from talentpool.db import Session
from talentpool.errors import Forbidden, NotFound, Refused
from talentpool.exchange import exporting
from talentpool.exchange.exporting import (
    Exported,
    export_candidates,
    export_needs,
    find_pool,
    note_export,
)
from talentpool.exchange.reading import NOTES
from talentpool.exchange.survey import export_survey
from talentpool.files.writing import Table, render
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.states import MembershipState, PlacementState, RoundState
from tests import factories as make

from .pool import make_pool

BY: dict[str, Any] = {"actor": SYSTEM}
WHEN = BY | {"now": make.NOW}
CSV, XLSX = Path("x.csv"), Path("x.xlsx")


def column(table: Table, header: str) -> list[Any]:
    place = list(table.headers).index(header)
    return [line[place] for line in table.lines]


def texts_of(made: Exported) -> str:
    return " ".join(str(cell) for table in made.tables for line in table.lines for cell in line)


def test_everybody_in_the_pool_is_written_and_nobody_else(session: Session) -> None:
    pool = make.make_prefecture_pool(session)
    inside = make.make_candidate(session)
    make.make_candidate(session, state=MembershipState.APPLIED)
    make.make_candidate(session, state=MembershipState.LEFT)
    make.make_candidate(session, prefecture_code=make.OSAKA)
    made = export_candidates(session, CSV, pool, **BY)
    assert made.count == 1
    assert column(made.tables[0], "コード") == [inside.code]
    assert column(made.tables[0], "氏") == [inside.family_name]


def test_every_named_person_can_read_that_the_file_was_written(session: Session) -> None:
    make_pool(session)
    pool = make.make_prefecture_pool(session)
    made = export_candidates(session, CSV, pool, is_anonymous=True, **BY)
    note_export(session, pool, made, **WHEN)
    assert session.scalars(sa.select(ProfileView)).all() == []
    made = export_candidates(session, CSV, pool, **BY)
    note_export(session, pool, made, **WHEN)
    views = session.scalars(sa.select(ProfileView)).all()
    assert {view.purpose for view in views} == {"export"}
    assert len(views) == made.count == 5


def test_an_anonymous_file_holds_nothing_personal(session: Session) -> None:
    make_pool(session)
    pool = make.make_prefecture_pool(session)
    for path in (CSV, XLSX):
        made = export_candidates(session, path, pool, is_anonymous=True, **BY)
        rows = [line for table in made.tables if table.name != NOTES for line in table.lines]
        text = " ".join(str(cell) for line in rows for cell in line)
        for secret in (
            "髙塚", "花子", "078-341", "@", "650-8567", "神戸市中央区", "1961-07", "支えたい",
            "第一種情報処理", "発表", "午後のみ", "town",
        ):  # fmt: skip
            assert secret not in text


def test_every_export_leaves_an_event_without_names(session: Session) -> None:
    make_pool(session)
    pool = make.make_prefecture_pool(session)
    for export in (
        export_candidates, export_needs, exporting.export_placements, export_survey
    ):  # fmt: skip
        note_export(session, pool, export(session, CSV, pool, **BY), **WHEN)
    session.commit()
    query = sa.select(AuditEvent.detail, AuditEvent.object_type, AuditEvent.object_id)
    found = session.execute(query.where(AuditEvent.action == "pool.export")).all()
    assert [row.detail["what"] for row in found] == ["candidates", "needs", "placements", "survey"]
    assert {(row.object_type, row.object_id) for row in found} == {("pool", make.HYOGO)}
    assert found[0].detail == {"what": "candidates", "rows": 5, "named": 5}


def test_a_workbook_shows_labels_and_says_how_to_fill_it_in(session: Session) -> None:
    make_pool(session)
    pool = make.make_prefecture_pool(session)
    made = export_candidates(session, XLSX, pool, **BY)
    book = openpyxl.load_workbook(io.BytesIO(render(XLSX, made.tables)))
    assert book.sheetnames == [
        "登録者", "経歴", "会社", "決裁した相手先", "技能", "試験", "稼働", "確保済み", "市町の順位", "利益相反の解除",
        "利益相反の記録",
        "移動時間", "記入方法",
    ]  # fmt: skip
    rows = list(book["登録者"].iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["区分"] == "行政OB"
    assert first["住まいの市区町村"] == "兵庫県姫路市"
    assert first["最低報酬(円/半日)"] == 5000
    assert first["住所"] == "'=神戸市中央区"
    heads = {cell.value: cell for cell in book["登録者"][1]}
    assert heads["区分"].comment.text.startswith("必須")
    notes = list(book["記入方法"].iter_rows(values_only=True))
    assert ("任用形態", "commission", "委嘱・謝金(身分なし)") in {row[:3] for row in notes}


def test_pay_that_nobody_has_said_is_left_empty(session: Session) -> None:
    said = make.make_candidate(session, pay_minimum=0, pay_wish=0)
    unsaid = make.make_candidate(session, forms=(), pay_minimum=0, pay_wish=0)
    made = export_candidates(session, CSV, make.make_prefecture_pool(session), **BY)
    (table,) = made.tables
    pay = zip(column(table, "コード"), column(table, "最低報酬(円/半日)"), strict=True)
    assert dict(pay) == {said.code: 0, unsaid.code: ""}


def test_a_csv_shows_codes(session: Session) -> None:
    make_pool(session)
    made = export_candidates(session, CSV, make.make_prefecture_pool(session), **BY)
    (table,) = made.tables
    assert column(table, "区分")[0] == "official"
    assert column(table, "技能")[0].split(";")[0] == "administration:3:2026:self"
    assert column(table, "稼働")[1] == "2027-04..2027-09:8:月火水木金:both:はい"
    assert column(table, "会社")[0] == "株式会社\\;試作\\:デザイン::はい:はい"


def test_a_csv_says_what_a_spreadsheet_would_change_in_words(session: Session) -> None:
    make_pool(session)
    pool = make.make_prefecture_pool(session)
    (people,) = export_candidates(session, CSV, pool, **BY).tables
    assert column(people, "住まいの市区町村")[4] == "兵庫県佐用町"
    assert column(people, "登録開始")[0] == "2026年4月1日"
    (wanted,) = export_needs(session, CSV, pool, **BY).tables
    assert column(wanted, "開始月")[0] == "2027年4月"


def test_placements_are_written_by_codes(session: Session) -> None:
    made_pool = make_pool(session)
    pool = make.make_prefecture_pool(session)
    made = exporting.export_placements(session, CSV, pool, **BY)
    (table,) = made.tables
    assert column(table, "状態") == ["確定", "本人に打診中", "市町見送り", "期限切れ"]
    people = [*made_pool.people[1:4], made_pool.people[0]]
    assert column(table, "登録者") == [person.code for person in people]
    assert column(table, "確定日")[0] == "2026-12-01"
    assert "花子" not in texts_of(made)


def test_small_counts_of_the_survey_are_not_told(session: Session) -> None:
    pool = make.make_prefecture_pool(session)
    for number in range(4):
        person = make.make_candidate(
            session, heard_from="town" if number else "event", motives=["income"]
        )
        make.make_consent(session, person, "statistics", make.HYOGO)
    silent = make.make_candidate(session, heard_from="town", motives=["learn"])
    assert silent.heard_from
    made = export_survey(session, CSV, pool, **BY)
    counts = {tuple(line[:3]): line[3] for line in made.tables[0].lines}
    assert counts["知ったきっかけ", "行政OB", "市町からの紹介"] == 3
    assert counts["知ったきっかけ", "行政OB", "研修・イベント"] == "3人未満"
    assert counts["知ったきっかけ", "行政OB", "SNS"] == 0
    assert counts["動機", "行政OB", "収入を得たい"] == 4
    assert counts["動機", "行政OB", "学び・成長したい"] == 0
    assert counts["最低報酬（円/半日）", "行政OB", "5,000円以上10,000円未満"] == 4
    assert counts["任用形態", "行政OB", "委嘱・謝金(身分なし)"] == 4
    assert counts["最低報酬（円/半日）", "フリーランス", "30,000円以上"] == 0


def test_the_pool_is_named_where_there_are_several(session: Session) -> None:
    with pytest.raises(Refused, match="prefecture add"):
        find_pool(session, None)
    make.make_prefecture_pool(session)
    assert find_pool(session, None).prefecture_code == make.HYOGO
    make.make_prefecture_pool(session, make.OSAKA)
    assert find_pool(session, make.OSAKA).prefecture_code == make.OSAKA
    with pytest.raises(Refused, match="--prefecture"):
        find_pool(session, None)
    with pytest.raises(Refused):
        find_pool(session, "13")


def test_a_round_of_another_prefecture_is_not_found(session: Session) -> None:
    pool = make.make_prefecture_pool(session)
    make.make_prefecture_pool(session, make.OSAKA)
    foreign = make.make_round_with_plan(session, [], prefecture_code=make.OSAKA)
    with pytest.raises(NotFound):
        exporting.get_round(session, pool, foreign.id, actor=SYSTEM)
    with pytest.raises(NotFound):
        exporting.get_round(session, pool, 10**20, actor=SYSTEM)


def test_a_round_that_came_to_nothing_marks_nothing(session: Session) -> None:
    pool = make.make_prefecture_pool(session)
    need = make.make_need(session)
    make.make_round_with_plan(session, [], state=RoundState.FAILED)
    made = export_needs(session, CSV, pool, **BY)
    assert column(made.tables[0], "今回の対象") == ["はい"]
    assert column(made.tables[0], "抽選の種") == [pool.lottery_seed]
    assert made.note == ""
    round_ = make.make_round_with_plan(session, [], needs=[need])
    assert export_needs(session, CSV, pool, round_=round_, **BY).count == 1


def test_seats_that_are_taken_are_written(session: Session) -> None:
    pool = make.make_prefecture_pool(session)
    need = make.make_need(session, seats=2)
    make.make_placement(session, need, make.make_candidate(session), state=PlacementState.OFFERED)
    made = export_needs(session, CSV, pool, **BY)
    assert (column(made.tables[0], "募集枠"), column(made.tables[0], "確定済みの枠")) == ([2], [1])


def test_only_coordinators_take_files_out(session: Session) -> None:
    pool = make.make_prefecture_pool(session)
    for role in (Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR, Role.ADMIN, Role.CANDIDATE):
        actor = Actor(1, role, make.HYOGO, make.HIMEJI)
        for export in (
            export_candidates, export_needs, exporting.export_placements, export_survey
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                export(session, CSV, pool, actor=actor)
