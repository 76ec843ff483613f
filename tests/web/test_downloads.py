"""A list as a file holds what the list shows to that reader, row by row, and a list with names is given for a purpose."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from itertools import count

import openpyxl
import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.candidates.models import Candidate, ProfileView
from talentpool.mail import order_mail
from talentpool.permissions import Role
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.text import search_key
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..test_view_log import REFUSALS

LISTS = {  # address → queries that narrow it down and sort it
    "/candidates": (
        "", "state=active", "words=川", "skill=bpr&level=4", "state=unknown", "sort=-free", "all=1",
    ),
    "/needs/": ("", "state=open", "words=台帳", "state=draft", "sort=title"),
    "/placements": ("", "state=suggested", "state=confirmed", "sort=-person"),
    "/approvals": ("",),
    "/rounds/": ("",),
    "/accounts": ("role=all", "", "role=candidate", "role=approver"),
    "/mails": ("", "sort=template"),
    "/audit": ("", "object_type=need", "words=placement"),
}  # fmt: skip
NAMED = ("/candidates", "/placements", "/approvals", "/accounts")
OPEN = tuple(path for path in LISTS if path not in NAMED)
ROLES = [role for role in Role if role is not Role.SYSTEM]
READERS = {
    "/candidates": Role.COORDINATOR, "/needs/": Role.MUNICIPALITY, "/placements": Role.AUDITOR,
    "/approvals": Role.APPROVER, "/rounds/": Role.COORDINATOR, "/accounts": Role.ADMIN,
    "/mails": Role.COORDINATOR, "/audit": Role.AUDITOR,
}  # fmt: skip
FAMILIES = ("川端", "山添", "小谷")


@pytest.fixture
def filled(app: TalentpoolFlask) -> TalentpoolFlask:
    """More than a page of people and needs, something in every other list, and the same in another prefecture."""
    now = clock.now()
    with app.database.writing() as session:
        for place, town, many in ((make.HYOGO, make.HIMEJI, 33), (make.OSAKA, "271403", 2)):
            people = [
                make.make_candidate(
                    session, prefecture_code=place, family_name=FAMILIES[k % 3], given_name=f"第{k}",
                    search_key=search_key(f"{FAMILIES[k % 3]} 第{k}"),
                    family_kana="カナ", given_kana=f"ダイ{k % 7}", now=now, skills={"bpr": 1 + k % 4, "data": 2},
                    state=MembershipState.APPLIED if k % 5 == 4 else MembershipState.ACTIVE,
                )
                for k in range(many)
            ]  # fmt: skip
            needs = [
                make.make_need(
                    session, municipality_code=town, now=now, title=f"{'台帳' if k % 2 else '窓口'}の見直し {k}",
                    state=NeedState.SUBMITTED if k % 6 == 5 else NeedState.OPEN, seats=2,
                )
                for k in range(many)
            ]  # fmt: skip
            states = (PlacementState.SUGGESTED, PlacementState.PROPOSED, PlacementState.OFFERED)
            for k in range(0, many, 3):
                make.make_placement(session, needs[0 if many < 9 else k // 6 * 6], people[k], state=states[k % 9 // 3], rank=1 + k % 2, now=now)  # fmt: skip
            make.make_round_with_plan(session, [(needs[0], people[0])], prefecture_code=place)
            for k in range(3):
                order_mail(
                    session, event=f"e{k}", recipient_id=people[k % many].user_id or 0, template="t.x",
                    link=f"/needs/{k}", now=now, prefecture_code=place,
                )  # fmt: skip
    return app


def _query(path: str, query: str, **more: str) -> str:
    asked = "&".join(part for part in (query, *(f"{k}={v}" for k, v in more.items())) if part)
    return f"{path}?{asked}"


def _file(browser: Browser, path: str, query: str = "", **more: str) -> TestResponse:
    return browser.get(_query(path, query, purpose="照会への回答", **{"format": "csv", **more}))


def _read(answer: TestResponse, encoding: str = "utf-8-sig") -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode(encoding), newline="")))


def _plain(text: str) -> str:
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", text)))


def _listed(browser: Browser, path: str, query: str) -> Iterator[str]:
    """The text of every row on every page of the list."""
    for number in count(1):
        page = browser.get(_query(path, query, page=str(number))).text
        body = page.partition("<tbody>")[2].partition("</tbody>")[0]
        yield from (_plain(row) for row in re.findall("<tr>(.*?)</tr>", body, re.DOTALL))
        if 'rel="next"' not in page:
            return


def _columns(page: str) -> list[str]:
    """The labels of the columns of the list."""
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    return [
        _plain(cell) for cell in re.findall(r"<th scope=\"col\".*?>(.*?)</th>", head, re.DOTALL)
    ]


def _deeds(app: TalentpoolFlask) -> list[AuditEvent]:
    with app.database.reading() as session:
        query = sa.select(AuditEvent).where(AuditEvent.action == "list.download")
        return list(session.scalars(query.order_by(AuditEvent.seq)))


def _exports(app: TalentpoolFlask) -> list[tuple[int, int | None]]:
    with app.database.reading() as session:
        query = sa.select(ProfileView.candidate_id, ProfileView.viewer_id)
        rows = session.execute(query.where(ProfileView.purpose == "export"))
        return sorted((person, viewer) for person, viewer in rows)


@pytest.mark.parametrize("path", [path for path in LISTS if path != "/approvals"])
@pytest.mark.parametrize("role", ROLES)
def test_a_file_has_the_rows_of_the_list_in_its_order_or_nothing(
    filled: TalentpoolFlask, role: Role, path: str
) -> None:
    browser = signed_in(filled, role)
    for query in LISTS[path]:
        status = browser.get(_query(path, query)).status_code
        if status != 200:
            assert status == 403
            assert _file(browser, path, query).status_code == 403
            assert browser.get(_query(path, query, format="xlsx")).status_code == 403
            continue
        columns = _columns(browser.get(_query(path, query)).text)
        shown = list(_listed(browser, path, query))
        header, *rows = _read(_file(browser, path, query, page="2"))
        if path == "/audit" and not query:  # asking for pages signed nothing, but time goes on
            shown = shown[-len(rows) :]
        assert len(rows) == len(shown), query
        for row, line in zip(rows, shown, strict=True):
            assert len(row) == len(header)
            values = [value for name, value in zip(header, row, strict=True) if name in columns]
            assert len(values) >= len(columns) - 1
            assert [value for value in values if _plain_value(value) not in line] == []


def _plain_value(value: str) -> str:
    return (
        re.sub(r"[\s、]", "", value)
        if "、" not in value
        else _plain(value.split("、", maxsplit=1)[0])
    )


def test_the_list_of_papers_is_the_same_as_a_file(filled: TalentpoolFlask) -> None:
    browser = signed_in(filled, Role.APPROVER)
    page = browser.get("/approvals").text
    shown = re.findall(r'data-label="1番目の人">(.+?)<', page)
    header, *rows = _read(_file(browser, "/approvals"))
    names = [row[header.index("登録者")] for row in rows]
    assert [name for name in names if name in shown] == shown
    assert len(shown) > 2


@pytest.mark.parametrize("path", LISTS)
def test_excel_holds_what_csv_holds(filled: TalentpoolFlask, path: str) -> None:
    browser = signed_in(filled, READERS[path])
    lines = _read(_file(browser, path, "words=need" if path == "/audit" else ""))
    answer = _file(browser, path, "words=need" if path == "/audit" else "", format="xlsx")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    assert f"filename={path.strip('/')}-" in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    found = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert found == [[re.sub(r"^(\d+)\.0$", r"\1", cell) for cell in line] for line in lines]


@pytest.mark.parametrize("path", NAMED)
def test_a_list_with_names_is_given_for_a_purpose_and_noted(
    filled: TalentpoolFlask, path: str
) -> None:
    browser = signed_in(filled, READERS[path])
    for kind in ("csv", "xlsx"):
        asked = browser.get(f"{path}?format={kind}&state=active")
        assert asked.status_code == 200
        assert ("ダウンロードの目的" in asked.text, asked.mimetype) == (True, "text/html")
        assert 'name="state" value="active"' in asked.text
        assert not any(name in asked.text for name in FAMILIES)
        for blank in ("", "%20", "%E3%80%80", "x" * 201):
            assert browser.get(f"{path}?format={kind}&purpose={blank}").status_code == 422
    assert (_deeds(filled), _exports(filled)) == ([], [])

    rows = _read(_file(browser, path, page="9"))[1:]
    (deed,) = _deeds(filled)
    assert deed.detail == {
        "list": path.strip("/"), "filters": {}, "rows": len(rows), "purpose": "照会への回答",
    }  # fmt: skip
    assert (deed.object_type, deed.prefecture_code) == ("pool", make.HYOGO)
    with filled.database.reading() as session:
        codes = {cell for row in rows for cell in row if re.fullmatch(r"C-\d+", cell)}
        query = sa.select(Candidate.id).where(Candidate.code.in_(codes))
        assert _exports(filled) == sorted(
            (person, deed.actor_id) for person in session.scalars(query)
        )
    assert bool(_exports(filled)) == (path != "/accounts")


def test_the_record_tells_codes_and_not_what_was_typed(filled: TalentpoolFlask) -> None:
    browser = signed_in(filled, Role.COORDINATOR)
    assert _file(browser, "/candidates", "words=川端&state=active&kind=none").status_code == 200
    (deed,) = _deeds(filled)
    assert deed.detail["filters"] == {"words": True, "state": "active"}
    assert 0 < deed.detail["rows"] < 33


@pytest.mark.parametrize("path", OPEN)
def test_a_list_without_names_is_given_at_once(filled: TalentpoolFlask, path: str) -> None:
    browser = signed_in(filled, READERS[path])
    answer = browser.get(f"{path}?format=csv")
    assert answer.mimetype == "text/csv"
    assert not any(name in answer.text for name in FAMILIES)
    assert (_deeds(filled), _exports(filled)) == ([], [])


@pytest.mark.parametrize("path", LISTS)
def test_the_page_links_to_its_files_with_its_filters(filled: TalentpoolFlask, path: str) -> None:
    browser = signed_in(filled, READERS[path])
    for query in LISTS[path]:
        page = browser.get(_query(path, query, page="1", format="pdf"))
        assert page.mimetype == "text/html"  # a format that there is not is ignored
        links = re.findall(r'href="([^"]*format=(?:xlsx|csv)[^"]*)"', page.text)
        if "全0件" not in page.text:
            assert len(links) == 3
            assert 'aria-label="ダウンロード"' in page.text
        for link in map(html.unescape, links):
            assert "page=" not in link
            kept = [part for part in query.split("&") if part.isascii() and part != "all=1"]
            assert all(part in link for part in kept)
            assert browser.get(link).status_code == 200


def test_headers_and_values_are_in_the_reader_s_language(filled: TalentpoolFlask) -> None:
    browser = signed_in(filled, Role.COORDINATOR)
    header, first, *_ = _read(_file(browser, "/needs/", "lang=en"))
    assert (header[1], header[5]) == ("Number", "Status")
    assert not any(re.search("[\u3040-\u30ff]", cell) for cell in (*header, *first[2:]))
    assert "Purpose" in browser.get("/candidates?format=csv&lang=en").text


def test_no_spreadsheet_takes_a_title_for_a_formula(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        make.make_need(session, title="=HYPERLINK(1)", now=clock.now())
    browser = signed_in(app, Role.COORDINATOR)
    assert _read(browser.get("/needs/?format=csv"))[1][0] == "'=HYPERLINK(1)"
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/needs/?format=xlsx").data))
    cell = book.worksheets[0].cell(2, 1)
    assert (cell.value, cell.data_type) == ("'=HYPERLINK(1)", "s")


def test_what_cp932_lacks_is_named_and_no_file_is_made(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        make.make_candidate(
            session, family_name="髙橋", search_key="高橋", family_kana="ア", now=clock.now()
        )
        make.make_candidate(session, family_name="𠮷田", family_kana="ヨ", now=clock.now())
    browser = signed_in(app, Role.COORDINATOR)
    refused = _file(browser, "/candidates", encoding="cp932")
    assert (refused.status_code, refused.mimetype) == (422, "text/html")
    assert "𠮷(U+20BB7)" in refused.text
    assert re.search(r">3<.*氏名", refused.text, re.DOTALL)
    assert "髙橋" not in refused.text
    assert (_deeds(app), _exports(app)) == ([], [])
    assert "取り込みませんでした" not in refused.text

    written = _file(browser, "/candidates", "words=髙橋", encoding="cp932")
    assert written.mimetype_params == {"charset": "Windows-31J"}
    assert [row[0][:2] for row in _read(written, "cp932")[1:]] == ["髙橋"]
    assert len(_exports(app)) == 1
    assert [row[0][:2] for row in _read(_file(browser, "/candidates"))[1:]] == ["髙橋", "𠮷田"]


def test_a_filter_that_cannot_be_read_gives_no_file(filled: TalentpoolFlask) -> None:
    answer = signed_in(filled, Role.AUDITOR).get("/audit?first_on=soon&format=csv")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_a_list_that_cannot_be_recorded_is_not_given(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        make.make_candidate(session, family_name="川端", now=clock.now())
    browser = signed_in(app, Role.COORDINATOR)
    refuse, allow = REFUSALS[app.database.engine.dialect.name]
    for statement, status in ((refuse, 503), (allow, 200)):
        with app.database.writing() as session:
            session.execute(sa.text(statement))
        answer = _file(browser, "/candidates")
        assert (answer.status_code, "川端" in answer.text) == (status, status == 200)
        assert len(_deeds(app)) == (status == 200)


def test_a_town_takes_away_its_own_needs_alone(filled: TalentpoolFlask) -> None:
    with filled.database.writing() as session:
        officer: User = make.make_user(session, Role.MUNICIPALITY, municipality_code="271403")
    browser = Browser(filled)
    browser.enter(officer)
    assert len(_read(_file(browser, "/needs/"))) == 1 + 2
