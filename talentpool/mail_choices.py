"""How somebody wants to be told by mail: by family of events, and not at which hours. The site tells in any case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .dates import JST, local_date
from .db import Base, Session, Text, choice
from .language import Words
from .permissions import Role
from .states import MACHINES

DIGEST_AT = time(8)  # of the day, in Japan
A_DAY = 24 * 60  # minutes
LONGEST_QUIET = 16 * 60  # minutes: a digest and a question still go out every day


class How(StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    NONE = "none"


HOW_LABELS: Mapping[How, Words] = {
    How.AT_ONCE: ("すぐに", "At once"),
    How.DAILY: ("1日1回まとめて", "Once a day, together"),
    How.NONE: ("メールなし", "No mail"),
}

# What starts a deadline, and who has to answer.
QUESTIONS: Mapping[str, Role] = {
    "placement.offer": Role.CANDIDATE,
    "placement.accept": Role.MUNICIPALITY,
    "question.ask": Role.MUNICIPALITY,
    "counter_proposal.ask_person": Role.CANDIDATE,
    "counter_proposal.ask_town": Role.MUNICIPALITY,
}
# Reminders of a day after which something is over, or somebody is left out.
REMINDERS: Mapping[str, Role] = {
    "placement.remind_offer": Role.CANDIDATE,
    "placement.remind_introduction": Role.MUNICIPALITY,
    "counter_proposal.remind_person": Role.CANDIDATE,
    "counter_proposal.remind_town": Role.MUNICIPALITY,
    "question.remind": Role.MUNICIPALITY,
    "placement.extend_offer": Role.CANDIDATE,
    "placement.extend_introduction": Role.MUNICIPALITY,
    "membership.remind_end": Role.CANDIDATE,
    "membership.remind_pause": Role.CANDIDATE,
    "membership.ask_confirm": Role.CANDIDATE,
    "credential.remind_training": Role.CANDIDATE,
    "membership.remind_confirm": Role.CANDIDATE,
}
BINDING: Mapping[str, Role] = {**QUESTIONS, **REMINDERS}  # never in a digest, never left out

FAMILY_LABELS: Mapping[str, Words] = {  # by machine; what a person and a town call it comes below
    "membership": ("登録", "Registration"),
    "need": ("募集", "Vacancies"),
    "placement": ("推薦", "Proposals"),
    "engagement": ("活動", "Assignments"),
    "consultation": ("相談", "Consultations"),
    "interest": ("あなたに合う募集", "Vacancies that suit you"),
}
NO_STEPS: Mapping[str, Role] = {"interest": Role.CANDIDATE}  # families of no machine: who is told
DAILY_AT_FIRST = frozenset(
    {"interest"}
)  # families that come once a day until something else is chosen
_PART_OF = {
    "credential": "membership",
    "joint_member": "need",
    "work_log": "engagement",
    "review": "engagement",
    "report": "engagement",
    "plan_change": "engagement",
    "month_addition": "engagement",
    "complaint": "engagement",
    "referral": "need",
    "meeting": "engagement",
    "counter_proposal": "placement",
    "supply_gap": "need",
    "question": "placement",
    "need_watch": "need",
}  # machines that make one family
_OWN_LABELS: Mapping[tuple[str, Role], Words] = {
    ("placement", Role.CANDIDATE): ("打診", "Offers"),
    ("placement", Role.MUNICIPALITY): ("紹介", "Introductions"),
}


class MailChoice(Base):
    """What an account has chosen for a family of events. No row: `first_of`."""

    __tablename__ = "mail_choice"

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    family: Mapped[str] = mapped_column(Text(40), primary_key=True)  # name of a machine
    how: Mapped[How] = mapped_column(choice(How))


class QuietHours(Base):
    """When an account gets no mail of a step: minutes of the day in Japan, over midnight where they end before."""

    __tablename__ = "quiet_hours"
    __table_args__ = (
        sa.CheckConstraint(
            f"begins BETWEEN 0 AND {A_DAY - 1} AND ends BETWEEN 0 AND {A_DAY - 1}",
            name="within_a_day",
        ),
        sa.CheckConstraint(
            f"(ends - begins + {A_DAY}) % {A_DAY} BETWEEN 1 AND {LONGEST_QUIET}", name="not_all_day"
        ),
    )

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    begins: Mapped[int]
    ends: Mapped[int]


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begins` until just before `ends`: minutes of the day in Japan."""

    begins: int
    ends: int

    @property
    def length(self) -> int:
        return (self.ends - self.begins) % A_DAY

    def left(self, moment: datetime) -> timedelta:
        """How long it still is quiet at `moment`; nothing where it is not."""
        there = moment.astimezone(JST)
        start = there.replace(hour=0, minute=0, second=0, microsecond=0)
        since = (there - start - timedelta(minutes=self.begins)) % timedelta(days=1)
        return max(timedelta(minutes=self.length) - since, timedelta(0))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody of a role wants for one family of events."""

    role: Role
    how: How = How.AT_ONCE
    quiet: Quiet | None = None


# What may be chosen


def family_of(template: str) -> str:
    machine = template.partition(".")[0]
    return _PART_OF.get(machine, machine)


def families_of(role: Role) -> Sequence[str]:
    """The families of whose steps `role` is told."""
    told = (
        family_of(machine.name)
        for machine in MACHINES.values()
        if any(str(role) in step.notice for step in machine.transitions)
    )
    apart = (family for family, who in NO_STEPS.items() if who is role)
    return list(dict.fromkeys((*told, *apart)))


def first_of(family: str) -> How:
    """What holds where nothing was chosen."""
    return How.DAILY if family in DAILY_AT_FIRST else How.AT_ONCE


def family_label(family: str, role: Role) -> Words:
    return _OWN_LABELS.get((family, role), FAMILY_LABELS[family])


def binding_of(family: str, role: Role) -> Sequence[str]:
    """The mails of a family that go to `role` at once, whatever was chosen."""
    return [name for name, who in BINDING.items() if who is role and family_of(name) == family]


def offered(family: str, role: Role) -> Sequence[How]:
    """No mail at all only where nothing in the family is binding."""
    return [How.AT_ONCE, How.DAILY] if binding_of(family, role) else list(How)


# When a mail goes out


def next_digest(now: datetime) -> datetime:
    """The next eight o'clock in Japan; what happens at eight sharp waits a day."""
    today = datetime.combine(local_date(now), DIGEST_AT, JST)
    return today if now < today else today + timedelta(days=1)


