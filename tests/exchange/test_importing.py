"""Files into the database, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate, Consent, Membership, ProfileSnapshot
from talentpool.config import Config
from talentpool.conflicts.models import KnownConflict
from talentpool.db import Database, Session
from talentpool.errors import BadCell, BadFile, Forbidden
from talentpool.exchange.entries import Entry, read_entries
from talentpool.exchange.exporting import export_candidates, export_needs
from talentpool.exchange.importing import RESTS, import_needs
from talentpool.exchange.joining import import_candidates
from talentpool.exchange.layout import CANDIDATES, NEEDS
from talentpool.exchange.reading import read_csv, read_file
from talentpool.files.writing import render
from talentpool.ledger import service as ledger
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.operations.check import violations
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.models import TravelTime
from talentpool.reference.service import load_catalogue
from talentpool.states import MembershipState, NeedState
from tests import factories as make
from tests.candidates.test_races import PATIENCE, _wait_until_it_waits
from tests.counting import counted_queries
from tests.databases import Databases
from tests.placements.test_races import at_once

from .filled import NEED, PEOPLE, PERSON, WANTED, Rows, fill_needs, fill_people
from .pool import make_pool

BY: dict[str, Any] = {"actor": SYSTEM, "now": make.NOW}


def bring_people(session: Session, entries: list[Entry], **more: Any) -> int:
    known: dict[str, Any] = {"prefecture_code": make.HYOGO, "catalogue": load_catalogue(session)}
    return import_candidates(session, entries, **(known | BY | more))


def bring_needs(session: Session, entries: list[Entry], **more: Any) -> int:
    known: dict[str, Any] = {"prefecture_code": make.HYOGO, "catalogue": load_catalogue(session)}
    return import_needs(session, entries, **(known | BY | more))


def people_of(folder: Path, rows: Rows = PEOPLE) -> list[Entry]:
    sheets = read_file(fill_people(folder / "p.xlsx", rows))
    return read_entries(CANDIDATES, sheets, Catalogue.shipped(), is_import=True)


def needs_of(folder: Path, rows: Rows = WANTED) -> list[Entry]:
    sheets = read_file(fill_needs(folder / "n.xlsx", rows))
    return read_entries(NEEDS, sheets, Catalogue.shipped(), is_import=True)


def faults_of(error: pytest.ExceptionInfo[BadFile]) -> list[tuple[int | None, str | None]]:
    return [(cell.row, cell.column) for cell in error.value.cells]


@pytest.fixture
def pool(session: Session) -> None:
    make.make_prefecture_pool(session)


@pytest.mark.usefixtures("pool")
def test_a_person_comes_with_everything_the_sheets_say(session: Session, tmp_path: Path) -> None:
    assert bring_people(session, people_of(tmp_path)) == 2
    session.commit()
    person, other = session.scalars(sa.select(Candidate).order_by(Candidate.id))
    assert person.code == f"C-{person.id:06d}"
    assert (person.name, person.kana, person.phone) == (
        "髙塚 花子",
        "タカツカ ハナコ",
        "078-341-7711",
    )
    assert person.search_key.startswith("高塚花子")
    assert person.posts[0].municipality_code == make.HIMEJI
    assert [(row.skill, row.level, row.evidence) for row in person.skills] == [("bpr", 3, "self")]
    assert (person.memberships[0].state, other.memberships[0].state) == (
        MembershipState.ACTIVE,
        MembershipState.ACTIVE,
    )
    months = ledger.list_months(session, person.id)
    assert [(row.month, row.capacity) for row in months] == [
        (month, 8) for month in range(make.FIRST, make.FIRST + 12)
    ]
    (consent,) = session.scalars(sa.select(Consent).where(Consent.candidate_id == person.id))
    assert (consent.purpose, consent.audience) == ("search", make.HYOGO)
    snapshots = session.scalars(sa.select(ProfileSnapshot.occasion)).all()
    assert snapshots == ["activation", "activation"]
    assert session.scalar(sa.select(sa.func.count(MailOrder.id))) == 0
    assert list(violations(session)) == []


@pytest.mark.usefixtures("pool")
def test_nothing_personal_enters_the_audit_trail(session: Session, tmp_path: Path) -> None:
    bring_people(session, people_of(tmp_path))
    session.commit()
    events = session.execute(sa.select(AuditEvent.action, AuditEvent.detail)).all()
    assert {"candidate.import", "consent.give", "membership.submit", "membership.activate"} <= {
        action for action, _ in events
    }
    assert not any("髙塚" in str(detail) or "078" in str(detail) for _, detail in events)


@pytest.mark.usefixtures("pool")
def test_without_dates_a_person_waits_for_the_review(session: Session, tmp_path: Path) -> None:
    person = PERSON | {"登録開始": None, "登録終了": None}
    bring_people(session, people_of(tmp_path, PEOPLE | {"登録者": [person]}))
    session.commit()
    membership = session.scalars(sa.select(Membership)).one()
    assert (membership.state, membership.applied_at) == (MembershipState.APPLIED, make.NOW)
    assert ledger.list_months(session, membership.candidate_id) == []
    assert list(violations(session)) == []


@pytest.mark.usefixtures("pool")
def test_one_bad_row_of_a_thousand_leaves_the_database_empty(session: Session) -> None:
    header = "コード,氏,名,氏カナ,名カナ,区分,住まいの市区町村,同意,任用形態,最低報酬(円/半日),希望報酬(円/半日)"
    rows = [
        f",山田{n},花子,ヤマダ,ハナコ,行政OB,姫路市,search,commission,0,{n}" for n in range(1000)
    ]
    rows[500] = ",山田,花子,ヤマダ,ハナコ,行政OB,姫路市,search,commission,5,4"
    sheet = read_csv("\n".join([header, *rows]).encode())
    entries = read_entries(CANDIDATES, {"": sheet}, load_catalogue(session), is_import=True)
    with pytest.raises(BadFile) as caught:
        bring_people(session, entries)
    assert faults_of(caught) == [(502, "希望報酬(円/半日)")]
    session.commit()
    assert session.scalar(sa.select(sa.func.count(Candidate.id))) == 0


@pytest.mark.usefixtures("pool")
def test_days_months_and_years_that_cannot_be_are_refused(session: Session, tmp_path: Path) -> None:
    def refused(rows: Rows) -> list[tuple[int | None, str | None]]:
        with pytest.raises(BadFile) as caught:
            bring_people(session, people_of(tmp_path, rows))
        return faults_of(caught)

    for day in ("2020-01-01", "明治元年10月23日"):
        assert refused({"登録者": [PERSON | {"生年月日": day}]}) == [(2, "生年月日")]
    cases: list[tuple[str, dict[str, Any]]] = [
        ("経歴", {"開始月": "2027-04", "所属": "未来市"}),
        ("経歴", {"開始月": "2020-04", "終了月": "2027-04", "所属": "未来市"}),
        ("決裁した相手先", {"相手先": "某社", "月": "2027-01"}),
        ("技能", {"技能": "data", "水準": 1, "最終使用年": 2027}),
        ("試験", {"合格時の名称": "x", "合格年": 2027}),
        ("試験", {"合格年": 1994}),
        ("稼働", {"開始月": "1999-12", "終了月": "2000-01", "半日コマ/月": 1}),
        ("稼働", {"開始月": "2099-12", "終了月": "2099-12", "半日コマ/月": 1}),
    ]
    for sheet, row in cases:
        assert refused({"登録者": [PERSON], sheet: [row | {"コード": "新1"}]}) == [(2, sheet)]


@pytest.mark.usefixtures("pool")
def test_too_many_posts_and_windows_are_refused(session: Session, tmp_path: Path) -> None:
    posts = [{"コード": "新1", "開始月": "2000-01", "所属": f"x{n}"} for n in range(31)]
    windows = [
        {
            "コード": "新1",
            "開始月": f"{2027 + n // 12}-{n % 12 + 1}",
            "終了月": f"{2027 + n // 12}-{n % 12 + 1}",
            "半日コマ/月": 1,
        }
        for n in range(25)
    ]
    entries = people_of(tmp_path, {"登録者": [PERSON], "経歴": posts, "稼働": windows})
    with pytest.raises(BadFile) as caught:
        bring_people(session, entries)
    assert faults_of(caught) == [(2, "経歴"), (2, "稼働")]


def test_a_pool_that_was_exported_can_be_imported_and_exported_again(
    session: Session, config: Config, tmp_path: Path, second: Database
) -> None:
    made = make_pool(session, has_placements=False)
    first_people, first_needs = exported(session)
    with second.writing() as empty:
        make.make_prefecture_pool(empty).lottery_seed = 7
        catalogue = load_catalogue(empty)
        for layout, content, bring in (
            (CANDIDATES, first_people, bring_people),
            (NEEDS, first_needs, bring_needs),
        ):
            sheets = {"": read_csv(content)}
            bring(empty, read_entries(layout, sheets, catalogue, is_import=True))
    with second.writing() as filled:
        assert exported(filled) == (first_people, first_needs)
        codes = set(filled.scalars(sa.select(Candidate.code)))
        assert codes == {person.code for person in made.people}
        assert filled.scalars(sa.select(TravelTime.minutes)).all() == [75]
        assert list(violations(filled)) == []


@pytest.fixture
def second(config: Config, databases: Databases) -> Iterator[Database]:
    """Another empty database of the same kind."""
    with databases.another() as url, closing(Database(replace(config, database_url=url))) as opened:
        yield opened


def exported(session: Session) -> tuple[bytes, bytes]:
    pool = make.make_prefecture_pool(session)
    path = Path("x.csv")
    people = export_candidates(session, path, pool, actor=SYSTEM)
    needs = export_needs(session, path, pool, actor=SYSTEM)
    return render(path, people.tables), render(path, needs.tables)


@pytest.mark.usefixtures("pool")
def test_codes_of_the_database_stay_and_later_ones_do_not_meet_them(
    session: Session, tmp_path: Path
) -> None:
    codes = ["C-000041", "", "甲", "C-000040"]
    rows = {"登録者": [PERSON | {"コード": code, "氏": f"髙塚{n}"} for n, code in enumerate(codes)]}
    bring_people(session, people_of(tmp_path, rows))
    session.commit()
    found = session.execute(sa.select(Candidate.id, Candidate.code).order_by(Candidate.id)).all()
    assert [tuple(row) for row in found] == [
        (40, "C-000040"), (41, "C-000041"), (42, "C-000042"), (43, "C-000043"),
    ]  # fmt: skip
    rows = {"募集": [NEED | {"コード": code} for code in ("N-000007", "", "乙")]}
    bring_needs(session, needs_of(tmp_path, rows))
    session.commit()
    assert session.scalars(sa.select(Need.code).order_by(Need.id)).all() == [
        "N-000007", "N-000008", "N-000009",
    ]  # fmt: skip


@pytest.mark.usefixtures("pool")
def test_a_code_that_stands_already_is_named(session: Session, tmp_path: Path) -> None:
    rows: Rows = {"登録者": [PERSON | {"コード": "C-000041"}]}
    bring_people(session, people_of(tmp_path, rows))
    other: Rows = {"登録者": [PERSON | {"コード": "C-000041", "氏": "別塚"}]}
    with pytest.raises(BadFile) as caught:
        bring_people(session, people_of(tmp_path, other))
    assert caught.value.cells == (
        BadCell("登録者", 2, "コード", "C-000041 はすでに登録されています。"),
    )
    needs: Rows = {"募集": [NEED | {"コード": "N-000007"}]}
    bring_needs(session, needs_of(tmp_path, needs))
    with pytest.raises(BadFile) as caught:
        bring_needs(
            session, needs_of(tmp_path, {"募集": [NEED | {"コード": "N-000007", "募集枠": 2}]})
        )
    assert (2, "コード") in faults_of(caught)


def test_files_of_two_pools_draw_their_numbers_one_after_the_other(
    database: Database, tmp_path: Path
) -> None:
    codes = ["C-000041", "甲"]
    rows = {"登録者": [PERSON | {"コード": code, "氏": f"髙塚{n}"} for n, code in enumerate(codes)]}
    entries = people_of(tmp_path, rows)
    with database.writing() as session:
        for code in (make.HYOGO, make.OSAKA):
            make.make_prefecture_pool(session, code)

    def bring() -> int:
        with database.writing(patience=PATIENCE) as unit:
            return bring_people(unit, entries, prefecture_code=make.OSAKA)

    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        bring_people(session, entries)
        later = thread.submit(bring)
        _wait_until_it_waits(database, later)
        session.commit()
        with pytest.raises(BadFile) as caught:
            later.result(PATIENCE)
    assert faults_of(caught) == [(2, "コード")]
    with database.writing() as session:
        assert make.make_candidate(session).id > 42


@pytest.mark.usefixtures("pool")
def test_what_rests_on_placements_is_left_out_only_when_asked_for(
    session: Session, tmp_path: Path
) -> None:
    rows = PEOPLE | {
        "登録者": [PERSON | {"推薦しない募集": "N-000001"}],
        "確保済み": [{"コード": "新1", "月": "2027-04", "半日コマ": 2, "募集": "N-000002"}],
        "利益相反の解除": [{"コード": "新1", "募集": "N-000002", "規則": "former_office"}],
    }
    entries = people_of(tmp_path, rows)
    with pytest.raises(BadFile) as caught:
        bring_people(session, entries)
    assert faults_of(caught) == [(2, "確保済み"), (2, "利益相反の解除"), (2, "推薦しない募集")]
    assert {cell.message for cell in caught.value.cells} == {RESTS}
    assert bring_people(session, entries, is_without_placements=True) == 1
    needs = needs_of(tmp_path, {"募集": [NEED | {"確定済みの枠": 1}]})
    with pytest.raises(BadFile) as caught:
        bring_needs(session, needs)
    assert faults_of(caught) == [(2, "確定済みの枠")]
    assert bring_needs(session, needs, is_without_placements=True) == 1


@pytest.mark.usefixtures("pool")
def test_a_file_that_is_imported_many_times_at_once_is_there_once(
    database: Database, session: Session, tmp_path: Path
) -> None:
    session.commit()
    people, needs = people_of(tmp_path), needs_of(tmp_path)

    def bring() -> tuple[int, int]:
        with database.writing() as unit:
            return bring_people(unit, people), bring_needs(unit, needs)

    brought = at_once([bring] * 4)
    assert sorted(brought) == [(0, 0)] * 3 + [(len(people), len(needs))]
    with database.reading() as after:
        assert list(violations(after)) == []


@pytest.mark.usefixtures("pool")
def test_a_need_comes_in_the_state_the_sheet_names(session: Session, tmp_path: Path) -> None:
    states = {
        None: NeedState.DRAFT,
        "下書き": NeedState.DRAFT,
        "確認待ち": NeedState.SUBMITTED,
        "公開中": NeedState.OPEN,
        "open": NeedState.OPEN,
        "保留": NeedState.ON_HOLD,
    }
    fixed = {"優先度": 2, "公開日時": "2026-11-01T09:00:00+09:00"}
    rows = [NEED | fixed | {"コード": None, "状態": typed} for typed in states]
    rows.append(NEED | {"状態": "公開中"})
    assert bring_needs(session, needs_of(tmp_path, WANTED | {"募集": rows})) == 7
    session.commit()
    *stored, last = session.scalars(sa.select(Need).order_by(Need.id)).all()
    assert [need.state for need in stored] == list(states.values())
    for need in stored:
        assert (need.priority, need.side) == (2, "municipal")
        posted = need.opened_at is not None
        assert posted == (need.state in {NeedState.OPEN, NeedState.ON_HOLD})
        assert not posted or need.opened_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert [row.skill for row in last.skills] == ["bpr"]
    assert (last.opened_at, last.priority, bool(last.vendors[0].name_key)) == (make.NOW, 0, True)
    assert list(violations(session)) == []


@pytest.mark.usefixtures("pool")
def test_a_need_that_does_not_belong_here_is_refused(session: Session, tmp_path: Path) -> None:
    later = (make.NOW + timedelta(seconds=1)).isoformat()
    for column, change in (
        ("市町", {"市町": "大阪市"}),
        ("状態", {"状態": "終了"}),
        ("公開日時", {"公開日時": later}),
    ):
        with pytest.raises(BadFile) as caught:
            bring_needs(session, needs_of(tmp_path, {"募集": [NEED | change]}))
        assert faults_of(caught) == [(2, column)]


@pytest.mark.usefixtures("pool")
def test_what_the_service_refuses_is_named_with_its_header(
    session: Session, tmp_path: Path
) -> None:
    entries = needs_of(tmp_path)
    entries[0].values["theme"] = "no_such_theme"
    with pytest.raises(BadFile) as caught:
        bring_needs(session, entries)
    assert caught.value.cells == (BadCell("募集", 2, "テーマ", "一覧にない値が選ばれています。"),)


@pytest.mark.usefixtures("pool")
def test_a_code_that_is_no_longer_valid_is_named_with_its_header(
    session: Session, tmp_path: Path
) -> None:
    for field, column in (("consents", "同意"), ("forms", "任用形態"), ("kind", "区分")):
        entries = people_of(tmp_path)[:1]
        entries[0].values[field] = "no_such" if field == "kind" else ("no_such",)
        with pytest.raises(BadFile) as caught:
            bring_people(session, entries)
        assert caught.value.cells == (BadCell("登録者", 2, column, "一覧から選んでください。"),)


@pytest.mark.usefixtures("pool")
def test_travel_times_of_this_database_stay(session: Session, tmp_path: Path) -> None:
    rows = PEOPLE | {
        "移動時間": [
            {"コード": "新1", "会場": "佐用町", "分": 40},
            {"コード": "新1", "会場": "朝来市", "分": 50},
        ]
    }
    session.add(
        TravelTime(home_code=make.HIMEJI, hall_code=make.SAYO, minutes=33, entered_at=make.NOW)
    )
    bring_people(session, people_of(tmp_path, rows))
    found = session.execute(sa.select(TravelTime.hall_code, TravelTime.minutes)).all()
    assert {tuple(row) for row in found} == {(make.SAYO, 33), (make.ASAGO, 50)}


@pytest.mark.usefixtures("pool")
def test_only_coordinators_bring_files_in(session: Session, tmp_path: Path) -> None:
    for role in (Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR, Role.CANDIDATE):
        actor = Actor(1, role, make.HYOGO, make.HIMEJI)
        with pytest.raises(Forbidden):
            bring_people(session, people_of(tmp_path), actor=actor)
        with pytest.raises(Forbidden):
            bring_needs(session, needs_of(tmp_path), actor=actor)


def test_a_person_with_one_name_is_imported(session: Session, tmp_path: Path) -> None:
    make.make_prefecture_pool(session)
    one = PERSON | {"名": None, "名カナ": None}
    assert bring_people(session, people_of(tmp_path, PEOPLE | {"登録者": [one]})) == 1
    person = session.scalars(sa.select(Candidate)).one()
    assert (person.name, person.kana) == ("髙塚", "タカツカ")


@pytest.mark.parametrize("field", ["名", "名カナ"])
def test_a_name_and_its_furigana_come_together(
    session: Session, tmp_path: Path, field: str
) -> None:
    make.make_prefecture_pool(session)
    half = people_of(tmp_path, PEOPLE | {"登録者": [PERSON | {field: None}]})
    with pytest.raises(BadFile) as caught:
        bring_people(session, half)
    assert [cell.column for cell in caught.value.cells] == [field]


@pytest.mark.usefixtures("pool")
def test_needs_that_come_a_second_time_change_nothing(session: Session, tmp_path: Path) -> None:
    first = bring_needs(session, needs_of(tmp_path))
    assert first == len(WANTED["募集"])
    assert bring_needs(session, needs_of(tmp_path)) == 0
    twins = {
        name: [*rows, *(row | {"コード": "双子"} for row in rows)] for name, rows in WANTED.items()
    }
    assert bring_needs(session, needs_of(tmp_path, twins)) == 1
    assert bring_needs(session, needs_of(tmp_path, twins)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Need)) == first + 1


@pytest.mark.usefixtures("pool")
def test_a_need_like_one_that_is_there_is_asked_about(session: Session, tmp_path: Path) -> None:
    bring_needs(session, needs_of(tmp_path))
    changed = WANTED | {"募集": [WANTED["募集"][0] | {"募集枠": 7}, *WANTED["募集"][1:]]}
    with pytest.raises(BadFile) as caught:
        bring_needs(session, needs_of(tmp_path, changed))
    assert faults_of(caught) == [(2, "募集の名前")]
    assert "N-0000" in caught.value.cells[0].message
    assert "（募集枠）" in caught.value.cells[0].message


@pytest.mark.parametrize("change", [{}, {"担当課": "別の課"}])
def test_nobody_learns_by_a_file_what_another_prefecture_has(
    session: Session, tmp_path: Path, change: dict[str, str]
) -> None:
    for code in (make.HYOGO, make.OSAKA):
        make.make_prefecture_pool(session, code)
    bring_needs(session, needs_of(tmp_path, {"募集": [NEED]}))
    file = needs_of(tmp_path, {"募集": [NEED | change]})
    with pytest.raises(BadFile) as caught:
        bring_needs(session, file, prefecture_code=make.OSAKA)
    assert [cell.column for cell in caught.value.cells] == ["市町"]


@pytest.mark.usefixtures("pool")
def test_many_needs_are_known_again_with_as_many_queries_as_one(
    session: Session, database: Database, tmp_path: Path
) -> None:
    counts = []
    for many in (1, 12):
        rows = [NEED | {"コード": None, "募集の名前": f"{many}件のうち{n}"} for n in range(many)]
        file = needs_of(tmp_path, {"募集": rows})
        assert bring_needs(session, file) == many
        session.commit()
        session.expunge_all()
        with counted_queries(database) as seen:
            assert bring_needs(session, file) == 0
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("pool")
def test_recorded_conflicts_come_with_a_person_or_are_named(
    session: Session, tmp_path: Path
) -> None:
    def bring(**cells: object) -> int:
        row = {"コード": "新1", "市町": "姫路市", "理由区分": "親族", "解除できる人": "本人"}
        people = PEOPLE | {"利益相反の記録": [row | {"開始月": "2027-04"} | cells]}
        return bring_people(session, people_of(tmp_path, people))

    for cells in ({"市町": None}, {"終了月": "2027-03"}, {"市町": "大阪府堺市"}):
        with pytest.raises(BadFile) as caught:
            bring(**cells)
        assert faults_of(caught) == [(2, "利益相反の記録")], cells
    assert bring() == 2
    session.commit()
    (row,) = session.scalars(sa.select(KnownConflict)).all()
    assert (row.municipality_code, row.last_month, row.candidate.family_name) == (
        make.HIMEJI, None, "髙塚",
    )  # fmt: skip
    assert list(violations(session)) == []


@pytest.mark.usefixtures("pool")
def test_two_codes_of_one_number_are_two_people(session: Session, tmp_path: Path) -> None:
    codes = ("C-000005", "C-0000005")
    rows = [PERSON | {"コード": code, "氏": f"山田{code}", "電話": None} for code in codes]
    assert bring_people(session, people_of(tmp_path, {"登録者": rows})) == 2
    session.commit()
    found = {row.code: row.id for row in session.scalars(sa.select(Candidate))}
    assert found["C-000005"] == 5
    assert set(found) == set(codes)
