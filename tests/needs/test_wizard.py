"""A need topic by topic: templates, drafts that always save, explicit "no preference", twelve answers at most."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool import schema
from talentpool.db import Database, Session
from talentpool.errors import Refused
from talentpool.needs import rules
from talentpool.needs.content import NeedContent, SkillRequirement
from talentpool.needs.drafting import typed_in
from talentpool.needs.forms import ANY
from talentpool.needs.models import Need, NeedDraft
from talentpool.needs.steps import ASKED, MOST_ASKED, NeedStep
from talentpool.needs.templates import NeedTemplate, templates
from talentpool.needs.weights import even_out, share_rest, total_weight
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.service import load_catalogue
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import FIRST, HIMEJI, NOW, SAYO, make_need
from tests.pages import version_in

ANSWERS: dict[str, dict[str, Any]] = {  # to what the template "counter" leaves open
    "outcome": {
        "title": "書かない窓口の立ち上げ支援", "outcome_wanted": "転入で書く紙を1枚に。", "background": "窓口が混む。",
        "team": "", "department": "",
    },
    "period": {
        "half_days": "4", "first_month": "2027-09", "last_month": "令和10年3月", "seats": "1", "weekdays": [ANY],
    },
    "cost": {"pay_amount": "25,000", "pay_basis": "day"},
}  # fmt: skip


BEFORE = "0038"  # the revision
LABELS = {
    "1か月の半日コマ数", "報酬の額（円）", "募集の名前", "達成したいこと", "困っていること・背景", "テーマ", "段階", "役割", "始まりの年月",
    "終わりの年月", "用意できる任用形態",
}  # fmt: skip


@pytest.fixture
def catalogue(session: Session) -> Catalogue:
    return load_catalogue(session)


@pytest.fixture
def town(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.MUNICIPALITY)


def begin(town: Browser, **chosen: str) -> str:
    """The address of the draft."""
    answer = town.post("/needs/start", **chosen)
    assert answer.status_code == 302, answer.text
    assert answer.location.endswith("/outcome")
    return answer.location.removesuffix("/outcome")


def answer(town: Browser, page: str, step: str, **typed: Any) -> str:
    """Where the button leads that was pressed on the page of a step."""
    version = version_in(town.get(f"{page}/{step}").text, f"{page}/{step}")
    reply = town.post(f"{page}/{step}", **typed, version=version)
    assert reply.status_code == 303, reply.text
    return reply.location


def stored(database: Database) -> dict[str, list[str]]:
    with database.reading() as session:
        assert list(check.violations(session)) == []
        return typed_in(session.scalars(sa.select(NeedDraft)).one())


def test_a_template_and_a_few_answers_are_a_need(town: Browser, database: Database) -> None:
    shown = town.get("/needs/start").text
    assert all(f'template" value="{code}"' in shown for code in templates())
    page = begin(town, template="counter")
    steps = town.get(f"{page}/skills").text
    assert "ひな形のまま" in steps
    assert "必要な答え 12のうち9済み" in steps
    assert "ひな形「窓口改革」から" in steps
    check_page = town.get(f"{page}/check")
    assert check_page.status_code == 200
    assert "ひな形の「＿＿」を" not in check_page.text  # of what is asked first: what is missing
    assert answer(town, page, "period", next="1", half_days="4") == f"{page}/period?asked=1"
    asked = town.get(f"{page}/period?asked=1")
    assert asked.status_code == 422
    assert asked.text.count('class="field-error"') == 3  # both months, weekdays
    for step, typed in ANSWERS.items():
        following = NeedStep(step).neighbours[1] or "check"
        assert answer(town, page, step, next="1", **typed) == f"{page}/{following}"
    right = {n: v for n, v in stored(database).items() if n.startswith("skills-")}
    wrong = {f"skills-{n}-weight": "40" for n in range(4)}
    assert answer(town, page, "skills", next="1", **right | wrong) == f"{page}/skills?asked=1"
    refused = town.get(f"{page}/skills?asked=1")
    assert (refused.status_code, "重みの合計が" in refused.text) == (422, True)
    answer(town, page, "skills", next="1", **right)
    assert "入力済み" in town.get(f"{page}/skills").text
    version = version_in(town.get(f"{page}/check").text, f"{page}/check")
    done = town.post(f"{page}/check", submit="1", version=version)
    assert done.status_code == 302, done.text
    with database.reading() as session:
        need = session.scalars(sa.select(Need)).one()
        assert need.state is NeedState.SUBMITTED
        assert (need.weekdays, need.team, need.asks_form) == (127, "", False)
        assert "手順書" in need.tasks
        assert sum(skill.weight for skill in need.skills) == 100
        assert session.scalars(sa.select(NeedDraft)).all() == []


def test_a_draft_saves_whatever_is_typed_and_complains_at_the_field(
    town: Browser, database: Database
) -> None:
    page = begin(town, template="counter")
    wrong = {"half_days": "四つくらい", "first_month": "2027-13", "last_month": "", "seats": "99", "weekdays": [ANY, "0"]}  # fmt: skip
    assert answer(town, page, "period", save="1", **wrong) == f"{page}/period"
    kept = stored(database)
    assert {name: kept[name] for name in wrong} == {
        name: value if isinstance(value, list) else [value] for name, value in wrong.items()
    }
    assert kept["title"] == ["書かない窓口の立ち上げ支援"]  # of another page
    shown = town.get(f"{page}/period")
    assert shown.status_code == 200
    for text in ("四つくらい", "2027-13", "20枠以下", "ほかの項目の両方は選べません"):
        assert text in shown.text
    assert 'id="last_month-error"' not in shown.text  # not asked for yet
    version = version_in(shown.text, f"{page}/period")
    refused = town.post(f"{page}/check", submit="1", version=version)
    assert refused.location == f"{page}/check?asked=1"
    assert town.get(refused.location).status_code == 422
    assert town.get(f"{page}/nothing").status_code == 404
    unstorable = town.post(f"{page}/outcome", title="a\0b", version=version)
    assert unstorable.status_code == 422
    assert stored(database)["title"] == ["書かない窓口の立ち上げ支援"]


def test_rows_and_weights_change_without_scripts(town: Browser, database: Database) -> None:
    page = begin(town, blank="1")
    skills = {
        "skills-0-skill": "bpr", "skills-0-kind": "must", "skills-0-level": "2", "skills-0-weight": "3",
        "skills-0-group": "", "skills-1-skill": "data", "skills-1-kind": "want", "skills-1-level": "1",
        "skills-1-weight": "1", "skills-1-group": "",
    }  # fmt: skip
    assert answer(town, page, "skills", add="skills", **skills) == f"{page}/skills#skills-2-skill"
    assert stored(database)["skills-2-skill"] == [""]
    assert answer(town, page, "skills", even="1", **skills) == f"{page}/skills#skills"
    kept = stored(database)
    assert (kept["skills-0-weight"], kept["skills-1-weight"]) == (["75"], ["25"])
    assert answer(town, page, "skills", drop="skills-0", **skills) == f"{page}/skills#skills"
    assert "skills-0-skill" not in stored(database)
    both = answer(town, page, "skills", next="1", no_skills="y", **skills)
    assert "両方は使えません" in town.get(both).text
    none = answer(town, page, "skills", next="1")
    assert "問わないときは「技能は指定しない」" in town.get(none).text
    assert answer(town, page, "skills", next="1", no_skills="y") == f"{page}/period"


def test_two_officers_answer_the_same_draft(app: TalentpoolFlask, town: Browser) -> None:
    page = begin(town, template="bpr")
    version = version_in(town.get(f"{page}/outcome").text, f"{page}/outcome")
    first = town.post(f"{page}/outcome", title="業務の見直し", save="1", version=version)
    assert first.status_code == 303
    colleague = signed_in(app, Role.MUNICIPALITY)
    late = colleague.post(f"{page}/outcome", title="業務改善", next="1", version=version)
    assert late.status_code == 409
    assert "業務の見直し" in late.text
    assert 'value="業務改善"' in late.text
    again = colleague.post(
        f"{page}/outcome",
        title="業務改善",
        save="1",
        version=version_in(late.text, f"{page}/outcome"),
    )
    assert again.status_code == 303
    foreign = signed_in(app, Role.MUNICIPALITY, municipality_code=SAYO)
    assert foreign.get(f"{page}/outcome").status_code == 404
    assert foreign.post(f"{page}/check", submit="1").status_code == 404
    assert town.post(f"{page}/delete", version="3").status_code == 302
    lost = colleague.post(f"{page}/outcome", title="業務改善2", next="1", version="3")
    assert lost.status_code == 409
    assert 'value="業務改善2"' in lost.text


def test_a_need_is_begun_from_an_earlier_one_and_a_returned_one_is_put_right(
    town: Browser, database: Database
) -> None:
    with database.writing() as session:
        earlier = make_need(session, state=NeedState.OPEN, title="前の募集", roles=["pm"])
        returned = make_need(session, state=NeedState.DRAFT, title="直す募集")
        returned.review_reason, returned.submitted_at = "too_strict", returned.created_at
        foreign = make_need(session, municipality_code=SAYO)
    assert "前の募集" in town.get("/needs/start").text
    page = begin(town, copy=str(earlier.id))
    kept = stored(database)
    assert (kept["title"], kept["roles"], kept["first_month"]) == (["前の募集"], ["pm"], [""])
    assert town.post("/needs/start", copy=str(foreign.id)).status_code == 404
    assert town.post("/needs/start", copy="²").status_code == 404
    assert town.post("/needs/start", template="nothing").status_code == 404
    assert town.post(f"{page}/delete", version="1").status_code == 302
    guided = town.post(f"/needs/{returned.id}/steps", version=returned.version)
    page = guided.location.removesuffix("/outcome")
    assert "県から差し戻されています" in town.get(guided.location).text
    answer(town, page, "outcome", next="1", **{**ANSWERS["outcome"], "title": "直した募集"})
    answer(town, page, "work", next="1", theme="bpr", stage="plan", roles=[ANY], kinds=[ANY])
    shown = town.get(f"{page}/check").text
    done = town.post(f"{page}/check", save="1", version=version_in(shown, f"{page}/check"))
    assert done.location == f"/needs/{returned.id}", town.get(done.location).text
    with database.reading() as session:
        assert session.get_one(Need, returned.id).title == "直した募集"


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.code)
def test_what_a_template_proposes_can_be_handed_in(
    session: Session, catalogue: Catalogue, template: NeedTemplate
) -> None:
    given = dict(template.answers)
    skills = tuple(SkillRequirement(**row) for row in given.pop("skills"))
    needed: dict[str, Any] = {
        name: tuple(given.pop(name, ())) for name in ("roles", "forms", "kinds")
    }
    content = NeedContent(
        **given, **needed, skills=skills, first_month=FIRST, last_month=FIRST, place_code=HIMEJI, pay_amount=20_000
    )  # fmt: skip
    assert list(rules.faults(content, catalogue)) == []
    missing = rules.list_missing(content, catalogue)
    assert {sentence for _, sentence in missing} <= {
        "ひな形の「＿＿」を、町の内容に書き換えてください。"
    }
    texts = {name: getattr(content, name).replace(rules.BLANK, "3") for name in rules.TEXTS}
    assert rules.list_missing(replace(content, **texts), catalogue) == []
    assert content.tasks
    assert content.roles


def test_no_more_than_twelve_answers_are_asked(town: Browser) -> None:
    shown = town.get("/needs/new").text
    unit = r'(?:<span class="visually-hidden">[^<]*</span>)?'
    label = rf'<(?:label|legend)[^>]*>([^<]+){unit}\s*<span class="mark mark-required">'
    marked = set(re.findall(label, shown))
    marked = {text.strip() for text in marked}
    assert marked - {"募集枠", "都合のよい曜日"} == LABELS  # those two begin with an answer
    assert len(LABELS) == len(ASKED) - 1 <= MOST_ASKED  # the list of skills has no label of its own


def test_weights_are_shared_and_made_a_hundred() -> None:
    def asked(*rows: tuple[int, str | None]) -> tuple[SkillRequirement, ...]:
        return tuple(
            SkillRequirement(f"s{place}", 2, weight, must=True, group=group)
            for place, (weight, group) in enumerate(rows)
        )

    assert share_rest([40, None, None], [0, 1, 2]) == [40, 30, 30]
    assert share_rest([None, None, None], ["A", "A", 2]) == [50, 50, 50]
    assert share_rest([60, None, None], ["A", "A", 2]) == [60, 60, 40]
    with pytest.raises(Refused, match="残りがありません"):
        share_rest([100, None], [0, 1])
    for skills in (asked((3, None), (3, None), (3, None)), asked((9, "A"), (5, "A"), (1, None)), asked((1, None), (100, None))):  # fmt: skip
        evened = even_out(skills)
        assert total_weight(evened) == 100
        assert even_out(evened) == evened
        assert min(skill.weight for skill in evened) >= 1
    assert even_out(()) == ()


def test_an_older_database_carries_its_weights_and_answers_over(
    database: Database, session: Session
) -> None:
    draft = make_need(session, state=NeedState.DRAFT, musts={"bpr": 2, "data": 2, "security": 1})
    opened = make_need(session, musts={"bpr": 2, "data": 1}, opened_at=NOW, submitted_at=NOW)
    for need in (draft, opened):
        for skill, weight in zip(need.skills, (6, 3, 3), strict=False):
            skill.weight = weight
    idents = draft.id, opened.id
    session.commit()
    session.close()
    schema.downgrade(database, BEFORE)
    schema.upgrade(database)
    with database.reading() as reading:
        found = [reading.get_one(Need, ident) for ident in idents]
        assert [[skill.weight for skill in need.skills] for need in found] == [[50, 25, 25], [6, 3]]
        assert [need.answered_at for need in found] == [None, NOW]
        assert list(check.violations(reading)) == []
