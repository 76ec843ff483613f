"""The preparation of an engagement: who ticks what, what expires, and that nothing starts without it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from talentpool import dates
from talentpool.db import Session
from talentpool.engagements.models import EngagementCheck
from talentpool.engagements.preparing import (
    NEEDED,
    SIDES,
    list_items,
    only_form,
    prepare_engagement,
)
from talentpool.engagements.running import start_engagement
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.permissions import Actor, Role
from talentpool.placements.finishing import end_engagement
from talentpool.reference.service import load_catalogue
from talentpool.states import EngagementState

from .. import factories as make

BEGUN = dates.start_of_day(dates.first_day(make.FIRST)) + timedelta(hours=10)
LAST = dates.last_day(make.LAST)


class Cast:
    def __init__(self, session: Session, forms: tuple[str, ...] = ("commission",)) -> None:
        self.session, self.catalogue = session, load_catalogue(session)
        need = make.make_need(session, forms=forms)
        self.engagement = make.make_engagement(session, need=need, state=EngagementState.PREPARING)
        self.engagement.form = only_form(need, self.engagement.candidate)
        self.person = Actor(self.engagement.candidate.user_id, Role.CANDIDATE, make.HYOGO)
        self.town = make.make_user(session, Role.MUNICIPALITY).actor
        self.coordinator = make.make_user(session, Role.COORDINATOR).actor

    def tick(
        self,
        actor: Actor,
        *codes: str,
        until: date | None = LAST,
        form: str | None = None,
        now: datetime = BEGUN,
    ) -> None:
        prepare_engagement(
            self.session, self.engagement, dict.fromkeys(codes, until), form=form,
            catalogue=self.catalogue, actor=actor, now=now,
        )  # fmt: skip
        self.session.flush()

    @property
    def done(self) -> set[str]:
        rows = list_items(self.session, self.engagement, self.catalogue)
        return {row.code for row in rows if row.check is not None}

    @property
    def codes(self) -> set[str]:
        return {row.code for row in list_items(self.session, self.engagement, self.catalogue)}


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def _start(cast: Cast, now: datetime = BEGUN) -> None:
    start_engagement(cast.session, cast.engagement, actor=cast.coordinator, now=now)


def test_the_form_says_what_is_needed(cast: Cast) -> None:
    assert cast.engagement.form == "commission"  # the only one that both accept
    assert {"contract", "pledge", "conflict"} <= cast.codes
    assert not {"terms", "health", "ordinance"} & cast.codes
    cast.engagement.form = "special_part_time"
    assert {"terms", "health", "ordinance"} <= cast.codes
    assert "contract" not in cast.codes


def test_nothing_starts_before_every_item_is_ticked(cast: Cast) -> None:
    with pytest.raises(Conflict):
        _start(cast)
    cast.tick(cast.person, "cv", "pledge", "security")
    cast.tick(cast.town, "contract", "equipment")
    assert cast.done == cast.codes - {"conflict"}
    with pytest.raises(Conflict):
        _start(cast)
    cast.tick(cast.coordinator, "conflict")
    _start(cast)
    assert cast.engagement.state is EngagementState.ACTIVE


def test_what_has_expired_by_the_start_is_missing(cast: Cast) -> None:
    make.make_prepared(cast.session, cast.engagement)
    check = cast.session.get_one(EngagementCheck, (cast.engagement.id, "security"))
    check.expires_on = dates.local_date(BEGUN) - timedelta(days=1)
    cast.session.flush()
    with pytest.raises(Conflict):
        _start(cast)


def test_each_side_ticks_its_own_items_and_only_those(cast: Cast) -> None:
    cast.tick(cast.town, "contract", "cv", "conflict")
    assert cast.done == {"contract"}
    cast.tick(cast.person, "cv")
    cast.tick(cast.town)  # takes back its own
    assert cast.done == {"cv"}
    for stranger in (
        make.make_user(cast.session, Role.MUNICIPALITY, municipality_code=make.SAYO).actor,
        make.make_user(cast.session, Role.CANDIDATE).actor,
        make.make_user(cast.session, Role.AUDITOR).actor,
    ):
        with pytest.raises(Forbidden):
            cast.tick(stranger, "cv")


def test_the_prefecture_ticks_for_a_person_without_an_account(session: Session) -> None:
    cast = Cast(session)
    cast.engagement.candidate.user_id = None
    session.flush()
    cast.tick(cast.coordinator, "cv", "conflict")
    assert cast.done == {"cv", "conflict"}


@pytest.mark.parametrize("until", [None, date(2027, 3, 31)])
def test_what_expires_needs_a_day_that_is_not_over(cast: Cast, until: date | None) -> None:
    with pytest.raises(Refused) as refusal:
        cast.tick(cast.person, "security", until=until)
    assert "until_security" in refusal.value.fields


def test_of_several_forms_town_or_prefecture_choose_before_the_start(session: Session) -> None:
    cast = Cast(session, ("commission", "special_part_time", "fiscal_year_part"))
    assert (cast.engagement.form, cast.codes) == (None, set())
    with pytest.raises(Conflict):
        _start(cast)
    with pytest.raises(Refused):
        cast.tick(cast.town, form="fiscal_year_part")  # the person does not accept it
    with pytest.raises(Forbidden):
        cast.tick(cast.person, form="commission")
    assert cast.engagement.form is None
    cast.tick(cast.town, form="commission")
    cast.tick(cast.coordinator, form="special_part_time")
    assert cast.engagement.form == "special_part_time"
    make.make_prepared(session, cast.engagement)
    _start(cast)
    with pytest.raises(Conflict):
        cast.tick(cast.town, form="commission")
    with pytest.raises(Refused):  # what was done before the start is not taken back
        cast.tick(cast.town)
    last = dates.local_date(BEGUN)
    end_engagement(session, cast.engagement, last=last, reason="budget", actor=cast.town, now=BEGUN)
    with pytest.raises(Conflict):  # what is over stays as it was
        cast.tick(cast.town)


def test_every_item_has_a_side_and_a_condition_that_code_knows(session: Session) -> None:
    for term in load_catalogue(session).terms("preparation_item"):
        assert term.attributes["by"] in SIDES
        assert term.attributes["needed"] in NEEDED
