"""Rules and fit of one pair in plain Python, written from their meaning and not from the arrays."""

from __future__ import annotations

from talentpool import matching as m

EVIDENCE = {"self": 800, "documented": 900, "confirmed": 1000}


def _skill(person: m.Candidate, code: str, asked: int, year: int, half_life: int) -> int:
    claim = person.skills.get(code)
    if claim is None:
        return 0
    level = 800 * min(claim.level, asked) // asked + 200 * min(max(claim.level - asked, 0), 2) // 2
    unused = 30 if claim.last_used is None else max(year - claim.last_used, 0)
    recency = 500 + 500 * half_life // (half_life + unused)
    return level * recency * EVIDENCE[claim.evidence] // 1_000_000


def _skills(person: m.Candidate, need: m.Need, year: int, half_life: int) -> int:
    groups: dict[str, list[m.SkillRequirement]] = {}
    for number, asked in enumerate(need.skills):
        alone = not asked.must or asked.group is None
        groups.setdefault(f"#{number}" if alone else str(asked.group), []).append(asked)
    if not groups:
        return 1000
    earned = total = 0
    for group in groups.values():
        weight = max(asked.weight for asked in group)
        best = max(_skill(person, asked.skill, asked.level, year, half_life) for asked in group)
        earned, total = earned + weight * best, total + weight
    return earned // total


def _record(person: m.Candidate, policy: m.Policy) -> int:
    """As many ratings of the pool's mean as three beside the person's own, and no further than 250 from that mean."""
    usual = policy.record_mean // 5
    ratings = person.rating_count + 3
    own = (person.rating_sum * 1000 + policy.record_mean * 3) // (ratings * 5)
    if own < usual:
        return max(own, usual - 250, 0)
    return min(own, usual + 250, 1000)


def fit_parts(person: m.Candidate, need: m.Need, policy: m.Policy) -> dict[str, int]:
    """Part → bp."""
    year = need.months[0] // 12
    service = 1000 * min(person.service_years, 20) // 20
    bridging = _skill(person, "bridging", 4, year, policy.half_life) * 400 * 10 // 8
    free = [person.availability[t].half_days if t in person.availability else 0
            for t in need.months]  # fmt: skip
    share = need.on_site_share or (100 if need.mode == "onsite" else 50)
    minutes = min(person.travel.get(need.place, 180), 180)
    span = max(person.pay_wish - person.pay_minimum, 1)
    over = min(max(need.pay - person.pay_minimum, 0), span)
    theme = 300 if not person.themes else 600 * (need.theme in person.themes)
    region = 200 if not person.regions else 400 * (need.region in person.regions)
    kinds = need.preferred_kinds
    quality = {
        "skills": _skills(person, need, year, policy.half_life),
        "practice": (600 * service + bridging) // 1000,
        "role": 1000 if not need.roles or need.roles & person.roles else 0,
        "capacity": 1000 * min(*free, 2 * need.half_days) // (2 * need.half_days),
        "travel": 1000 if need.mode == "online" else 1000 - share * 10 * minutes // 180,
        "pay": 1000 if need.pay >= person.pay_wish else 1000 * over // span,
        "wish": person.wishes.get(need.id, theme + region),
        "preference": person.preferred.get(
            need.id, 1000 if not kinds or person.kind in kinds else 0
        ),
        "record": _record(person, policy),
    }
    return {part: policy.weights[part] * quality[part] // 1000 for part in m.PARTS}


def skill_count(person: m.Candidate, need: m.Need) -> int:
    return sum(asked.skill in person.skills for asked in need.skills)


def bonus(person: m.Candidate, need: m.Need, policy: m.Policy) -> int:
    in_force = policy.in_force_bonus if need.id in person.in_force else 0
    return in_force - policy.load_penalty * min(person.load, policy.load_cap)


def broken_rules(person: m.Candidate, need: m.Need) -> list[m.Rule]:
    """What keeps the person from the need, in the order of the rules."""
    first, last = need.months[0], need.months[-1]
    months = [person.availability.get(t, m.Month(0, 0, frozenset())) for t in need.months]
    on_site = need.mode in {"onsite", "hybrid"}
    online = need.mode in {"online", "hybrid"}
    groups: dict[str, list[bool]] = {}
    for number, asked in enumerate(need.skills):
        if asked.must:
            claim = person.skills.get(asked.skill)
            is_met = claim is not None and claim.level >= asked.level
            if is_met and claim is not None and asked.since is not None:
                is_met = claim.last_used is not None and claim.last_used >= asked.since
            groups.setdefault(asked.group or f"#{number}", []).append(is_met)
    share = 0 if not on_site else 100 if not online else need.on_site_share or 50
    monthly = need.pay * need.half_days if need.month_pay is None else need.month_pay
    paid = {t // 12 - (t % 12 < 3): 0 for t in need.months}
    for t in need.months:
        paid[t // 12 - (t % 12 < 3)] += monthly
    way = person.travel.get(need.place)
    is_near = way is not None and (person.travel_limit is None or way <= person.travel_limit)
    kept = {
        m.Rule.MEMBERSHIP: person.consents
        and person.member_from <= first
        and (person.member_until is None or person.member_until >= last),
        m.Rule.SKILL: all(any(group) for group in groups.values()),
        m.Rule.FORM: bool(need.forms & person.forms),
        m.Rule.MODE: all(
            ("onsite" in t.modes or not on_site) and ("online" in t.modes or not online)
            for t in months
        ),
        m.Rule.TRAVEL: not on_site or is_near or person.overnight,
        m.Rule.WEEKDAYS: all(
            8 * (t.weekdays & need.weekdays).bit_count() >= need.half_days for t in months
        ),
        m.Rule.CAPACITY: all(t.half_days >= need.half_days for t in months),
        m.Rule.ENGAGEMENTS: all(t.engagements < person.most_at_once for t in months),
        m.Rule.PAY: person.pay_minimum <= need.pay,
        m.Rule.ON_SITE: all(
            t.on_site is None or 200 * t.on_site >= need.half_days * share for t in months
        ),
        m.Rule.INCOME: all(
            yen <= (person.income_left or {}).get(y, yen) for y, yen in paid.items()
        ),
        m.Rule.CONFLICT: person.conflicts.get(need.id) != "block",
        m.Rule.HOLD: person.conflicts.get(need.id) != "hold",
        m.Rule.TRAINING: not need.requires_training
        or (person.training_until is not None and person.training_until >= last),
        m.Rule.FORBIDDEN: need.id not in person.forbidden,
    }
    assert list(kept) == list(m.Rule)
    return [rule for rule, is_kept in kept.items() if not is_kept]
