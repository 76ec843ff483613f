"""Open a panel, score, abstain, and say what it comes to. Nobody reads points before all have submitted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.models import User
from ..db import Session
from ..errors import Conflict, Forbidden, NotFound, Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, Role, require
from ..placements.models import Placement
from ..states import NAMED, SERVED, PlacementState
from .models import BEST, Advice, Panel, PanelConsensus, PanelMember, PanelSheet

OUTCOME = "outcome"  # the criterion of every need: what it wants to reach
MOST_SKILLS = 6  # of the need, that are criteria
LEAST_MEMBERS = 2
_NAMED = NAMED | SERVED
SPREAD = 2  # points between the highest and the lowest, from which it is flagged
LONGEST = 1000  # characters of a text


@dataclass(frozen=True, slots=True)
class Scores:
    """points: of each who did not abstain. None of a criterion nobody scored."""

    criterion: str
    points: Sequence[int]

    @property
    def mean(self) -> float | None:
        return sum(self.points) / len(self.points) if self.points else None

    @property
    def is_wide(self) -> bool:
        """They are far apart."""
        return bool(self.points) and max(self.points) - min(self.points) >= SPREAD


@dataclass(frozen=True, slots=True)
class Result:
    """Of one person. sheets: empty while anybody has still to submit; own: the reader's."""

    placement: Placement
    asked: Collection[int]  # accounts whose sheets are waited for, or were
    submitted: Collection[int]  # of these
    own: PanelSheet | None
    is_complete: bool
    sheets: Sequence[PanelSheet]
    scores: Sequence[Scores]
    consensus: PanelConsensus | None

    @property
    def is_named(self) -> bool:
        """Whether the town may still read the name: not once the introduction is over."""
        return self.placement.state in _NAMED

    @property
    def name(self) -> str:
        person = self.placement.candidate
        return person.name if self.is_named else person.code


def find_panel(session: Session, need: Need) -> Panel | None:
    return session.scalar(sa.select(Panel).where(Panel.need_id == need.id))


def criteria_of(need: Need) -> list[str]:
    """The skills that the need asks for, musts first, and what it wants to reach."""
    asked = sorted(need.skills, key=lambda row: (not row.must, row.position))
    return [row.skill for row in asked[:MOST_SKILLS]] + [OUTCOME]


def list_officers(session: Session, need: Need) -> Sequence[User]:
    """Who of the town could be on the panel."""
    query = sa.select(User).where(
        User.role == Role.MUNICIPALITY,
        User.municipality_code == need.municipality_code,
        User.disabled_at.is_(None),
    )
    return session.scalars(query.order_by(User.id)).all()


def list_introduced(session: Session, need: Need) -> Sequence[Placement]:
    """The people about whom the town has to answer."""
    query = (
        sa.select(Placement)
        .where(Placement.need_id == need.id, Placement.state == PlacementState.INTRODUCED)
        .options(joinedload(Placement.candidate))
    )
    return session.scalars(query.order_by(Placement.rank, Placement.id)).all()


def open_panel(
    session: Session,
    need: Need,
    *,
    members: Collection[int],
    chair: int | None,
    actor: Actor,
    now: datetime,
) -> Panel:
    """評価会を開く: two officers of the town or more, one of them the chair."""
    require(session, actor, Action.RUN_PANEL, need)
    session.execute(sa.select(Need.id).where(Need.id == need.id).with_for_update())
    if find_panel(session, need) is not None:
        raise Conflict(say("この募集の評価会は、すでに開かれています。"))
    if not list_introduced(session, need):
        raise Conflict(say("返事を待っている紹介がないため、評価会を開けません。"))
    chosen = set(members)
    if not chosen <= {user.id for user in list_officers(session, need)}:
        raise Refused.at("members", say("市町の担当者から選んでください。"))
    if len(chosen) < LEAST_MEMBERS:
        raise Refused.at("members", say("%(least)s人以上を選んでください。", least=LEAST_MEMBERS))
    if chair not in chosen:
        raise Refused.at("chair", say("評価する人のなかから選んでください。"))
    panel = Panel(
        need_id=need.id, prefecture_code=need.prefecture_code,
        municipality_code=need.municipality_code, criteria=criteria_of(need), chair_id=chair,
        opened_at=now, opened_by=actor.user_id,
        members=[PanelMember(user_id=ident) for ident in sorted(chosen)],
    )  # fmt: skip
    session.add(panel)
    session.flush()
    detail = {"need": need.id, "members": sorted(chosen)}
    audit.record(session, audit.Deed.PANEL_OPEN, panel, actor=actor, now=now, detail=detail)
    return panel


