"""A refused file comes back with its faults marked."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from talentpool.errors import BadFile
from talentpool.exchange.annotating import FAULTS, annotate
from talentpool.exchange.entries import read_entries
from talentpool.exchange.layout import CANDIDATES
from talentpool.exchange.reading import read_file
from talentpool.reference.catalogue import Catalogue

from .filled import PEOPLE, PERSON, fill_people


def annotated(path: Path) -> openpyxl.Workbook:
    sheets = read_file(path)
    with pytest.raises(BadFile) as caught:
        read_entries(CANDIDATES, sheets, Catalogue.shipped(), is_import=True)
    return openpyxl.load_workbook(io.BytesIO(annotate(sheets, caught.value.cells)))


def test_faults_of_a_workbook_stand_at_their_cells(tmp_path: Path) -> None:
    rows = PEOPLE | {
        "登録者": [PERSON | {"区分": "'=宇宙人", "氏": None}],
        "技能": [{"コード": "新9", "技能": "bpr", "水準": 1}],
    }

    book = annotated(fill_people(tmp_path / "p.xlsx", rows))
    assert book.sheetnames == [FAULTS, "登録者", "経歴", "会社", "決裁した相手先", "技能", "試験", "稼働",
                               "確保済み", "市町の順位", "利益相反の解除", "利益相反の記録", "移動時間"]  # fmt: skip
    main = book["登録者"]
    headers = [cell.value for cell in main[1]]
    kind = main.cell(2, headers.index("区分") + 1)
    assert (kind.value, kind.comment.text[-12:]) == ("'=宇宙人", "区分の一覧にありません。")
    assert main.cell(2, headers.index("氏") + 1).comment.text == "入力してください。"
    assert main.cell(2, headers.index("名") + 1).value == "花子"
    assert main.cell(2, headers.index("名") + 1).comment is None
    assert book["技能"]["A2"].comment.text == "「登録者」のシートにないコードです。"
    listed = list(book[FAULTS].iter_rows(values_only=True))
    assert listed[1][:3] == ("登録者", 2, "氏")
    assert len(listed) == 4


def test_faults_of_a_csv_stand_at_their_cells(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "コード,区分,住まいの市区町村,任用形態,技能,氏,名,氏カナ,名カナ,最低報酬(円/半日)\n\n"
        "1,行政OB,姫路市,commission,bpr:9,山田,花子,ヤマダ,ハナコ,\n",
        encoding="utf-8",
    )
    leaf = annotated(path)["csv"]
    assert leaf["A1"].comment.text == "同意 この見出しの列がありません。"
    assert (leaf["A1"].value, leaf["A2"].value, leaf["A3"].value) == ("コード", None, "1")
    assert leaf["E3"].comment.text == "4以下で入力してください（9と読みました）。"
    assert leaf["J3"].comment.text == (
        "最低報酬を書いてください。無償でもよいときは、0か「無償」と書いてください。"
    )
