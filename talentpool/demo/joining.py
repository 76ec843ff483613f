"""The people come into the pool: profile handed in, accepted, windows in the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import audit
from ..candidates.availability import capacity_of
from ..candidates.models import Candidate, CandidateWindow, Consent, Membership, ProfileSnapshot
from ..candidates.snapshots import profile_record
from ..dates import first_day, last_day, local_date, start_of_day
from ..db import Session, canonical_json
from ..ledger import service as ledger
from ..permissions import Actor, Role
from ..reference.catalogue import Catalogue
from ..states import MembershipState, move
from . import names
from .accounts import open_accounts
from .drawing import Draw
from .people import HYOGO, first_month

BEFORE_FIRST_MONTH = timedelta(days=35)  # people hand their profile in about a month ahead


def write_profiles(
    session: Session,
    people: Sequence[Candidate],
    *,
    first_number: int,
    draw: Draw,
    catalogue: Catalogue,
    password_hash: str,
) -> list[Membership]:
    """Save profiles with codes, contact, accounts and consents; a draft membership for each.

    `created_at` is there already: the moment at which everything of a profile was typed.
    """
    for number, person in enumerate(people, first_number):
        person.code = f"C-{number:06d}"
        person.updated_at = person.created_at
        person.phone, person.contact_email = names.phone(number), names.email(number)
        person.postal_code = names.POSTAL_CODE
        person.address = names.street(number)
    opened = min(person.created_at for person in people)
    open_accounts(session, people, password_hash, now=opened)
    for person in people:
        person.consents = _consents(draw, catalogue, person.created_at)
    memberships = [Membership(candidate=person, prefecture_code=HYOGO) for person in people]
    session.add_all(people)
    session.flush()
    for person in people:
        _note_profile(session, person)
    return memberships


def _consents(draw: Draw, catalogue: Catalogue, now: datetime) -> list[Consent]:
    return [
        Consent(
            purpose=term.code,
            audience=HYOGO,
            text_version=str(term.attributes["version"]),
            given_at=now,
        )
        for term in catalogue.terms("consent_purpose")
        if term.attributes["is_required"] or draw.chance(0.75)
    ]


def _note_profile(session: Session, person: Candidate) -> None:
    actor, now = actor_of(person), person.created_at
    audit.record(
        session,
        audit.Deed.CANDIDATE_START,
        person,
        actor=actor,
        now=now,
        detail={"prefecture": HYOGO},
    )
    for consent in person.consents:
        detail = {
            "purpose": consent.purpose,
            "audience": consent.audience,
            "version": consent.text_version,
        }
        audit.record(session, audit.Deed.CONSENT_GIVE, person, actor=actor, now=now, detail=detail)


def actor_of(person: Candidate) -> Actor:
    return Actor(person.user_id, Role.CANDIDATE, HYOGO)


def joining_moment(person: Candidate) -> datetime:
    """When the person hands the profile in: ahead of the first month."""
    return start_of_day(first_day(first_month(person))) - BEFORE_FIRST_MONTH + timedelta(hours=10)


def admit(session: Session, memberships: Sequence[Membership], coordinator: Actor) -> None:
    """Hand the profiles in and accept them five days later, as the services do it one by one."""
    for membership in memberships:
        now = joining_moment(membership.candidate)
        move(session, membership, "submit", actor=actor_of(membership.candidate), now=now)
        membership.applied_at = now
    session.flush()
    snapshots = []
    for membership in memberships:
        now = joining_moment(membership.candidate) + timedelta(days=5)
        content = canonical_json(profile_record(membership.candidate))
        ident = membership.candidate_id
        snapshots.append(
            ProfileSnapshot(
                candidate_id=ident, occasion="activation", taken_at=now, content=content
            )
        )
    session.add_all(snapshots)
    session.flush()
    for membership, snapshot in zip(memberships, snapshots, strict=True):
        _activate(session, membership, snapshot, coordinator)


def fill_ledger(session: Session, candidate_ids: Collection[int]) -> None:
    """The months of all windows, also those that have passed."""
    windows: dict[int, list[CandidateWindow]] = {ident: [] for ident in sorted(candidate_ids)}
    for window in session.scalars(
        sa.select(CandidateWindow).where(CandidateWindow.candidate_id.in_(windows))
    ):
        windows[window.candidate_id].append(window)
    capacities = {ident: capacity_of(rows) for ident, rows in windows.items()}
    session.expunge_all()
    for ident, capacity in capacities.items():
        ledger.set_capacity(session, ident, capacity)


def _activate(
    session: Session, membership: Membership, snapshot: ProfileSnapshot, coordinator: Actor
) -> None:
    now = snapshot.taken_at
    membership.active_from = local_date(now)
    membership.active_until = last_day(
        max(window.last_month for window in membership.candidate.windows)
    )
    membership.reviewed_at, membership.reviewed_by = now, coordinator.user_id
    detail = {"until": membership.active_until.isoformat(), "snapshot": snapshot.id}
    move(session, membership, "activate", actor=coordinator, now=now, detail=detail)
    assert membership.state is MembershipState.ACTIVE
