"""A walk through every page of every role of the filled demo: what the pages say is what the database says.

What is derived (standings, numbers) is worked out here from plain rows, not by the queries of the product.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as Rows, selectinload

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.app import create_app
from talentpool.candidates.models import Candidate, CandidateWindow, Membership
from talentpool.db import Database
from talentpool.demo.accounts import PASSWORD
from talentpool.home.queues import QUEUES
from talentpool.needs.models import Need
from talentpool.permissions import Role, visible
from talentpool.placements.models import Placement
from talentpool.standing import (
    WORDS,
    MembershipStanding,
    NeedStanding,
    PlacementStanding,
    Reader,
    reader_of,
    words_of,
)
from talentpool.states import SEATED, MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser
from tests.counting import counted_queries
from tests.pages import CheckedClient

from .conftest import config_of

MS, NS, PS = MembershipStanding, NeedStanding, PlacementStanding
EACH = 3  # pages of one kind that a reader opens
HREF = re.compile(r'href="(?!tel:)([^"#]+)"')
TOTAL = re.compile(r"全([\d,]+)件")
CARD = re.compile(
    r'<(?:h3|li)><a href="([^"]+)">([^<]+)</a>(?:</h3>\s*<p>)? ?<strong(?: class="figure")?>([\d,]+)</strong>'
)
ROW = re.compile(r"<tr>|<section class=\"card")
THING = re.compile(r'href="/(needs|candidates|placements|offers|introductions)/(\d+)"')
JOINED = 'data-label="同意の状態"'  # of another town's need that this one joins
TAG = re.compile(r'<span class="(?:tag|state) \w+-\w+">(?:<svg.*?</svg>)?([^<]+)</span>')


@dataclass(frozen=True)
class Truth:
    """What is so, by id."""

    today: date
    needs: Mapping[int, NeedStanding]
    people: Mapping[int, MembershipStanding]  # by candidate
    placements: Mapping[int, PlacementStanding]

    def word(self, kind: str, ident: int, reader: Reader) -> str:
        table: Mapping[int, object] = {"needs": self.needs, "candidates": self.people}.get(
            kind, self.placements
        )
        return words_of(table[ident], reader)[0]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def walked(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A copy of the demo in which every standing occurs."""
    folder = tmp_path_factory.mktemp("truth")
    path = folder / "demo.db"
    shutil.copy(demo_file, path)
    opened = Database(replace(config_of(demo_file), database_url=f"sqlite:///{path}"))
    with opened.writing() as session:
        _complete(session)
    yield opened
    opened.close()


def _complete(session: Rows) -> None:
    today = dates.local_date(clock.now())
    active = session.scalars(
        sa.select(Membership)
        .where(Membership.state == MembershipState.ACTIVE)
        .where(Membership.candidate_id.not_in(sa.select(Placement.candidate_id)))
        .order_by(Membership.id)
    ).all()
    left, rejected, expired, paused, silent, draft = active[:6]
    left.state, rejected.state = MembershipState.LEFT, MembershipState.NOT_ACCEPTED
    rejected.review_reason, rejected.review_comment = "identity", "本人と確かめられませんでした。"
    expired.active_from, expired.active_until = date(2020, 4, 1), date(2021, 3, 31)
    draft.state, draft.applied_at = MembershipState.DRAFT, None
    month = dates.month_of(today)
    window = CandidateWindow(first_month=month, last_month=month, half_days=0, is_available=False)
    paused.candidate.windows.append(window)
    for consent in silent.candidate.consents:
        consent.withdrawn_at = max(consent.given_at, clock.now())
    returned = session.scalars(
        sa.select(Need).where(Need.state == NeedState.DRAFT).order_by(Need.id)
    ).all()[0]
    returned.review_reason, returned.review_comment = "too_strict", "必須を減らしてください。"
    returned.submitted_at = clock.now()
    asked = session.scalars(sa.select(Placement).where(Placement.state == PlacementState.OFFERED))
    for placement in asked.all()[:1]:
        placement.need.seats = 1
    confirmed = session.scalars(
        sa.select(Placement).where(Placement.state == PlacementState.CONFIRMED).limit(1)
    ).one()
    filled, others = confirmed.need, Placement.need_id == confirmed.need_id
    is_confirmed = Placement.state == PlacementState.CONFIRMED
    count = sa.select(sa.func.count()).select_from(Placement).where(others, is_confirmed)
    filled.state, filled.outcome, filled.seats = NeedState.OPEN, None, session.scalar(count)


