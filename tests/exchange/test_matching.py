"""A round from files alone gives the plan of the stored round."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from talentpool import matching as m
from talentpool.db import Session
from talentpool.errors import BadFile, Refused
from talentpool.exchange.answer import render_answer
from talentpool.exchange.entries import read_entries
from talentpool.exchange.exporting import export_candidates, export_needs, policy_of
from talentpool.exchange.layout import CANDIDATES, NEEDS
from talentpool.exchange.matching import match_files, summary_line
from talentpool.exchange.people import read_profiles
from talentpool.exchange.reading import read_file
from talentpool.exchange.requests import read_requests
from talentpool.files.writing import render
from talentpool.needs.models import Need
from talentpool.permissions import SYSTEM, Role
from talentpool.pool.assemble import assemble, list_requests
from talentpool.pool.policy import first_policy, fitted
from talentpool.pool.reading import read_profiles as read_stored
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.service import load_catalogue
from talentpool.reviews.answering import Answers, close_pair, give_review
from talentpool.reviews.models import ReviewSide
from talentpool.rounds.gathering import gather
from talentpool.rounds.models import DirectiveKind, Round
from talentpool.rounds.preparing import create_round, direct_pair
from talentpool.states import NeedState
from tests import factories as make
from tests.reviews.made import make_reviews

from .filled import NEED, PEOPLE, PERSON, WANTED, fill_needs, fill_people
from .pool import Pool, make_pool

FORMATS = [("x.xlsx", None), ("utf8.csv", None), ("cp932.csv", "cp932")]


@pytest.fixture
def pool(session: Session) -> Pool:
    return make_pool(session)


def export(
    session: Session, folder: Path, name: str, encoding: str | None, round_: Round | None = None
) -> tuple[Path, Path]:
    """The two files of a pool under names that end alike."""
    people, needs = folder / f"people-{name}", folder / f"needs-{name}"
    by = {"actor": SYSTEM}
    pool = make.make_prefecture_pool(session)
    made = export_candidates(session, people, pool, is_anonymous=encoding == "cp932", **by)
    people.write_bytes(render(people, made.tables, encoding))
    made = export_needs(session, needs, pool, round_=round_, **by)
    needs.write_bytes(render(needs, made.tables, encoding))
    return people, needs


@pytest.mark.parametrize(("name", "encoding"), FORMATS)
def test_files_hold_all_that_matching_knows(
    session: Session, pool: Pool, tmp_path: Path, name: str, encoding: str | None
) -> None:
    people, needs = export(session, tmp_path, name, encoding)
    shipped = Catalogue.shipped()
    profiles = read_profiles(
        read_entries(CANDIDATES, read_file(people, encoding), shipped), shipped
    )
    requests = read_requests(read_entries(NEEDS, read_file(needs, encoding), shipped))
    assert profiles == list(read_stored(session, make.HYOGO).values())
    open_needs = sa.select(Need).where(Need.state == NeedState.OPEN).order_by(Need.code)
    assert requests == list_requests(session, session.scalars(open_needs).all())
    assert any(profile.taken for profile in profiles)
    assert any(profile.lifted for profile in profiles)
    assert any(profile.turned_down for profile in profiles)
    assert any(profile.interested for profile in profiles)
    assert any(profile.preferred for profile in profiles)
    assert any(profile.uninterested for profile in profiles)


@pytest.mark.parametrize(("name", "encoding"), FORMATS)
def test_files_carry_the_ratings_and_give_the_same_plan(
    session: Session, pool: Pool, tmp_path: Path, name: str, encoding: str | None
) -> None:
    rows = make_reviews(session)
    town = make.make_user(session, Role.MUNICIPALITY).actor
    give_review(session, rows[ReviewSide.TOWN], Answers(5, 5, 5, 5), actor=town, now=make.NOW)
    close_pair(session, list(rows.values()), now=make.NOW)
    session.flush()
    session.expire_all()
    stored = assemble(session, make.HYOGO, None, load_catalogue(session))
    first = first_policy(has_ratings=True, lottery_seed=7)
    policy, _people = fitted(first, stored.candidates)
    assert policy.record_mean == 5_000
    expected = m.document(stored.candidates, stored.needs, policy, is_stable=True, has_others=True)
    people, needs = export(session, tmp_path, name, encoding)
    matched = match_files(people, needs, encoding=encoding, is_stable=True)
    assert m.to_json(matched.document) == m.to_json(expected)


@pytest.mark.parametrize(("name", "encoding"), FORMATS)
def test_files_give_the_plan_of_the_stored_round(
    session: Session, pool: Pool, tmp_path: Path, name: str, encoding: str | None
) -> None:
    stored = assemble(session, make.HYOGO, None, load_catalogue(session))
    expected = m.document(
        stored.candidates,
        stored.needs,
        first_policy(lottery_seed=7),
        is_stable=True,
        has_others=True,
    )
    people, needs = export(session, tmp_path, name, encoding)
    found = match_files(people, needs, encoding=encoding, is_stable=True).document
    assert found["input_hash"] == expected["input_hash"]
    assert m.to_json(found) == m.to_json(expected)
    assert found["placements"]


def test_a_round_is_repeated_with_its_policy_pins_and_forbids(
    session: Session, pool: Pool, tmp_path: Path
) -> None:
    round_ = create_round(
        session, prefecture_code=make.HYOGO, title="第1回", need_ids=[n.id for n in pool.needs[1:]],
        policy=m.Policy(fill_premium=5000, lottery_seed=3), time_limit=60, actor=SYSTEM, now=make.NOW,
    )  # fmt: skip
    for kind, person in ((DirectiveKind.PIN, 1), (DirectiveKind.FORBID, 3)):
        direct_pair(
            session, round_, need_id=pool.needs[2].id, candidate_id=pool.people[person].id,
            kind=kind, reason="試験", actor=SYSTEM, now=make.NOW,
        )  # fmt: skip
    policy = policy_of(session, round_)
    assert policy["pins"] == [[pool.needs[2].code, pool.people[1].code]]
    assert policy["forbids"] == [[pool.needs[2].code, pool.people[3].code]]
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(policy), encoding="utf-8")
    people, needs = export(session, tmp_path, "x.xlsx", None, round_)
    found = match_files(people, needs, policy=path).document
    assert found["input_hash"] == gather(session, round_).hash
    assert (pool.needs[2].code, pool.people[1].code) in {
        (row["need"], row["candidate"]) for row in found["placements"]
    }


def test_needs_that_the_newest_round_left_out_are_marked(session: Session, pool: Pool) -> None:
    round_ = create_round(
        session, prefecture_code=make.HYOGO, title="第1回", need_ids=[pool.needs[0].id],
        policy=m.Policy(), time_limit=60, actor=SYSTEM, now=make.NOW,
    )  # fmt: skip
    later = make.make_need(session, now=make.NOW.replace(hour=5))
    session.flush()
    by = {"actor": SYSTEM}
    made = export_needs(session, Path("n.csv"), make.make_prefecture_pool(session), **by)
    table = made.tables[0]
    place = list(table.headers).index("今回の対象")
    marks = {line[0]: line[place] for line in table.lines}
    assert {code for code, mark in marks.items() if mark == "はい"} == {
        pool.needs[0].code,
        later.code,
    }
    assert "第1回" in made.note
    assert round_.title in made.note


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    people, needs = fill_people(tmp_path / "p.xlsx"), fill_needs(tmp_path / "n.xlsx")
    for name in ("plan.json", "plan.xlsx"):
        written = []
        for _ in range(2):
            matched = match_files(people, needs, is_stable=True)
            answer = render_answer(Path(name), matched.document, matched.titles, is_json=False)
            written.append(answer)
        assert written[0] == written[1]


def test_a_template_filled_in_by_hand_is_matched(tmp_path: Path) -> None:
    people, needs = fill_people(tmp_path / "p.xlsx"), fill_needs(tmp_path / "n.xlsx")
    matched = match_files(people, needs)
    document = matched.document
    assert [(row["need"], row["candidate"]) for row in document["placements"]] == [("募1", "新1")]
    assert set(document["excluded"]["募1"]) == {"row-3"}
    assert "seconds" in document
    assert "seconds" not in match_files(people, needs, is_stable=True).document
    assert summary_line(document).startswith("optimal: 1 seats filled")


def test_the_plan_is_written_as_sheets_that_people_read(tmp_path: Path) -> None:
    needs = [
        NEED,
        NEED | {"コード": "募2", "募集の名前": "'=助言", "半日コマ/月": 60},
        NEED | {"コード": "募3", "開始月": "2027-08", "終了月": "2027-09"},
    ]
    skills = [*WANTED["技能要件"], {"コード": "募3", "技能": "bpr", "水準": 4}]
    rows = {"募集": needs, "技能要件": skills}
    matched = match_files(fill_people(tmp_path / "p.xlsx"), fill_needs(tmp_path / "n.xlsx", rows))
    path = tmp_path / "plan.xlsx"
    path.write_bytes(render_answer(path, matched.document, matched.titles, is_json=False))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["割当案", "順位", "対象外", "空き枠", "固定・除外", "比較"]
    assert book["固定・除外"].max_row == 1
    plan = list(book["割当案"].iter_rows(values_only=True))
    assert plan[1][:4] == ("募1", "窓口業務の見直し", 1, "新1")
    assert sum(plan[1][7:]) == plan[1][4]
    assert book["順位"]["H2"].value == "ちょうど"
    assert book["順位"]["I2"].value.endswith("。")
    left_out = {row[:4] for row in book["対象外"].iter_rows(min_row=2, values_only=True)}
    assert ("募3", "窓口業務の見直し", "新1", m.rule_text("skill")) in left_out
    empty = list(book["空き枠"].iter_rows(values_only=True))
    assert empty[1][:3] == ("募2", "'=助言", 1)
    assert empty[2][0] == "募3"
    assert "業務フロー見直し(BPR)" in empty[2][5]
    assert empty[2][6] == "新1"
    compared = list(book["比較"].iter_rows(values_only=True))
    assert compared[1][0] == "この割当案"
    assert len(compared[0]) == len(compared[1]) == 7
    assert "「1枠を埋める価値」を外した案" in [row[0] for row in compared]


def test_what_a_forbid_changed_is_a_line_of_its_own(tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"forbids": [["募1", "新1"]]}))
    matched = match_files(
        fill_people(tmp_path / "p.xlsx"), fill_needs(tmp_path / "n.xlsx"), policy=policy
    )
    path = tmp_path / "plan.xlsx"
    path.write_bytes(render_answer(path, matched.document, matched.titles, is_json=False))
    book = openpyxl.load_workbook(path)
    _, line = book["固定・除外"].iter_rows(values_only=True)
    assert line == ("除外", "募1", "窓口業務の見直し", "新1", "募1 -1", "新1 募1 → なし")


def test_the_plan_is_json_where_that_is_asked_for(tmp_path: Path) -> None:
    matched = match_files(fill_people(tmp_path / "p.xlsx"), fill_needs(tmp_path / "n.xlsx"))
    for name, is_json in (("plan.json", False), ("plan.txt", True)):
        content = render_answer(Path(name), matched.document, matched.titles, is_json=is_json)
        assert json.loads(content) == matched.document
    with pytest.raises(Refused, match="json"):
        render_answer(Path("plan.txt"), matched.document, matched.titles, is_json=False)


def test_nobody_and_nothing_give_an_empty_plan(tmp_path: Path) -> None:
    people, needs = fill_people(tmp_path / "p.xlsx", {}), fill_needs(tmp_path / "n.xlsx", {})
    matched = match_files(people, needs)
    assert matched.document["status"] == "nothing"
    path = tmp_path / "plan.xlsx"
    assert render_answer(path, matched.document, matched.titles, is_json=False)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "\udcff", '{"weights": 1}', '{"fill_premium": -1}', '{"unknown": 1}',
     '{"pins": 1}', '{"pins": [["a"]]}', '{"pins": [["募1", "absent"]]}', "[" * 100_000],
)  # fmt: skip
def test_a_policy_that_cannot_be_is_refused(tmp_path: Path, text: str) -> None:
    people, needs = fill_people(tmp_path / "p.xlsx"), fill_needs(tmp_path / "n.xlsx")
    path = tmp_path / "policy.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Refused):
        match_files(people, needs, policy=path)


def test_a_policy_of_great_size_is_refused(tmp_path: Path) -> None:
    people, needs = fill_people(tmp_path / "p.xlsx"), fill_needs(tmp_path / "n.xlsx")
    path = tmp_path / "policy.json"
    path.write_bytes(b" " * 1_048_577)
    with pytest.raises(BadFile, match="1MB"):
        match_files(people, needs, policy=path)
    with pytest.raises(BadFile, match="読めません"):
        match_files(people, needs, policy=tmp_path / "absent.json")


def test_a_policy_decides(tmp_path: Path) -> None:
    second = [
        PERSON,
        PERSON
        | {"コード": "新2", "電話": "078-341-7712", "最低報酬(円/半日)": 0, "希望報酬(円/半日)": 0},
    ]
    leaves = {
        name: [row | {"コード": code} for code in ("新1", "新2") for row in PEOPLE[name]]
        for name in ("技能", "稼働")
    }
    people = fill_people(tmp_path / "p.xlsx", {"登録者": second} | leaves)
    needs = fill_needs(tmp_path / "n.xlsx")
    path = tmp_path / "policy.json"
    for code in ("新1", "新2"):
        path.write_text(json.dumps({"pins": [["募1", code]], "half_life": 3}), encoding="utf-8")
        document = match_files(people, needs, policy=path).document
        assert document["placements"][0]["candidate"] == code
        assert document["policy"]["half_life"] == 3
