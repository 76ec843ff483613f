"""Every invariant of the product as a query. What the database already forbids is asked all the same.

That reading changes nothing cannot be asked of rows: reading sessions are read-only transactions instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .. import audit
from ..accounts.models import User
from ..candidates import soundness as employment
from ..candidates.consenting import INTRODUCTION
from ..candidates.merged import is_merged
from ..candidates.models import Consent, Membership
from ..candidates.received import Reception
from ..candidates.standing import is_in_force
from ..cases import soundness as cases
from ..complaints import soundness as complaints
from ..conflicts import soundness as conflicts
from ..consultations import soundness as consultations
from ..credentials import soundness as credentials
from ..db import Session
from ..desk import soundness as duties
from ..engagements import soundness as logs
from ..engagements.models import Engagement
from ..funding import soundness as funding
from ..gaps import soundness as gaps
from ..ledger import service as ledger
from ..ledger.models import Commitment, CommitmentState
from ..mail import MailOrder
from ..meetings import soundness as meetings
from ..merging import soundness as merging
from ..needs import priorities
from ..needs.joint import soundness as joint_needs
from ..needs.models import JointMember, Need, NeedDraft, NeedVersion
from ..notes import soundness as notes
from ..panels import soundness as panels
from ..placements import extension_soundness as extensions, papers
from ..placements.counters import soundness as counters
from ..placements.models import DecisionPaper, Placement, Verdict
from ..placements.questions import soundness as questions
from ..preferences import soundness as preferences
from ..programmes import soundness as referrals
from ..reference.models import Municipality
from ..reviews import soundness as reviews
from ..rounds.models import Round, RoundNeed
from ..searching import Searchable
from ..selfchecks import soundness as selfchecks
from ..states import (
    APPROVED,
    ENDED,
    HOLDING,
    JOINED,
    LIVE,
    NAMED,
    PENDING,
    SEATED,
    SERVED,
    EngagementState,
    MembershipState,
    NeedState,
    PlacementState,
    RoundState,
)
from .mails import mails_without_their_day
from .trail import changes_without_events

Question = Callable[[Session], Iterator[str]]
_questions: list[Question] = []
_P, _D = Placement, DecisionPaper
_DURING = frozenset({papers.EXTENDED, papers.ADDED})  # what is told while somebody is confirmed
_ON_PAPER = APPROVED | {PlacementState.PROPOSED}


def violations(session: Session) -> Iterator[str]:
    """Every violation as a sentence of ids and codes; nothing when all is well."""
    for question in _questions:
        yield from question(session)


def _invariant(question: Question) -> Question:
    _questions.append(question)
    return question


@_invariant
def ledger_is_sound(session: Session) -> Iterator[str]:
    """No month over capacity, and the ledger equals its rows."""
    return ledger.violations(session)


@_invariant
def one_live_placement_per_person_and_need(session: Session) -> Iterator[str]:
    query = (
        sa.select(_P.candidate_id, _P.need_id, sa.func.count())
        .where(_P.state.in_(LIVE))
        .group_by(_P.candidate_id, _P.need_id)
        .having(sa.func.count() > 1)
    )
    for candidate, need, n in session.execute(query):
        yield f"placement: candidate {candidate} has {n} live placements on need {need}"


@_invariant
def seats_are_not_over_filled(session: Session) -> Iterator[str]:
    taken = (
        sa.select(
            Need.id,
            Need.seats,
            sa.func.count(),
            sa.func.count(_P.seat.distinct()),
            sa.func.max(_P.seat),
        )
        .join(_P, _P.need_id == Need.id)
        .where(_P.state.in_(SEATED))
        .group_by(Need.id, Need.seats)
    )
    for need, seats, n, different, greatest in session.execute(taken):
        if n > seats:
            yield f"need {need}: {n} placements on {seats} seats"
        if different != n or (greatest or 0) > seats:
            yield f"need {need}: seats are numbered wrongly"


@_invariant
def commitments_follow_the_state(session: Session) -> Iterator[str]:
    """A hold while somebody or an extension is asked, a booking when it is confirmed, worked months once it is over, nothing otherwise."""
    is_hold = Commitment.state == CommitmentState.HOLD
    held = sa.func.count().filter(is_hold & ~extensions.is_extended())
    booked = sa.func.count().filter(Commitment.state == CommitmentState.BOOKED)
    query = (
        sa.select(_P.id, _P.state, held, booked)
        .outerjoin(Commitment, Commitment.placement_id == _P.id)
        .group_by(_P.id, _P.state)
        .order_by(_P.id)
    )
    for ident, state, holds, bookings in session.execute(query):
        is_booked = bookings > 0
        if (holds > 0) != (state in HOLDING) or (
            is_booked != (state is PlacementState.CONFIRMED)
            and state is not PlacementState.FINISHED
        ):
            yield f"placement {ident}: {state} with {holds} months held and {bookings} booked"


@_invariant
def who_was_passed_over_is_approved(session: Session) -> Iterator[str]:
    query = sa.select(_P.id, _P.state).where(
        _P.passed_why.is_not(None), _P.state != PlacementState.APPROVED
    )
    for ident, state in session.execute(query.order_by(_P.id)):
        yield f"placement {ident}: {state} and passed over"


@_invariant
def nobody_is_in_a_pool_unasked(session: Session) -> Iterator[str]:
    """Whom staff registered has confirmed it before the membership began."""
    query = (
        sa.select(Membership.id)
        .join(Reception, Reception.candidate_id == Membership.candidate_id)
        .where(
            Membership.prefecture_code == Reception.prefecture_code,
            Membership.state == MembershipState.ACTIVE,
            Reception.confirmed_at.is_(None),
        )
    )
    for ident in session.scalars(query.order_by(Membership.id)):
        yield f"membership {ident}: active, and the person has not confirmed what staff registered"


@_invariant
def confirmed_means_engagement(session: Session) -> Iterator[str]:
    engagement = sa.exists().where(Engagement.placement_id == _P.id)
    confirmed = sa.select(_P.id, _P.state).where(_P.state.in_(SERVED), ~engagement)
    for ident, state in session.execute(confirmed):
        yield f"placement {ident}: {state} without an engagement"
    orphans = (
        sa.select(Engagement.id, _P.id, _P.state)
        .join(_P, _P.id == Engagement.placement_id)
        .where(
            _P.state != PlacementState.CONFIRMED,
            Engagement.state != EngagementState.ENDED,
        )
    )
    for engagement_id, ident, state in session.execute(orphans):
        yield f"engagement {engagement_id}: runs although placement {ident} is {state}"
    over = sa.select(Engagement.id, _P.id).join(_P, _P.id == Engagement.placement_id)
    for engagement_id, ident in session.execute(
        over.where(_P.state == PlacementState.CONFIRMED, Engagement.state == EngagementState.ENDED)
    ):
        yield f"engagement {engagement_id}: has ended although placement {ident} is confirmed"


@_invariant
def bookings_stay_within_their_engagement(session: Session) -> Iterator[str]:
    query = (
        sa.select(Commitment.id, Engagement.id)
        .join(Engagement, Engagement.placement_id == Commitment.placement_id)
        .where(
            Commitment.state == CommitmentState.BOOKED,
            ~Commitment.month.between(Engagement.first_month, Engagement.last_month),
        )
    )
    for ident, engagement_id in session.execute(query.order_by(Commitment.id)):
        yield f"commitment {ident}: outside the months of engagement {engagement_id}"


@_invariant
def who_is_drafted_is_on_a_paper_of_that_seat(session: Session) -> Iterator[str]:
    query = sa.select(_P, _D).outerjoin(_D, _D.id == _P.paper_id)
    for row, paper in session.execute(query.where(_P.state.in_(_ON_PAPER)).order_by(_P.id)):
        if paper is None:
            yield f"placement {row.id}: {row.state} without a decision paper"
        elif (row.need_id, row.seat, row.prefecture_code, row.municipality_code) != (
            paper.need_id, paper.seat, paper.prefecture_code, paper.municipality_code,
        ):  # fmt: skip
            yield f"placement {row.id}: on paper {paper.id} of another seat"
        elif (row.state in APPROVED) != (paper.decision is Verdict.APPROVED):
            yield f"placement {row.id}: {row.state} on paper {paper.id}, decided as {paper.decision}"


@_invariant
def papers_are_numbered_without_gaps(session: Session) -> Iterator[str]:
    numbers = sa.func.count(), sa.func.count(_D.number.distinct()), sa.func.max(_D.number)
    query = sa.select(_D.prefecture_code, _D.fiscal_year, *numbers)
    for prefecture, year, n, different, last in session.execute(
        query.group_by(_D.prefecture_code, _D.fiscal_year)
    ):
        if not n == different == last:
            yield f"decision papers of {prefecture} in {year}: {n} papers, numbers up to {last}"


@_invariant
def papers_say_what_was_decided(session: Session) -> Iterator[str]:
    """A frozen content is the one whose digest the trail keeps, and the approver is not the drafter.

    Not asked of what a migration made again from the rows: such a paper says so.
    """
    kept = sa.select(audit.AuditEvent.object_id, audit.AuditEvent.detail).where(
        audit.AuditEvent.action == audit.Deed.PAPER_FREEZE.code
    )
    digests = {ident: detail["content"] for ident, detail in session.execute(kept)}
    for paper in session.scalars(sa.select(_D).order_by(_D.id)):
        if paper.decided_by is not None and paper.decided_by == paper.drafted_by:
            yield f"decision paper {paper.id}: drafted and decided by the same person"
        officers = [paper.drafted_by, paper.endorsed_by, paper.decided_by]
        if paper.endorsed_by is not None and officers.count(paper.endorsed_by) > 1:
            yield f"decision paper {paper.id}: endorsed by its drafter or approver"
        if (paper.content is None) != (paper.decision is None):
            yield f"decision paper {paper.id}: decided as {paper.decision}, frozen {paper.frozen_at}"
        said = digests.get(str(paper.id))
        content = paper.content or {}
        if said is not None and not content.get("carried") and papers.digest(content) != said:
            yield f"decision paper {paper.id}: not what was decided"


@_invariant
def papers_say_what_came_of_them(session: Session) -> Iterator[str]:
    """The last outcome is a confirmation while somebody on it is confirmed; a paper is over when nobody is live."""
    live: dict[int | None, set[PlacementState]] = {}
    query = sa.select(_P.paper_id, _P.state).where(_P.paper_id.is_not(None), _P.state.in_(LIVE))
    for paper_id, state in session.execute(query.distinct()):
        live.setdefault(paper_id, set()).add(state)
    for paper in session.scalars(sa.select(_D).order_by(_D.id)):
        states = live.get(paper.id, set())
        said = [row["what"] for row in paper.outcomes if row["what"] not in _DURING]
        last = said[-1] if said else None
        if (PlacementState.CONFIRMED in states) != (last == papers.CONFIRMED):
            yield f"decision paper {paper.id}: its last outcome is {last}"
        if bool(states) == (paper.ended_at is not None):
            yield f"decision paper {paper.id}: ended {paper.ended_at}, {len(states)} states under way"


@_invariant
def named_only_with_consent(session: Session) -> Iterator[str]:
    """A town that knows a name was consented to; until the confirmation the consent must still stand."""
    given = sa.exists().where(
        Consent.candidate_id == _P.candidate_id,
        Consent.purpose == INTRODUCTION,
        Consent.audience == _P.municipality_code,
        sa.or_(Consent.withdrawn_at.is_(None), _P.state == PlacementState.CONFIRMED),
    )
    query = sa.select(_P.id, _P.municipality_code).where(_P.state.in_(NAMED), ~given)
    for ident, town in session.execute(query):
        yield f"placement {ident}: town {town} knows the name without a consent"
    told = sa.exists().where(
        Consent.candidate_id == _P.candidate_id,
        Consent.purpose == INTRODUCTION,
        Consent.audience == JointMember.municipality_code,
        sa.or_(Consent.withdrawn_at.is_(None), _P.state == PlacementState.CONFIRMED),
    )
    members = (
        sa.select(_P.id, JointMember.municipality_code)
        .join(JointMember, JointMember.need_id == _P.need_id)
        .where(_P.state.in_(NAMED), JointMember.state.in_(JOINED), ~told)
    )
    for ident, town in session.execute(members):
        yield f"placement {ident}: member {town} knows the name without a consent"


@_invariant
def joint_needs_are_sound(session: Session) -> Iterator[str]:
    return joint_needs.violations(session)


@_invariant
def nothing_live_on_a_closed_need(session: Session) -> Iterator[str]:
    query = (
        sa.select(_P.id, _P.state, Need.id)
        .join(Need, Need.id == _P.need_id)
        .where(Need.state == NeedState.CLOSED, _P.state.in_(PENDING))
    )
    for ident, state, need in session.execute(query):
        yield f"placement {ident}: {state} on need {need}, which is closed"


@_invariant
def approver_is_not_the_drafter(session: Session) -> Iterator[str]:
    for (ident,) in session.execute(sa.select(_P.id).where(_P.approved_by == _P.drafted_by)):
        yield f"placement {ident}: drafted and approved by the same person"
    unapproved = sa.select(_P.id).where(_P.state.in_(APPROVED), _P.approved_by.is_(None))
    for (ident,) in session.execute(unapproved):
        yield f"placement {ident}: went on without an approval"


@_invariant
def audit_chain_is_sound(session: Session) -> Iterator[str]:
    return audit.verify(session)


@_invariant
def every_change_has_its_event(session: Session) -> Iterator[str]:
    return changes_without_events(session)


@_invariant
def one_mail_per_event_and_recipient(session: Session) -> Iterator[str]:
    query = (
        sa.select(MailOrder.event, MailOrder.recipient_id, sa.func.count())
        .group_by(MailOrder.event, MailOrder.recipient_id)
        .having(sa.func.count() > 1)
    )
    for event, recipient, n in session.execute(query):
        yield f"mail: {n} orders for {event} and user {recipient}"


@_invariant
def a_daily_mail_carries_what_its_reader_was_told(session: Session) -> Iterator[str]:
    return mails_without_their_day(session)


@_invariant
def who_left_has_nothing_live(session: Session) -> Iterator[str]:
    query = (
        sa.select(_P.id, _P.candidate_id, _P.prefecture_code)
        .join(
            Membership,
            (Membership.candidate_id == _P.candidate_id)
            & (Membership.prefecture_code == _P.prefecture_code),
        )
        .where(Membership.state == MembershipState.LEFT, _P.state.in_(PENDING))
    )
    for ident, candidate, prefecture in session.execute(query):
        yield f"placement {ident}: live, but candidate {candidate} has left pool {prefecture}"


@_invariant
def who_left_has_withdrawn_every_consent(session: Session) -> Iterator[str]:
    """Both ways of leaving withdraw what was given to the prefecture."""
    stands = is_in_force(Membership.candidate_id, Membership.prefecture_code)
    query = sa.select(Membership.candidate_id, Membership.prefecture_code).where(
        Membership.state == MembershipState.LEFT, stands, ~is_merged(Membership.candidate_id)
    )
    for candidate, prefecture in session.execute(query):
        yield f"consent: candidate {candidate} has left pool {prefecture}, but a consent to it stands"


@_invariant
def no_row_mixes_two_towns(session: Session) -> Iterator[str]:
    needs = (
        sa.select(_P.id)
        .join(Need, Need.id == _P.need_id)
        .where(
            (_P.municipality_code != Need.municipality_code)
            | (_P.prefecture_code != Need.prefecture_code)
        )
    )
    for (ident,) in session.execute(needs):
        yield f"placement {ident}: not of the town of its need"
    commitments = (
        sa.select(Commitment.id)
        .join(_P, _P.id == Commitment.placement_id)
        .where(
            (_P.municipality_code != Commitment.municipality_code)
            | (_P.candidate_id != Commitment.candidate_id)
        )
    )
    for (ident,) in session.execute(commitments):
        yield f"commitment {ident}: not of the town or person of its placement"
    engagements = (
        sa.select(Engagement.id)
        .join(_P, _P.id == Engagement.placement_id)
        .where(_P.prefecture_code != Engagement.prefecture_code)
    )
    for (ident,) in session.execute(engagements):
        yield f"engagement {ident}: not of the prefecture of its placement"


@_invariant
def every_end_has_a_reason(session: Session) -> Iterator[str]:
    query = sa.select(_P.id, _P.state).where(
        _P.state.in_(ENDED), _P.end_reason.is_(None) | _P.ended_at.is_(None)
    )
    for ident, state in session.execute(query):
        yield f"placement {ident}: {state} without a reason"
    closed = sa.select(Need.id).where(Need.state == NeedState.CLOSED, Need.outcome.is_(None))
    for (ident,) in session.execute(closed):
        yield f"need {ident}: closed without an outcome"


@_invariant
def adopted_once_with_the_same_inputs(session: Session) -> Iterator[str]:
    adopted = sa.select(Round.id, Round.input_hash, Round.adopted_at).where(
        Round.state == RoundState.ADOPTED
    )
    events: dict[str, list[str | None]] = {}
    notes = sa.select(audit.AuditEvent.object_id, audit.AuditEvent.detail).where(
        audit.AuditEvent.action == "round.adopt"
    )
    for object_id, detail in session.execute(notes):
        events.setdefault(object_id, []).append(detail.get("input_hash"))
    for ident, digest, adopted_at in session.execute(adopted):
        hashes = events.get(str(ident), [])
        if len(hashes) != 1 or adopted_at is None:
            yield f"round {ident}: adopted {len(hashes)} times"
        elif hashes[0] not in {None, digest}:
            yield f"round {ident}: adopted with other inputs than it was run with"


@_invariant
def placements_come_from_adopted_rounds(session: Session) -> Iterator[str]:
    query = sa.select(_P.id, Round.id, Round.state).join(Round, Round.id == _P.round_id)
    for ident, round_id, state in session.execute(query.where(~Round.is_adopted)):
        yield f"placement {ident}: of round {round_id}, which is {state}"


@_invariant
def versions_only_grow(session: Session) -> Iterator[str]:
    """What was decided about an older request stays older: nothing is ahead of the need it refers to."""
    placements = (
        sa.select(_P.id, _P.need_id)
        .join(Need, Need.id == _P.need_id)
        .where(_P.need_version > Need.content_version)
    )
    for ident, need in session.execute(placements):
        yield f"placement {ident}: refers to a version of need {need} that does not exist"
    rows = aliased(RoundNeed)
    rounds = (
        sa.select(rows.round_id, rows.need_id)
        .join(Need, Need.id == rows.need_id)
        .where(rows.content_version > Need.content_version)
    )
    for round_id, need in session.execute(rounds):
        yield f"round {round_id}: refers to a version of need {need} that does not exist"
    kept = sa.select(NeedVersion.need_id).join(Need, Need.id == NeedVersion.need_id)
    for need in session.scalars(kept.where(NeedVersion.number > Need.content_version)):
        yield f"need {need}: a version is kept that does not exist"


@_invariant
def rows_are_found_by_their_texts(session: Session) -> Iterator[str]:
    for model in Searchable.__subclasses__():
        for row in session.scalars(sa.select(model)):
            if row.search_key != row.fold():
                yield f"{row!r}: search_key is not what its texts fold to"


@_invariant
def logs_say_what_can_be(session: Session) -> Iterator[str]:
    return logs.violations(session)


@_invariant
def terms_say_what_was_accepted(session: Session) -> Iterator[str]:
    return logs.terms_violations(session)


@_invariant
def additions_are_for_months_that_go_on(session: Session) -> Iterator[str]:
    return logs.addition_violations(session)


@_invariant
def extensions_hold_what_they_ask_for(session: Session) -> Iterator[str]:
    return extensions.violations(session)


@_invariant
def proposals_fit_their_placements(session: Session) -> Iterator[str]:
    return counters.violations(session)


@_invariant
def supply_gaps_belong_to_a_prefecture(session: Session) -> Iterator[str]:
    return gaps.violations(session)


@_invariant
def questions_wait_for_open_needs(session: Session) -> Iterator[str]:
    return questions.violations(session)


@_invariant
def notes_belong_to_a_prefecture(session: Session) -> Iterator[str]:
    return notes.violations(session)


@_invariant
def reviews_are_of_both_sides(session: Session) -> Iterator[str]:
    return reviews.violations(session)


@_invariant
def panels_are_of_one_town(session: Session) -> Iterator[str]:
    return panels.violations(session)


@_invariant
def preferences_are_of_one_prefecture(session: Session) -> Iterator[str]:
    return preferences.violations(session)


@_invariant
def funding_belongs_to_a_prefecture(session: Session) -> Iterator[str]:
    return funding.violations(session)


@_invariant
def meetings_are_for_their_prefecture(session: Session) -> Iterator[str]:
    return meetings.violations(session)


@_invariant
def priorities_follow_from_their_reasons(session: Session) -> Iterator[str]:
    return priorities.violations(session)


@_invariant
def referrals_belong_to_a_prefecture(session: Session) -> Iterator[str]:
    return referrals.violations(session)


@_invariant
def complaints_belong_to_a_prefecture(session: Session) -> Iterator[str]:
    return complaints.violations(session)


@_invariant
def who_was_merged_is_in_no_pool(session: Session) -> Iterator[str]:
    return merging.violations(session)


@_invariant
def the_prefecture_alone_pays_its_own_people(session: Session) -> Iterator[str]:
    return employment.violations(session)


@_invariant
def credentials_count_once_they_are_checked(session: Session) -> Iterator[str]:
    return credentials.violations(session)


@_invariant
def self_checks_are_of_the_twelve_questions(session: Session) -> Iterator[str]:
    return selfchecks.violations(session)


@_invariant
def conflicts_belong_to_a_pool(session: Session) -> Iterator[str]:
    return conflicts.violations(session)


@_invariant
def cases_are_what_was_agreed_to(session: Session) -> Iterator[str]:
    return cases.violations(session)


@_invariant
def consultations_are_of_one_town(session: Session) -> Iterator[str]:
    return consultations.violations(session)


@_invariant
def duties_belong_to_a_prefecture(session: Session) -> Iterator[str]:
    return duties.violations(session)


@_invariant
def drafts_belong_to_a_town_and_its_officer(session: Session) -> Iterator[str]:
    query = (
        sa.select(NeedDraft, Municipality.prefecture_code, User.prefecture_code, Need)
        .join(Municipality, Municipality.code == NeedDraft.municipality_code)
        .join(User, User.id == NeedDraft.author_id)
        .outerjoin(Need, Need.id == NeedDraft.need_id)
    )
    for draft, town, author, need in session.execute(query):
        if {town, author} != {draft.prefecture_code}:
            yield f"need_draft {draft.id}: its town is in {town}, its author in {author}"
        if need is not None and need.state is not NeedState.DRAFT:
            yield f"need_draft {draft.id}: changes need {need.id}, which is {need.state}"
        if need is not None and need.municipality_code != draft.municipality_code:
            yield f"need_draft {draft.id}: changes need {need.id} of another town"
