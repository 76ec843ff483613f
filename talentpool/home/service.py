from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from ..candidates.models import Membership
from ..db import Base, Session
from ..needs.models import Need
from ..permissions import Actor, Role, visible
from ..placements.models import Placement
from ..rounds.models import Round
from ..states import MembershipState, NeedState, PlacementState, RoundState


@dataclass(frozen=True, slots=True)
class Queue:
    """A kind of work: which rows wait, since when, and where it is done."""

    label: Any  # lazy text
    advice: Any
    model: type[Base]
    states: tuple[Any, ...]
    since: sa.orm.InstrumentedAttribute[datetime | None]
    endpoint: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    queue: Queue
    count: int
    oldest: datetime | None


_MS, _NS, _PS, _RS = MembershipState, NeedState, PlacementState, RoundState

QUEUES: dict[Role, tuple[Queue, ...]] = {
    Role.CANDIDATE: (
        Queue(_("返事を待っている打診"), _("内容を読んで、引き受けるか辞退するかを選んでください。"),
              Placement, (_PS.OFFERED,), Placement.offered_at, "placements.list_offers"),
        Queue(_("市町の返事を待っている推薦"), _("市町が受け入れるかどうかを確認しています。"),
              Placement, (_PS.INTRODUCED, _PS.AGREED), Placement.introduced_at,
              "placements.list_offers"),
        Queue(_("確定した活動"), _("期間と半日コマを確かめてください。"),
              Placement, (_PS.CONFIRMED,), Placement.confirmed_at, "placements.list_offers"),
    ),
    Role.MUNICIPALITY: (
        Queue(_("返事を待っている紹介"), _("本人は引き受けています。受け入れるかどうかを選んでください。"),
              Placement, (_PS.INTRODUCED,), Placement.introduced_at,
              "placements.list_introductions"),
        Queue(_("書きかけの募集"), _("続きを書いて申請してください。"),
              Need, (_NS.DRAFT,), Need.updated_at, "needs.list_needs", (("state", "draft"),)),
        Queue(_("県の確認を待っている募集"), _("県の担当者が内容を確認しています。"),
              Need, (_NS.SUBMITTED,), Need.submitted_at, "needs.list_needs",
              (("state", "submitted"),)),
        Queue(_("公開中の募集"), _("次のマッチング回で割り当てられます。"),
              Need, (_NS.OPEN,), Need.opened_at, "needs.list_needs", (("state", "open"),)),
    ),
    Role.COORDINATOR: (
        Queue(_("確認を待っている登録"), _("内容を確かめて、登録を認めるか差し戻してください。"),
              Membership, (_MS.APPLIED,), Membership.applied_at, "candidates.list_candidates",
              (("state", "applied"),)),
        Queue(_("確認を待っている募集"), _("公開するか差し戻してください。"),
              Need, (_NS.SUBMITTED,), Need.submitted_at, "needs.list_needs",
              (("state", "submitted"),)),
        Queue(_("採用を待っている割当案"), _("割当案を見て、採用するか破棄してください。"),
              Round, (_RS.OPTIMAL, _RS.FEASIBLE_WITH_GAP), Round.finished_at,
              "rounds.list_rounds"),
        Queue(_("起案を待っている推薦"), _("採用した割当案から起案してください。"),
              Placement, (_PS.SUGGESTED,), Placement.created_at, "placements.list_placements",
              (("state", "suggested"),)),
        Queue(_("確定を待っている推薦"), _("本人と市町がともに合意しています。"),
              Placement, (_PS.AGREED,), Placement.agreed_at, "placements.list_placements",
              (("state", "agreed"),)),
    ),
    Role.APPROVER: (
        Queue(_("決裁を待っている起案"), _("理由と他の候補を見て、承認・差戻し・却下を選んでください。"),
              Placement, (_PS.PROPOSED,), Placement.drafted_at, "placements.list_approvals"),
    ),
}  # fmt: skip


def list_tasks(session: Session, actor: Actor) -> list[Task]:
    """The work that waits for `actor`, one query a kind; kinds with nothing to do are left out."""
    tasks = []
    for queue in QUEUES.get(actor.role, ()):
        rows = visible(actor, queue.model).where(queue.model.state.in_(queue.states))  # type: ignore[attr-defined]
        figures = rows.with_only_columns(sa.func.count(), sa.func.min(queue.since))
        count, oldest = session.execute(figures).one()
        if count:
            tasks.append(Task(queue, count, oldest))
    return tasks


@dataclass(frozen=True, slots=True)
class Counts:
    candidates: int
    needs: int
    engagements: int
    municipalities: int


def count_pool(session: Session) -> Counts:
    """What a stranger may know: counts of the whole service, nothing else."""

    def in_state(model: Any, state: Any) -> int:
        query = sa.select(sa.func.count()).select_from(model).where(model.state == state)
        return session.scalar(query) or 0

    towns = sa.select(sa.func.count(Need.municipality_code.distinct()))
    return Counts(
        candidates=in_state(Membership, _MS.ACTIVE),
        needs=in_state(Need, _NS.OPEN),
        engagements=in_state(Placement, _PS.CONFIRMED),
        municipalities=session.scalar(towns.where(Need.opened_at.is_not(None))) or 0,
    )
