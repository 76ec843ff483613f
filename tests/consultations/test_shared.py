"""What other towns read: only what is over and allowed, only the words and the answer, and counts that name nobody."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from talentpool.consultations import answering, finding, overview, writing
from talentpool.consultations.guide import NAMES
from talentpool.consultations.models import Ending, Sharing
from talentpool.dates import local_date
from talentpool.db import Session
from talentpool.errors import Forbidden, NotFound
from talentpool.listing import EVERYTHING, Asked
from talentpool.permissions import Actor, Role
from talentpool.pool.told import Figure, exactly, in_steps
from talentpool.reference.catalogue import Catalogue
from tests import factories as make
from tests.consultations.made import make_closed, make_consultation, officer_of, town_of

CATALOGUE = Catalogue.shipped()
DAY = timedelta(days=1)
SMALL = ("285013", "285854", "285862")  # 佐用町, 香美町, 新温泉町: under 50,000 people


@pytest.fixture
def reader(session: Session) -> Actor:
    return make.make_user(session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor


def found(session: Session, reader: Actor, words: str = "", **filters: str) -> list[int]:
    asked = Asked(filters, words) if words or filters else EVERYTHING
    rows = finding.list_shared(session, reader, asked, catalogue=CATALOGUE)
    return [row.id for row in rows.page(1).rows]


def test_nothing_is_read_before_it_is_over_and_allowed(session: Session, reader: Actor) -> None:
    row = make_consultation(session, sharing=Sharing.NAMED)
    officer, town = officer_of(session, row), town_of(row)
    assert found(session, reader) == []
    answering.answer_consultation(session, row, "行政OBに頼めます。", actor=officer, now=make.NOW)
    assert found(session, reader) == []
    writing.settle_consultation(session, row, actor=town, now=make.NOW)
    assert found(session, reader, "システム 行政OB") == [row.id]
    assert found(session, reader, "窓口") == []
    assert found(session, officer) == [row.id]
    # taken back, it is gone from the next look on, and so are the words that it is found by
    writing.share_consultation(session, row, Sharing.NONE, actor=town, now=make.NOW)
    assert found(session, reader) == []
    assert row.shared_key == ""
    with pytest.raises(NotFound):
        finding.get_shared(session, reader, row.id, catalogue=CATALOGUE)
    writing.share_consultation(session, row, Sharing.UNNAMED, actor=town, now=make.NOW)
    shared = finding.get_shared(session, reader, row.id, catalogue=CATALOGUE)
    assert (shared.municipality_code, shared.size, shared.answer) == (None, 2, "行政OBに頼めます。")
    # opened again, it is not read until it is over again
    writing.reopen_consultation(session, row, "まだ困っています。", actor=town, now=make.NOW)
    assert found(session, reader) == []
    writing.withdraw_consultation(session, row, actor=town, now=make.NOW)
    assert (found(session, reader), row.ending, row.shared_key) == ([], Ending.WITHDRAWN, "")


def test_when_the_two_of_them_talk_is_no_answer_to_others(session: Session, reader: Actor) -> None:
    row = make_consultation(session, sharing=Sharing.NAMED)
    officer, town = officer_of(session, row), town_of(row)
    answering.answer_consultation(session, row, "手順書から。", actor=officer, now=make.NOW)
    answering.begin_sorting(session, row, "7月20日に電話します。", actor=officer, now=make.NOW)
    answers = dict.fromkeys(NAMES, "短い答え")
    answering.write_interview(session, row, answers, actor=town, now=make.NOW)
    answering.hand_draft_over(session, row, actor=officer, now=make.NOW)
    shared = finding.get_shared(session, reader, row.id, catalogue=CATALOGUE)
    assert (shared.answer, shared.ending) == ("手順書から。", Ending.NEED)
    assert (found(session, reader, "手順書"), found(session, reader, "7月20日")) == ([row.id], [])


def test_only_the_town_decides_and_only_its_prefecture_reads(
    session: Session, reader: Actor
) -> None:
    row = make_closed(session, sharing=Sharing.NAMED)
    for actor in (reader, officer_of(session, row)):
        with pytest.raises(Forbidden):
            writing.share_consultation(session, row, Sharing.NONE, actor=actor, now=make.NOW)
    osaka = make.make_user(
        session, Role.MUNICIPALITY, prefecture_code=make.OSAKA, municipality_code="271403"
    ).actor
    assert found(session, osaka) == []
    person = make.make_user(session, Role.CANDIDATE).actor
    with pytest.raises(Forbidden):
        found(session, person)


def test_who_else_had_it_comes_by_theme_and_size(session: Session, reader: Actor) -> None:
    """横展開: of the same theme only, the same size first, and never one's own."""
    same_size = make_closed(session, town=SMALL[1], sharing=Sharing.NAMED)
    large = make_closed(session, sharing=Sharing.NAMED, now=make.NOW + DAY)
    make_closed(session, sharing=Sharing.NAMED, theme="tourism")
    make_closed(session, town=make.SAYO, sharing=Sharing.NAMED)
    make_closed(session)
    alike = finding.list_alike(
        session, reader, theme="bpr", municipality_code=make.SAYO, catalogue=CATALOGUE
    )
    assert [one.ident for one in alike] == [same_size.id, large.id]
    assert not finding.list_alike(
        session, reader, theme=None, municipality_code=make.SAYO, catalogue=CATALOGUE
    )
    assert found(session, reader, theme="bpr", size="2") == [large.id]