@pytest.fixture(scope="module")
def truth(walked: Database) -> Truth:
    today = dates.local_date(clock.now())
    with walked.reading() as session:
        seats: dict[int, Counter[PlacementState]] = {}
        placements = session.scalars(sa.select(Placement)).all()
        for row in placements:
            seats.setdefault(row.need_id, Counter())[row.state] += 1
        needs = {row.id: row for row in session.scalars(sa.select(Need))}
        members = session.scalars(
            sa.select(Membership).options(
                selectinload(Membership.candidate).selectinload(Candidate.windows),
                selectinload(Membership.candidate).selectinload(Candidate.consents),
            )
        ).all()
        return Truth(
            today,
            {ident: _of_need(need, seats.get(ident, Counter())) for ident, need in needs.items()},
            {row.candidate_id: _of_member(row, today) for row in members},
            {row.id: _of_placement(row, needs[row.need_id], today) for row in placements},
        )


def _of_need(need: Need, seats: Counter[PlacementState]) -> NeedStanding:
    if need.state is NeedState.DRAFT and need.review_reason:
        return NS.RETURNED
    if need.state is NeedState.OPEN and seats[PlacementState.CONFIRMED] >= need.seats:
        return NS.FILLED
    if need.state is NeedState.OPEN and sum(seats[state] for state in SEATED) >= need.seats:
        return NS.UNDER_WAY
    return NS(need.state)


def _of_member(row: Membership, today: date) -> MembershipStanding:
    if row.state is not MembershipState.ACTIVE:
        return MS(row.state)
    assert row.active_until is not None
    if row.active_until < today:
        return MS.EXPIRED
    given = [c for c in row.candidate.consents if c.purpose == "search" and not c.withdrawn_at]
    if not given:
        return MS.UNCONSENTED
    month = today.year * 12 + today.month - 1
    pauses = [w for w in row.candidate.windows if not w.is_available]
    is_paused = any(w.first_month <= month <= w.last_month for w in pauses)
    return MS.PAUSED if is_paused else MS.ACTIVE


def _of_placement(row: Placement, need: Need, today: date) -> PlacementStanding:
    if row.state is PlacementState.SUGGESTED and row.returned_at:
        return PS.RETURNED
    is_over = need.last_month < today.year * 12 + today.month - 1
    is_finished = row.state is PlacementState.CONFIRMED and is_over
    if row.state is PlacementState.SUGGESTED and row.returned_at is not None:
        return PS.RETURNED
    return PS.FINISHED if is_finished else PS(row.state)


@pytest.fixture(scope="module")
def site(walked: Database) -> TalentpoolFlask:
    created = create_app(walked.config, walked)
    created.testing = True
    created.test_client_class = CheckedClient
    return created


Choose = Callable[[Rows, Truth], list[User]]


def _staff(role: Role) -> Choose:
    def choose(session: Rows, _truth: Truth) -> list[User]:
        return list(session.scalars(sa.select(User).where(User.role == role).limit(1)))

    return choose


def _towns(session: Rows, truth: Truth) -> list[User]:
    """One officer for each standing of a need, and for each of a placement that a town sees."""
    wanted: dict[object, str] = {}
    for need in session.scalars(sa.select(Need)):
        wanted.setdefault(truth.needs[need.id], need.municipality_code)
    for row in session.scalars(sa.select(Placement).where(Placement.introduced_at.is_not(None))):
        wanted.setdefault(truth.placements[row.id], row.municipality_code)
    query = sa.select(User).where(User.municipality_code.in_(set(wanted.values())))
    return list(session.scalars(query))


def _people(session: Rows, truth: Truth) -> list[User]:
    """One person for each standing of a membership, and for each of a placement that a person sees."""
    wanted: dict[object, int] = {}
    for ident, standing in truth.people.items():
        wanted.setdefault(standing, ident)
    for row in session.scalars(sa.select(Placement).where(Placement.offered_at.is_not(None))):
        wanted.setdefault(truth.placements[row.id], row.candidate_id)
    query = sa.select(User).join(Candidate, Candidate.user_id == User.id)
    return list(session.scalars(query.where(Candidate.id.in_(set(wanted.values())))))


READERS: Mapping[Role, Choose] = {
    Role.CANDIDATE: _people,
    Role.MUNICIPALITY: _towns,
    **{role: _staff(role) for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN)},
}


def test_every_standing_occurs(truth: Truth) -> None:
    assert set(truth.people.values()) == set(MS)
    assert set(truth.needs.values()) == set(NS)
    assert set(truth.placements.values()) > {PS.FINISHED, PS.OFFERED, PS.INTRODUCED, PS.AGREED}


@pytest.mark.parametrize("role", READERS)
def test_what_the_pages_say_is_so(
    site: TalentpoolFlask, walked: Database, truth: Truth, role: Role
) -> None:
    with walked.reading() as session:
        users = READERS[role](session, truth)
    assert users
    faults: list[str] = []
    for user in users:
        browser = Browser(site)
        assert browser.sign_in(user, PASSWORD).status_code == 302
        faults += _walk(browser, walked, truth, user)
    assert faults == []


