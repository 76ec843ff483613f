"""The reference tables: loaded once, brought up to date, revised by administrators, never stale in memory."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool import audit
from talentpool.audit import AuditEvent
from talentpool.db import Session
from talentpool.errors import ConfigError, Forbidden, Refused, UnknownCode
from talentpool.permissions import Actor, Role
from talentpool.reference import shipped
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.entries import Vocabulary
from talentpool.reference.models import (
    Municipality,
    Prefecture,
    ReferenceRevision,
    Term,
    TravelTime,
)
from talentpool.reference.revising import (
    add_mail_domain,
    list_mail_domains,
    retire_term,
    revise_term,
    set_travel_time,
)
from talentpool.reference.revision import get_fingerprint, get_revision
from talentpool.reference.service import load_catalogue, load_reference

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
NEXT_YEAR = date(2027, 4, 1)
ADMIN = Actor(user_id=1, role=Role.ADMIN, prefecture_code="28")
COORDINATOR = Actor(user_id=2, role=Role.COORDINATOR, prefecture_code="28")
KOBE, SUMOTO, TOTTORI = "281000", "282057", "312011"


@pytest.fixture
def loaded(session: Session) -> Session:
    load_reference(session)
    return session


def test_loading_fills_every_table(loaded: Session) -> None:
    def count(model: type[Prefecture | Municipality | Term]) -> int:
        return loaded.scalar(sa.select(sa.func.count()).select_from(model)) or 0

    assert count(Prefecture) == 47
    assert count(Municipality) == 1741
    assert count(Term) == len(shipped.terms())


def test_loading_twice_changes_nothing(loaded: Session) -> None:
    before = get_fingerprint(loaded)
    assert load_reference(loaded) == 0
    assert get_fingerprint(loaded) == before


def test_a_repeated_look_at_tables_that_agree_writes_no_row(loaded: Session) -> None:
    _pretend_older_release(loaded)
    assert load_reference(loaded) == 0


def test_the_tables_hold_exactly_what_the_files_hold(loaded: Session) -> None:
    read, files = load_catalogue(loaded), Catalogue.shipped()
    assert read.prefectures() == files.prefectures()
    assert read.municipalities() == files.municipalities()
    for vocabulary in Vocabulary:
        assert read.terms(vocabulary) == files.terms(vocabulary)


def test_the_catalogue_is_shared_until_a_table_changes(loaded: Session) -> None:
    catalogue = load_catalogue(loaded, on=TODAY)
    assert load_catalogue(loaded, on=TODAY) is catalogue
    set_travel_time(loaded, KOBE, SUMOTO, minutes=70, actor=ADMIN, now=NOW)
    assert load_catalogue(loaded, on=TODAY) is not catalogue
    assert catalogue.travel(KOBE, SUMOTO).minutes == 122


def test_a_change_that_is_rolled_back_leaves_no_trace_in_memory(loaded: Session) -> None:
    before = load_catalogue(loaded)
    nested = loaded.begin_nested()
    set_travel_time(loaded, KOBE, SUMOTO, minutes=70, actor=ADMIN, now=NOW)
    assert load_catalogue(loaded).travel(KOBE, SUMOTO).minutes == 70
    nested.rollback()
    assert load_catalogue(loaded).travel(KOBE, SUMOTO).minutes == 122
    assert load_catalogue(loaded) is before


def test_empty_tables_name_the_command_that_fills_them(loaded: Session) -> None:
    loaded.execute(sa.delete(ReferenceRevision))
    with pytest.raises(ConfigError, match="db upgrade"):
        load_catalogue(loaded)


# --- A new release of the files


def _pretend_older_release(session: Session) -> None:
    revision = get_revision(session)
    assert revision is not None
    revision.shipped = "older"
    session.flush()


def _versions(session: Session, vocabulary: str, code: str) -> list[Term]:
    query = sa.select(Term).where(Term.vocabulary == vocabulary, Term.code == code)
    return list(session.scalars(query.order_by(Term.valid_from)))


def test_a_changed_item_becomes_a_new_version_and_the_old_one_ends(loaded: Session) -> None:
    (old,) = _versions(loaded, "motive", "income")
    old.ja = "副業収入"
    _pretend_older_release(loaded)

    load_reference(loaded)

    first, second = _versions(loaded, "motive", "income")
    assert (first.ja, first.valid_to) == ("副業収入", shipped.EDITION - timedelta(days=1))
    assert (second.ja, second.valid_from, second.valid_to) == (
        "収入を得たい",
        shipped.EDITION,
        None,
    )
    before = load_catalogue(loaded, on=shipped.EDITION - timedelta(days=1))
    assert before.label("motive", "income") == "副業収入"
    assert load_catalogue(loaded, on=shipped.EDITION).label("motive", "income") == "収入を得たい"

    _pretend_older_release(loaded)
    assert load_reference(loaded) == 0


def test_an_item_that_is_no_longer_shipped_ends_and_stays_readable(loaded: Session) -> None:
    (known,) = _versions(loaded, "motive", "income")
    columns = {
        name: getattr(known, name)
        for name in ("position", "attributes", "standard", "source", "provenance")
    }
    loaded.add(
        Term(
            vocabulary="motive",
            code="gone",
            ja="昔の動機",
            en="Former",
            valid_from=date(2020, 4, 1),
            **columns,
        )
    )
    _pretend_older_release(loaded)

    load_reference(loaded)

    catalogue = load_catalogue(loaded, on=TODAY)
    assert not catalogue.is_valid("motive", "gone")
    assert catalogue.label("motive", "gone") == "昔の動機"


def test_a_release_loaded_at_a_known_time_is_recorded(loaded: Session) -> None:
    _pretend_older_release(loaded)
    load_reference(loaded, now=NOW)
    audit.seal(loaded)
    last = loaded.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
    assert (last.action, last.at, last.detail) == ("reference.load", NOW, {"rows": 0})


def test_a_new_release_leaves_what_was_edited_here(loaded: Session) -> None:
    revise_term(loaded, Vocabulary.MOTIVE, "income", ja="副収入", en="Side income", valid_from=TODAY, actor=ADMIN,
                now=NOW)  # fmt: skip
    town = loaded.get_one(Municipality, KOBE)
    town.mail_domain, town.population = "kobe.example", 1
    _pretend_older_release(loaded)

    load_reference(loaded)

    assert load_catalogue(loaded, on=TODAY).label("motive", "income") == "副収入"
    loaded.refresh(town)
    assert (town.mail_domain, town.population) == ("kobe.example", 1_525_152)


# --- Administrators


def test_an_administrator_revises_an_item_from_a_day_on(loaded: Session) -> None:
    revise_term(loaded, Vocabulary.SKILL, "bpr", ja="業務改革", en="Reform of work", valid_from=NEXT_YEAR, actor=ADMIN,
                now=NOW)  # fmt: skip
    assert load_catalogue(loaded, on=date(2027, 3, 31)).skill("bpr").ja == "業務フロー見直し(BPR)"
    after = load_catalogue(loaded, on=NEXT_YEAR).skill("bpr")
    assert (after.ja, after.group) == ("業務改革", "digital")


def test_a_new_item_comes_last(loaded: Session) -> None:
    revise_term(
        loaded,
        Vocabulary.HEARD_FROM,
        "radio",
        ja="ラジオ",
        en="Radio",
        valid_from=TODAY,
        actor=ADMIN,
        now=NOW,
    )
    assert load_catalogue(loaded, on=TODAY).terms("heard_from")[-1].code == "radio"


@pytest.mark.parametrize("label", ["", "  ", "x" * 201, "a\0b", "太郎\u202e嘘", "\ud800"])
def test_a_label_that_cannot_be_shown_is_refused(loaded: Session, label: str) -> None:
    with pytest.raises(Refused):
        revise_term(
            loaded,
            Vocabulary.MOTIVE,
            "income",
            ja=label,
            en="Income",
            valid_from=TODAY,
            actor=ADMIN,
            now=NOW,
        )


@pytest.mark.parametrize("code", ["", "ｘ", "a b", "x" * 41, "a/b", "\0"])
def test_a_code_is_short_and_plain(loaded: Session, code: str) -> None:
    with pytest.raises(Refused):
        revise_term(
            loaded,
            Vocabulary.MOTIVE,
            code,
            ja="新",
            en="New",
            valid_from=TODAY,
            actor=ADMIN,
            now=NOW,
        )


def test_a_form_without_its_rules_is_refused(loaded: Session) -> None:
    with pytest.raises(Refused, match="属性"):
        revise_term(loaded, Vocabulary.FORM, "commission", ja="委嘱", en="Commission", attributes={},
                    valid_from=TODAY, actor=ADMIN, now=NOW)  # fmt: skip


def test_a_version_cannot_begin_before_the_one_it_follows(loaded: Session) -> None:
    with pytest.raises(Refused, match="2020-04-01"):
        revise_term(loaded, Vocabulary.MOTIVE, "income", ja="収入", en="Income", valid_from=date(2019, 1, 1),
                    actor=ADMIN, now=NOW)  # fmt: skip


def test_a_retired_item_names_its_successor(loaded: Session) -> None:
    retire_term(
        loaded,
        Vocabulary.MOTIVE,
        "learn",
        last_day=TODAY,
        replaced_by="network",
        actor=ADMIN,
        now=NOW,
    )
    tomorrow = load_catalogue(loaded, on=TODAY + timedelta(days=1))
    assert load_catalogue(loaded, on=TODAY).is_valid("motive", "learn")
    assert not tomorrow.is_valid("motive", "learn")
    assert tomorrow.term("motive", "learn").attributes["replaced_by"] == "network"
    for wrong in ("learn", "nothing"):
        with pytest.raises(UnknownCode):
            retire_term(
                loaded,
                Vocabulary.MOTIVE,
                "learn",
                last_day=TODAY,
                replaced_by=wrong,
                actor=ADMIN,
                now=NOW,
            )
    with pytest.raises(Refused):
        retire_term(
            loaded, Vocabulary.MOTIVE, "income", last_day=date(2019, 1, 1), actor=ADMIN, now=NOW
        )
    with pytest.raises(UnknownCode):
        retire_term(loaded, Vocabulary.MOTIVE, "nothing", last_day=TODAY, actor=ADMIN, now=NOW)


def test_only_administrators_revise(loaded: Session) -> None:
    with pytest.raises(Forbidden):
        revise_term(loaded, Vocabulary.MOTIVE, "income", ja="収入", en="Income", valid_from=TODAY, actor=COORDINATOR,
                    now=NOW)  # fmt: skip
    with pytest.raises(Forbidden):
        retire_term(loaded, Vocabulary.MOTIVE, "income", last_day=TODAY, actor=COORDINATOR, now=NOW)
    with pytest.raises(Forbidden):
        add_mail_domain(loaded, KOBE, "kobe.example", actor=COORDINATOR, now=NOW)


def test_a_hall_of_another_prefecture_is_not_theirs(loaded: Session) -> None:
    set_travel_time(loaded, TOTTORI, KOBE, minutes=150, actor=ADMIN, now=NOW)
    with pytest.raises(Forbidden):
        set_travel_time(loaded, KOBE, TOTTORI, minutes=150, actor=ADMIN, now=NOW)
    with pytest.raises(Forbidden):
        add_mail_domain(loaded, TOTTORI, "tottori.example", actor=ADMIN, now=NOW)


@pytest.mark.parametrize("minutes", [-1, 1441, 10**9])
def test_travel_takes_at_most_a_day(loaded: Session, minutes: int) -> None:
    with pytest.raises(Refused):
        set_travel_time(loaded, KOBE, SUMOTO, minutes=minutes, actor=ADMIN, now=NOW)


def test_a_travel_time_can_be_corrected(loaded: Session) -> None:
    set_travel_time(loaded, KOBE, SUMOTO, minutes=70, note="高速バス", actor=ADMIN, now=NOW)
    set_travel_time(loaded, KOBE, SUMOTO, minutes=75, actor=ADMIN, now=NOW)
    assert load_catalogue(loaded).travel(KOBE, SUMOTO).minutes == 75
    with pytest.raises(UnknownCode):
        set_travel_time(loaded, "999999", SUMOTO, minutes=75, actor=ADMIN, now=NOW)


def test_a_town_may_have_further_mail_domains(loaded: Session) -> None:
    (usual,) = list_mail_domains(loaded, KOBE)
    for domain in ("Office.Kobe.example", "office.kobe.example", usual):
        add_mail_domain(loaded, KOBE, domain, actor=ADMIN, now=NOW)
    assert list_mail_domains(loaded, KOBE) == [usual, "office.kobe.example"]


@pytest.mark.parametrize(
    "domain", ["", "kobe", "a..b", "-a.jp", "神戸.jp", "a b.jp", "a.jp\n.b", "x" * 130 + ".jp"]
)
def test_what_is_no_domain_is_refused(loaded: Session, domain: str) -> None:
    with pytest.raises(Refused):
        add_mail_domain(loaded, KOBE, domain, actor=ADMIN, now=NOW)


def test_every_revision_is_recorded_without_its_text(loaded: Session) -> None:
    audit.seal(loaded)
    last = loaded.scalar(sa.select(sa.func.max(AuditEvent.seq))) or 0
    revise_term(loaded, Vocabulary.MOTIVE, "income", ja="副収入", en="Side income", valid_from=TODAY, actor=ADMIN,
                now=NOW)  # fmt: skip
    set_travel_time(loaded, KOBE, SUMOTO, minutes=70, note="高速バス", actor=ADMIN, now=NOW)
    audit.seal(loaded)
    events = list(
        loaded.scalars(sa.select(AuditEvent).where(AuditEvent.seq > last).order_by(AuditEvent.seq))
    )
    assert [event.action for event in events] == ["reference.revise", "reference.travel"]
    assert events[0].detail == {
        "vocabulary": "motive",
        "code": "income",
        "valid_from": "2026-11-23",
    }
    assert events[1].detail == {"home": KOBE, "hall": SUMOTO, "minutes": 70}


# --- What the database itself refuses


def test_the_database_refuses_a_travel_time_of_more_than_a_day(loaded: Session) -> None:
    loaded.add(TravelTime(home_code=KOBE, hall_code=SUMOTO, minutes=1441, entered_at=NOW))
    with pytest.raises(IntegrityError):
        loaded.flush()


def test_the_database_refuses_a_version_that_ends_before_it_begins(loaded: Session) -> None:
    (term,) = _versions(loaded, "motive", "income")
    term.valid_to = term.valid_from - timedelta(days=1)
    with pytest.raises(IntegrityError):
        loaded.flush()


def test_the_database_refuses_a_town_in_an_unknown_prefecture(loaded: Session) -> None:
    loaded.get_one(Municipality, KOBE).prefecture_code = "48"
    with pytest.raises(IntegrityError):
        loaded.flush()
