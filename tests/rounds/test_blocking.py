"""The pairs who would rather have each other are listed, as many as the comparison counts, with what they have instead."""

from __future__ import annotations

import pytest

from talentpool.db import Database, Session
from talentpool.permissions import Role
from talentpool.preferences.models import Answer
from talentpool.rounds.blocking import list_codes, name_codes
from talentpool.rounds.figures import list_compared
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.preferences.made import make_interest
from tests.rounds.test_history import run


@pytest.mark.parametrize("is_split", [True, False])
def test_they_are_those_that_the_comparison_counts(
    app: TalentpoolFlask, database: Database, session: Session, is_split: bool
) -> None:
    """One person could do both needs and would rather do the one that the other person, who can do no other, is given."""
    both = make.make_candidate(session, half_days=4, skills={"bpr": 3, "security": 3})
    one = make.make_candidate(session, half_days=4, skills={"bpr": 3})
    wanted = make.make_need(session, musts={"bpr": 1}, title="人気の募集")
    other = make.make_need(session, musts={"security": 1}, title="もう一つの募集")
    make_interest(session, wanted, both)
    make_interest(session, other, both, Answer.NOT_NOW)
    make_interest(session, wanted, one, Answer.NOT_NOW)
    round_ = run(database, session, [wanted, other] if is_split else [wanted])
    codes = list_codes(session, round_)
    assert codes is not None
    figure = next(row.blocking for row in list_compared(round_) if row.name == "plan")
    assert len(codes) == figure == is_split
    rows = name_codes(session, codes)
    for row in rows:
        assert (row.need, row.person, row.codes.free) == (wanted, both, 0)
        assert [need for need, _ in row.has] == [other]
        assert [person for person, _ in row.taken] == [one]
        assert row.codes.fit > max(fit for _, fit in (*row.has, *row.taken))
    ident, name = round_.id, both.name
    session.commit()
    staff = signed_in(app, Role.COORDINATOR)
    page = staff.get(f"/rounds/{ident}/blocking").text
    assert (name in page) is is_split
    assert ("入れ替わりたい組はありません。" in page) is not is_split
    assert (f'href="/rounds/{ident}/blocking"' in staff.get(f"/rounds/{ident}").text) is is_split
    assert signed_in(app, Role.MUNICIPALITY).get(f"/rounds/{ident}/blocking").status_code == 403
