"""Another round under other conditions: the form has everything of the one before, and every choice can be changed."""

from __future__ import annotations

from talentpool.db import Database
from talentpool.needs.models import Need
from talentpool.rounds.models import Round
from talentpool.rounds.running import run_here
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser

from .filling import defaults_of, make_round


def _directed(app: TalentpoolFlask, coordinator: Browser, database: Database) -> tuple[int, str]:
    """A finished round with a pair ruled out, and the key of that pair."""
    ident = make_round(coordinator, app)
    with database.reading() as session:
        need = session.get_one(Round, ident).needs[0].need_id
    address = f"/rounds/{ident}/needs/{need}/candidates/1/direct"
    coordinator.post(address, kind="forbid", reason="本人の都合")
    run_here(database, ident)
    return ident, f"{need}-1"


def test_the_form_of_the_next_round_has_the_choices_of_the_one_before(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident, key = _directed(app, coordinator, database)
    with database.writing() as session:
        round_ = session.get_one(Round, ident)
        round_.policy = {**round_.policy, "fill_premium": 12_345, "carry_over": {"28100": 7}}
        closed = round_.needs[-1].need_id
        need = session.get_one(Need, closed)
        need.state, code = NeedState.ON_HOLD, need.code
        title, kept = round_.title, [row.need_id for row in round_.needs if row.need_id != closed]
    address = f"/rounds/new?from={ident}"
    assert f'href="{address}"' in coordinator.get(f"/rounds/{ident}").text
    page = coordinator.get(address).text
    fields = defaults_of(page)
    assert fields["title"] == f"{title}（2）"
    assert sorted(map(int, fields["needs"])) == sorted(kept)  # type: ignore[call-overload]
    assert fields["fill_premium"] == "12345"
    assert fields["directives"] == [key]
    assert "本人の都合" in page
    assert "次の募集は公開中でないため" in page
    assert code in page
    wrong = coordinator.post(address, **{**fields, "needs": [str(kept[-1])]})
    assert wrong.status_code == 422
    assert "対象に選ばれていません" in wrong.text
    fields |= {"title": "条件を変えた回", "fill_premium": "1", "directives": []}
    answer = coordinator.post(address, **fields)
    assert answer.status_code == 302, answer.text
    with database.reading() as session:
        made = session.get_one(Round, int(answer.location.rsplit("/", 1)[1]))
        assert (made.title, made.based_on_id, made.directives) == ("条件を変えた回", ident, [])
        assert (made.policy["fill_premium"], made.policy["carry_over"]) == (1, {"28100": 7})
        assert [row.need_id for row in made.needs] == kept


def test_a_name_that_is_taken_is_refused_at_its_field_with_another(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    with database.reading() as session:
        title = session.get_one(Round, ident).title
    fields = defaults_of(coordinator.get("/rounds/new").text)
    answer = coordinator.post("/rounds/new", **{**fields, "title": title})
    assert answer.status_code == 422
    assert f"「{title}（2）」" in answer.text.split('id="title-error"')[1].partition("</p>")[0]


def test_what_is_foreign_or_absent_is_copied_for_nobody(coordinator: Browser) -> None:
    for text in ("0", "999", "x", ""):
        assert coordinator.get(f"/rounds/new?from={text}").status_code == 404


def test_a_comparison_of_rounds_with_other_needs_says_so_and_compares_what_both_asked_for(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    first = make_round(coordinator, app)
    fields = defaults_of(coordinator.get("/rounds/new").text)
    needs = [str(need) for need in fields["needs"]]  # type: ignore[attr-defined]
    answer = coordinator.post("/rounds/new", **{**fields, "needs": needs[:1]})
    second = int(answer.location.rsplit("/", 1)[1])
    for ident in (first, second):
        run_here(database, ident)
    with database.reading() as session:
        titles = {str(n): session.get_one(Need, int(n)).title for n in needs}
    for pair in ((first, second), (second, first)):
        page = coordinator.get("/rounds/{}/compare?with={}".format(*pair)).text
        assert "対象の募集が違う回どうしの比較です" in page
        warning, _, rest = page.partition("数字の違い")
        assert all(titles[need] in warning for need in needs[1:])
        assert not any(titles[need] in rest for need in needs[1:])
        assert "合計点は比べられません" in page
    same = coordinator.get(f"/rounds/{first}/compare?with={first}").text
    assert "対象の募集が違う" not in same


def test_the_price_of_a_pair_is_told_in_seats_and_towns_too(
    app: TalentpoolFlask, coordinator: Browser, database: Database
) -> None:
    ident = make_round(coordinator, app)
    run_here(database, ident)
    told = []
    with database.reading() as session:
        round_ = session.get_one(Round, ident)
        placed = {(pair.need_id, pair.candidate_id) for pair in round_.pairs}
        needs = [row.need_id for row in round_.needs]
    for need in needs:
        for person in (1, 2, 3):
            page = coordinator.get(f"/rounds/{ident}/needs/{need}/candidates/{person}")
            if page.status_code == 200 and (need, person) not in placed:
                told.append("適合度の合計" in page.text)
    assert told
    assert all(told)
