from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.models import User
from ..accounts.postal import ENCLOSED, Rows, order_letter
from ..accounts.telling import list_recipients
from ..candidates.models import Candidate
from ..candidates.service import find_own
from ..dates import add_business_days, local_date
from ..db import Session
from ..desk.service import list_owners
from ..engagements.models import Engagement
from ..errors import Conflict, Forbidden, NotFound, Refused, raise_first
from ..language import say
from ..mail import order_mail
from ..needs.models import Need
from ..permissions import Action, Actor, Role, condition, get_visible, require, visible
from ..placements.models import Placement
from ..reference.models import Municipality
from ..states import Audience
from .models import ABOUT, Channel, Complaint, Side, Subject

LONGEST = 4000  # characters of what is said and answered
ANSWER_DAYS = 10  # business days until the first answer
OFFERED = 30  # things of a kind that can be chosen, the newest


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom an officer files: a person by number, or a town by code; and how it was said."""

    channel: Channel
    person: str = ""
    town: str = ""


def list_subjects(session: Session, actor: Actor) -> Sequence[Subject]:
    """What `actor` sees and can complain about, work first; it stands for its proposal."""
    work = visible(actor, Engagement).options(joinedload(Engagement.need))
    begun = Placement.id.in_(sa.select(Engagement.placement_id))
    asked = visible(actor, Placement).where(~begun).options(joinedload(Placement.need))
    needs = visible(actor, Need)
    return [
        *session.scalars(work.order_by(Engagement.id.desc()).limit(OFFERED)),
        *session.scalars(asked.order_by(Placement.id.desc()).limit(OFFERED)),
        *session.scalars(needs.order_by(Need.id.desc()).limit(OFFERED)),
    ]


def file_complaint(
    session: Session,
    text: str,
    about: Subject | None = None,
    *,
    caller: Caller | None = None,
    actor: Actor,
    now: datetime,
) -> Complaint:
    """By the person or the town itself; `caller`: by an officer for somebody who wrote or called."""
    require(session, actor, Action.FILE_COMPLAINT)
    _check_text("text", text)
    if about is not None:
        _require_known(session, actor, about)
    complaint = Complaint(
        text=text.strip(), filed_at=now, filed_by=actor.user_id,
        answer_due=add_business_days(local_date(now), ANSWER_DAYS),
        **_filer(session, actor, caller), **({ABOUT[type(about)]: about.id} if about else {}),
    )  # fmt: skip
    session.add(complaint)
    session.flush()
    detail = {"side": str(complaint.side), "channel": str(complaint.channel)}
    audit.record(session, audit.Deed.COMPLAINT_FILE, complaint, actor=actor, now=now, detail=detail)
    officers = list_recipients(complaint, Audience.COORDINATOR, None)
    for officer in session.scalars(officers).all():
        if officer != actor.user_id:
            _order(session, complaint, "file", officer, now)
    return complaint


def _require_known(session: Session, actor: Actor, about: Subject) -> None:
    try:
        get_visible(session, actor, type(about), about.id)
    except NotFound as error:
        raise Refused.at("about", say("一覧から選んでください。")) from error


def _filer(session: Session, actor: Actor, caller: Caller | None) -> Mapping[str, object]:
    """Whose complaint it is, as columns."""
    if actor.role is Role.COORDINATOR:
        if caller is None or caller.channel is Channel.SITE:
            raise Forbidden(say("この操作を行う権限がありません。"))
        return _called(session, actor, caller)
    common = {"channel": Channel.SITE, "prefecture_code": actor.prefecture_code}
    if actor.role is Role.MUNICIPALITY:
        return common | {"side": Side.TOWN, "municipality_code": actor.municipality_code}
    person = find_own(session, actor)
    if person is None:
        raise Conflict(say("登録を始めると、苦情を届けられます。"))
    return common | {"side": Side.PERSON, "candidate_id": person.id}


def _called(session: Session, actor: Actor, caller: Caller) -> Mapping[str, object]:
    common = {"channel": caller.channel, "prefecture_code": actor.prefecture_code}
    if bool(caller.person) == bool(caller.town):
        raise Refused.at("person", say("登録者の番号か市町の、どちらか一つを入力してください。"))
    if caller.town:
        town = session.get(Municipality, caller.town)
        if town is None or town.prefecture_code != actor.prefecture_code:
            raise Refused.at("town", say("市町を一覧から選んでください。"))
        return common | {"side": Side.TOWN, "municipality_code": town.code}
    query = visible(actor, Candidate).where(Candidate.code == caller.person)
    person = session.scalar(query)
    if person is None:
        raise Refused.at("person", say("この番号の登録者は見つかりません。"))
    return common | {"side": Side.PERSON, "candidate_id": person.id}


def plan_answer(
    session: Session,
    complaint: Complaint,
    *,
    owner: int | None,
    due: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Who sees to it, and until when the first answer is given."""
    require(session, actor, Action.ANSWER_COMPLAINT, complaint)
    _require_open(complaint)
    faults = []
    if owner is not None and owner not in {ident for ident, _ in list_owners(session, actor)}:
        faults.append(("owner", say("県担当者から選んでください。")))
    if due != complaint.answer_due and complaint.answered_at is not None:
        faults.append(("due", say("もう返事をしたため、期限は変えられません。")))
    elif due != complaint.answer_due and due < local_date(now):
        faults.append(("due", say("今日より前の日は選べません。")))
    raise_first(faults)
    told: dict[str, object] = {}
    if owner != complaint.owner_id:
        told["owner"] = owner or "none"
    if due != complaint.answer_due:
        told |= {"until": due.isoformat(), "before": complaint.answer_due.isoformat()}
    if not told:
        return
    complaint.owner_id, complaint.answer_due = owner, due
    session.flush()
    audit.record(session, audit.Deed.COMPLAINT_PLAN, complaint, actor=actor, now=now, detail=told)


