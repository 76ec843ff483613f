"""The pages of long lists: links that filter tell what they lead to, headers sort, and no address is too strange."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.candidates.models import ProfileView
from talentpool.mail import order_mail
from talentpool.permissions import Role
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..counting import counted_queries

MOST = 15  # statements
ROWS = 30
OPPOSITE = {"ascending": "descending", "descending": "ascending"}


@pytest.fixture
def filled(app: TalentpoolFlask) -> TalentpoolFlask:
    """More than a page of every list."""
    now = clock.now()
    with app.database.writing() as session:
        for k in range(ROWS):
            person = make.make_candidate(
                session, family_name=f"川端{k}", search_key=f"川端{k}", now=now, skills={"bpr": 1 + k % 4},
                state=MembershipState.APPLIED if k % 5 == 4 else MembershipState.ACTIVE,
                kind=("official", "freelance")[k % 2],
            )  # fmt: skip
            town = (make.HIMEJI, make.SAYO)[k % 2]
            state = NeedState.SUBMITTED if k % 6 == 5 else NeedState.OPEN
            need = make.make_need(session, municipality_code=town, state=state, now=now)
            make.make_placement(
                session, need, person, now=now,
                state=(PlacementState.SUGGESTED, PlacementState.OFFERED)[k % 2],
            )  # fmt: skip
            make.make_round_with_plan(session, [(need, person)])
            officer = make.make_user(session, Role.COORDINATOR)
            order_mail(
                session, event=f"e{k}", recipient_id=(person.user_id, officer.id)[k % 2] or 0,
                template=("need.publish", "account.invite")[k % 2], link=f"/needs/{need.id}", now=now,
                prefecture_code=make.HYOGO,
            )  # fmt: skip
    return app


READERS = {
    "/candidates": Role.COORDINATOR, "/needs/": Role.APPROVER, "/placements": Role.AUDITOR,
    "/rounds/": Role.COORDINATOR, "/accounts": Role.ADMIN, "/mails": Role.COORDINATOR,
    "/audit": Role.AUDITOR,
}  # fmt: skip


@pytest.fixture(params=READERS)
def path(request: pytest.FixtureRequest) -> str:
    address: str = request.param
    return address


def _total(page: str) -> int:
    found = re.search(r"全([\d,]+)件", page)
    assert found is not None
    return int(found[1].replace(",", ""))


def _rows(page: str) -> list[str]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall("<tr>(.*?)</tr>", body, re.DOTALL)


def test_every_link_and_choice_tells_how_many_rows_it_leaves(
    filled: TalentpoolFlask, path: str
) -> None:
    browser = signed_in(filled, READERS[path])
    page = browser.get(path).text
    links = re.findall(r'<a href="([^"]+)" [^>]*>[^<]+ <span>([\d,]+)</span></a>', page)
    named = [
        (f"{path}?{name}={value}", rows)
        for name, select in re.findall(r'<select id="\w+" name="(\w+)">(.*?)</select>', page, re.DOTALL)
        for value, rows in re.findall(r'<option value="([^"]+)"[^>]*>[^<]*（([\d,]+)）', select)
    ]  # fmt: skip
    told = [(address, rows) for address, rows in (*links, *named) if rows != "0"]
    assert told
    for address, rows in told[:12]:
        assert _total(browser.get(html.unescape(address)).text) == int(rows), address


def test_a_header_sorts_and_then_the_other_way_round(filled: TalentpoolFlask, path: str) -> None:
    browser = signed_in(filled, READERS[path])
    page = browser.get(f"{path}?all=1").text
    heads = re.findall(r'<th scope="col"[^>]*><a href="([^"]+)">', page)
    assert heads
    for head in map(html.unescape, heads):
        once = browser.get(head).text
        state = re.search(r'aria-sort="(\w+)"><a href="([^"]+)"', once)
        assert state is not None
        other = browser.get(html.unescape(state[2])).text
        assert f'aria-sort="{OPPOSITE[state[1]]}"' in other
        assert sorted(_rows(once)) == sorted(_rows(other)) == sorted(_rows(page))


@pytest.mark.parametrize(
    "query", ["sort=nonsense", "sort=--name", "page=1000000000", "page=x&sort=%00", "all=x", "colour=red"]
)  # fmt: skip
def test_what_a_list_does_not_have_asks_for_nothing(
    filled: TalentpoolFlask, path: str, query: str
) -> None:
    browser = signed_in(filled, READERS[path])
    answer = browser.get(f"{path}?{query}")
    assert answer.status_code == 200
    assert _total(answer.text) == _total(browser.get(path).text)
    assert _rows(answer.text)


def test_a_value_that_a_filter_does_not_have_is_left_out_and_said(
    filled: TalentpoolFlask, path: str
) -> None:
    browser = signed_in(filled, READERS[path])
    everything = browser.get(path).text
    names = re.findall(r'name="(\w+)">\s*<option', everything)
    for name in names:
        page = browser.get(f"{path}?{name}=%00nonsense").text
        assert "知らない値のため使わなかった条件：" in page, name
        assert _total(page) == _total(everything)


def test_all_rows_stand_on_one_page_if_they_are_asked_for(
    filled: TalentpoolFlask, path: str
) -> None:
    browser = signed_in(filled, READERS[path])
    page = browser.get(path).text
    assert len(_rows(page)) < _total(page) <= 500
    found = re.search(r'href="([^"]*)">すべて表示</a>', page)
    assert found is not None
    whole = browser.get(html.unescape(found[1])).text
    assert len(_rows(whole)) == _total(whole) == _total(page)
    assert "少しずつ表示" in whole
    assert 'rel="next"' not in whole


def test_a_town_s_list_has_no_column_and_no_filter_of_towns(filled: TalentpoolFlask) -> None:
    own = signed_in(filled, Role.MUNICIPALITY).get("/needs/?municipality=285013&region=x").text
    assert ">市町<" not in own
    assert not re.search('<select[^>]*name="(municipality|region)"', own)
    assert _total(own) == ROWS // 2
    assert ">市町<" in signed_in(filled, Role.APPROVER).get("/needs/").text


def test_placements_begin_with_those_under_way(filled: TalentpoolFlask) -> None:
    with filled.database.writing() as session:
        need, person = make.make_need(session), make.make_candidate(session)
        make.make_placement(session, need, person, state=PlacementState.DECLINED_BY_TOWN)
    browser = signed_in(filled, Role.COORDINATOR)
    totals = {
        query: _total(browser.get(f"/placements?{query}").text)
        for query in ("", "state=", "state=all", "state=declined_by_town", "words=川端", "due=0")
    }
    assert list(totals.values()) == [ROWS, ROWS, ROWS + 1, 1, ROWS, 0]


def test_a_list_that_holds_nothing_says_how_to_go_on(filled: TalentpoolFlask) -> None:
    page = signed_in(filled, Role.COORDINATOR).get("/candidates?words=%E7%84%A1%E3%81%84").text
    assert "条件に合う登録者はいません" in page
    back = re.search(r'href="([^"]*)">条件を消して、すべて表示する', page)
    assert back is not None
    assert "words" not in back[1]


def test_a_page_takes_few_queries_and_a_file_as_many(filled: TalentpoolFlask, path: str) -> None:
    browser = signed_in(filled, READERS[path])
    for query in ("", "?all=1"):
        browser.get(f"{path}{query}")
        with counted_queries(filled.database) as seen:
            browser.get(f"{path}{query}")
        assert len(seen) <= MOST, "\n".join(seen)


def test_the_form_keeps_the_chosen_links_and_the_order(filled: TalentpoolFlask) -> None:
    page = signed_in(filled, Role.COORDINATOR).get("/candidates?state=active&sort=-free").text
    form = page.partition('role="search"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="state" value="active">' in form
    assert '<input type="hidden" name="sort" value="-free">' in form


def test_names_on_a_page_are_the_only_ones_that_are_logged(filled: TalentpoolFlask) -> None:
    browser: Browser = signed_in(filled, Role.COORDINATOR)
    page = browser.get("/candidates?page=2").text
    with filled.database.reading() as session:
        logged = session.scalar(sa.select(sa.func.count()).select_from(ProfileView))
    assert logged == len(_rows(page)) == ROWS - 25