def _walk(browser: Browser, database: Database, truth: Truth, user: User) -> Iterator[str]:
    """Open what can be reached by links from home, a few of each kind; the faults that are seen."""
    waiting, seen, kinds = ["/home"], {"/home"}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        with counted_queries(database) as asked:
            answer = browser.get(path)
        most = QUERIES.get(re.sub(r"\d+", "N", urlsplit(path).path), MOST_QUERIES)
        if len(asked) > most:
            yield f"{user.role} {user.id}: {path} takes {len(asked)} queries, {most} at most"
        if answer.status_code in {202, 302}:  # 202: a PDF that is being made
            continue
        if answer.status_code != 200:
            yield f"{user.role} {user.id}: {path} answers {answer.status_code}"
            continue
        page = answer.text
        yield from _wrong_words(page, path, truth, user)
        yield from _wrong_totals(page, path, database, truth, user)
        if path == "/home":
            yield from _wrong_cards(page, database, truth, user)
        for href in map(unescape, HREF.findall(page)):
            parts = urlsplit(urljoin(path, href))
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            kind = re.sub(r"\d+", "N", parts.path) + str(sorted(dict(parse_qsl(parts.query))))
            is_ours = not parts.netloc and not parts.path.startswith("/static")
            is_ours = is_ours and "lang=" not in parts.query  # words are compared in Japanese
            is_ours = is_ours and "format=" not in parts.query  # files are compared elsewhere
            if is_ours and target not in seen and kinds[kind] < EACH:
                seen.add(target)
                kinds[kind] += 1
                waiting.append(target)
    if len(kinds) < 8:
        yield f"{user.role} {user.id}: only {sorted(kinds)} were opened"


def _wrong_words(page: str, path: str, truth: Truth, user: User) -> Iterator[str]:
    """The tag beside a link to a thing says where that thing stands, in the words of the reader."""
    if user.role is Role.CANDIDATE and urlsplit(path).path not in PUBLIC:
        main = page.partition("<main")[2].partition("</main>")[0]
        for word in CLERKS & set(re.findall(r"[一-龠ぁ-んァ-ヶ]+", main)):
            yield f"{path}: a person reads {word}"
    list_of = {
        "/needs/": "needs", "/candidates": "candidates", "/placements": "placements",
        "/offers": "offers", "/introductions": "introductions",
    }.get(urlsplit(path).path)  # fmt: skip
    if list_of is None:
        return
    for part in ROW.split(page)[1:]:
        found, tags = THING.search(part), TAG.findall(part)
        if found is None or found[1] != list_of or JOINED in part:
            continue
        word = truth.word(found[1], int(found[2]), reader_of(user.role))
        if word not in map(unescape, tags):
            yield f"{path}: {found[0]} is {word}, the page says {tags}"


def _wrong_totals(
    page: str, path: str, database: Database, truth: Truth, user: User
) -> Iterator[str]:
    """The number above a list, also of one that is limited to a standing."""
    parts = urlsplit(path)
    asked = dict(parse_qsl(parts.query))
    said = TOTAL.search(page)
    if said is None or set(asked) - {"state"} or parts.path not in {"/needs/", "/candidates"}:
        return
    model = Need if parts.path == "/needs/" else Candidate
    table: Mapping[int, str] = truth.needs if model is Need else truth.people
    with database.reading() as session:
        ids = [row.id for row in session.scalars(visible(user.actor, model))]
    total = sum(table[ident] == asked.get("state", table[ident]) for ident in ids)
    if int(said[1].replace(",", "")) != total:
        yield f"{path}: {said[0]}, in truth {total}"


def _wrong_cards(page: str, database: Database, truth: Truth, user: User) -> Iterator[str]:
    """Every card of home counts what is so, and nothing that waits is left out; a person's shows each by itself."""
    if user.role is Role.CANDIDATE:
        yield from _wrong_offers(page, database, truth, user)
        return
    shown = {unescape(label): int(n.replace(",", "")) for _, label, n in CARD.findall(page)}
    expected = dict(_count_all(database, truth, user))
    expected = {label: n for label, n in expected.items() if n}
    countable = {queue.label[0] for queue in QUEUES.get(user.role, ()) if queue.model in COUNTED}
    shown = {label: n for label, n in shown.items() if label in countable - ELSEWHERE}
    if shown != expected:
        yield f"{user.role} {user.id}: home says {shown}, in truth {expected}"
    is_idle = "あなたを待っている仕事はありません" in page
    if is_idle and "あなたを待っている仕事</h2>" in page:
        yield f"{user.role} {user.id}: home says both that something waits and that nothing does"


