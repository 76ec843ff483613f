"""What the audit trail tells of an event, in the reader's words."""

from __future__ import annotations

from typing import Any

import pytest

from talentpool import audit
from talentpool.accounts.views.told import CODES
from talentpool.audit import Deed, Entry
from talentpool.candidates import endings
from talentpool.candidates.received import Confirmed, Source
from talentpool.clock import now
from talentpool.complaints.models import CHANNELS, Side
from talentpool.consultations.models import SHARINGS
from talentpool.engagements import outlook
from talentpool.engagements.models import Outcome as EngagementOutcome
from talentpool.needs.models import Outcome
from talentpool.notes.models import NoteKind
from talentpool.permissions import Actor, Role
from talentpool.placements import papers
from talentpool.placements.models import Verdict
from talentpool.placements.recorded import How
from talentpool.preferences.models import ANSWERS
from talentpool.programmes.models import OUTCOMES
from talentpool.reviews.models import Kind as ReviewKind, ReviewSide
from talentpool.states import NEED, NeedState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in

_CLOSE = NEED.transition("close", NeedState.OPEN)
assert _CLOSE is not None
NEED_CLOSE = NEED.entry(_CLOSE)


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


def test_every_code_that_is_recorded_has_words() -> None:
    ends = set(EngagementOutcome) - {EngagementOutcome.UNDONE}  # told by the placement
    assert set(CODES["outcome"]) == {*map(str, Outcome), *map(str, ends)}
    assert set(CODES["decision"]) == set(Verdict)
    assert set(CODES["kind"]) == {*map(str, NoteKind), *map(str, ReviewKind)}
    assert set(CODES["side"]) == set(ReviewSide)
    assert set(CODES["what"]) == {
        papers.CHANGED,
        papers.CONFIRMED,
        papers.UNDONE,
        papers.FINISHED,
        papers.ENDED,
        papers.EXTENDED,
        papers.ADDED,
        papers.ANSWERED,
    }
    assert CODES["answer"] == {**outlook.ANSWERS, **ANSWERS}
    assert CODES["sharing"] == SHARINGS
    assert CODES["channel"] == CHANNELS
    assert CODES["result"] == OUTCOMES
    assert CODES["side"].keys() == set(outlook.Side) == set(Side)

    assert set(CODES["how"]) == {*map(str, Confirmed), *map(str, How)}
    assert set(CODES["source"]) == set(Source) - {Source.SELF}
    assert set(CODES["cause"]) == {endings.CONSENT_WITHDRAWN}


@pytest.mark.parametrize(
    ("deed", "detail", "told"),
    [
        (
            Deed.CONSENT_GIVE,
            {"purpose": "search", "audience": "28", "version": "1"},
            "範囲：兵庫県・目的：マッチングでの利用・版：1",
        ),
        (
            Deed.CONSENT_WITHDRAW,
            {"purpose": "search", "audience": "282103"},
            "範囲：加古川市・目的：マッチングでの利用",
        ),
        (Deed.LIST_DOWNLOAD, {"purpose": "search"}, "目的：search"),
        (Deed.PAPER_OUTCOME, {"what": "undone"}, "内容：確定の取消し"),
        (Deed.NOTE_WRITE, {"note": 3, "kind": "call_made"}, "種類：電話をかけた・メモの番号：3"),
        (
            Deed.DUTY_SET,
            {"owner": "none", "follow_up": "2027-04-12"},
            "次に見る日：2027/4/12・担当：なし",
        ),
        (
            Deed.DUTY_HAND_OVER,
            {"rows": 2, "given": {"99": ["need/54", "placement/8"]}},
            "引き継いだもの：99：募集 54、推薦 8・件数：2",
        ),
        (Deed.DUTY_SET, {"follow_up": "none"}, "次に見る日：なし"),
        (Deed.PAPER_FREEZE, {"decision": "refused"}, "決裁：却下"),
        (NEED_CLOSE, {"outcome": "partly_filled"}, "結果：一部充足"),
        (NEED_CLOSE, {"outcome": "code of an older release"}, "結果：code of an older release"),
    ],
)
def test_codes_are_told_in_words(
    app: TalentpoolFlask, deed: Entry, detail: dict[str, Any], told: str
) -> None:
    with app.database.writing() as session:
        need = make.make_need(session)
        actor = Actor(None, Role.COORDINATOR, prefecture_code="28")
        audit.record(session, deed, need, actor=actor, now=now(), detail=detail)
    rows = signed_in(app, Role.AUDITOR).get("/audit").text.split("<tr>")[1:]
    assert any(told in row for row in rows), rows
