"""When two registrations can be merged, and what is locked while that is asked and done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..candidates.content import MOST_ROWS
from ..candidates.merged import find_merge, list_merged_into
from ..candidates.models import (
    Candidate,
    CandidateCompany,
    CandidateExam,
    CandidateMatter,
    CandidatePost,
    Membership,
)
from ..candidates.service import ENDED
from ..candidates.standing import REGISTERED, standings
from ..db import Base, Session
from ..errors import Conflict, Refused
from ..language import Words, named, say
from ..placements.models import Placement
from ..states import LIVE

# Lists that are copied, and what makes two rows of one the same.
LISTS: dict[str, tuple[type[Base], tuple[str, ...]]] = {
    "posts": (CandidatePost, ("body", "department", "title", "first_month", "last_month")),
    "companies": (CandidateCompany, ("name_key", "is_present")),
    "matters": (CandidateMatter, ("vendor_key", "month")),
    "exams": (CandidateExam, ("exam", "name_then", "year")),
}
_NAMES: dict[str, Words] = {
    "posts": ("職歴", "Service history"),
    "companies": ("関係する会社", "Companies"),
    "matters": ("自分が決定した契約・処分", "Contracts and dispositions decided"),
    "exams": ("試験・資格", "Exams and qualifications"),
}


def lock_both(session: Session, one: Candidate, other: Candidate) -> None:
    """The registrations first, as whoever ends one does, then the people; as they are now."""
    session.flush()
    ids = sorted((one.id, other.id))
    for query in (
        sa.select(Membership).where(Membership.candidate_id.in_(ids)).order_by(Membership.id),
        sa.select(Candidate).where(Candidate.id.in_(ids)).order_by(Candidate.id),
    ):
        fresh = query.with_for_update().execution_options(populate_existing=True)
        session.scalars(fresh).all()


def require_free(session: Session, person: Candidate) -> None:
    """Nobody with a live placement is merged or taken apart: it rests on the profile as it is."""
    live = sa.select(Placement.id).where(
        Placement.candidate_id == person.id, Placement.state.in_(LIVE)
    )
    if session.scalar(live.limit(1)) is not None:
        raise Refused(
            say(
                "%(code)sには、手続き中か確定の推薦があります。推薦が終わるまで、統合も統合の取消しもできません（規則：進行中の推薦がある人は統合しない）。",
                code=person.code,
            )
        )


def check_pair(session: Session, kept: Candidate, gone: Candidate, today: date) -> None:
    if kept.id == gone.id:
        raise Refused(say("同じ登録です。"))
    for person in (kept, gone):
        if find_merge(session, person) is not None:
            raise Conflict(say("この登録は、もう統合されています。"))
    for person in (kept, gone):
        require_free(session, person)
    if list_merged_into(session, gone):
        raise Conflict(
            say("ほかの登録を統合した登録です。先にその統合を取り消すか、残す側にしてください。")
        )
    if any(
        row.prefecture_code != kept.memberships[0].prefecture_code
        for row in (*gone.memberships, *kept.memberships)
    ):
        raise Refused(say("ほかの都道府県の人材プールにも登録があるため、統合できません。"))
    _check_standings(session, kept, gone, today)
    _check_lengths(kept, gone)


def _check_standings(session: Session, kept: Candidate, gone: Candidate, today: date) -> None:
    """Nobody falls out of the pool, and no application is lost, by a merge."""
    (stays,), (goes,) = kept.memberships, gone.memberships
    known = standings(session, [stays, goes], today)
    is_lost = known[goes.id] in REGISTERED and known[stays.id] not in REGISTERED
    if is_lost or (stays.state in ENDED and goes.state not in ENDED):
        raise Refused.at(
            "kept",
            say(
                "%(gone)sのほうが登録の手続きが進んでいるため、%(kept)sには統合できません。%(gone)sを残してください（規則：登録中の人を、登録中でない登録に統合しない）。",
                gone=gone.code, kept=kept.code,
            ),
        )  # fmt: skip


def _check_lengths(kept: Candidate, gone: Candidate) -> None:
    for name in LISTS:
        n = len(getattr(kept, name)) + len(list_lacking(kept, gone, name))
        if n > MOST_ROWS:
            raise Refused(
                say(
                    "統合すると「%(list)s」が%(n)s件になり、%(most)s件までに収まりません。先にどちらかの登録の行を減らしてください。",
                    list=named(_NAMES[name]), n=n, most=MOST_ROWS,
                )
            )  # fmt: skip


def list_lacking(kept: Candidate, gone: Candidate, name: str) -> Sequence[Any]:
    """Rows of a list that `kept` does not have."""
    _model, same = LISTS[name]
    held = {tuple(getattr(row, field) for field in same) for row in getattr(kept, name)}
    lacking = []
    for row in getattr(gone, name):
        key = tuple(getattr(row, field) for field in same)
        if key not in held:
            held.add(key)
            lacking.append(row)
    return lacking