def _wrong_offers(page: str, database: Database, truth: Truth, user: User) -> Iterator[str]:
    """Home links to all that is asked and under way. Below stands what happened lately, which may be over."""
    goes_on = {PS.OFFERED, PS.INTRODUCED, PS.AGREED, PS.CONFIRMED}
    with database.reading() as session:
        rows = session.scalars(visible(user.actor, Placement))
        expected = {row.id for row in rows if truth.placements[row.id] in goes_on}
    now = page.partition('class="facts-list"')
    facts = now[0] + now[2].partition("</dl>")[0]
    shown = {int(ident) for ident in re.findall(r'href="/offers/(\d+)"', facts)}
    if shown != expected:
        yield f"{user.role} {user.id}: home links to {shown}, in truth {expected}"


PUBLIC = {"/", "/help", "/help/states", "/privacy", "/consent", "/accessibility"}
# What only staff should read of a placement.
CLERKS = {words[0] for words in WORDS[PlacementStanding][Reader.STAFF].values()} - {
    words[0] for words in WORDS[PlacementStanding][Reader.PERSON].values()
}
MOST_QUERIES = 17  # fifteen, the catalogue that is read once, and the entry in the log of views
QUERIES = {  # pages of one thing with many lists, each a query at any size
    "/candidates/N": 20, "/papers/N": 25, "/placements/N": 26, "/engagements/N": 22, "/introductions/N": 22, "/home": 31,
}  # fmt: skip
ELSEWHERE = {  # no standing; test_receiving.py and test_left_out.py see them
    "本人の確認を待っている代行登録", "稼働の確認がない登録",
}  # fmt: skip
COUNTED = (Need, Placement, Membership)
HAND: Mapping[Role, Mapping[str, object]] = {
    Role.MUNICIPALITY: {
        "返事を待っている紹介": PS.INTRODUCED, "受け入れた人の確定待ち": PS.AGREED,
        "確定した人": PS.CONFIRMED, "差し戻された募集": NS.RETURNED, "申請していない募集": NS.DRAFT,
        "県の確認を待っている募集": NS.SUBMITTED, "空きのある公開中の募集": NS.OPEN,
        "手続き中の募集": NS.UNDER_WAY, "充足した募集": NS.FILLED,
        "県が保留している募集": NS.ON_HOLD,
    },
    Role.COORDINATOR: {
        "確認を待っている登録": MS.APPLIED, "期限の切れた登録": MS.EXPIRED,
        "確認を待っている募集": NS.SUBMITTED, "充足した募集": NS.FILLED,
        "差し戻された推薦": PS.RETURNED, "起案を待っている推薦": PS.SUGGESTED, "確定を待っている推薦": PS.AGREED,
        "決裁を待っている推薦": PS.PROPOSED, "本人の返事待ち": PS.OFFERED,
        "市町の返事待ち": PS.INTRODUCED,
    },
    Role.APPROVER: {"決裁を待っている起案": PS.PROPOSED},
}  # fmt: skip


def _count_all(database: Database, truth: Truth, user: User) -> Iterator[tuple[str, int]]:
    with database.reading() as session:
        needs = Counter(truth.needs[row.id] for row in session.scalars(visible(user.actor, Need)))
        rows = session.scalars(visible(user.actor, Placement))
        placements = Counter(truth.placements[row.id] for row in rows)
        members = session.scalars(visible(user.actor, Membership))
        people = Counter(truth.people[row.candidate_id] for row in members)
    for label, standing in HAND.get(user.role, {}).items():
        yield label, {NS: needs, PS: placements, MS: people}[type(standing)][standing]  # type: ignore[index]


def test_the_first_page_counts_what_is_so(site: TalentpoolFlask, truth: Truth) -> None:
    page = site.test_client().get("/").text
    people, needs = Counter(truth.people.values()), Counter(truth.needs.values())
    expected = [
        people[MS.ACTIVE] + people[MS.PAUSED],
        needs[NS.OPEN] + needs[NS.UNDER_WAY],
        Counter(truth.placements.values())[PS.CONFIRMED],
    ]
    found = re.findall(r"<dd><strong>([\d,]+)</strong>", page)
    assert [int(n.replace(",", "")) for n in found][:3] == expected


def test_an_address_names_its_town_once(site: TalentpoolFlask, walked: Database) -> None:
    with walked.reading() as session:
        person = session.scalars(sa.select(Candidate).where(Candidate.address.is_not(None))).first()
        user = session.scalars(sa.select(User).where(User.role == Role.COORDINATOR)).first()
    assert person is not None
    assert user is not None
    browser = Browser(site)
    browser.sign_in(user, PASSWORD)
    page = browser.get(f"/candidates/{person.id}").text
    address = re.search(r"<dt>住所</dt>\s*<dd>([^<]+)</dd>", page)
    assert address is not None
    assert not re.search(r"(.{2,}?[都道府県].{1,}?[市町村])\1", address[1])
    assert person.code not in page.partition('<nav class="crumbs"')[2].partition("</nav>")[0]