def test_towns_are_told_steps_and_staff_numbers(session: Session, reader: Actor) -> None:
    for town in (*SMALL, make.HIMEJI):
        make_consultation(session, town=town)
    for town in SMALL:
        make_consultation(session, town=town, theme="tourism")
    make_consultation(session, town=SMALL[1], theme=None)
    today = local_date(make.NOW)

    def told(actor: Actor) -> dict[str | None, tuple[Figure | None, list[Figure | None]]]:
        seen = overview.count_troubles(session, actor, None, catalogue=CATALOGUE, today=today)
        return {row.key: (row.total, list(row.counts)) for row in seen.themes}

    def exact(total: int, *counts: int) -> tuple[Figure, list[Figure]]:
        return exactly(total), [exactly(n) for n in counts]

    staff = make.make_user(session, Role.AUDITOR).actor
    assert told(staff) == {
        "bpr": exact(4, 3, 0, 1), "tourism": exact(3, 3, 0, 0), None: exact(1, 1, 0, 0),
    }  # fmt: skip
    few, some, none = Figure(1, 2), Figure(3, 5), Figure(0, 0)
    assert told(reader) == {
        "bpr": (Figure(4, 7), [some, none, few]), "tourism": (some, [some, none, none]),
        None: (few, [few, none, none]),
    }  # fmt: skip
    seen = overview.count_troubles(session, staff, 1999, catalogue=CATALOGUE, today=today)
    assert seen.year in seen.years
    assert sum(row.total.least for row in seen.regions if row.total) == 8


@pytest.mark.parametrize(
    ("themes", "regions", "is_told"),
    [
        ([5, 1, 1, 0], [7], True),
        ([5, 1, 1, 0], [5, 1, 1, 0], True),
        ([5, 5], [2, 2, 2, 2, 2], True),
        ([1, 1, 1, 1, 1], [5], False),  # five times one or two are at most five: each is one
        ([5, 1], [6], False),  # three and two are no six: the five is no three
        ([1], [1], True),
        ([0], [], True),
    ],
)
def test_no_table_narrows_the_other(themes: list[int], regions: list[int], is_told: bool) -> None:
    """Where both tables tell a column, each figure may be any number of its step: all of them are tried."""
    columns = [[in_steps(n) for n in column] for column in (themes, regions)]
    steps = [[range(one.least, one.most + 1) for one in column] for column in columns]
    ways = [list(product(*column)) for column in steps]
    sums = [{sum(way) for way in side} for side in ways]
    is_whole = all(
        {way[at] for way in ways[side] if sum(way) in sums[1 - side]} == set(step)
        for side in (0, 1)
        for at, step in enumerate(steps[side])
    )
    assert is_whole is is_told
    assert overview._are_apart(*columns) is is_told


def test_a_column_that_the_themes_would_narrow_is_not_told_of_regions(
    session: Session, reader: Actor
) -> None:
    for theme in ("bpr", "tourism", "ai_rpa", "training", "security"):
        make_consultation(session, town=SMALL[1], theme=theme)
    make_consultation(session, town=make.HIMEJI)
    today = local_date(make.NOW)
    seen = overview.count_troubles(session, reader, None, catalogue=CATALOGUE, today=today)
    assert [row.counts[0] for row in seen.themes] == [Figure(1, 2)] * 5
    assert {row.key: (row.total, row.counts[0], row.counts[2]) for row in seen.regions} == {
        CATALOGUE.municipality(SMALL[1]).region: (None, None, Figure(0, 0)),
        CATALOGUE.municipality(make.HIMEJI).region: (None, None, Figure(1, 2)),
    }