def after_quiet(moment: datetime, quiet: Quiet | None) -> datetime:
    """`moment`, or the end of the quiet hours in which it lies."""
    return moment + quiet.left(moment) if quiet is not None else moment


def plan(template: str, wish: Wish, now: datetime) -> tuple[How, datetime]:
    """How a mail that is ordered `now` goes out, and not before when."""
    how = wish.how
    if BINDING.get(template) is wish.role or how not in offered(family_of(template), wish.role):
        how = How.AT_ONCE
    start = next_digest(now) if how is How.DAILY else now
    return how, after_quiet(start, wish.quiet)


# What was chosen


def wish_of(session: Session, user_id: int, family: str) -> Wish | None:
    """None where there is no such account."""
    user = sa.table("user_account", sa.column("id"), sa.column("role"))
    query = (
        sa.select(user.c.role, MailChoice.how, QuietHours.begins, QuietHours.ends)
        .select_from(user)
        .outerjoin(MailChoice, (MailChoice.user_id == user.c.id) & (MailChoice.family == family))
        .outerjoin(QuietHours, QuietHours.user_id == user.c.id)
        .where(user.c.id == user_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    role, how, begins, ends = found
    quiet = Quiet(begins, ends) if begins is not None and ends is not None else None
    return Wish(Role(role), how or first_of(family), quiet)
