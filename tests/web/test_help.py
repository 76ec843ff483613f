"""What the help says of rules and states comes from the code that keeps them."""

from __future__ import annotations

import re

import pytest

from talentpool import matching as m
from talentpool.permissions import Role
from talentpool.standing import STATES, WORDS, Reader
from talentpool.web.unit import TalentpoolFlask

from ..browsers import signed_in
from ..factories import make_need, make_prefecture_pool


def test_every_hard_rule_and_every_part_that_a_new_round_weighs_is_explained(
    app: TalentpoolFlask,
) -> None:
    with app.database.writing() as session:
        make_prefecture_pool(session)
        make_need(session)
    form = signed_in(app, Role.COORDINATOR).get("/rounds/new").text
    page = app.test_client().get("/help/matching").text
    for rule in m.RULES.values():
        assert rule.ja in page
        assert rule.sentence_ja in page
    table = page.split("適合度の配点</caption>")[1]
    for part, (words, _english) in m.PARTS.items():
        found = re.search(rf'name="weight_{part}"[^>]*value="(\d+)"', form)
        assert found is not None
        points = f">{int(found[1]) / 100:.1f}<"
        row = re.search(rf"<th[^>]*>{words}</th>.*?</tr>", table, re.DOTALL)
        assert (points in row[0]) if row else points == ">0.0<", part


@pytest.mark.parametrize("reader", Reader)
def test_every_word_for_a_state_is_listed_for_its_reader(
    app: TalentpoolFlask, reader: Reader
) -> None:
    page = app.test_client().get("/help/states").text
    for standings in STATES:
        for words in WORDS[standings].get(reader, {}).values():
            assert f">{words[0]}<" in page
