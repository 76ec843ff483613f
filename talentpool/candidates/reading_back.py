"""What staff registered is read back to the person: by a letter with a code, or by telephone. Then it is handed in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from .. import audit
from ..dates import local_date
from ..db import Session, canonical_json
from ..errors import Refused
from ..language import say
from ..permissions import SYSTEM, Actor, Role
from ..searching import number_in
from ..states import MEMBERSHIP
from ..text import search_key
from .models import Candidate, Membership
from .received import MOST_TRIES, Confirmed, FieldSource, ReadBack, Reception
from .receiving import forget_confirmation, require_received
from .service import require_editable
from .snapshots import profile_record
from .submitting import require_complete, submit_profile

LIFETIME = timedelta(days=30)
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none of 0, 1, I and O, which look alike on paper
LENGTH = 8  # 40 bits
LONGEST_PARTY, LONGEST_WORDS = 100, 500  # characters


class Outcome(StrEnum):
    """What became of a code that was typed."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"  # or unknown, over, used, replaced: strangers are not told which
    CHANGED = "changed"  # right, but what the letter says was corrected since


@dataclass(frozen=True, slots=True)
class Call:
    """party: who was on the telephone. words: how it was known to be the person."""

    called_on: date
    party: str
    words: str


def issue_letter(
    session: Session, candidate: Candidate, *, actor: Actor, now: datetime
) -> ReadBack:
    """A new letter; those before it are void."""
    reception = require_received(session, candidate, actor)
    require_editable(session, candidate, actor)
    require_complete(session, _membership(candidate, reception), now=now)
    _lock(session, reception)
    _void_letters(session, candidate, now)
    salt = secrets.token_hex(16)
    letter = ReadBack(
        candidate_id=candidate.id, issued_at=now, issued_by=actor.user_id, expires_at=now + LIFETIME,
        code_hash=_code_hash(session, candidate.id, _draw(session, salt)),
        salt=salt,
        content_hash=_content_hash(session, candidate), tries=0,
    )  # fmt: skip
    session.add(letter)
    session.flush()
    detail = {"until": letter.expires_at.isoformat()}
    deed = audit.Deed.CANDIDATE_READ_BACK
    audit.record(session, deed, candidate, actor=actor, now=now, detail=detail)
    return letter


def code_of(session: Session, letter: ReadBack) -> str:
    """As it is printed. It is drawn anew by the key of the site: the database alone does not tell it."""
    code = _draw(session, letter.salt)
    return f"{code[:4]}-{code[4:]}"


