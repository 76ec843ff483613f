"""People whom the prefecture employs come in a file with their term, or are asked back at the cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool.candidates.models import Candidate
from talentpool.candidates.terms import find_term
from talentpool.dates import month_number
from talentpool.db import Session
from talentpool.errors import BadFile
from talentpool.ledger import service as ledger
from talentpool.operations.check import violations

from .. import factories as make
from .filled import PEOPLE, PERSON
from .test_importing import bring_people, faults_of, people_of

EMPLOYEE = PERSON | {
    "区分": "アクセラレータ", "県の職": "アクセラレータ", "雇用開始": "令和8年4月1日", "雇用終了": "2027-06-15",
    "県の負担(円/半日)": "9000", "任用形態": "県の職員による支援", "最低報酬(円/半日)": "無償",
    "希望報酬(円/半日)": None, "登録終了": "2027-06-15",
}  # fmt: skip


def bring(session: Session, folder: Path, row: dict[str, Any]) -> None:
    make.make_prefecture_pool(session)
    bring_people(session, people_of(folder, PEOPLE | {"登録者": [row]}))


def test_a_term_comes_with_the_person_and_closes_the_ledger(
    session: Session, tmp_path: Path
) -> None:
    bring(session, tmp_path, EMPLOYEE)
    session.commit()
    person = session.scalars(sa.select(Candidate)).one()
    term = find_term(session, person)
    assert term is not None
    assert (term.post, term.last_day, term.half_day_cost) == (
        "accelerator",
        date(2027, 6, 15),
        9000,
    )
    open_ = [row.month for row in ledger.list_months(session, person.id) if row.capacity]
    assert open_ == [month_number(2027, 4), month_number(2027, 5)]
    assert list(violations(session)) == []


@pytest.mark.parametrize(
    ("changed", "headers"),
    [
        ({"雇用終了": None}, {"雇用終了"}),
        ({"県の職": None, "雇用開始": None}, {"県の職", "雇用開始"}),
        ({"登録終了": "2027-07-31"}, {"登録終了"}),
        ({"雇用開始": "2028-04-01"}, {"雇用終了", "登録終了"}),
        ({"任用形態": "委嘱・謝金(身分なし)"}, {"任用形態"}),
        ({"最低報酬(円/半日)": 5000}, {"最低報酬(円/半日)", "希望報酬(円/半日)"}),
        ({"区分": "行政OB"}, {"県の職", "任用形態"}),
    ],
)
def test_what_does_not_go_with_the_kind_is_named(
    session: Session, tmp_path: Path, changed: dict[str, Any], headers: set[str]
) -> None:
    with pytest.raises(BadFile) as error:
        bring(session, tmp_path, EMPLOYEE | changed)
    assert {column for _row, column in faults_of(error)} == headers
