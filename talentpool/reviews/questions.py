"""What each side is asked, as statements to agree with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..language import Words
from .models import Kind, ReviewSide

NAMES = ("first", "second", "third")
AGREEMENT: Mapping[int, Words] = {
    5: ("とてもそう思う", "Agree strongly"),
    4: ("そう思う", "Agree"),
    3: ("どちらともいえない", "Neither"),
    2: ("あまりそう思わない", "Disagree"),
    1: ("そう思わない", "Disagree strongly"),
}
QUALITY: Mapping[int, Words] = {
    5: ("とても良かった", "Very good"),
    4: ("良かった", "Good"),
    3: ("ふつう", "Fair"),
    2: ("あまり良くなかった", "Poor"),
    1: ("良くなかった", "Very poor"),
}
OVERALL: Words = ("全体として、この活動はどうでしたか", "How was this assignment as a whole?")
_PULSES: Mapping[ReviewSide, Sequence[Words]] = {
    ReviewSide.PERSON: (
        ("活動の内容は、聞いていた条件のとおりだ", "The work is what I was told it would be"),
        ("必要な情報や協力を、市町から得られている",
         "The municipality gives me the information and help I need"),
        ("無理なく続けられそうだ", "I can go on without strain"),
    ),
    ReviewSide.TOWN: (
        ("頼んだとおりに活動が進んでいる", "The work is going as we asked"),
        ("連絡や相談が滞りなくできている", "We reach each other without trouble"),
        ("このまま続けてほしい", "We want it to go on as it is"),
    ),
}  # fmt: skip
_ENDS: Mapping[ReviewSide, Sequence[Words]] = {
    ReviewSide.PERSON: (
        ("活動の内容は、聞いていた条件のとおりだった", "The work was what I was told it would be"),
        ("必要な情報や協力を、市町から得られた",
         "The municipality gave me the information and help I needed"),
        ("また引き受けたい", "I would do it again"),
    ),
    ReviewSide.TOWN: (
        ("頼んだとおりに活動が進んだ", "The work went as we asked"),
        ("連絡や相談が滞りなくできた", "We reached each other without trouble"),
        ("また頼みたい", "We would ask again"),
    ),
}  # fmt: skip


def questions_of(kind: Kind, side: ReviewSide) -> Sequence[Words]:
    return (_ENDS if kind is Kind.END else _PULSES)[side]
