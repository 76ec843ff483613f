"""Profiles: begun and found."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..accounts.models import Pool, User
from ..child_rows import read_lists
from ..db import Session
from ..errors import Conflict, Forbidden, NotFound, Refused
from ..language import say
from ..permissions import Action, Actor, Role, get_visible, require, visible
from ..states import MembershipState
from .models import Candidate, Membership

ENDED = frozenset({MembershipState.NOT_ACCEPTED, MembershipState.LEFT})


def start_profile(
    session: Session, user: User, prefecture_code: str, *, actor: Actor, now: datetime
) -> Candidate:
    """An empty profile of `user` and a draft membership of one prefecture's pool."""
    require(session, actor, Action.EDIT_PROFILE)
    if user.role is not Role.CANDIDATE or actor.user_id not in {user.id, None}:
        raise Forbidden(say("登録者本人だけが登録を始められます。"))
    if session.get(Pool, prefecture_code) is None:
        raise Refused(
            say("この都道府県では登録を受け付けていません。"),
            fields={"prefecture": say("選び直してください。")},
        )
    if find_own(session, actor if actor.user_id else user.actor) is not None:
        raise Conflict(say("登録はすでに始まっています。"))
    candidate = new_candidate(session, now=now, user_id=user.id)
    session.add(Membership(candidate_id=candidate.id, prefecture_code=prefecture_code))
    audit.record(
        session,
        audit.Deed.CANDIDATE_START,
        candidate,
        actor=actor,
        now=now,
        detail={"prefecture": prefecture_code},
    )
    return candidate


def new_candidate(session: Session, *, now: datetime, user_id: int | None = None) -> Candidate:
    """A candidate without a name yet, with the code that is shown instead of it."""
    candidate = Candidate(
        code=secrets.token_hex(6),  # until the id is known
        user_id=user_id,
        family_name="",
        given_name="",
        family_kana="",
        given_kana="",
        search_key="",
        created_at=now,
        updated_at=now,
    )
    session.add(candidate)
    session.flush()
    candidate.code = f"C-{candidate.id:06d}"
    session.flush()
    return candidate


def mail_address(session: Session, candidate: Candidate) -> str | None:
    """Where the person is written to: the address of the sign-in, unless they gave another one."""
    user = session.get(User, candidate.user_id) if candidate.user_id else None
    return candidate.contact_email or (user.email if user else None)


def speaks_for(actor: Actor, candidate: Candidate) -> bool:
    """The person; of somebody without an account, an officer, who writes down what they said. Whose officer that may be
    is a question of permissions.
    """
    if actor.role is Role.CANDIDATE:
        return candidate.user_id == actor.user_id
    return actor.role is Role.COORDINATOR and candidate.user_id is None


def get_spoken_for(session: Session, actor: Actor, ident: int) -> Candidate:
    """Somebody for whom `actor` may write down what they say; else NotFound."""
    person = get_profile(session, actor, ident)
    if not speaks_for(actor, person):
        raise NotFound
    return person


def find_own(session: Session, actor: Actor) -> Candidate | None:
    """The profile of the person who is signed in."""
    if actor.role is not Role.CANDIDATE:
        return None
    return session.scalars(
        sa.select(Candidate).where(Candidate.user_id == actor.user_id)
    ).one_or_none()


def ensure_own(session: Session, actor: Actor, *, now: datetime) -> Candidate:
    """The profile of the person who is signed in, begun now if there is none."""
    candidate = find_own(session, actor)
    if candidate is None:
        user = session.get_one(User, actor.user_id)
        candidate = start_profile(session, user, actor.prefecture_code or "", actor=actor, now=now)
    return candidate


def is_pay_known(candidate: Candidate) -> bool:
    """The wishes have been saved: no pay then means that work without pay is fine."""
    return bool(candidate.forms or candidate.pay_wish)


def get_own(session: Session, actor: Actor) -> Candidate:
    """As `find_own`; NotFound before the profile is started."""
    candidate = find_own(session, actor)
    if candidate is None:
        raise NotFound
    return candidate


def get_profile(session: Session, actor: Actor, ident: int) -> Candidate:
    """The candidate if `actor` may see it; else NotFound, as if there were none."""
    return get_visible(session, actor, Candidate, ident)


def get_whole(session: Session, actor: Actor, ident: int) -> Candidate:
    """As `get_profile`, with its lists."""
    found = get_profile(session, actor, ident)
    read_whole(session, found)
    return found


def read_whole(session: Session, candidate: Candidate) -> None:
    """Load the lists that a page of everything shows, in one query."""
    lists = (
        "memberships", "roles", "forms", "posts", "companies", "matters", "skills", "exams",
        "windows", "consents",
    )  # fmt: skip
    read_lists(session, (candidate, [getattr(Candidate, name) for name in lists]))


def list_by_codes(
    session: Session, actor: Actor, codes: Sequence[str], *, most: int
) -> Sequence[Candidate]:
    """From two to `most` people by the numbers that pages show, in the order in which they were typed."""
    wanted = list(dict.fromkeys(code.upper() for code in codes))
    if not 2 <= len(wanted) <= most:
        raise Refused.at("codes", say("2人から%(most)s人までの番号を入力してください。", most=most))
    query = visible(actor, Candidate).where(Candidate.code.in_(wanted))
    found = {row.code: row for row in session.scalars(query)}
    for code in wanted:
        if code not in found:
            raise Refused.at("codes", say("%(code)sの登録者は見つかりません。", code=code))
    return [found[code] for code in wanted]


def get_membership(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Membership:
    return get_visible(session, actor, Membership, ident, lock=lock)


def find_membership(candidate: Candidate, prefecture_code: str | None) -> Membership | None:
    """The membership that a page is about: of that prefecture, or else the first that has not ended."""
    present = [row for row in candidate.memberships if row.state not in ENDED]
    for row in candidate.memberships:
        if row.prefecture_code == prefecture_code:
            return row
    return next(iter(present or candidate.memberships), None)


def require_editable(session: Session, candidate: Candidate, actor: Actor) -> None:
    """Forbidden for strangers; Conflict when every membership has ended."""
    require(session, actor, Action.EDIT_PROFILE, candidate)
    if has_ended(candidate):
        raise Conflict(
            say("登録が終了しているため、内容を変更できません。もう一度申し込むと変更できます。")
        )


def has_ended(candidate: Candidate) -> bool:
    """Every membership has: nothing can be changed before a new application."""
    states = {row.state for row in candidate.memberships}
    return bool(states) and states <= ENDED
