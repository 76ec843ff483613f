"""Accounts of the demo: staff, one officer for each town, one for every person; one password for all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher

from .. import audit
from ..accounts.choosing import Chosen, save_choices
from ..accounts.models import User
from ..accounts.office import Contact, save_office
from ..accounts.service import create_user, open_pool
from ..candidates.models import Candidate
from ..db import Session
from ..mail_choices import How, Quiet
from ..permissions import ROLE_LABELS, SYSTEM, Actor, Role
from ..reference.catalogue import Catalogue
from ..reference.entries import MunicipalityEntry
from . import names
from .people import HYOGO

PASSWORD = "hyogo-demo-pool"  # noqa: S105 - printed for everybody who tries the demo
OFFICE = Contact(f"{names.LABEL}県 DX人材担当", "000-000-0000", "平日 9時から17時まで（架空）")
STAFF = (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN)
CHOSEN: Mapping[Role, Chosen] = {  # by officers; everybody else gets mails at once
    Role.COORDINATOR: Chosen(
        {
            "membership": How.DAILY,
            "need": How.DAILY,
            "placement": How.AT_ONCE,
            "engagement": How.DAILY,
            "consultation": How.AT_ONCE,
        },
        Quiet(20 * 60, 8 * 60),
    ),
    Role.APPROVER: Chosen(
        {"placement": How.AT_ONCE, "engagement": How.AT_ONCE}, Quiet(22 * 60, 7 * 60)
    ),
    Role.MUNICIPALITY: Chosen(
        {
            "need": How.NONE,
            "placement": How.DAILY,
            "engagement": How.AT_ONCE,
            "consultation": How.AT_ONCE,
        }
    ),  # the first shown town
    Role.CANDIDATE: Chosen(
        {
            "membership": How.DAILY,
            "placement": How.DAILY,
            "engagement": How.DAILY,
            "interest": How.DAILY,
        },
        Quiet(21 * 60, 7 * 60 + 30),
    ),
}
COLLEAGUE = "coordinator2@example.lg.jp"  # of the coordinator
SHOWN_TOWNS = ("285013", "282090", "282014")  # 佐用町, 豊岡市, 姫路市: printed with the log-ins


@dataclass(frozen=True, slots=True)
class Officers:
    coordinator: Actor
    colleague: Actor  # another coordinator
    approver: Actor
    towns: Mapping[str, Actor]  # by code


def hash_password() -> str:
    """One cheap hash for everybody: the password is printed on the screen anyway."""
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


def open_demo_pool(
    session: Session, seed: int, catalogue: Catalogue, password_hash: str, *, now: datetime
) -> Officers:
    """The pool of Hyogo with its staff and an officer for each of its towns."""
    pool = open_pool(session, HYOGO, actor=SYSTEM, now=now)
    save_office(session, pool, OFFICE, actor=SYSTEM, now=now)
    pool.lottery_seed = 0  # the engine's default: a match from exported files needs no policy file
    staff = {
        role: open_officer(session, staff_email(role), role, password_hash, now) for role in STAFF
    }
    towns = {
        town.code: open_officer(
            session, town_email(town), Role.MUNICIPALITY, password_hash, now, town
        )
        for town in catalogue.municipalities(HYOGO)
    }
    colleague = open_officer(
        session, COLLEAGUE, Role.COORDINATOR, password_hash, now, name=f"大江 純（{names.LABEL}）"
    )
    session.flush()
    for user in (*staff.values(), towns[SHOWN_TOWNS[0]]):
        choose_mails(session, user, now=now)
    return Officers(
        staff[Role.COORDINATOR].actor,
        colleague.actor,
        staff[Role.APPROVER].actor,
        {code: user.actor for code, user in towns.items()},
    )


def open_accounts(
    session: Session, people: Iterable[Candidate], password_hash: str, *, now: datetime
) -> None:
    """An account for each person, under the address of the profile."""
    users = {}
    for person in people:
        email = person.contact_email or ""
        lookup = session.info["keyring"].lookup(email)
        users[person.code] = User(
            email=email, email_lookup=lookup, display_name="", role=Role.CANDIDATE, prefecture_code=HYOGO,
            password_hash=password_hash, confirmed_at=now, created_at=now,
        )  # fmt: skip
    session.add_all(users.values())
    session.flush()
    for person in people:
        person.user_id = users[person.code].id
    for user in users.values():
        detail = {"role": str(Role.CANDIDATE), "municipality": None}
        audit.record(session, audit.Deed.ACCOUNT_CREATE, user, actor=SYSTEM, now=now, detail=detail)


def choose_mails(session: Session, user: User, *, now: datetime) -> None:
    if user.role in CHOSEN:
        save_choices(session, user, CHOSEN[user.role], actor=user.actor, now=now)


def staff_email(role: Role) -> str:
    return f"{role}@example.lg.jp"


def town_email(town: MunicipalityEntry) -> str:
    plain = re.sub(r"[^a-z]", "", (town.en or town.code).lower())
    return f"{plain}@example.lg.jp"


def open_officer(
    session: Session,
    email: str,
    role: Role,
    password_hash: str,
    now: datetime,
    town: MunicipalityEntry | None = None,
    *,
    name: str = "",
) -> User:
    label = name or f"{town.ja if town else ''}{ROLE_LABELS[role][0]}（{names.LABEL}）"
    return create_user(
        session, email=email, role=role, actor=SYSTEM, now=now, display_name=label, prefecture_code=HYOGO,
        municipality_code=town.code if town else None, password_hash=password_hash,
        is_foreign_domain_allowed=town is not None,
    )  # fmt: skip
