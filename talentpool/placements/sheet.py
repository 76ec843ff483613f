"""The decision paper as it is read: every row in Japanese, the same for the page and for the PDF.

A row for which there is no data is left out; nothing is said that was not computed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from .. import dates, matching as m
from ..accounts.models import User
from ..candidates.content import EMPLOYED
from ..candidates.models import ProfileSnapshot
from ..costs import Work, YearCost, cost_by_year, months_by_year
from ..db import Session
from ..matching.records import share_on_site
from ..needs.models import Need, NeedMode
from ..pay import UNPAID
from ..pool.conflicts import RULES
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.service import load_catalogue
from ..rounds.figures import Part, list_parts
from ..states import PLACEMENT, PlacementState
from ..typed.days import read_month
from . import lettering, papers
from .endorsing import is_wanted
from .freezing import describe_paper
from .models import PLANNED, Authority, DecisionPaper, Placement, Verdict
from .recorded import HOW_LABELS, How
from .sheet_parts import Bar, Section, Sheet, Stamp, Table

_AUTHORITIES = {Authority.DELEGATED: "専決", Authority.DEPUTISED: "代決"}
_ANSWERS = {"accept": "引受け", "decline": "辞退"}
LENT = "県の職員による支援（市町の任用と報酬はない）"
_NAME = 4  # characters of a name that fit into a stamp


def read_sheet(
    session: Session, paper: DecisionPaper, rows: Sequence[Placement] | None = None
) -> Sheet:
    """The sheet of a paper: from the frozen content once it is decided, from the rows before.

    rows: of `papers.list_rows`, where they are at hand.
    """
    return _Reading(session, paper, rows or papers.list_rows(session, paper)).sheet()


def number_of(paper: DecisionPaper) -> str:
    return f"{dates.show_fiscal_year(paper.fiscal_year)} 第{paper.number}号"


class _Reading:
    """What the rows of one sheet share: the content, the names, the words for codes."""

    def __init__(self, session: Session, paper: DecisionPaper, rows: Sequence[Placement]) -> None:
        self.session, self.paper, self.rows = session, paper, rows
        self.content = paper.content or describe_paper(session, paper, _standing(self.rows))
        self.need: Mapping[str, Any] = self.content["need"]
        self.people: Sequence[Mapping[str, Any]] = self.content["people"]
        self.words: Catalogue = load_catalogue(session)
        self.profiles = _read_profiles(session, self.rows)
        self.officers = _read_officers(session, self._officer_ids())
        self.is_endorsed_here = paper.is_waiting and is_wanted(session, paper)
        self.town = self.words.municipality(self.need["municipality"]).label()

    def sheet(self) -> Sheet:
        sections = (
            self._subject(), self._proposal(), self._reason(), self._alternates(), self._cost(),
            self._conflicts(), self._fairness(), self._afterwards(), self._proof(), self._decision(),
            self._outcome(), self._course(),
        )  # fmt: skip
        said = [section for section in sections if section is not None]
        prefecture = self.words.prefecture(self.paper.prefecture_code).ja
        return Sheet(
            number_of(self.paper),
            self._head(),
            self._stamps(),
            [*said, *self._lettering(said)],
            f"{prefecture} DX人材プール　{number_of(self.paper)}",
            frozenset(row.candidate_id for row in self.rows),
        )

    # --- The head

    def _head(self) -> list[tuple[str, str]]:
        day = dates.show_date(dates.local_date(self.paper.drafted_at))
        return [
            ("番号", number_of(self.paper)),
            ("起案日", str(day)),
            ("起案者", self._officer(self.paper.drafted_by)),
        ]

    def _stamps(self) -> list[Stamp]:
        paper = self.paper
        role = "却下" if paper.decision is Verdict.REFUSED else "承認"
        if paper.authority is not None:
            role = _AUTHORITIES[paper.authority]
        boxes = [self._stamp("起案", "起案", paper.drafted_by, paper.drafted_at)]
        if paper.endorsed_at is not None or self.is_endorsed_here:
            boxes.append(self._stamp("回議", "回議", paper.endorsed_by, paper.endorsed_at))
        return [*boxes, self._stamp("決裁", role, paper.decided_by, paper.frozen_at)]

    def _stamp(self, office: str, role: str, officer: int | None, at: datetime | None) -> Stamp:
        if at is None:
            return Stamp(office, "", "", "", "")
        moment = at.astimezone(dates.JST)
        year = dates.era(moment.date())[2:].split("年")[0].replace("元", "1")
        return Stamp(
            office,
            role,
            self._officer(officer).partition(" ")[0][:_NAME],
            f"{year}.{moment.month}.{moment.day}",
            _clock(at),
        )

    # --- The rows

    def _subject(self) -> Section:
        text = f"{self.town}「{self.need['title']}」への人材の推薦について（伺い）"
        return Section("件名", text, is_subject=True)

    def _proposal(self) -> Section:
        first, need = self.people[0], self.need
        months = self._months()
        forms = "・".join(self.words.label(Vocabulary.FORM, code) for code in need["forms"])
        seats = f"枠{self.content['seat']}（全{need['seats']}枠）" if need["seats"] > 1 else ""
        mode = self.words.label(Vocabulary.MODE, need["mode"])
        share = f"（現地{need['on_site_share']}%）" if need["mode"] == "hybrid" else ""
        office = " ".join(filter(None, [self.town, need["department"], need["code"], seats]))
        span = f"{dates.show_month(months[0])}〜{dates.show_month(months[-1])}（{len(months)}か月）"
        fields = [
            ("推薦する人", f"{self._name(first)} {first['candidate']}　{self._person(first)}"),
            ("募集", office),
            (
                "任用と報酬",
                LENT if self._is_employed(first) else "　".join(filter(None, [forms, self._pay()])),
            ),
            ("期間・稼働", f"{span}　月{need['half_days']}半日コマ　{mode}{share}"),
        ]
        return Section("案", "次のとおり推薦し、本人に打診してよろしいか伺います。", fields)

    def _reason(self) -> Section:
        first = self.people[0]
        place, is_planned = first.get("ranking"), first["reason"].get("code") in PLANNED
        where = (
            f"（条件を満たす{place['of']}名中{place['place']}位）"
            if place and not is_planned
            else ""
        )
        said = [f"適合度{first['fit'] / 100:.1f}点{where}。"]
        if is_planned:
            said.append(self._why(first))
        said += [
            f"固定：{row['reason']}。{self._price(row.get('effect'))}"
            for row in self.content["directives"]
            if (row["kind"], row["candidate"]) == ("pin", first["candidate"])
        ]
        comment = self.content.get("draft_comment")
        return Section(
            "理由",
            "".join(said),
            fields=[("起案の説明", comment)] if comment else (),
            table=self._skills(first),
            bars=self._bars(first),
        )

    def _price(self, effect: Mapping[str, Any] | None) -> str:
        """What the plan with a pin is beside the best plan without it, where that was reckoned."""
        if effect is None or not effect["moves"]:
            return ""
        seats = {code: more for code, more in effect["seats"].items() if more}
        moves = [(move["candidate"], move["leaves"], move["enters"]) for move in effect["moves"]]
        titles = self._titles(
            {*seats, *(code for _, *both in moves for codes in both for code in codes)}
        )
        said = f"固定がない最もよい案と比べて、埋まる枠{sum(seats.values()):+d}枠"
        if seats:
            said += (
                f"（{'、'.join(f'{titles[code]} {more:+d}枠' for code, more in seats.items())}）"
            )
        changed = [
            person
            + f"（{'、'.join([f'{titles[code]}から' for code in leaves] + [f'{titles[code]}へ' for code in enters])}）"
            for person, leaves, enters in moves
        ]
        return f"{said}。割当が変わった人：{'、'.join(changed)}。"

    def _skills(self, person: Mapping[str, Any]) -> Table | None:
        rows = [
            (
                self.words.label(Vocabulary.SKILL, row["skill"]),
                "必須" if row["must"] else "希望",
                _asked_level(row),
                _own_level(row),
                self.words.label(Vocabulary.EVIDENCE_STATE, row["evidence"])
                if row["evidence"]
                else "—",
            )
            for row in person.get("skills", ())
        ]
        head = "技能", "区分", "求める水準", "本人", "根拠"
        return Table(head, rows, numbers=(2, 3)) if rows else None

    def _bars(self, person: Mapping[str, Any]) -> list[Bar]:
        weights = (self.content["round"] or {}).get("weights", {})
        parts = list_parts(person["parts"], {"weights": weights}, person.get("ratings"))
        return [Bar(_part_name(part), part.reached, part.most) for part in parts]

    def _alternates(self) -> Section:
        rows = [
            (
                f"{place}番目",
                f"{self._name(person)} {person['candidate']}",
                f"{person['fit'] / 100:.1f}点",
                self._why(person),
            )
            for place, person in enumerate(self.people[1:], 2)
        ]
        if not rows:
            return Section("代替案", "次点の人はいない。")
        note = (
            f"1番目の人が辞退したとき、または打診から{self._offer_days()}の終わりまでに返事がないときは、"
            "2番目の人に打診する。その後も順に同じとする。"
        )
        head = "順", "次点の人", "適合度", "割当案での扱い"
        return Section("代替案", table=Table(head, rows, numbers=(2,), text=3), note=note)

    def _offer_days(self) -> str:
        """How long an answer may take. Papers that were decided before the days were edited say 7 days."""
        days = self.content.get("offer_days")
        return f"{days}開庁日目" if days else "7日目"

    def _cost(self) -> Section | None:
        need = self.need
        if need["pay_basis"] == UNPAID or not need["pay_amount"]:
            return Section("費用", "報酬は支払わない。")
        paid = [person for person in self.people if not self._is_employed(person)]
        if not paid:
            return Section("費用", "市町が負担する報酬はない（県が雇用し、給与を支払う）。")
        costs = cost_by_year(self._work(), self.content.get("trip_yen"))
        has_travel = any(row.travel for row in costs)
        spans = months_by_year(self._months())
        rows = [
            (f"{dates.show_fiscal_year(row.year)}（{_span(spans[row.year])}）", *_figures([row], has_travel))
            for row in costs
        ]  # fmt: skip
        if len(rows) > 1:
            rows.append(("計", *_figures(costs, has_travel)))
        source = need["funding_source"]
        notes = (
            [f"財源：{self.words.label(Vocabulary.FUNDING_SOURCE, source)}（募集による）"]
            if source
            else []
        )
        if len(paid) < len(self.people):
            names = "、".join(
                self._name(person) for person in self.people if self._is_employed(person)
            )
            notes.append(f"{names}さんは県が雇用しているため、この報酬はかからない")
        note = "。".join(notes)
        head = ("年度", "半日コマ", "報酬（円）", *(("旅費の見込み（円）",) if has_travel else ()))
        numbers = tuple(range(1, len(head)))
        return Section(
            "費用と財源" if source else "費用", table=Table(head, rows, numbers), note=note
        )

    def _work(self) -> Work:
        """As the need stood; papers from before it was kept say nothing of its mode."""
        need = self.need
        mode, share = NeedMode(need.get("mode", NeedMode.ONLINE)), need.get("on_site_share", 0)
        on_site = share_on_site(mode, share)
        return Work(
            need["pay_amount"], need["pay_basis"], need["half_days"], self._months(), on_site
        )

    def _conflicts(self) -> Section | None:
        """The screening of everybody on the paper, where it was kept."""
        if any("conflicts" not in person for person in self.people):
            return None
        said = []
        for person in self.people:
            lifted = {row["rule"]: row["reason"] for row in person["lifted_holds"]}
            for found in person["conflicts"]:
                why = f"（保留を解除：{lifted[found['rule']]}）" if found["rule"] in lifted else ""
                said.append(f"{self._name(person)}：{RULES[found['rule']][1]}{why}")
        note = "機械的な確認の補助であり、法的な判断ではない。"
        return Section("利益相反", "／".join(said) or "該当なし", note=note)

    def _fairness(self) -> Section | None:
        plan = (self.content["round"] or {}).get("plan")
        if not plan:
            return None
        return Section(
            "公平性",
            f"この回の割当案{plan['filled']}枠のうち、{self.town}は{plan['town']}枠"
            f"（募集した枠は全体で{plan['asked']}枠、{self.town}は{plan['town_asked']}枠）。",
        )

    def _afterwards(self) -> Section | None:
        if self.paper.frozen_at is not None or self.paper.ended_at is not None:
            return None
        need, count = self.need, len(self._months())
        return Section(
            "決裁の後",
            f"{self._name(self.people[0])}さんに打診し（期限は{self._offer_days()}の終わり）、"
            f"稼働台帳に月{need['half_days']}半日コマを{count}か月分仮押さえする。"
            f"{self.town}には、本人が引き受けるまで氏名を知らせない。",
        )

    def _proof(self) -> Section | None:
        round_ = self.content["round"]
        if not round_ or not round_["input_hash"] or round_["objective"] is None:
            return None
        value, bound = round_["objective"] / 100, round_["bound"]
        said = f"第{round_['number']}回"
        if round_["finished_at"]:
            said += f"（{_stamped(round_['finished_at'])}）"
        said += f"　合計{value:,.1f}点"
        if bound is not None:
            is_tight = bound == round_["objective"]
            said += f"{'＝' if is_tight else '、'}上限{bound / 100:,.1f}点"
            said += "" if is_tight else f"（差{round_['gap'] / 100:,.1f}点、最適かは未確認）"
        if "pins" in round_:
            said += f"　固定{round_['pins']}件・除外{round_['forbids']}件"
        digest = round_["input_hash"]
        groups = " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))
        return Section("計算の証明", said, code=f"入力のハッシュ SHA-256 {groups}")

    def _decision(self) -> Section | None:
        """What the approver wrote, and whether the content is that of the decision."""
        comment = self.content.get("decision_comment")
        fields = [("補足", comment)] if comment else []
        if self.paper.authority is not None:
            fields.append(("区分", _AUTHORITIES[self.paper.authority]))
        note = ""
        if self.content.get("carried"):
            note = "この内容は、決裁のときに固定したものではなく、様式が変わる前の記録から作り直したものである。"
        return Section("決裁", fields=fields, note=note) if fields or note else None

    def _outcome(self) -> Section | None:
        said = [self._told(entry) for entry in self.paper.outcomes]
        return Section("結果", "　→　".join(said)) if said else None

    def _told(self, entry: Mapping[str, Any]) -> str:
        name = next((self._name_of(row) for row in self.rows if row.id == entry["placement"]), "")
        day = _short(datetime.fromisoformat(entry["at"]))
        if entry["what"] == papers.CHANGED:
            decided = (
                f"［決裁 {self._officer(entry['decided_by'])}］" if entry["decided_by"] else ""
            )
            return f"{day} {name}さんの条件を変更（{self._changes(entry)}）{decided}"
        if entry["what"] == papers.ANSWERED:
            given = date.fromisoformat(entry["answered_on"])
            return (
                f"{day} {name}さんの返事：{_ANSWERS[entry['verb']]}"
                f"（{HOW_LABELS[How(entry['how'])][0]} {given.month}/{given.day}、{self._officer(entry['by'])}が記録）"
            )
        return self._told_of_work(entry, name, day)

    def _told_of_work(self, entry: Mapping[str, Any], name: str, day: str) -> str:
        if entry["what"] == papers.CONFIRMED:
            total = sum(entry["half_days"].values())
            return f"{day} {name}さんで確定（計{total}半日コマ）"
        if entry["what"] == papers.UNDONE:
            return f"{day} {name}さんの確定を取消し"
        if entry["what"] == papers.EXTENDED:
            last, added = date.fromisoformat(entry["last_day"]), entry["half_days"]
            until = f"{last.year}/{last.month}/{last.day}"
            return f"{day} {name}さんの活動を延長（最後の日 {until}、{added}半日コマを追加）"
        if entry["what"] == papers.ADDED:
            year, month = dates.year_and_month(read_month(entry["month"]))
            decided = (
                f"［決裁 {self._officer(entry['decided_by'])}］" if entry["decided_by"] else ""
            )
            added = entry["half_days"]
            return f"{day} {name}さんの活動に追加（{year}年{month}月、{added}半日コマ）{decided}"
        if entry["what"] == papers.FINISHED:
            last = date.fromisoformat(entry["last_day"])
            return f"{day} {name}さんの活動が終了（最後の日 {last.month}/{last.day}）"
        return (
            f"{day} この起案書の推薦が終了（{PLACEMENT.labels[PlacementState(entry['state'])][0]}）"
        )

    def _changes(self, entry: Mapping[str, Any]) -> str:
        """What differs, as it was and as it is."""
        before, after = entry["before"], entry["after"]
        said = []
        if before["half_days"] != after["half_days"]:
            said.append(f"月{before['half_days']}→{after['half_days']}半日コマ")
        periods = [
            "〜".join(
                "{}年{}月".format(*dates.year_and_month(read_month(one[name])))
                for name in ("first_month", "last_month")
            )
            for one in (before, after)
        ]
        if periods[0] != periods[1]:
            said.append("→".join(periods))
        if before["mode"] != after["mode"]:
            modes = (self.words.label(Vocabulary.MODE, one["mode"]) for one in (before, after))
            said.append("→".join(modes))
        return "、".join(said)

    def _course(self) -> Section:
        round_ = self.content["round"] or {}
        steps: list[tuple[datetime | None, str, int | None]] = [
            (_moment(round_.get("finished_at")), "計算", None),
            (_moment(round_.get("adopted_at")), "採用", round_.get("adopted_by")),
            (self.paper.drafted_at, "起案", self.paper.drafted_by),
        ]
        for row in self.rows[:1]:
            if row.returned_at is not None and row.return_reason is not None:
                label = self.words.label(Vocabulary.REFUSAL_REASON, row.return_reason)
                steps.append((row.returned_at, f"差戻し・{label}", None))
        if self.paper.endorsed_at is not None:
            steps.append((self.paper.endorsed_at, "回議", self.paper.endorsed_by))
        if self.paper.frozen_at is not None:
            said = "却下" if self.paper.decision is Verdict.REFUSED else "承認"
            if self.paper.authority is not None:
                said += f"・{_AUTHORITIES[self.paper.authority]}"
            steps.append((self.paper.frozen_at, said, self.paper.decided_by))
        told = [
            f"{_short(at)} {what}{f'（{self._officer(who)}）' if who else ''}"
            for at, what, who in sorted(
                ((at, what, who) for at, what, who in steps if at), key=lambda step: step[0]
            )
        ]
        if self.paper.is_waiting:
            is_proposed = any(row.state is PlacementState.PROPOSED for row in self.rows)
            told.append("決裁待ち" if is_proposed else "差戻し中")
        return Section("経過", " → ".join(told))

    def _lettering(self, said: Sequence[Section]) -> list[Section]:
        """The characters that the font of the PDF lacks, and what stands in their places there."""
        texts = [cell for section in said for cell in _cells(section)]
        missing = lettering.find_missing([*texts, *(stamp.name for stamp in self._stamps())])
        if not missing:
            return []
        codes = "、".join(f"{letter}（U+{ord(letter):04X}）" for letter in missing)
        note = f"PDFの書体に字形がない文字：{codes}。PDFでは「{lettering.STAND_IN}」で示す。"
        return [Section("字形", note)]

    # --- Names and words

    def _months(self) -> range:
        first, last = read_month(self.need["first_month"]), read_month(self.need["last_month"])
        return dates.months(first, last)

    def _pay(self) -> str:
        basis, amount = self.need["pay_basis"], self.need["pay_amount"]
        label = self.words.label(Vocabulary.PAY_BASIS, basis)
        return f"{label} {amount:,}円" if amount and basis != UNPAID else label

    def _name(self, person: Mapping[str, Any]) -> str:
        return self._name_of(next(row for row in self.rows if row.id == person["placement"]))

    def _name_of(self, row: Placement) -> str:
        """As it was when somebody decided; as it is now where nobody has."""
        profile = self.profiles.get(row.snapshot_id) if row.snapshot_id else None
        if profile and profile.get("family_name"):
            return f"{profile['family_name']} {profile['given_name']}".rstrip()
        return row.candidate.name

    def _person(self, person: Mapping[str, Any]) -> str:
        """Kind and home, as decided."""
        kind, home = self._known(person, "kind"), self._known(person, "home_code")
        said = [
            self.words.label(Vocabulary.CANDIDATE_KIND, kind) if kind else "",
            self.words.municipality(home).label() if home else "",
        ]
        return "・".join(filter(None, said))

    def _is_employed(self, person: Mapping[str, Any]) -> bool:
        """By the prefecture."""
        return self._known(person, "kind") == EMPLOYED

    def _known(self, person: Mapping[str, Any], column: str) -> str | None:
        """Of the profile: as decided, or as it is now."""
        row = next(row for row in self.rows if row.id == person["placement"])
        profile = self.profiles.get(row.snapshot_id) if row.snapshot_id else None
        known: str | None = (profile or {}).get(column) or getattr(row.candidate, column)
        return known

    def _why(self, person: Mapping[str, Any]) -> str:
        reason = person["reason"]
        if "code" not in reason:
            return ""
        return m.reason_text(reason, self._titles(reason.get("needs", ())), lang="ja")

    def _titles(self, codes: Collection[str]) -> dict[str, str]:
        """Need code → its town and title."""
        found = self.session.scalars(sa.select(Need).where(Need.code.in_(codes))) if codes else ()
        return {
            need.code: f"{self.words.municipality(need.municipality_code).label()}「{need.title}」"
            for need in found
        }

    def _officer(self, ident: int | None) -> str:
        return (self.officers.get(ident) if ident is not None else None) or "—"

    def _officer_ids(self) -> set[int]:
        round_ = self.content["round"] or {}
        paper = self.paper
        ids = {paper.drafted_by, paper.endorsed_by, paper.decided_by, round_.get("adopted_by")}
        ids |= {row["by"] for row in paper.outcomes if row["what"] == papers.ANSWERED}
        ids |= {entry.get("decided_by") for entry in paper.outcomes}
        return {ident for ident in ids if ident is not None}


def _standing(rows: Sequence[Placement]) -> Sequence[Placement]:
    """Those who wait for the decision; everybody where nobody does."""
    return [row for row in rows if row.state is PlacementState.PROPOSED] or rows


def _read_profiles(session: Session, rows: Iterable[Placement]) -> dict[int, Mapping[str, Any]]:
    """Snapshot id → the profile that it kept."""
    ids = {row.snapshot_id for row in rows if row.snapshot_id is not None}
    query = sa.select(ProfileSnapshot).where(ProfileSnapshot.id.in_(ids))
    return {row.id: json.loads(row.content) for row in session.scalars(query)} if ids else {}


def _read_officers(session: Session, ids: Iterable[int]) -> dict[int, str]:
    query = sa.select(User.id, User.display_name).where(User.id.in_(ids))
    return dict(session.execute(query).all())


def _cells(section: Section) -> list[str]:
    rows = section.table.rows if section.table else ()
    fields = [value for _, value in section.fields]
    return [section.text, section.note, *fields, *(cell for row in rows for cell in row)]


def _figures(costs: Sequence[YearCost], has_travel: bool) -> tuple[str, ...]:
    """Half-days, pay and travel of some years together."""
    sums = [sum(row.half_days for row in costs), sum(row.pay for row in costs)]
    if has_travel:
        sums.append(sum(row.travel or 0 for row in costs))
    return tuple(f"{n:,}" for n in sums)


def _span(months: Sequence[int]) -> str:
    first, last = (dates.year_and_month(month)[1] for month in (months[0], months[-1]))
    return f"{first}月" if first == last else f"{first}〜{last}月"


def _clock(at: datetime) -> str:
    moment = at.astimezone(dates.JST)
    return f"{moment.month}/{moment.day} {moment:%H:%M}"


def _part_name(part: Part) -> str:
    """A track record says of how many ratings it is made."""
    return part.label[0] if part.ratings is None else f"{part.label[0]}（{part.ratings}件）"


def _short(at: datetime) -> str:
    day = dates.local_date(at)
    return f"{day.month}/{day.day}"


def _moment(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


def _stamped(at: str) -> str:
    moment = datetime.fromisoformat(at).astimezone(dates.JST)
    return f"{moment:%Y-%m-%d %H:%M}"


def _asked_level(row: Mapping[str, Any]) -> str:
    """Papers from before such a year could be asked for have none."""
    since = row.get("since")
    return f"{row['level']}" if since is None else f"{row['level']}（{since}年以降に使用）"


def _own_level(row: Mapping[str, Any]) -> str:
    if row["own"] is None:
        return "—"
    if row.get("recent") is None:
        return f"{row['own']}"
    used = f"{row['used']}年" if row["used"] else "使用年は未記入"
    return f"{row['own']}（{used}・{'満たす' if row['recent'] else '満たさない'}）"
