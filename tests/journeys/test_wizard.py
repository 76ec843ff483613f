"""A one-person IT office posts a vacancy from a template: what it takes is counted and written down."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.needs.models import Need
from talentpool.needs.steps import ASKED, MOST_ASKED
from talentpool.permissions import Role
from talentpool.states import NeedState
from tests.factories import make_prefecture_pool

from .conftest import Door, Site
from .test_registration import OF_AN_OLDER_PERSON, TABLE, Person

pytestmark = pytest.mark.browser
MOST_MINUTES = 5
OUTCOME = "転入・転出の手続きで、申請書を何枚も書かずに済むようにする。待ち時間がどれだけ減ったかを数字で示す。"
BACKGROUND = "転入では住民が平均6枚の申請書を書き、混む時期は40分待つ。端末は入れたが、手順は変わっていない。"


def test_a_vacancy_from_a_template_takes_as_little_as_is_written_down(
    door: Door, site: Site
) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)
    town = door.officer(Role.MUNICIPALITY).go("/needs/").follow("募集を作成")
    officer = Person(town)
    officer.press("窓口改革")
    assert "必要な答え 12のうち9済み" in town.text
    officer.write("outcome_wanted", OUTCOME)
    officer.write("background", BACKGROUND)
    officer.press("次へ：仕事と役割")
    officer.press("次へ：必要な技能")
    officer.press("次へ：時期と量")
    officer.press("次へ：働き方と任用形態")  # nothing is chosen yet: said at both boxes
    assert town.page.locator("main [aria-invalid=true]").count() == 2
    officer.write("first_month", "2027-09")
    officer.write("last_month", "2028-03")
    officer.press("次へ：働き方と任用形態")
    officer.press("次へ：費用と確認")
    officer.write("pay_amount", "25000")
    officer.press("次へ：確かめる")
    assert "必要な答え 12のうち12済み" in town.text
    officer.press("申請する")
    assert "申請しました" in town.text
    with site.database.reading() as session:
        need = session.scalars(sa.select(Need)).one()
        assert (need.state, need.outcome_wanted) == (NeedState.SUBMITTED, OUTCOME)
        assert len(need.skills) == 4
    assert len(ASKED) <= MOST_ASKED
    minutes = officer.minutes / OF_AN_OLDER_PERSON
    assert minutes <= MOST_MINUTES
    told = (
        f"{len(ASKED)} required answers, {officer.answers} of them typed, {officer.taps} taps of choice, "
        f"{officer.pages} pages, {minutes:.1f} minutes"
    )  # fmt: skip
    assert told in TABLE.read_text(encoding="utf-8"), told
    assert door.inspector.faults == []
