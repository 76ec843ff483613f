"""What staff confirm before a need is published."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ..language import Words


class ReviewCheck(StrEnum):
    PRIVACY = "privacy"
    BUDGET = "budget"
    FORM = "form"

    @property
    def ja(self) -> str:
        return LABELS[self][0]

    @property
    def en(self) -> str:
        return LABELS[self][1]


LABELS: Mapping[ReviewCheck, Words] = {
    ReviewCheck.PRIVACY: (
        "個人の名前・連絡先など、個人情報が書かれていない",
        "No names, contact details or other personal data are written",
    ),
    ReviewCheck.BUDGET: (
        "報酬と財源が、市町の予算で裏付けられている",
        "Pay and funding are backed by the town's budget",
    ),
    ReviewCheck.FORM: (
        "任用形態の要件（条例・任期・日数）を満たしている",
        "The appointment form meets its rules (ordinance, term, days)",
    ),
}