def answer_complaint(
    session: Session, complaint: Complaint, text: str, *, actor: Actor, now: datetime
) -> None:
    """Answer whoever complained; a further answer replaces the words, the first moment stays."""
    require(session, actor, Action.ANSWER_COMPLAINT, complaint)
    _require_open(complaint)
    _check_text("answer", text)
    with session.no_autoflush:  # the moment and the words change together
        complaint.answer, complaint.answered_by = text.strip(), actor.user_id
        complaint.answered_at = complaint.answered_at or now
        complaint.owner_id = complaint.owner_id or actor.user_id
    session.flush()
    audit.record(session, audit.Deed.COMPLAINT_ANSWER, complaint, actor=actor, now=now)
    for recipient in _filers(session, complaint):
        _order(session, complaint, "answer", recipient, now)
    if complaint.candidate is not None and complaint.candidate.user_id is None:
        _order_letter(session, complaint, complaint.candidate.id, now)


def close_complaint(session: Session, complaint: Complaint, *, actor: Actor, now: datetime) -> None:
    """Nothing more is to be done; only after an answer."""
    require(session, actor, Action.ANSWER_COMPLAINT, complaint)
    _require_open(complaint)
    if complaint.answered_at is None:
        raise Conflict(say("返事をしてから、終了してください。"))
    complaint.closed_at, complaint.closed_by = now, actor.user_id
    session.flush()
    audit.record(session, audit.Deed.COMPLAINT_CLOSE, complaint, actor=actor, now=now)


def _require_open(complaint: Complaint) -> None:
    if complaint.closed_at is not None:
        raise Conflict(say("この苦情は、もう終了しています。"))


def _check_text(name: str, text: str) -> None:
    if not text.strip():
        raise Refused.at(name, say("入力してください。"))
    if len(text) > LONGEST:
        message = say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        raise Refused.at(name, message)


def _filers(session: Session, complaint: Complaint) -> Sequence[int]:
    """The accounts of the side that complained; none of a person without one."""
    audience = Audience.CANDIDATE if complaint.side is Side.PERSON else Audience.MUNICIPALITY
    user_id = complaint.candidate.user_id if complaint.candidate else None
    return session.scalars(list_recipients(complaint, audience, user_id)).all()


def _order(
    session: Session, complaint: Complaint, verb: str, recipient: int, now: datetime
) -> None:
    order_mail(
        session, event=f"complaint/{complaint.id}/{verb}/{complaint.version}", recipient_id=recipient,
        template=f"complaint.{verb}", link=f"/complaints/{complaint.id}", now=now,
        prefecture_code=complaint.prefecture_code,
    )  # fmt: skip


def _order_letter(session: Session, complaint: Complaint, candidate_id: int, now: datetime) -> None:
    """To a person without an account who complained."""
    if complaint.side is Side.PERSON:
        order_letter(
            session, event=f"complaint/{complaint.id}/answer/{complaint.version}",
            candidate_id=candidate_id, prefecture_code=complaint.prefecture_code,
            template="complaint.answer", link=f"/complaints/{complaint.id}", now=now,
        )  # fmt: skip


def _enclosed(session: Session, ident: int) -> Rows:
    """What the letter with an answer says."""
    complaint = session.get(Complaint, ident)
    if complaint is None:
        return []
    return [(say("お申し出"), complaint.text), (say("県の返事"), complaint.answer or "")]


ENCLOSED[Complaint.__tablename__] = _enclosed


def get_complaint(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Complaint:
    return get_visible(session, actor, Complaint, ident, lock=lock)


def find_subject(session: Session, actor: Actor, key: str) -> Subject | None:
    """The thing that a key of a form names (`engagement-12`); Refused where `actor` sees none."""
    if not key:
        return None
    kind, _, number = key.partition("-")
    models: Mapping[str, type[Subject]] = {model.__tablename__: model for model in ABOUT}
    if kind in models and number.isascii() and number.isdigit() and len(number) < 20:
        try:
            return get_visible(session, actor, models[kind], int(number))
        except NotFound:
            pass
    raise Refused.at("about", say("一覧から選んでください。"))


def find_by_code(session: Session, actor: Actor, code: str) -> Need | Engagement | None:
    """The need or engagement with a number as pages show it; Refused where there is none."""
    code = code.strip().upper()
    if not code:
        return None
    found: Need | Engagement | None = None
    if code.startswith("N-"):
        found = session.scalar(visible(actor, Need).where(Need.code == code))
    elif code.startswith("E-") and code[2:].isascii() and code[2:].isdigit() and len(code) < 20:
        own = condition(actor, Action.VIEW_ENGAGEMENT, Engagement)
        found = session.scalar(sa.select(Engagement).where(own, Engagement.id == int(code[2:])))
    if found is None:
        raise Refused.at("about", say("この番号の募集・活動は見つかりません。"))
    return found


def name_owner(session: Session, complaint: Complaint) -> str:
    owner = session.get(User, complaint.owner_id) if complaint.owner_id else None
    return owner.display_name if owner else ""
