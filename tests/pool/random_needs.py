"""Made-up profiles and requests that meet every rule now and then; the long set runs 500 of them.

`python -m tests.pool.random_needs`: the live count of 500 needs is what the engine counts, each of its gains too.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace

import numpy as np

from talentpool import matching as m
from talentpool.candidates.content import Company, Matter, Post, SkillClaim, Window
from talentpool.matching.scoring.rules import Rule
from talentpool.needs.content import SkillRequirement
from talentpool.pool.counting import STAGES, Counted, count
from talentpool.pool.crowd import Crowd
from talentpool.pool.records import Ground, Known, Lifter, Profile, Request, Taken
from talentpool.pool.translate import to_need, translate
from talentpool.reference.catalogue import Catalogue
from tests.factories import FIRST

CATALOGUE = Catalogue.shipped()
TOWNS = ("282014", "285013", "282251", "131016")
SKILLS, FORMS = ("bpr", "security", "bridging"), ("commission", "contract_person", "concurrent")
YEAR = FIRST // 12
VENDORS = ("株式会社架空", "㈲例示")


def draw_people(r: random.Random, n: int) -> dict[int, Profile]:
    return {10 + number: _person(r, number) for number in range(n)}


def _person(r: random.Random, number: int) -> Profile:
    first = FIRST + r.randint(-2, 3)
    windows = [
        Window(
            first,
            first + r.randint(0, 9),
            r.randint(1, 9),
            r.choice([31, 3, 127]),
            r.choice(["both", "online", "onsite"]),
        )
    ]
    if r.random() < 0.2:
        windows.append(Window(FIRST + 1, FIRST + 1, 0, is_available=False))
    return Profile(
        code=f"C-{number:03d}", kind=r.choice(["official", "freelance"]),
        member_from=FIRST - r.choice([20, 20, -1]), member_until=FIRST + r.choice([60, 60, 2]),
        consents=r.random() < 0.95, home_code=r.choice(TOWNS),
        travel_limit=r.choice([None, 30, 90]), overnight=r.random() < 0.2, most_at_once=r.randint(1, 2),
        pay_minimum=r.choice([0, 8_000, 12_500, 20_000]), training_until=r.choice([None, FIRST + 2, FIRST + 40]),
        forms=tuple(sorted(r.sample(FORMS, r.randint(1, 2)))),
        skills=tuple(SkillClaim(skill, r.randint(1, 4), r.choice([None, YEAR - 4, YEAR - 2])) for skill in sorted(r.sample(SKILLS, r.randint(0, 3)))),
        posts=(Post("市役所", FIRST - 60, FIRST - 6, r.choice(TOWNS)),) if r.random() < 0.3 else (),
        companies=(Company(r.choice(VENDORS), "", False, True),) if r.random() < 0.3 else (),
        matters=(Matter(r.choice(VENDORS), FIRST - 30, ""),) if r.random() < 0.2 else (),
        known=(Known(r.choice([None, *TOWNS[:3]]), VENDORS[0], Ground.OTHER, r.choice(list(Lifter)), FIRST - 9),
               Known(r.choice(TOWNS[:3]), None, Ground.FAMILY, Lifter.NOBODY, FIRST, FIRST + 1)) if r.random() < 0.2 else (),
        windows=tuple(windows),
        taken=(Taken(FIRST + 1, 2, r.choice(["N-1", "N-9"]), r.randint(0, 1), 50_000),) if r.random() < 0.2 else (),
        lifted=(("N-1", "former_office"),) if r.random() < 0.1 else (),
        turned_down=("N-1",) if r.random() < 0.1 else (),
        onsite_days=r.choice([None, None, 0, 1, 2, 3]),
        income_ceiling=r.choice([None, None, 50_000, 200_000, 1_000_000]),
    )  # fmt: skip


def draw_request(r: random.Random) -> Request:
    first = FIRST + r.randint(0, 3)
    musts = r.sample(SKILLS, r.randint(0, 2))
    group = "A" if len(musts) == 2 and r.random() < 0.5 else None
    asked = [
        SkillRequirement(skill, r.randint(1, 3), 3, True, group, r.choice([None, None, 3]))
        for skill in musts
    ]
    asked += [SkillRequirement("pm", 2)] if r.random() < 0.5 else []
    return Request(
        code="N-1", municipality_code=r.choice(TOWNS[:3]), title="", theme="bpr", half_days=r.randint(1, 6),
        first_month=first, last_month=first + r.randint(0, 4), mode=r.choice(["online", "hybrid", "onsite"]),
        place_code=r.choice(TOWNS[:3]), pay_basis=r.choice(["day", "month", "time"]),
        pay_amount=r.choice([0, 9_000, 25_000, 50_000]), on_site_share=r.choice([0, 25, 75]), weekdays=r.choice([31, 1, 96]),
        forms=tuple(sorted(r.sample(FORMS, r.randint(1, 3)))), skills=tuple(asked),
        vendors=(r.choice(VENDORS),) if r.random() < 0.4 else (),
        touches_procurement=r.random() < 0.5, requires_training=r.random() < 0.3, seats=2, filled=r.randint(0, 2),
    )  # fmt: skip


def faults_of(seed: int) -> list[str]:
    """What the live count of one drawn need says otherwise than the engine does."""
    r = random.Random(seed)
    people, request = draw_people(r, r.randint(1, 40)), draw_request(r)
    crowd = Crowd.of(people, CATALOGUE, "28", FIRST - 4)
    counted = np.array([r.random() < 0.9 for _ in people], bool)
    found = count(crowd, counted, request, CATALOGUE, has_nearest=True)
    profiles = [who for who, is_in in zip(people.values(), counted, strict=True) if is_in]
    told = [*_wrong_count(found, profiles, request), *_wrong_gains(found, profiles, request)]
    # a crowd of which some were read anew counts the same
    old = {ident: replace(who, pay_minimum=99_000) for ident, who in people.items()}
    changed = Crowd.of({**people, **dict(list(old.items())[::2])}, CATALOGUE, "28", FIRST - 4)
    changed = changed.with_changed(list(old)[::2], dict(list(people.items())[::2]), CATALOGUE)
    again = count(
        changed, changed.among(crowd.ids[counted].tolist()), request, CATALOGUE, has_nearest=True
    )
    return told if again == found else [*told, "read anew"]


def _broken(profiles: list[Profile], request: Request) -> dict[str, list[Rule]]:
    candidates, needs = translate(profiles, [replace(request, filled=0)], CATALOGUE)
    found: dict[str, list[Rule]] = m.excluded(candidates, needs[0])  # type: ignore[assignment]
    return found


def _wrong_count(found: Counted, profiles: list[Profile], request: Request) -> list[str]:
    broken = _broken(profiles, request)
    alone = [rules[0] for rules in broken.values() if len(rules) == 1]
    left, faults = set(broken), []
    if (found.people, found.fitting) != (len(profiles), len(profiles) - len(broken)):
        faults.append("count")
    if found.near != {rule: alone.count(rule) for rule in Rule if rule in alone}:
        faults.append("near")
    if any(broken[near.code] != [near.rule] for near in found.nearest):
        faults.append("nearest")
    for stage in STAGES:
        left = {code for code in left if not set(broken[code]) & set(STAGES[stage])}
        out = {code for code in broken if code not in left}
        if found.left[stage] != len(profiles) - len(out):
            faults.append(stage)
    return faults


def _meets(claim: SkillClaim, asked: m.SkillRequirement) -> bool:
    is_late = asked.since is None or (claim.last_used or 0) >= asked.since
    return claim.skill == asked.skill and claim.level >= asked.level and is_late


def _wrong_gains(found: Counted, profiles: list[Profile], request: Request) -> list[str]:
    """Each step of the need by asking the engine for the need after it; each must by the claims."""
    steps = {
        "half_days": replace(request, half_days=request.half_days - 1),
        "mode": replace(request, mode="online", on_site_share=0),
        "training": replace(request, requires_training=False),
    }
    faults = []
    for ease in found.eases:
        eased = steps.get(ease.kind)
        if ease.kind == "recency":
            undated = (
                replace(s, used_within=None) if s.skill == ease.subject and s.must else s
                for s in request.skills
            )
            eased = replace(request, skills=tuple(undated))
        if ease.kind == "form":
            eased = replace(request, forms=(*request.forms, ease.subject or ""))
        if ease.kind == "half_days" and request.pay_basis == "month":
            eased = (
                None  # the same pay for less work is more for a half-day: the step alone is counted
            )
        if eased is None:
            continue
        if ease.gain != len(profiles) - len(_broken(profiles, eased)) - found.fitting:
            faults.append(ease.kind)
    for must in found.musts:
        meets = [any(_meets(c, a) for c in who.skills for a in must.group) for who in profiles]
        if must.people != sum(meets):
            faults.append("must")
    need = to_need(replace(request, filled=0), CATALOGUE)
    return faults if len(found.wishes) == sum(not a.must for a in need.skills) else ["wishes"]


def main() -> int:
    wrong = {seed: faults for seed in range(500) if (faults := faults_of(seed))}
    print(f"500 needs: {len(wrong)} counted otherwise than by the engine {wrong or ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
