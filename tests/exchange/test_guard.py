"""Workbooks that are crafted against what reads them, and those that people really send."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest
import xlsxwriter

from talentpool.errors import BadFile
from talentpool.exchange import walk
from talentpool.exchange.guard import check_workbook
from talentpool.exchange.reading import read_workbook
from talentpool.exchange.tables import LAST_ROW

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def workbook() -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    leaf = book.add_worksheet("名簿")
    leaf.write_row(0, 0, ["名", "数"])
    leaf.write_row(1, 0, ["花子", 2])
    book.close()
    return content.getvalue()


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def altered(**changes: bytes) -> bytes:
    names = {"sheet": SHEET, "strings": STRINGS, "types": "[Content_Types].xml"}
    return packed(members_of(workbook()) | {names[key]: data for key, data in changes.items()})


def refused(content: bytes) -> str:
    with pytest.raises(BadFile) as caught:
        check_workbook(content)
    return caught.value.message


def sheet_of(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def test_workbooks_of_two_libraries_are_read() -> None:
    content = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["名", "数"])
    book.active.append(["花子", 2])
    book.save(content)
    for made in (workbook(), content.getvalue()):
        (sheet,) = read_workbook(made).values()
        assert sheet.headers == ["名", "数"]
        assert sheet.rows[0].cells == {"名": "花子", "数": "2"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_definitions_are_refused_in_any_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert "DOCTYPE" in refused(altered(strings=text.encode(encoding)))


def test_broken_xml_is_refused() -> None:
    assert refused(altered(sheet=b"<worksheet><row></worksheet>")) == walk.NO_WORKBOOK
    assert refused(altered(sheet=b"")) == walk.NO_WORKBOOK


def test_xml_of_great_depth_is_refused() -> None:
    deep = "<a>" * 100 + "</a>" * 100
    assert refused(altered(strings=deep.encode())) == walk.NO_WORKBOOK


def test_rows_are_counted_even_if_they_hide_their_number() -> None:
    rows = "".join(f"<row><c><v>{n * 7919}</v></c></row>" for n in range(LAST_ROW + 1))
    message = refused(altered(sheet=sheet_of(rows)))
    assert "1行も取り込みませんでした" in message


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="100022"><c><v>1</v></c></row>',
        '<row r="1048576"><c r="A1048576"><f>1</f></c></row>',
        '<row r="1"><c r="CW1"><v>1</v></c></row>',
        '<row r="1"><c r="A100022" t="inlineStr"><is><t>1</t></is></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
    ],
)
def test_rows_and_columns_beyond_the_limit_are_refused(rows: str) -> None:
    assert "1行も取り込みませんでした" in refused(altered(sheet=sheet_of(rows)))


@pytest.mark.parametrize(
    "rows", ['<row r="-1"/>', '<row r="x"/>', '<row r="1"><c r="1A"><v>1</v></c></row>']
)
def test_places_that_are_none_are_refused(rows: str) -> None:
    assert refused(altered(sheet=sheet_of(rows))) == walk.NO_WORKBOOK


def test_more_strings_than_a_sheet_can_use_are_refused() -> None:
    strings = "<sst>" + "<si><t>a</t></si>" * (walk.MOST_STRINGS + 1) + "</sst>"
    assert refused(altered(strings=strings.encode())) == walk.TOO_BIG


def test_a_very_long_attribute_is_refused() -> None:
    assert refused(altered(strings=f'<a b="{"c" * 30_000}"/>'.encode())) == walk.TOO_BIG


def test_a_tag_without_end_is_refused_before_it_is_held() -> None:
    names = " ".join(f'a{n}=""' for n in range(60_000))
    assert refused(altered(strings=f"<a {names}/>".encode())) == walk.TOO_BIG
    assert refused(altered(strings=f"<a>{'b' * 300_000}</a>".encode())) == walk.TOO_BIG


@pytest.mark.parametrize(
    ("cell", "is_unresolved"),
    [
        ("<c r='B2'><f>A1+1</f></c>", True),
        ("<c r='B2'><f>A1+1</f><v/></c>", True),
        ("<c r='B2'><f>A1+1</f><v> </v></c>", True),
        ("<c r='B2'><f t='shared' si='0'/></c>", True),
        ("<c r='B2' t='str'><f>T(A1)</f></c>", True),
        ("<c r='B2' t='str'><f>T(A1)</f><v></v></c>", False),
        ("<c r='B2'><f>A1+1</f><v>2</v></c>", False),
        ("<c r='B2'><v/></c>", False),
    ],
)
def test_a_formula_without_its_result_is_noted(cell: str, is_unresolved: bool) -> None:
    facts = check_workbook(altered(sheet=sheet_of(f"<row r='2'>{cell}<c r='C2'/></row>")))
    assert facts[SHEET].unresolved == ({2: [2]} if is_unresolved else {})


def test_styles_without_a_content_do_not_count() -> None:
    far = '<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"><v/></c></row>'
    near = '<row r="3"><c r="B3"><v>1</v></c></row>'
    assert check_workbook(altered(sheet=sheet_of(near + far)))[SHEET].last_row == 3


def test_merged_cells_are_noted_and_bounded() -> None:
    merges = "<mergeCells><mergeCell ref='A2:B1048576'/><mergeCell ref='C2'/></mergeCells>"
    sheet = sheet_of("<row r='2'><c r='A2'><v>1</v></c></row>").replace(
        b"</worksheet>", merges.encode() + b"</worksheet>"
    )
    first, second = check_workbook(altered(sheet=sheet))[SHEET].merges
    assert (first.first_row, first.last_row, first.last_column) == (2, LAST_ROW, 2)
    assert (second.first_column, second.last_column) == (3, 3)
    many = sheet.replace(b"<mergeCell ref='C2'/>", b"<mergeCell ref='A2:B1048576'/>" * 2)
    assert refused(altered(sheet=many)) == "結合されたセルが多すぎます。"
    wrong = sheet.replace(b"ref='C2'", b"ref='C'")
    assert refused(altered(sheet=wrong)) == walk.NO_WORKBOOK


def test_furigana_counts_as_part_of_its_string() -> None:
    name = (
        "<si><t>山田太郎</t><rPh sb='0' eb='2'><t>ヤマダ</t></rPh>"
        "<rPh sb='2' eb='4'><t>タロウ</t></rPh><phoneticPr fontId='1'/></si>"
    )
    random = "".join(f"<!--{n * 7919}-->{name}" for n in range(100_000))
    check_workbook(altered(strings=f"<sst>{random}</sst>".encode()))
    long = "<sst><si>" + "<t/>" * (walk.MOST_IN_STRING + 1) + "</si></sst>"
    assert refused(altered(strings=long.encode())) == walk.TOO_BIG


def test_what_inflates_too_far_is_refused() -> None:
    assert refused(altered(strings=b"<a>" + b"<b/>" * 1_000_000 + b"</a>")) == walk.TOO_BIG


@pytest.mark.parametrize(
    "name", ["../x.xml", "/etc/x.xml", "..\\x.xml", "\\etc\\x.xml", "C:x.xml", "xl/../../x"]
)
def test_names_that_lead_outside_are_refused(name: str) -> None:
    message = refused(packed(members_of(workbook()) | {name: b"<a/>"}))
    assert message == "Excelのファイルの中に正しくない名前があります。"


def test_a_name_that_stands_twice_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members_of(workbook()).items():
            archive.writestr(name, data)
        archive.writestr(SHEET.upper(), b"<a/>")
    assert "二度" in refused(content.getvalue())


def test_macros_are_refused() -> None:
    assert "マクロ" in refused(packed(members_of(workbook()) | {"xl/vbaProject.bin": b"x"}))


def test_another_kind_of_document_is_refused() -> None:
    types = members_of(workbook())["[Content_Types].xml"]
    other = types.replace(b"sheet.main+xml", b"template.main+xml")
    assert refused(altered(types=other)) == walk.NO_WORKBOOK
    members = members_of(workbook())
    del members["[Content_Types].xml"]
    assert refused(packed(members)) == walk.NO_WORKBOOK


def test_an_encrypted_or_unusual_member_is_refused() -> None:
    content = bytearray(workbook())
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    assert refused(bytes(content)) == walk.NO_WORKBOOK
    unusual = io.BytesIO()
    with zipfile.ZipFile(unusual, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("[Content_Types].xml", b"<a/>")
    assert refused(unusual.getvalue()) == walk.NO_WORKBOOK


def test_members_that_lie_over_each_other_are_refused() -> None:
    content = bytearray(workbook())
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 1)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    assert refused(bytes(content)) == walk.NO_WORKBOOK


def test_a_size_or_checksum_that_lies_is_refused() -> None:
    for place in (16, 24):  # the checksum and the size in the central directory
        content = bytearray(workbook())
        content[content.find(b"PK\x01\x02") + place] ^= 1
        assert "合いません" in refused(bytes(content))


def test_damaged_and_cut_files_are_refused() -> None:
    content = workbook()
    for cut in (content[:100], content[: len(content) // 2], b"", b"PK\x03\x04"):
        assert refused(cut) == walk.NO_WORKBOOK
    damaged = bytearray(content)
    damaged[60:90] = b"\xff" * 30
    with pytest.raises(BadFile):
        check_workbook(bytes(damaged))


def test_a_workbook_without_its_parts_is_refused_by_the_reader() -> None:
    members = members_of(workbook())
    del members["xl/workbook.xml"]
    with pytest.raises(BadFile, match="読めません"):
        read_workbook(packed(members))


def test_a_string_that_is_not_there_is_refused_by_the_reader() -> None:
    broken = sheet_of('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')
    with pytest.raises(BadFile, match="読めません"):
        read_workbook(altered(sheet=broken))