def may_replace(panel: Panel, actor: Actor) -> bool:
    """The chair; or anybody of the town once the chair's account is closed."""
    chair = next(row for row in panel.members if row.user_id == panel.chair_id)
    return actor.user_id == panel.chair_id or chair.user.disabled_at is not None


def list_coming(session: Session, panel: Panel) -> Sequence[User]:
    """Officers of the town who never were on the panel."""
    known = {row.user_id for row in panel.members}
    return [user for user in list_officers(session, panel.need) if user.id not in known]


def replace_member(
    session: Session,
    panel: Panel,
    *,
    leaving: int | None,
    coming: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """評価する人を替える: sheets that were sent stay; who comes scores those who wait for an answer, or takes the chair."""
    require(session, actor, Action.RUN_PANEL, panel)
    _lock(session, panel)
    if not may_replace(panel, actor):
        raise Forbidden(say("評価する人を替えるのは、座長です。"))
    if leaving not in panel.ids_at():
        raise Refused.at("leaving", say("評価する人のなかから選んでください。"))
    if coming not in {user.id for user in list_coming(session, panel)}:
        raise Refused.at("coming", say("市町のほかの担当者から選んでください。"))
    row = next(one for one in panel.members if one.user_id == leaving)
    row.left_at = now
    panel.members.append(PanelMember(user_id=coming, joined_at=now))
    if panel.chair_id == leaving:
        panel.chair_id = coming
    session.flush()
    detail = {"members": sorted(panel.ids_at())}
    audit.record(session, audit.Deed.PANEL_REPLACE, panel, actor=actor, now=now, detail=detail)


def get_placement(session: Session, panel: Panel, placement_id: int) -> Placement:
    """A person whose name the town of the panel may read; NotFound else."""
    query = sa.select(Placement).where(
        Placement.id == placement_id,
        Placement.need_id == panel.need_id,
        Placement.state.in_(_NAMED),
    )
    found = session.scalars(query.options(joinedload(Placement.candidate))).one_or_none()
    if found is None:
        raise NotFound
    return found


def _lock(session: Session, panel: Panel) -> None:
    """The last sheet must not come while another is counted, nor from who was replaced meanwhile."""
    session.execute(sa.select(Panel.id).where(Panel.id == panel.id).with_for_update())
    session.refresh(panel, ["members", "chair_id"])


def submit_sheet(
    session: Session,
    panel: Panel,
    placement: Placement,
    *,
    points: Mapping[str, int | None],
    abstains: bool,
    remark: str,
    actor: Actor,
    now: datetime,
) -> PanelSheet:
    """評価を送る: once; an abstention says why."""
    require(session, actor, Action.SCORE_PANEL, panel)
    _lock(session, panel)
    if actor.user_id not in panel.ids_at():
        raise Forbidden(say("この評価会で評価する人ではありません。"))
    if session.get(PanelSheet, (panel.id, placement.id, actor.user_id)) is not None:
        raise Conflict(say("この人の評価は、すでに送っています。"))
    if placement.state is not PlacementState.INTRODUCED:
        raise Conflict(say("この人の紹介には、もう返事をしています。"))
    if len(remark) > LONGEST:
        raise Refused.at(
            "remark", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        )
    if abstains and not remark.strip():
        raise Refused.at("remark", say("棄権する理由を書いてください。"))
    if not abstains:
        faults = {
            name: say("選んでください。")
            for name in panel.criteria
            if points.get(name) not in range(1, BEST + 1)
        }
        if faults:
            raise Refused(say("点を付けていない項目があります。"), fields=faults)
    given = None if abstains else {name: points[name] for name in panel.criteria}
    sheet = PanelSheet(
        panel_id=panel.id, placement_id=placement.id, user_id=actor.user_id, abstains=abstains,
        points=given, remark=remark, submitted_at=now,
    )  # fmt: skip
    session.add(sheet)
    session.flush()
    detail = {"placement": placement.id, "abstains": abstains}
    audit.record(session, audit.Deed.PANEL_SCORE, panel, actor=actor, now=now, detail=detail)
    return sheet


def list_results(session: Session, panel: Panel, actor: Actor) -> Sequence[Result]:
    """One for each person of the need whom the town has been introduced to."""
    require(session, actor, Action.VIEW_PANEL, panel)
    rows = sa.select(Placement).where(
        Placement.need_id == panel.need_id, Placement.introduced_at.is_not(None)
    )
    placements = session.scalars(
        rows.options(joinedload(Placement.candidate)).order_by(Placement.rank, Placement.id)
    ).all()
    sheets = session.scalars(
        sa.select(PanelSheet).where(PanelSheet.panel_id == panel.id).order_by(PanelSheet.user_id)
    ).all()
    said = session.scalars(sa.select(PanelConsensus).where(PanelConsensus.panel_id == panel.id))
    consensus = {row.placement_id: row for row in said}
    return [
        _result(panel, row, [one for one in sheets if one.placement_id == row.id], consensus, actor)
        for row in placements
    ]


def _result(
    panel: Panel,
    placement: Placement,
    sheets: Sequence[PanelSheet],
    consensus: Mapping[int, PanelConsensus],
    actor: Actor,
) -> Result:
    sent = {sheet.user_id for sheet in sheets}
    said = consensus.get(placement.id)
    is_open = placement.state is PlacementState.INTRODUCED
    asked = panel.asked_at(said.said_at if said else None, sent, is_open=is_open)
    is_complete = bool(sheets) and asked <= sent
    shown = sheets if is_complete else []
    return Result(
        placement,
        asked,
        asked & sent,
        next((sheet for sheet in sheets if sheet.user_id == actor.user_id), None),
        is_complete,
        shown,
        [
            Scores(name, [one.points[name] for one in shown if one.points is not None])
            for name in panel.criteria
        ]
        if is_complete
        else [],
        said,
    )


def say_consensus(
    session: Session,
    panel: Panel,
    placement: Placement,
    *,
    advice: Advice,
    text: str,
    actor: Actor,
    now: datetime,
) -> PanelConsensus:
    """まとめを書く: the chair's, once, when all have submitted. It is no answer to the introduction."""
    require(session, actor, Action.SCORE_PANEL, panel)
    _lock(session, panel)
    if actor.user_id != panel.chair_id:
        raise Forbidden(say("まとめは、座長が書きます。"))
    result = next(
        one for one in list_results(session, panel, actor) if one.placement.id == placement.id
    )
    if not result.is_complete:
        raise Conflict(say("全員の評価がそろってから書けます。"))
    if result.consensus is not None:
        raise Conflict(say("まとめは、すでに書かれています。"))
    if not text.strip():
        raise Refused.at("text", say("入力してください。"))
    if len(text) > LONGEST:
        raise Refused.at(
            "text", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        )
    made = PanelConsensus(
        panel_id=panel.id, placement_id=placement.id, advice=advice, text=text, said_at=now,
        said_by=actor.user_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail = {"placement": placement.id, "advice": str(advice)}
    audit.record(session, audit.Deed.PANEL_CONSENSUS, panel, actor=actor, now=now, detail=detail)
    return made
