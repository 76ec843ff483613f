"""Cases as sheets: out of the library, changed in a spreadsheet, and in again, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from talentpool.cases.models import Case
from talentpool.db import Database
from talentpool.exchange.layout import CASES
from tests import factories as make
from tests.cases.made import make_case
from tests.commands import run
from tests.exchange.filled import fill_in

pytestmark = pytest.mark.usefixtures("environment")
ROW = {
    "コード": "1", "市町": "兵庫県佐用町", "事例の名前": "防災無線をスマートフォンへ", "テーマ": "防災・インフラメンテナンス",
    "年度": "令和7年", "したこと": "アプリで知らせるようにした。", "かかった額(円)": "30万円", "出典": "町の広報",
    "出典を確かめた日": "2026年11月1日",
}  # fmt: skip


def stored(database: Database) -> list[tuple[str, str, int | None, int | None]]:
    with database.reading() as session:
        rows = session.scalars(sa.select(Case).order_by(Case.id))
        return [(row.title, row.theme, row.cost_yen, row.fiscal_year) for row in rows]


def test_cases_go_out_are_changed_and_come_in_again(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        first = make_case(session)
        code, title = first.code, first.title
    fill_in(tmp_path / "new.xlsx", CASES, {"事例": [ROW, ROW | {"コード": "2"}]})
    assert run("import", "cases", "new.xlsx") == 0
    assert run("import", "cases", "new.xlsx") == 0
    assert "0 cases imported, 2 known already" in capsys.readouterr().out
    added = ("防災無線をスマートフォンへ", "infrastructure", 300_000, 2025)
    assert stored(database) == [(title, "bpr", None, None), added]
    assert run("export", "cases", "out.xlsx") == 0
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = book["事例"]
    headers = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, 1).value == code
    sheet.cell(2, headers.index("かかった額(円)") + 1).value = 500
    book.save(tmp_path / "out.xlsx")
    assert run("import", "cases", "out.xlsx") == 0
    assert stored(database) == [(title, "bpr", 500, None), added]


def test_a_case_that_cannot_be_true_is_named_by_row_and_column(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as session:
        make.make_prefecture_pool(session)
    wrong = ROW | {
        "コード": "2",
        "市町": "大阪府堺市",
        "出典の住所": "javascript:x",
        "出典を確かめた日": "2100-01-01",
    }
    fill_in(tmp_path / "new.xlsx", CASES, {"事例": [ROW, wrong]})
    assert run("import", "cases", "new.xlsx") == 1
    said = capsys.readouterr().err
    for column in ("市町", "出典の住所", "出典を確かめた日"):
        assert f"事例 3行目 「{column}」" in said
    assert stored(database) == []
