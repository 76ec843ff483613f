"""What a need may say at all, what it must say to be handed in, and what is only warned about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.listing import Asked
from talentpool.needs import finding, reviewing, rules, writing
from talentpool.needs.checks import ReviewCheck
from talentpool.needs.content import NeedContent, SkillRequirement
from talentpool.permissions import SYSTEM, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.service import load_catalogue
from talentpool.states import NeedState
from tests.factories import ASAGO, FIRST, HIMEJI, LAST, NOW, make_need, make_user

WHOLE = NeedContent(
    title="窓口改革", theme="frontyard", stage="plan", half_days=4, first_month=FIRST,
    last_month=LAST, mode="hybrid", place_code=HIMEJI, pay_basis="day", pay_amount=20_000,
    on_site_share=50, background="窓口が混む。", outcome_wanted="書かない窓口。",
    forms=("commission",), roles=("pm",), skills=(SkillRequirement("bpr", must=True, level=2, weight=100),),
)  # fmt: skip


@pytest.fixture
def catalogue(session: Session) -> Catalogue:
    return load_catalogue(session)


def test_a_whole_need_has_no_fault_and_nothing_missing(catalogue: Catalogue) -> None:
    assert list(rules.faults(WHOLE, catalogue)) == []
    assert rules.list_missing(WHOLE, catalogue) == []


def test_texts_that_folding_lengthens_are_stored_as_typed(
    session: Session, catalogue: Catalogue
) -> None:
    long = "ﷺ" * 100
    longest = replace(WHOLE, title=long, department=long, background="ﷺ" * 4000, vendors=(long,))
    assert list(rules.faults(longest, catalogue)) == []
    town = make_user(session, Role.MUNICIPALITY, municipality_code=HIMEJI).actor
    need = writing.create_need(session, longest, catalogue=catalogue, actor=town, now=NOW)
    session.flush()
    assert writing.content_of(need) == longest


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"last_month": FIRST - 1}, "last_month"),
        ({"last_month": FIRST + 60}, "last_month"),
        ({"mode": "online"}, "on_site_share"),
        ({"theme": "no-such"}, "theme"),
        ({"stage": ""}, "stage"),
        ({"pay_basis": "never"}, "pay_basis"),
        ({"roles": ("pm", "'; DROP TABLE need;--")}, "roles"),
        ({"forms": ("無い",)}, "forms"),
        ({"kinds": ("\x00",)}, "kinds"),
        ({"skills": (SkillRequirement("nothing", must=True, level=1),)}, "skills"),
        ({"skills": (SkillRequirement("bpr", must=True, level=1),) * 2}, "skills"),
        ({"skills": (SkillRequirement("bpr", level=1, group="A"),)}, "skills"),
        ({"vendors": ("会社",) * 31}, "vendors"),
        ({"weekdays": 0}, "weekdays"),
    ],
)
def test_what_no_draft_may_hold_is_refused_at_its_field(
    catalogue: Catalogue, change: dict[str, Any], field: str
) -> None:
    found = rules.faults(replace(WHOLE, **change), catalogue)
    assert [name for name, _ in found] == [field]


def test_a_skill_may_be_a_must_and_a_want(catalogue: Catalogue) -> None:
    both = tuple(SkillRequirement("bpr", must=must, level=3) for must in (True, False))
    assert list(rules.faults(replace(WHOLE, skills=both), catalogue)) == []


def test_the_database_takes_no_group_of_a_skill_that_is_no_must(session: Session) -> None:
    need = make_need(session, musts={"bpr": 2})
    session.commit()
    need.skills[0].must, need.skills[0].group = False, "A"
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"background": ""}, "background"),
        ({"outcome_wanted": ""}, "outcome_wanted"),
        ({"forms": ()}, "forms"),
        ({"pay_basis": "month"}, "pay_basis"),  # a commission is paid by time, day or hour
        ({"pay_amount": 0}, "pay_amount"),
        ({"forms": ("fixed_term_special",), "pay_basis": "month"}, "forms"),  # 40 at least
        ({"forms": ("fiscal_year_part",), "half_days": 41}, "forms"),  # 40 at most
        ({"forms": ("revitalization_side",), "half_days": 6, "mode": "online",
          "on_site_share": 0}, "forms"),  # a day on site at least
        ({"forms": ("revitalization_side",), "half_days": 4}, "forms"),  # twenty hours at least
    ],
)  # fmt: skip
def test_what_hinders_the_hand_in_is_said_at_its_field(
    catalogue: Catalogue, change: dict[str, Any], field: str
) -> None:
    missing = rules.list_missing(replace(WHOLE, **change), catalogue)
    assert [name for name, _ in missing] == [field]


def test_one_form_that_suits_is_enough(catalogue: Catalogue) -> None:
    forms = ("fixed_term_special", "commission")
    assert rules.list_missing(replace(WHOLE, forms=forms), catalogue) == []


def test_unpaid_work_names_no_amount(catalogue: Catalogue) -> None:
    unpaid = replace(WHOLE, forms=("pro_bono",), pay_basis="none", pay_amount=0)
    assert rules.list_missing(unpaid, catalogue) == []


def test_what_should_be_known_is_warned_about(session: Session, catalogue: Catalogue) -> None:
    quiet = make_need(session, last_month=FIRST + 2)
    assert rules.list_warnings(quiet, catalogue) == []
    loud = make_need(session, forms=["fiscal_year_part"], last_month=FIRST + 23)
    warnings = rules.list_warnings(loud, catalogue)
    assert [word for word in ("3月31日", "最長12か月", "条例", "翌年度以降") if
            not any(word in warning for warning in warnings)] == []  # fmt: skip
    told = make_need(session, last_month=FIRST + 23, after_fiscal_year="次年度も続ける。")
    assert rules.list_warnings(told, catalogue) == []


def test_a_need_belongs_to_a_town(session: Session, catalogue: Catalogue) -> None:
    with pytest.raises(Refused) as refused:
        writing.create_need(session, WHOLE, catalogue=catalogue, actor=SYSTEM, now=NOW)
    assert set(refused.value.fields) == {"municipality_code"}
    imported = writing.create_need(
        session, WHOLE, catalogue=catalogue, municipality_code=ASAGO, code="N-4711", ident=4711,
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert (imported.id, imported.code, imported.municipality_code) == (4711, "N-4711", ASAGO)


def test_only_a_draft_is_changed(session: Session, catalogue: Catalogue) -> None:
    need = make_need(session)
    with pytest.raises(Conflict, match="公開中の募集です"):
        writing.save_need(session, need, WHOLE, catalogue=catalogue, actor=SYSTEM, now=NOW)


def test_a_town_publishes_nothing(session: Session, catalogue: Catalogue) -> None:
    need = make_need(session, state=NeedState.SUBMITTED)
    with pytest.raises(Forbidden):
        actor = make_user(session, Role.MUNICIPALITY).actor
        reviewing.publish_need(
            session, need, checked=list(ReviewCheck), catalogue=catalogue, actor=actor, now=NOW
        )


def test_needs_are_found_by_words_state_theme_and_town(session: Session) -> None:
    actor = make_user(session, Role.COORDINATOR).actor
    plain = make_need(session, title="窓口 100%改革", theme="frontyard")
    other = make_need(session, title="基盤更新", state=NeedState.SUBMITTED, municipality_code=ASAGO)

    def found(words: str = "", **values: str) -> list[int]:
        return [
            need.id
            for need in finding.list_needs(
                session, actor, Asked(values, words), catalogue=Catalogue.shipped()
            )
            .page()
            .rows
        ]

    assert found() == [other.id, plain.id]
    assert found(words="100%") == [plain.id]
    assert found(words="%") == [plain.id]
    assert found(words="_") == []
    assert found(words=other.code) == [other.id]
    assert found(state="submitted") == [other.id]
    assert found(theme="frontyard") == [plain.id]
    assert found(municipality=ASAGO) == [other.id]
    assert (
        finding.list_needs(session, actor, Asked(), catalogue=Catalogue.shipped()).page(99).number
        == 1
    )
