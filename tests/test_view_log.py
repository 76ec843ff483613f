"""Whoever is shown a name leaves a line in the view log of that person, on any page of any role; else nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from talentpool import clock, dates, matching as m
from talentpool.accounts.models import User
from talentpool.accounts.postal import PostalTask
from talentpool.candidates.models import Candidate, Membership, ProfileView
from talentpool.candidates.received import Confirmed, Reception, Source
from talentpool.dates import local_date, month_of, month_text
from talentpool.db import Session
from talentpool.engagements.models import Engagement
from talentpool.engagements.month_additions import MonthAddition
from talentpool.engagements.outlook import Answer, EngagementOutlook, Side
from talentpool.engagements.plan_changes import PlanChange
from talentpool.needs.models import JointMember, JointNeed, Need
from talentpool.panels.models import Panel
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.placements.adopting import adopt_round
from talentpool.placements.counters.models import CounterProposal
from talentpool.placements.finishing import end_engagement
from talentpool.placements.models import Placement
from talentpool.placements.questions.models import Question as NeedQuestion
from talentpool.reviews.answering import close_pair
from talentpool.reviews.asking import Question, ask
from talentpool.reviews.models import Kind, Review
from talentpool.rounds.models import DirectiveKind, Round
from talentpool.rounds.preparing import create_round, direct_pair, prepare_rerun, prepare_what_if
from talentpool.rounds.running import run_here
from talentpool.states import EngagementState, PlacementState
from talentpool.web.unit import TalentpoolFlask

from . import factories as make
from .browsers import Browser, signed_in
from .panels.made import make_panel
from .reviews.made import make_report

FIRST, SECOND = ("鷺沢", "凜々子", "サギサワ"), ("鵜飼", "蔵之介", "ウカイ")
EMPLOYEE = ("雁金", "燈一郎", "カリガネ")  # of the prefecture
UNASKED = ("鴫原", "颯太郎", "シギハラ")  # whom no vacancy has asked
SHOWING = {  # pages on which a name is seen in this test
    "candidates.list_candidates", "pool.list_never_asked", "rota.show_rota", "placements.record_wish", "candidates.show_candidate", "candidates.save_term", "candidates.show_reception", "credentials.list_of_person", "candidates.show_snapshots", "merging.list_alike", "home.find_anything", "home.show_home", "needs.show_need",
    "placements.draft_placements", "placements.draft_round", "placements.list_approvals", "placements.list_introductions",
    "placements.list_placements", "placements.list_letters", "placements.show_letter", "placements.record_answer", "placements.show_approval", "placements.show_introduction",
    "placements.show_placement", "rounds.compare_rounds", "rounds.direct_pair",
    "engagements.list_outlooks", "engagements.list_engagements", "engagements.show_engagement", "engagements.show_log", "engagements.show_statement",
    "reviews.list_reviews", "reviews.show_review", "panels.show_panel", "preferences.list_suiting_for", "preferences.rank_people", "preferences.record_interest", "placements.show_joint_work", "reviews.answer_review", "reviews.show_report", "reviews.write_report",
    "placements.compare_introduced", "placements.change_end", "placements.end_engagement", "placements.ask_more", "placements.propose_extension", "placements.show_addition", "placements.show_extension", "placements.show_terms", "placements.state_terms", "rounds.show_options", "rounds.show_pair", "rounds.show_ranking", "rounds.show_round",
}  # fmt: skip


LISTS = {
    "list_candidates", "list_never_asked", "list_needs", "list_placements", "list_approvals", "list_rounds", "list_accounts",
    "list_mails", "list_audit", "list_engagements", "list_reviews",
}  # fmt: skip


@dataclass
class Pool:
    app: TalentpoolFlask
    people: dict[int, tuple[str, ...]]  # candidate → the words of the name
    users: dict[str, User]
    ids: dict[str, list[int]]  # argument of an address → objects
    asked: list[int]  # needs of the rounds

    def paths(self, rule: Rule) -> Iterator[str]:
        """Every address of a page with every object; those with a secret in them stay out."""
        known = {**self.ids, "need_id": self.asked} if "round_id" in rule.arguments else self.ids
        if not rule.arguments <= known.keys():
            return
        names = sorted(rule.arguments)
        with self.app.test_request_context():
            for values in product(*(known[name] for name in names)):
                path = self.app.url_map.bind("").build(
                    rule.endpoint, dict(zip(names, values, strict=True))
                )
                yield from (f"{path}{query}" for query in self.queries(rule.endpoint))

    def queries(self, endpoint: str) -> list[str]:
        """Those of the page, and of the files of a list."""
        found = self.page_queries(endpoint)
        if endpoint.rpartition(".")[2] not in LISTS:
            return found
        files = ("format=csv", "format=csv&purpose=x", "format=csv&purpose=x&encoding=cp932")
        return [*found, *(f"{query or '?'}&{file}" for query in found for file in files)]

    def page_queries(self, endpoint: str) -> list[str]:
        if endpoint == "rounds.compare_rounds":
            return [f"?with={ident}" for ident in self.ids["round_id"]]
        if endpoint == "placements.list_placements":
            return ["", *(f"?state={state}" for state in PlacementState)]
        if endpoint == "home.find_anything":
            return ["", "?words=hanako"]  # both
        if endpoint == "candidates.list_candidates":
            return ["", "?state=active", "?state=applied"]
        return [""]

    def logged(self) -> set[tuple[int, int]]:
        """(person, viewer) of the lines since the last look."""
        query = sa.select(ProfileView.candidate_id, ProfileView.viewer_id)
        with self.app.database.reading() as session:
            found = {(person, viewer) for person, viewer in session.execute(query)}
        if found:
            with self.app.database.writing() as session:
                session.execute(sa.delete(ProfileView))
        return found

    def shown(self, answer: TestResponse) -> set[int]:
        is_cp932 = answer.mimetype_params.get("charset") == "Windows-31J"
        text = answer.data.decode("cp932" if is_cp932 else "utf-8")
        return {
            ident for ident, words in self.people.items() if any(word in text for word in words)
        }


def _person(
    session: Session,
    words: tuple[str, ...],
    made: Callable[..., Candidate] = make.make_candidate,
) -> Candidate:
    return made(
        session, half_days=40, most_at_once=10, family_name=words[0], given_name=words[1],
        family_kana=words[2], search_key="hanako", now=clock.now(),
    )  # fmt: skip


def _rounds(app: TalentpoolFlask, actor: Actor, needs: list[int], people: list[int]) -> list[int]:
    """One adopted with pins, one that waits, one stopped at a pin that cannot be kept, a what-if, and one more."""
    now = clock.now()
    with app.database.writing() as session:
        made = create_round(
            session, prefecture_code=make.HYOGO, title="回", need_ids=needs, policy=m.Policy(),
            time_limit=20, actor=actor, now=now,
        )  # fmt: skip
        for need, person, kind in zip(needs, people, DirectiveKind, strict=False):
            direct_pair(
                session, made, need_id=need, candidate_id=person, kind=kind, reason="都合",
                actor=actor, now=now,
            )  # fmt: skip
        first = made.id
    run_here(app.database, first)
    with app.database.writing() as session:
        base = session.get_one(Round, first)
        waiting = prepare_rerun(session, base, actor=actor, now=now)
        tried = prepare_what_if(
            session, base, title="試算", need_ids=needs, policy=m.Policy(), time_limit=20,
            what_if=m.WhatIf(), actor=actor, now=now,
        )  # fmt: skip
        other = create_round(
            session, prefecture_code=make.HYOGO, title="別", need_ids=needs, policy=m.Policy(),
            time_limit=20, actor=actor, now=now,
        )  # fmt: skip
        direct_pair(
            session, other, need_id=needs[0], candidate_id=people[1], kind=DirectiveKind.PIN,
            reason="都合", actor=actor, now=now,
        )  # fmt: skip
        ids = [first, waiting.id, tried.id, other.id]
    for ident in ids[2:]:
        run_here(app.database, ident)
    with app.database.writing() as session:
        adopt_round(session, session.get_one(Round, first), actor=actor, now=now)
    return ids


@pytest.fixture
def pool(app: TalentpoolFlask) -> Pool:
    now = clock.now()
    with app.database.writing() as session:
        users = {
            str(role): make.make_user(session, role)
            for role in Role
            if role not in {Role.SYSTEM, Role.CANDIDATE}
        }
        users["stranger"] = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
        people = [_person(session, FIRST), _person(session, SECOND)]
        people.append(_person(session, EMPLOYEE, make.make_employee))
        people.append(_person(session, UNASKED))
        for key, person in (("person", people[0]), ("other person", people[1])):
            users[key] = session.get_one(User, person.user_id)
        asked = [make.make_need(session, half_days=1, seats=1, now=now).id for _ in range(3)]
        for state in PlacementState:
            need = make.make_need(session, half_days=1, seats=2, now=now)
            make.make_placement(session, need, people[0], state=state, now=now)
            if state is PlacementState.DECLINED_BY_CANDIDATE:
                make.make_placement(
                    session, need, people[1], state=PlacementState.APPROVED, rank=2, now=now,
                    passed_at=now, passed_why="稼働が足りません。",
                )  # fmt: skip
        make.make_merge(session, *people[:2], merged_at=now, undone_at=now)
        log = make.make_sent_log(session, people[1], now=now)
        ask(session, Question(log.engagement, Kind.PULSE_30), actor=SYSTEM, now=now)
        shown = ask(session, Question(log.engagement, Kind.END), actor=SYSTEM, now=now)
        close_pair(session, shown, now=now)
        make_report(session, log.engagement, now=now)
        introduced = sa.select(Placement).where(Placement.state == PlacementState.INTRODUCED)
        row = session.scalars(introduced).one()
        make_panel(session, row)
        session.add(
            JointNeed(need_id=row.need_id, municipality_code=row.municipality_code, half_days=1)
        )
        session.add(
            JointMember(
                need=row.need, prefecture_code=make.HYOGO, municipality_code=make.SAYO, half_days=1,
                asked_at=now,
            )
        )  # fmt: skip
        session.add(
            EngagementOutlook(
                engagement_id=log.engagement_id, side=Side.TOWN, answer=Answer.END, answered_at=now,
                last_day=log.engagement.last_day,
            )
        )  # fmt: skip
        session.add(
            PostalTask(
                event="membership/1/activate/1", candidate_id=people[0].id, prefecture_code=make.HYOGO,
                template="membership.activate", link="/profile", ordered_at=now,
            )
        )  # fmt: skip
        session.add(
            Reception(
                candidate_id=people[1].id, prefecture_code=make.HYOGO, source=Source.PAPER,
                came_on=local_date(now), entered_at=now, confirmed_at=now, confirmed_how=Confirmed.CODE,
            )
        )  # fmt: skip
        for state in (PlacementState.OFFERED, PlacementState.INTRODUCED):
            need = make.make_need(session, half_days=1, seats=2, now=now)
            row = make.make_placement(session, need, people[0], state=state, now=now)
            make.make_counter(session, row, now=now, words="都合による")
            make.make_question(session, row, now=now)
        officer = users[str(Role.COORDINATOR)].actor
        free = {
            "state": EngagementState.ACTIVE,
            "candidate": people[1],
            "form": "commission",
            "now": now,
        }
        make.make_extension(session, make.make_engagement(session, **free), half_days=1, now=now)
        made = make.make_engagement(session, **free)  # can be extended
        make.make_addition(session, made, month=made.last_month, now=now)
        make.make_engagement(session, candidate=people[2], now=now)  # who has no account
        ended = make.make_engagement(session, **free)
        end_engagement(
            session, ended, last=dates.first_day(ended.last_month), reason="budget", actor=officer,
            now=now,
        )  # fmt: skip
        ids = [person.id for person in people]
        actor = users[str(Role.COORDINATOR)].actor
    rounds = _rounds(app, actor, asked, ids)
    with app.database.reading() as session:

        def every(model: type) -> list[int]:
            return list(session.scalars(sa.select(sa.inspect(model).primary_key[0])))

        idents = sorted({*ids, *every(Membership), *(user.id for user in users.values())})
        found = {
            "round_id": rounds, "candidate_id": ids, "placement_id": every(Placement),
            "need_id": every(Need), "ident": idents, "engagement_id": every(Engagement),
            "review_id": every(Review),
            "panel_id": every(Panel),
            "change_id": every(PlanChange),
            "addition_id": every(MonthAddition),
            "counter_id": every(CounterProposal),
            "question_id": every(NeedQuestion),
            "month": [month_text(month_of(local_date(now)))],
        }  # fmt: skip
    names = dict(zip(ids, (FIRST, SECOND, EMPLOYEE, UNASKED), strict=True))
    return Pool(app, names, users, found, asked)


SHUT = "このページを利用する権限がありません。"  # to the role of the reader
REFUSALS = {
    "sqlite": (
        "CREATE TRIGGER full BEFORE INSERT ON profile_view BEGIN SELECT RAISE(ABORT, 'full'); END",
        "DROP TRIGGER full",
    ),
    "postgresql": (
        "ALTER TABLE profile_view ADD CONSTRAINT full_up CHECK (id < 0) NOT VALID",
        "ALTER TABLE profile_view DROP CONSTRAINT full_up",
    ),
}


def test_a_page_whose_view_cannot_be_noted_is_not_shown(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        person = _person(session, FIRST)
    browser = signed_in(app, Role.COORDINATOR)
    refuse, allow = REFUSALS[app.database.engine.dialect.name]
    paths = ("/candidates", f"/candidates/{person.id}")
    for statement, status in ((refuse, 503), (allow, 200)):
        with app.database.writing() as session:
            session.execute(sa.text(statement))
        for path in paths:
            answer = browser.get(path)
            assert answer.status_code == status
            assert (FIRST[0] in answer.text) == (status == 200)
            assert ("Temporarily unavailable" in answer.text) == (status == 503)


def test_every_page_that_shows_a_name_notes_it_and_no_other_does(pool: Pool) -> None:
    rules = [rule for rule in pool.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    own = {
        pool.users["person"].id: min(pool.people),
        pool.users["other person"].id: sorted(pool.people)[1],
    }
    showing, faults = set(), []
    for key, user in pool.users.items():
        browser = Browser(pool.app)
        browser.enter(user)
        pool.logged()
        for rule in rules:
            if rule.endpoint == "static" or "sign" in rule.endpoint:
                continue
            for path in pool.paths(rule):
                answer = browser.get(path)
                shown = pool.shown(answer) - {own.get(user.id)}
                logged = pool.logged()
                if logged != {(person, user.id) for person in shown}:
                    faults.append(f"{key}: {path} shows {sorted(shown)}, logs {sorted(logged)}")
                showing |= {rule.endpoint} if shown else set()
                if SHUT.encode() in answer.data:  # whatever it is about
                    break
    assert not faults, "\n".join(faults)
    assert showing == SHOWING
