"""What must still hold at every step forward: the need as decided, and the hard rules of matching on the pair.

The rules are the engine's own, asked for the one pair with today's rows, so that they stand once. What the
placement itself holds on the ledger counts as free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from .. import matching as m
from ..dates import local_date, month_of, months
from ..db import Session
from ..errors import Conflict
from ..language import named, say, sentences
from ..needs.models import Need
from ..permissions import Role
from ..pool.assemble import request_of
from ..pool.reading import read_profiles
from ..pool.records import Profile, Request
from ..pool.surveying import UNTOLD
from ..pool.translate import minutes_from, to_candidate, to_need
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..states import NeedState
from .conditions import Conditions
from .earning import Limits, read_limits
from .models import Placement

NOT_IN_POOL = say("登録が有効でなくなっています。")
NOT_OPEN = say("募集が公開中でなくなっています。")
PERIOD_OVER = say("この募集の期間は終わっています。")
CHANGED = say("募集の内容が、推薦したあとで変わっています。")
WITHHELD = say("県の確認が要ります。県担当者に連絡してください。")
LIMITS = frozenset({m.Rule.ON_SITE, m.Rule.INCOME})  # earning.Limits says these with their figures
# Of a conflict of interest and of a hold officers read, town and person are sent to them; so is a town with the limits.
_UNREAD: Mapping[Role, frozenset[m.Rule]] = {
    Role.MUNICIPALITY: UNTOLD | LIMITS,
    Role.CANDIDATE: frozenset({m.Rule.CONFLICT, m.Rule.HOLD}),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The people of some placements as matching sees them now; read once for a unit of work."""

    profiles: Mapping[int, Profile]  # by candidate id; who is not in the pool is absent
    catalogue: Catalogue
    this_month: int
    limits: Mapping[int, Limits] = field(default_factory=dict)  # that people have set for the work
    reader: Role | None = None  # of the sentences; none: staff

    @classmethod
    def read(
        cls,
        session: Session,
        placements: Iterable[Placement],
        now: datetime,
        reader: Role | None = None,
    ) -> Rules:
        """For placements of one prefecture."""
        rows, this_month = list(placements), month_of(local_date(now))
        session.flush()
        catalogue = load_catalogue(session)
        if not rows:
            return cls({}, catalogue, this_month, reader=reader)
        prefecture = rows[0].prefecture_code
        people = {row.candidate_id for row in rows}
        profiles = read_profiles(session, prefecture, people)
        return cls(profiles, catalogue, this_month, read_limits(session, people), reader)

    def faults(self, placement: Placement, under: Conditions | None = None) -> list[str]:
        """Why the placement may not go on, as sentences; nothing when it may. `under`: other conditions than its own."""
        conditions = under or placement.conditions
        need = placement.need
        if need.state is not NeedState.OPEN:
            return [NOT_OPEN]
        if need.content_version != placement.need_version:
            return [CHANGED]
        if placement.candidate_id not in self.profiles:
            return [NOT_IN_POOL]
        if not months_ahead(conditions, self.this_month):
            return [PERIOD_OVER]
        limits = self.limits.get(placement.candidate_id)
        beyond = limits.broken(placement, conditions, self.this_month) if limits else ()
        return readable(self.broken(placement, conditions), self.reader, beyond)

    def broken(self, placement: Placement, conditions: Conditions) -> Mapping[m.Rule, str]:
        """The engine's rules that the pair breaks in the months ahead, each as a sentence."""
        profile = self.profiles.get(placement.candidate_id)
        if profile is None:
            return {m.Rule.MEMBERSHIP: NOT_IN_POOL}
        return self.broken_by(profile, placement.need, conditions)

    def broken_by(
        self, profile: Profile, need: Need, conditions: Conditions
    ) -> Mapping[m.Rule, str]:
        """The same of a need as it would be."""
        broken = broken_rules(profile, need, conditions, self.catalogue, self.this_month)
        unread = unread_by(self.reader)
        return {rule: WITHHELD if rule in unread else text for rule, text in broken.items()}

    def check(self, placement: Placement) -> None:
        """Conflict that says what no longer holds."""
        faults = self.faults(placement)
        if faults:
            raise Conflict(sentences([say("この推薦は先に進められません。"), *faults]))


def unread_by(role: Role | None) -> frozenset[m.Rule]:
    """The rules of which `role` does not read, of one pair, that they are broken."""
    return _UNREAD.get(role, frozenset()) if role else frozenset()


def months_ahead(conditions: Conditions, this_month: int) -> range:
    """The months that are not over: what somebody who comes now is asked for."""
    return months(max(conditions.first_month, this_month), conditions.last_month)


def broken_rules(
    profile: Profile, need: Need, conditions: Conditions, catalogue: Catalogue, this_month: int
) -> Mapping[m.Rule, str]:
    """The engine's rules that the pair breaks in the months ahead, each as a sentence."""
    request = replace(
        request_of(need),
        half_days=conditions.half_days,
        first_month=months_ahead(conditions, this_month)[0],
        begins=need.first_month,
        last_month=conditions.last_month,
        mode=str(conditions.mode),
        on_site_share=conditions.on_site_share,
    )
    return broken_for(profile, request, catalogue)


def broken_for(profile: Profile, request: Request, catalogue: Catalogue) -> Mapping[m.Rule, str]:
    """The same for what `request` asks for; what the person has taken for it counts as free."""
    free = replace(profile, taken=tuple(x for x in profile.taken if x.need_code != request.code))
    minutes = minutes_from(profile.home_code, [request], catalogue)
    person = to_candidate(free, [request], minutes)
    broken = m.excluded([person], to_need(request, catalogue)).get(person.id, ())
    return {m.Rule(rule): _sentence(m.Rule(rule)) for rule in broken}


def readable(
    broken: Mapping[m.Rule, str], reader: Role | None, beyond: Iterable[str] = ()
) -> list[str]:
    """The rules that are broken, and the limits of the person that are exceeded, as `reader` may read them."""
    unread = unread_by(reader)
    rules = (
        WITHHELD if rule in unread else text for rule, text in broken.items() if rule not in LIMITS
    )
    limits = (WITHHELD if unread >= LIMITS else text for text in beyond)
    return list(dict.fromkeys([*rules, *limits]))


def _sentence(rule: m.Rule) -> str:
    text = m.RULES[rule]
    return say(
        "「%(rule)s」：%(sentence)s",
        rule=named((text.ja, text.en)),
        sentence=named((text.sentence_ja, text.sentence_en)),
    )


def check_pair(
    session: Session, placement: Placement, now: datetime, reader: Role | None = None
) -> None:
    Rules.read(session, [placement], now, reader).check(placement)
