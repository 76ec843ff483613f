"""The command line of files: exit codes, one line for a refusal, nothing half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.needs.models import Need
from tests import factories as make
from tests.commands import run

from .filled import PEOPLE, PERSON, fill_needs, fill_people
from .pool import make_pool

pytestmark = pytest.mark.usefixtures("environment")


def count(database: Database, model: type[Candidate | Need]) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count(model.id))) or 0


def test_from_the_template_to_the_database(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        make.make_prefecture_pool(session)
    assert run("template", "candidates", "p.xlsx") == 0
    assert run("template", "needs", "n.csv", "--encoding", "cp932") == 0
    assert (tmp_path / "n.csv").read_bytes().decode("cp932").startswith("コード,市町,")
    fill_people(tmp_path / "p.xlsx")
    fill_needs(tmp_path / "n.xlsx")
    assert run("import", "candidates", "p.xlsx", "--dry-run") == 0
    assert run("import", "needs", "n.xlsx", "--dry-run") == 0
    assert (count(database, Candidate), count(database, Need)) == (0, 0)
    assert run("import", "candidates", "p.xlsx") == 0
    assert run("import", "needs", "n.xlsx", "--prefecture", "28") == 0
    assert (count(database, Candidate), count(database, Need)) == (2, 1)
    assert "2 candidates imported" in capsys.readouterr().out


def test_a_refused_file_is_named_on_standard_error_and_stores_nothing(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        make.make_prefecture_pool(session)
    people = [PERSON, PERSON | {"コード": "2", "電話": "x", "住まいの市区町村": "どこか"}]
    fill_people(tmp_path / "p.xlsx", PEOPLE | {"登録者": people})
    assert run("import", "candidates", "p.xlsx") == 1
    assert capsys.readouterr().err.splitlines() == [
        "talentpool: ファイルに誤りがあるため、1行も取り込みませんでした。",
        "登録者 3行目 「電話」: 電話番号は市外局番から、数字10桁または11桁で入力してください。",
        "登録者 3行目 「住まいの市区町村」: 「どこか」は市区町村の一覧にありません。",
    ]
    assert count(database, Candidate) == 0
    assert run("import", "candidates", "p.xlsx", "--annotate", "faults.xlsx") == 1
    assert (tmp_path / "faults.xlsx").stat().st_size
    capsys.readouterr()
    assert run("import", "candidates", "absent.xlsx") == 1
    assert run("match", "--candidates", "absent.csv", "--needs", "n.csv", "--out", "o.json") == 1
    assert "Traceback" not in capsys.readouterr().err


def test_exported_files_give_the_same_plan_twice(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        made = make_pool(session)
        codes = [person.code for person in made.people]
    assert run("export", "candidates", "p.xlsx") == 0
    assert run("export", "candidates", "p.csv", "--encoding", "cp932", "--anonymous") == 0
    assert run("export", "needs", "n.xlsx") == 0
    assert run("export", "needs", "n.csv", "--encoding", "cp932") == 0
    for suffix in ("xlsx", "csv"):
        for number in (1, 2):
            arguments = ["--candidates", f"p.{suffix}", "--needs", f"n.{suffix}", "--stable"]
            assert run("match", *arguments, "--out", f"{suffix}{number}.json") == 0
    plans = {path.read_bytes() for path in tmp_path.glob("*[12].json")}
    assert len(plans) == 1
    placed = {row["candidate"] for row in json.loads(plans.pop())["placements"]}
    assert placed
    assert placed <= set(codes)
    assert "optimal" in capsys.readouterr().out
    assert (tmp_path / "p.xlsx").stat().st_mode & 0o777 == 0o600


def test_what_cp932_cannot_write_is_listed_and_nothing_is_written(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        make.make_candidate(session, family_name="𠮷野")
    assert run("export", "candidates", "p.csv", "--encoding", "cp932") == 1
    assert "「氏」: CP932にない文字：𠮷(U+20BB7)" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.csv"))


def test_the_other_exports(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        made = make_pool(session)
        round_ = make.make_round_with_plan(session, [], needs=made.needs[:1])
        ident = str(round_.id)
    assert run("export", "placements", "x.xlsx") == 0
    assert run("export", "survey", "s.csv", "--encoding", "cp932") == 0
    assert run("export", "needs", "n.csv", "--round", ident, "--policy", "policy.json") == 0
    assert json.loads((tmp_path / "policy.json").read_text("utf-8"))["pins"] == []
    assert len((tmp_path / "n.csv").read_text("utf-8-sig").splitlines()) >= 2
    assert run("export", "needs", "n.csv", "--round", "999") == 1


def test_wrong_use_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("template", "towns", "x.xlsx") == 2
    assert run("export", "needs", "n.csv", "--policy", "policy.json") == 2
    assert run("match", "--out", "x.json") == 2
    assert run("import", "candidates", "p.csv", "--encoding", "utf-16") == 2
    assert run("template", "needs", "x.pdf") == 1
    assert "x.pdf" in capsys.readouterr().err


def test_without_a_pool_nothing_is_taken(tmp_path: Path) -> None:
    fill_people(tmp_path / "p.xlsx")
    assert run("import", "candidates", "p.xlsx") == 1
    assert run("export", "candidates", "x.csv") == 1


def test_an_import_says_who_is_known_already_and_takes_distinct_people(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        make.make_prefecture_pool(session)
    second = PERSON | {"コード": "新2"}
    fill_people(tmp_path / "p.xlsx", {"登録者": [PERSON, second]})
    assert run("import", "candidates", "p.xlsx") == 1
    assert "同じ人のようです" in capsys.readouterr().err
    assert run("import", "candidates", "p.xlsx", "--distinct", "新1,新2") == 0
    assert run("import", "candidates", "p.xlsx", "--distinct", "新1,新2") == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 candidates imported",
        "0 candidates imported, 2 known already",
    ]
    assert run("import", "candidates", "p.xlsx", "--distinct", "新1") == 2
    fill_needs(tmp_path / "n.xlsx")
    assert run("import", "needs", "n.xlsx", "--distinct", "新1,新2") == 2
