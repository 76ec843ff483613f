"""What the prefecture wants of a plan, in whole basis points (100 bp = 1 point of fit)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .errors import InvalidPolicy

# The parts of a fit, in the order in which they are shown: code → (Japanese, English).
PARTS: Mapping[str, tuple[str, str]] = {
    "skills": ("技能の一致", "Skills"),
    "practice": ("行政実務と橋渡し", "Administrative practice and bridging"),
    "role": ("役割", "Role"),
    "capacity": ("稼働の余裕", "Capacity"),
    "travel": ("移動", "Travel"),
    "pay": ("報酬", "Pay"),
    "wish": ("本人の希望", "Wish of the person"),
    "preference": ("市町の希望", "Wish of the municipality"),
    "record": ("活動の実績", "Track record"),
}
# How filled seats are weighed against fit: code → (Japanese, English).
ORDERS: Mapping[str, tuple[str, str]] = {
    "premium": ("埋まる枠と適合度を合わせて比べる", "Weigh filled places against fit"),
    "stages": ("まず枠をできるだけ埋め、次に適合度を比べる", "Fill first, then fit"),
}
FULL = 10_000  # bp: the total of the weights, and the greatest fit
RECORD_MEAN = 3_000  # the middle of the ratings, in thousandths
GREATEST = 10_000_000  # bp: no premium is higher, so that floats stay exact in the solver


def _default_weights() -> dict[str, int]:
    weights = (3500, 1500, 800, 800, 1000, 600, 800, 500, 500)
    return dict(zip(PARTS, weights, strict=True))


@dataclass(frozen=True)
class Policy:
    """Weights and premiums of a round.

    Everything that is worth something is in bp; a premium is at most 10,000,000.

    Parameters
    ----------
    weights : mapping of str to int, optional
        Part of the fit → weight. All parts of `PARTS`, with a total of 10,000.
    fill_premium : int, optional
        Worth of one more filled seat.
    priority_bonus : int, optional
        Added for each level of a need's priority.
    size_class_premium : tuple of int, optional
        Added for needs of small, middle and large towns.
    carry_over : mapping of str to int, optional
        Municipality → bonus for having been left out last time.
    load_penalty : int, optional
        Taken off a pair for each half-day that the person served last year.
    load_cap : int, optional
        Half-days for which the penalty is taken, at most.
    in_force_bonus : int, optional
        Added for pairs of the plan in force.
    lottery_seed : int, optional
        Decides between plans of equal worth.
    half_life : int, optional
        Years without use after which recency has lost half of what it can lose, 1 to 100.
    order : {"premium", "stages"}, optional
        "premium" weighs filled seats against fit by `fill_premium`; "stages" first fills as many seats as can be
        filled at all, and only then looks at fit.
    fairness_floor : int, optional
        Percent of its seats that every size class should have filled; 0 for no floor.
    record_mean : int, optional
        Mean rating of the pool in thousandths, 1000 to 5000, towards which track records are shrunk. Whoever has no
        rating counts as this.

    Raises
    ------
    InvalidPolicy

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.Policy(order="stages").fill_premium
    20000
    >>> m.Policy(half_life=0)
    Traceback (most recent call last):
        ...
    talentpool.matching.errors.InvalidPolicy: half_life: must be an integer from 1 to 100
    """

    weights: Mapping[str, int] = field(default_factory=_default_weights)
    fill_premium: int = 20_000
    priority_bonus: int = 2_000
    size_class_premium: tuple[int, int, int] = (0, 0, 0)
    carry_over: Mapping[str, int] = field(default_factory=dict)
    load_penalty: int = 2
    load_cap: int = 100
    in_force_bonus: int = 500
    lottery_seed: int = 0
    half_life: int = 5
    order: str = "premium"
    fairness_floor: int = 0
    record_mean: int = RECORD_MEAN

    def __post_init__(self) -> None:
        for name in ("weights", "carry_over"):
            if not isinstance(getattr(self, name), Mapping):
                raise InvalidPolicy(f"{name}: must be an object")
        if not isinstance(self.size_class_premium, list | tuple):
            raise InvalidPolicy("size_class_premium: must be a list")
        for code in self.carry_over:
            if not isinstance(code, str):
                raise InvalidPolicy(f"carry_over.{code}: the municipality must be a string")
        if set(self.weights) != set(PARTS):
            raise InvalidPolicy(f"weights: must be given for {', '.join(PARTS)}")
        for part, weight in self.weights.items():
            _check_range(f"weights.{part}", weight, FULL)
        if sum(self.weights.values()) != FULL:
            raise InvalidPolicy(f"weights: must add up to {FULL}")
        if len(self.size_class_premium) != 3:
            raise InvalidPolicy(
                "size_class_premium: must have three entries, for small, middle and large towns"
            )
        premiums = {
            **{f"size_class_premium.{i}": v for i, v in enumerate(self.size_class_premium)},
            **{f"carry_over.{code}": value for code, value in self.carry_over.items()},
            "fill_premium": self.fill_premium,
            "priority_bonus": self.priority_bonus,
            "load_penalty": self.load_penalty,
            "load_cap": self.load_cap,
            "in_force_bonus": self.in_force_bonus,
        }
        for name, value in premiums.items():
            _check_range(name, value, GREATEST)
        _check_range("lottery_seed", self.lottery_seed, 2**63 - 1)
        _check_range("half_life", self.half_life, 100, least=1)
        _check_range("fairness_floor", self.fairness_floor, 100)
        _check_range("record_mean", self.record_mean, 5_000, least=1_000)
        if not isinstance(self.order, str) or self.order not in ORDERS:
            raise InvalidPolicy(f"order: must be one of {', '.join(ORDERS)}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; `from_dict` reads them back.

        The usual mean of track records is left out, so that the hash of inputs without ratings never changes.
        """
        mean = {} if self.record_mean == RECORD_MEAN else {"record_mean": self.record_mean}
        return {
            "weights": dict(self.weights),
            "fill_premium": self.fill_premium,
            "priority_bonus": self.priority_bonus,
            "size_class_premium": list(self.size_class_premium),
            "carry_over": dict(self.carry_over),
            "load_penalty": self.load_penalty,
            "load_cap": self.load_cap,
            "in_force_bonus": self.in_force_bonus,
            "lottery_seed": self.lottery_seed,
            "half_life": self.half_life,
            "order": self.order,
            "fairness_floor": self.fairness_floor,
            **mean,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Policy:
        """Read a policy from JSON. Missing keys keep their defaults, unknown keys are refused."""
        if not isinstance(document, Mapping):
            raise InvalidPolicy("a policy must be an object")
        known = {entry.name for entry in fields(cls)}
        unknown = sorted(set(document) - known)
        if unknown:
            raise InvalidPolicy(f"unknown key: {', '.join(map(str, unknown))}")
        values = dict(document)
        premium = values.get("size_class_premium")
        if isinstance(premium, list):
            values["size_class_premium"] = tuple(premium)
        return cls(**values)


def _check_range(name: str, value: object, most: int, *, least: int = 0) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidPolicy(f"{name}: must be an integer from {least} to {most}")
