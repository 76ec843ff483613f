"""The template as somebody fills it in by hand, in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from talentpool.exchange.layout import CANDIDATES, NEEDS, Layout
from talentpool.exchange.sheets import tables_of
from talentpool.files.writing import render
from talentpool.reference.catalogue import Catalogue

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
PERSON = {
    "コード": "新1",
    "氏": "髙塚",
    "名": "花子",
    "氏カナ": "たかつか",
    "名カナ": "ﾊﾅｺ",
    "電話": "０７８－３４１－７７１１",
    "区分": "行政OB",
    "住まいの市区町村": "姫路市",
    "登録開始": "令和8年4月1日",
    "登録終了": "2029-03-31",
    "同意": "マッチングでの利用",
    "任用形態": "委嘱・謝金(身分なし)、特別職非常勤職員",
    "最低報酬(円/半日)": "５，０００円",
    "希望報酬(円/半日)": 10000,
    "移動上限(分)": 90,
}
NEED = {
    "コード": "募1",
    "市町": "佐用町",
    "募集の名前": "窓口業務の見直し",
    "テーマ": "BPR・業務改善",
    "段階": "計画",
    "半日コマ/月": 4,
    "開始月": "令和9年4月",
    "終了月": "2027/6",
    "働き方": "オンライン",
    "任用形態": "委嘱・謝金(身分なし)",
    "報酬額(円)": "2.5万円",
    "報酬の単位": "日額",
}
PEOPLE: Rows = {
    "登録者": [PERSON, PERSON | {"コード": None, "氏": "山田"}],
    "技能": [{"コード": "新1", "技能": "業務フロー見直し(BPR)", "水準": 3}],
    "経歴": [{"コード": "新1", "開始月": "S60.4", "終了月": "令和3年3月", "所属": "姫路市役所"}],
    "稼働": [
        {
            "コード": "新1",
            "開始月": datetime(2027, 4, 1),  # noqa: DTZ001 - Excel makes a day of a month
            "終了月": "2028-03",
            "半日コマ/月": 8,
        }
    ],
}
WANTED: Rows = {
    "募集": [NEED],
    "技能要件": [{"コード": "募1", "技能": "bpr", "水準": 2}],
    "関係事業者": [{"コード": "募1", "事業者": "株式会社試作"}],
}


def write_template(path: Path, layout: Layout) -> Path:
    path.write_bytes(render(path, tables_of(path, layout, [], Catalogue.shipped())))
    return path


def fill_in(path: Path, layout: Layout, rows: Rows) -> Path:
    """An xlsx from the template, every row below the headers of its sheet."""
    write_template(path, layout)
    book = openpyxl.load_workbook(path)
    for name, lines in rows.items():
        leaf = book[name]
        headers = [cell.value for cell in leaf[1]]
        for line in lines:
            leaf.append([line.get(header) for header in headers])
    book.save(path)
    return path


def fill_people(path: Path, rows: Rows = PEOPLE) -> Path:
    return fill_in(path, CANDIDATES, rows)


def fill_needs(path: Path, rows: Rows = WANTED) -> Path:
    return fill_in(path, NEEDS, rows)
