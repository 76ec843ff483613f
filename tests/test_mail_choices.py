"""When a mail goes out: at once, at eight in Japan, or after the quiet hours; and what may be chosen at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from talentpool.dates import JST
from talentpool.mail_choices import (
    A_DAY,
    BINDING,
    FAMILY_LABELS,
    HOW_LABELS,
    LONGEST_QUIET,
    NO_STEPS,
    How,
    Quiet,
    Wish,
    after_quiet,
    binding_of,
    families_of,
    family_of,
    next_digest,
    offered,
    plan,
)
from talentpool.permissions import Role
from talentpool.placements import reach
from talentpool.states import MACHINES, Audience

ROLES = [role for role in Role if role is not Role.SYSTEM]
MINUTES = st.integers(0, A_DAY - 1)
MOMENTS = st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
QUIETS = st.builds(
    lambda begins, length: Quiet(begins, (begins + length) % A_DAY),
    MINUTES, st.integers(1, LONGEST_QUIET),
)  # fmt: skip
WISHES = st.builds(Wish, st.sampled_from(ROLES), st.sampled_from(How), st.none() | QUIETS)
TEMPLATES = st.sampled_from(
    sorted(
        {*BINDING, "membership.remind_return"}
        | {f"{m.name}.{step.verb}" for m in MACHINES.values() for step in m.transitions if step.notice}
    )
)  # fmt: skip


def japan(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2027, 4, day, hour, minute, second, tzinfo=JST)


def is_quiet(moment: datetime, quiet: Quiet) -> bool:
    """Counted minute by minute, as nobody would write it twice."""
    there = moment.astimezone(JST)
    minutes = {(quiet.begins + n) % A_DAY for n in range(quiet.length)}
    return there.hour * 60 + there.minute in minutes


NIGHT = Quiet(22 * 60, 7 * 60)
NOON = Quiet(12 * 60, 13 * 60)


@pytest.mark.parametrize(
    ("moment", "quiet", "goes"),
    [
        (japan(1, 21, 59, 59), NIGHT, japan(1, 21, 59, 59)),
        (japan(1, 22), NIGHT, japan(2, 7)),
        (japan(1, 23, 59, 59), NIGHT, japan(2, 7)),
        (japan(2, 0), NIGHT, japan(2, 7)),
        (japan(2, 6, 59, 59), NIGHT, japan(2, 7)),
        (japan(2, 7), NIGHT, japan(2, 7)),
        (japan(30, 23), NIGHT, datetime(2027, 5, 1, 7, tzinfo=JST)),
        (japan(1, 11, 59), NOON, japan(1, 11, 59)),
        (japan(1, 12), NOON, japan(1, 13)),
        (japan(1, 13), NOON, japan(1, 13)),
        (japan(1, 12), None, japan(1, 12)),
    ],
)
def test_quiet_hours_end_when_they_end(
    moment: datetime, quiet: Quiet | None, goes: datetime
) -> None:
    assert after_quiet(moment, quiet) == goes


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (japan(1, 0), japan(1, 8)),
        (japan(1, 7, 59, 59), japan(1, 8)),
        (japan(1, 8), japan(2, 8)),
        (japan(1, 23, 59), japan(2, 8)),
        (datetime(2027, 12, 31, 9, tzinfo=JST), datetime(2028, 1, 1, 8, tzinfo=JST)),
        (datetime(2027, 4, 1, 22, 59, tzinfo=UTC), japan(2, 8)),  # one minute before eight there
    ],
)
def test_the_digest_goes_at_eight_in_japan(moment: datetime, goes: datetime) -> None:
    assert next_digest(moment) == goes


@given(MOMENTS, QUIETS)
def test_nothing_goes_out_while_it_is_quiet_and_nothing_waits_longer(
    moment: datetime, quiet: Quiet
) -> None:
    goes = after_quiet(moment, quiet)
    assert not is_quiet(goes, quiet)
    assert (goes > moment) == is_quiet(moment, quiet)
    assert goes - moment <= timedelta(minutes=quiet.length)
    if goes > moment:
        assert is_quiet(goes - timedelta(seconds=1), quiet)
        assert (goes.astimezone(JST).hour * 60 + goes.astimezone(JST).minute) == quiet.ends


@given(MOMENTS)
def test_a_digest_is_less_than_a_day_away_and_never_now(moment: datetime) -> None:
    goes = next_digest(moment)
    assert timedelta(0) < goes - moment <= timedelta(days=1)
    there = goes.astimezone(JST)
    assert (there.hour, there.minute, there.second, there.microsecond) == (8, 0, 0, 0)


@given(TEMPLATES, WISHES, MOMENTS)
def test_what_binds_goes_at_once_and_the_rest_as_it_was_chosen(
    template: str, wish: Wish, now: datetime
) -> None:
    how, at = plan(template, wish, now)
    is_binding = BINDING.get(template) is wish.role
    if is_binding:
        assert how is How.AT_ONCE
    elif wish.how in offered(family_of(template), wish.role):
        assert how is wish.how
    else:
        assert (wish.how, how) == (How.NONE, How.AT_ONCE)
    assert at == after_quiet(next_digest(now) if how is How.DAILY else now, wish.quiet)
    assert now <= at <= now + timedelta(days=1, minutes=LONGEST_QUIET)


def test_no_mail_is_offered_where_nothing_binds() -> None:
    without = {
        (role, family) for role in ROLES for family in families_of(role)
        if How.NONE not in offered(family, role)
    }  # fmt: skip
    assert without == {
        (Role.CANDIDATE, "membership"),
        (Role.CANDIDATE, "placement"),
        (Role.MUNICIPALITY, "placement"),
    }
    assert binding_of("placement", Role.MUNICIPALITY) == [
        "placement.accept", "question.ask", "counter_proposal.ask_town", "placement.remind_introduction",
        "counter_proposal.remind_town", "question.remind", "placement.extend_introduction",
    ]  # fmt: skip
    assert not binding_of("placement", Role.COORDINATOR)


def test_families_are_those_of_whose_steps_a_role_is_told() -> None:
    assert {role: families_of(role) for role in ROLES} == {
        Role.CANDIDATE: ["membership", "placement", "engagement", "interest"],
        Role.MUNICIPALITY: ["need", "placement", "engagement", "consultation"],
        Role.COORDINATOR: ["membership", "need", "placement", "engagement", "consultation"],
        Role.APPROVER: ["placement", "engagement"],
        Role.AUDITOR: [],
        Role.ADMIN: [],
    }


def test_every_family_and_choice_has_its_words() -> None:
    told = {family for role in ROLES for family in families_of(role)}
    machines = {machine.name for machine in MACHINES.values()}
    assert told <= FAMILY_LABELS.keys() <= machines | NO_STEPS.keys()
    assert HOW_LABELS.keys() == set(How)


def test_every_question_of_a_placement_binds_who_answers_it() -> None:
    """The states whose days run from a mail are entered by steps that tell the one who answers."""
    machine = next(m for m in MACHINES.values() if m.name == "placement")
    asked = {step.verb: step for step in machine.transitions if step.target in reach.PAGES}
    assert {f"placement.{verb}" for verb in asked} <= BINDING.keys()
    for verb, step in asked.items():
        assert Audience(BINDING[f"placement.{verb}"]) in step.notice
