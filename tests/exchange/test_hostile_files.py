"""Every file of hostile/ gets the verdict of its manifest, in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from talentpool.errors import BadCell, BadFile
from talentpool.exchange import kinds
from talentpool.exchange.entries import Entry, read_entries
from talentpool.exchange.layout import Column, Layout
from talentpool.exchange.reading import read_file
from talentpool.exchange.tables import REFUSED
from talentpool.reference.catalogue import Catalogue

HOSTILE = Path(__file__).parent / "hostile"
MANIFEST = {row["file"]: row for row in json.loads((HOSTILE / "manifest.json").read_text("utf-8"))}
REJECTED = [
    name for name, row in MANIFEST.items() if row["expect"].startswith(("reject", "all-or-nothing"))
]
ACCEPTED = [name for name in MANIFEST if name not in REJECTED]
MOST_MEMORY = 300  # MiB
LIST = Layout(
    "名簿",
    "P-",
    (
        Column("氏名", "name", kinds.text(100), is_required=True),
        Column("メール", "mail", kinds.MAIL, is_required=True),
        Column("希望日数", "days", kinds.whole(0, 31)),
    ),
    (),
)


def read(name: str) -> list[Entry]:
    return read_entries(LIST, read_file(HOSTILE / name), Catalogue.shipped())


def refusal(name: str) -> BadFile:
    with pytest.raises(BadFile) as caught:
        read(name)
    return caught.value


def test_every_file_of_the_folder_has_a_verdict() -> None:
    files = {path.name for path in HOSTILE.iterdir() if path.suffix in {".csv", ".xlsx"}}
    assert files == set(MANIFEST)


@pytest.mark.parametrize("name", REJECTED)
def test_a_hostile_file_is_refused_with_a_sentence(name: str) -> None:
    error = refusal(name)
    assert error.message.endswith("。")
    assert len(error.message) < 100


@pytest.mark.parametrize("name", REJECTED)
def test_reading_a_hostile_file_takes_little_memory(name: str) -> None:
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from talentpool.errors import BadFile\n"
        "from talentpool.exchange.reading import read_file\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n"
        "    read_file(Path(sys.argv[1]))\n"
        "except BadFile:\n"
        "    pass\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, str(HOSTILE / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert int(done.stdout) < MOST_MEMORY


def test_an_external_entity_never_shows_what_it_points_to() -> None:
    error = refusal("xxe-file.xlsx")
    assert "DOCTYPE" in error.message
    assert error.cells == ()


def test_a_far_cell_is_named_and_not_walked_to() -> None:
    assert refusal("far-cell.xlsx").cells == (
        BadCell("", 1048576, None, "行は100,021行までです。"),
    )


def test_a_nul_is_named_with_its_row() -> None:
    message = "使えない文字（NULなど）が含まれています。"
    assert refusal("nul.csv").cells == (BadCell("", 2, "氏名", message),)


def test_bytes_of_no_known_encoding_are_named_with_their_row() -> None:
    assert [(cell.row, cell.message) for cell in refusal("bad-utf8.csv").cells] == [
        (2, "UTF-8として読めない文字があります。"),
        (2, "CP932として読めない文字があります。"),
    ]


def test_utf_16_is_refused_by_name() -> None:
    assert "UTF-16" in refusal("japanese-utf16.csv").message


def test_a_header_that_stands_twice_is_named() -> None:
    assert refusal("dup-header.csv").cells == (
        BadCell("", 1, "氏名", "同じ見出しが二度あります。"),
    )


def test_a_missing_column_is_named() -> None:
    expected = BadCell("", 1, "メール", "この見出しの列がありません。")
    assert refusal("missing-col.csv").cells == (expected,)


def test_one_bad_row_of_a_thousand_refuses_the_file_and_is_named() -> None:
    error = refusal("one-bad-of-1000.csv")
    assert error.message == REFUSED
    assert error.cells == (BadCell("", 502, "メール", "メールアドレスの形が正しくありません。"),)


def typed_names(name: str) -> list[str]:
    return [row.cells["氏名"] for row in read_file(HOSTILE / name)[""].rows]


def test_utf_8_is_read_letter_for_letter_with_and_without_its_mark() -> None:
    text = (HOSTILE / "japanese-utf8.csv").read_bytes().decode("utf-8")
    names = typed_names("japanese-utf8.csv")
    assert len(names) == 47
    assert all(name in text or name.replace('"', '""') in text for name in names)
    assert typed_names("japanese-utf8-bom.csv") == names
    assert {"髙橋", "𠮷野家", "葛\U000e0100城", "\t=1+1", "x\r\nBcc: evil@example.com"} <= set(
        names
    )


def test_cp932_is_found_out() -> None:
    names = typed_names("japanese-cp932.csv")
    assert len(names) == 36
    assert {"髙橋", "①㈱№℡", "表示ソ能予", "纊褜鍈銈", "～～"} & set(names) >= {"髙橋", "①㈱№℡"}
    assert len(read_file(HOSTILE / "japanese-cp932.csv", "cp932")[""].rows) == 36


def test_line_ends_of_old_macs_are_read() -> None:
    sheet = read_file(HOSTILE / "cr-only.csv")[""]
    assert [row.cells["mail"] for row in sheet.rows] == ["a@example.jp", "b@example.jp"]


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    for name in ("x.pdf", "x", "x.xls"):
        (tmp_path / name).write_bytes(b"%PDF-1.7")
        with pytest.raises(BadFile, match="xlsxかcsv"):
            read_file(tmp_path / name)
    with pytest.raises(BadFile, match="読めません"):
        read_file(tmp_path / "absent.csv")
    with pytest.raises(BadFile, match="読めません"):
        read_file(tmp_path)


def test_a_file_of_more_than_ten_megabytes_is_refused(tmp_path: Path) -> None:
    for name in ("big.csv", "big.xlsx"):
        (tmp_path / name).write_bytes(b"a" * (10 * 1024 * 1024 + 1))
        with pytest.raises(BadFile, match="10MB"):
            read_file(tmp_path / name)


def test_an_empty_file_has_no_headers(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"\r\n ,\r\n")
    with pytest.raises(BadFile) as caught:
        read_file(path)
    assert [cell.message for cell in caught.value.cells] == ["見出しの行がありません。"]


def test_too_many_rows_columns_and_letters_are_named(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    lines = ["名,メモ", *["あ,"] * 20_001]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert cells_of(path) == [BadCell("", 20_002, None, "行は20,000行までです。")]
    path.write_text("名,メモ\n" + "あ," * 101 + "い\n" + f"あ,{'い' * 40_000}\n", encoding="utf-8")
    found = cells_of(path)
    assert BadCell("", 2, None, "列は100列までです。") in found
    assert BadCell("", 3, "メモ", "文字は32,000字までです。") in found


def test_broken_quotes_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text('名\n"あ"い\n', encoding="utf-8")
    assert [cell.row for cell in cells_of(path)] == [2]
    path.write_text('名\n"あ\n', encoding="utf-8")
    assert cells_of(path)[0].message == "引用符または文字の長さが正しくありません。"


def test_a_value_without_a_header_is_named(tmp_path: Path) -> None:
    path = tmp_path / "loose.csv"
    path.write_text("名\nあ,い\n", encoding="utf-8")
    assert cells_of(path) == [BadCell("", 2, None, "2列目に見出しのない値があります。")]


def test_headers_are_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "headers.csv"
    path.write_text("名\0,,メモ\nあ,い,う\n", encoding="utf-8")
    assert [cell.message for cell in cells_of(path)] == [
        "1列目の見出しに使えない文字があります。",
        "2列目に見出しのない値があります。",
    ]


def cells_of(path: Path) -> list[BadCell]:
    with pytest.raises(BadFile) as caught:
        read_file(path)
    return list(caught.value.cells)