def _draw(session: Session, salt: str) -> str:
    number = int(session.info["keyring"].lookup(f"read back code\0{salt}"), 16)
    places = (number // len(LETTERS) ** place for place in range(LENGTH))
    return "".join(LETTERS[place % len(LETTERS)] for place in places)


def find_letter(session: Session, candidate: Candidate) -> ReadBack | None:
    """The one whose code may still be used, as far as time and tries go."""
    query = sa.select(ReadBack).where(
        ReadBack.candidate_id == candidate.id,
        ReadBack.void_at.is_(None),
        ReadBack.used_at.is_(None),
    )
    return session.scalars(query).one_or_none()


def is_current(session: Session, candidate: Candidate, letter: ReadBack) -> bool:
    """Whether it says what is registered now."""
    return letter.content_hash == _content_hash(session, candidate)


def confirm_by_code(session: Session, number: str, code: str, *, now: datetime) -> Outcome:
    """What somebody without a session types from the letter. A wrong code uses up a try, and the last one the letter."""
    candidate = _find_person(session, number)
    reception = session.get(Reception, candidate.id) if candidate is not None else None
    if candidate is None or reception is None or candidate.user_id is not None:
        return Outcome.WRONG
    _lock(session, reception)
    letter = find_letter(session, candidate)
    if letter is None or letter.expires_at <= now:
        return Outcome.WRONG
    if not secrets.compare_digest(letter.code_hash, _code_hash(session, candidate.id, code)):
        _note_wrong(session, candidate, letter, now)
        return Outcome.WRONG
    if not is_current(session, candidate, letter):
        return Outcome.CHANGED
    letter.used_at = now
    person = Actor(None, Role.CANDIDATE, reception.prefecture_code)
    _confirm(session, candidate, reception, Confirmed.CODE, actor=person, now=now)
    return Outcome.CONFIRMED


def _note_wrong(session: Session, candidate: Candidate, letter: ReadBack, now: datetime) -> None:
    """A try is used up; who typed is not known."""
    letter.tries += 1
    if letter.tries == MOST_TRIES:
        letter.void_at = now
    deed, detail = audit.Deed.CANDIDATE_WRONG_CODE, {"tries": letter.tries}
    audit.record(session, deed, candidate, actor=SYSTEM, now=now, detail=detail)


def confirm_by_telephone(
    session: Session, candidate: Candidate, call: Call, *, actor: Actor, now: datetime
) -> None:
    """An officer has read everything to the person, who said that it is right."""
    reception = require_received(session, candidate, actor)
    require_editable(session, candidate, actor)
    _check_call(session, candidate, reception, call, local_date(now))
    require_complete(session, _membership(candidate, reception), now=now)
    _lock(session, reception)
    _void_letters(session, candidate, now)
    forget_confirmation(reception)
    reception.confirmed_by, reception.called_on = actor.user_id, call.called_on
    reception.party, reception.words = call.party.strip(), call.words.strip()
    _confirm(session, candidate, reception, Confirmed.TELEPHONE, actor=actor, now=now)


def _check_call(
    session: Session, candidate: Candidate, reception: Reception, call: Call, today: date
) -> None:
    for name, value, longest in (
        ("party", call.party, LONGEST_PARTY),
        ("words", call.words, LONGEST_WORDS),
    ):
        if not value.strip():
            raise Refused.at(name, say("入力してください。"))
        if len(value) > longest:
            raise Refused.at(name, say("%(longest)s文字以内で書いてください。", longest=longest))
    changed = session.scalar(
        sa.select(sa.func.max(FieldSource.at)).where(FieldSource.candidate_id == candidate.id)
    )
    if call.called_on > today:
        raise Refused.at("called_on", say("今日までの日にしてください。"))
    if call.called_on < local_date(changed or reception.entered_at):
        raise Refused.at(
            "called_on",
            say("登録内容が最後に変わった日より前の電話では、確認したことになりません。"),
        )


def _confirm(
    session: Session,
    candidate: Candidate,
    reception: Reception,
    how: Confirmed,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Note it, and hand in what has not been handed in."""
    if how is Confirmed.CODE:
        forget_confirmation(reception)
    reception.confirmed_at, reception.confirmed_how, reception.changed_at = now, how, None
    deed = audit.Deed.CANDIDATE_CONFIRM_PROFILE
    audit.record(session, deed, candidate, actor=actor, now=now, detail={"how": str(how)})
    session.flush()
    membership = _membership(candidate, reception)
    if MEMBERSHIP.transition("submit", membership.state) is not None:
        by = SYSTEM if actor.user_id is None else actor  # the person has no account to act with
        submit_profile(session, membership, actor=by, now=now)


def _membership(candidate: Candidate, reception: Reception) -> Membership:
    code = reception.prefecture_code
    return next(row for row in candidate.memberships if row.prefecture_code == code)


def _find_person(session: Session, number: str) -> Candidate | None:
    found = number_in(search_key(number), "c")
    if found is None:
        return None
    return session.scalars(
        sa.select(Candidate).where(Candidate.code == f"C-{found:06d}")
    ).one_or_none()


def _lock(session: Session, reception: Reception) -> None:
    """Of two at once one comes after the other."""
    session.flush()
    session.refresh(reception, with_for_update=True)


def _void_letters(session: Session, candidate: Candidate, now: datetime) -> None:
    letter = find_letter(session, candidate)
    if letter is not None:
        letter.void_at = now
        session.flush()


def _code_hash(session: Session, ident: int, code: str) -> str:
    key: str = session.info["keyring"].lookup(f"read back\0{ident}\0{search_key(code)}")
    return key


def _content_hash(session: Session, candidate: Candidate) -> str:
    session.flush()
    session.refresh(candidate)  # rows in the order of the database, whoever reads them
    content = canonical_json(profile_record(candidate))
    key: str = session.info["keyring"].lookup(f"read back content\0{content}")
    return key
