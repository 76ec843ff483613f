"""What the audit trail tells of an event, in the reader's words."""

from __future__ import annotations

from talentpool.permissions import Role
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in


def test_a_step_is_told_by_the_words_of_its_states_and_reason(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        need = make.make_need(session, state=NeedState.SUBMITTED)
        ident, version = need.id, need.version
    coordinator = signed_in(app, Role.COORDINATOR)
    answer = coordinator.post(
        f"/needs/{ident}/return", version=version, reason="unclear_tasks", comment="短く"
    )
    assert answer.status_code == 302
    auditor = signed_in(app, Role.AUDITOR)
    (row,) = [row for row in auditor.get("/audit").text.split("<tr>")[1:] if ">差し戻す<" in row]
    assert "確認待ち → 下書き" in row
    assert "submitted" not in row
    assert "unclear_tasks" not in row
    assert "Waiting for review → Draft" in auditor.get("/audit?lang=en").text
