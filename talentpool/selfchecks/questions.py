"""The twelve questions, in four groups of three.

They follow what a DX推進リーダー does: to know administrative practice and to link general officials with specialists
(the ministry's levels of people, vocabulary talent_level).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..language import Words


class Answer(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


ANSWERS: Mapping[Answer, Words] = {
    Answer.YES: ("はい", "Yes"),
    Answer.PARTLY: ("一部", "Partly"),
    Answer.NO: ("いいえ", "No"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """One screen. questions: by code, which stays when the words change."""

    code: str
    name: Words
    questions: Mapping[str, Words]


GROUPS = (
    Group("practice", ("行政の実務", "Administrative practice"), {
        "explained_work": (
            "担当した業務の流れと根拠（法令・条例・要綱）を、ほかの課の人に説明したことがある。",
            "I have explained the steps of my work, and the rules behind it, to people of another division."),
        "made_budget": (
            "予算要求や契約・調達の書類を、自分で作ったか直したことがある。",
            "I have written or corrected papers of a budget request, a contract or a procurement."),
        "prepared_procedure": (
            "議会・監査・個人情報の手続きで、何をいつまでに用意するかを決めたことがある。",
            "I have decided what to prepare, and by when, for the assembly, an audit or data protection."),
    }),
    Group("listening", ("職員の困りごと", "What troubles officials"), {
        "listened": (
            "窓口や原課の職員に困っていることを聞き、書き出して確かめたことがある。",
            "I have asked officials at a counter or in a division what troubles them, written it down and checked it with them."),
        "drew_steps": (
            "仕事の手順を図や表にして、減らせる手順を職員と一緒に見つけたことがある。",
            "I have drawn the steps of a job and found, with the officials, which can go."),
        "without_tools": (
            "新しいシステムを入れる前に、やり方を変えるだけで済む直し方を提案したことがある。",
            "I have proposed a change of procedure that made a new system unnecessary."),
    }),
    Group("bridging", ("技術者との橋渡し", "Bridging to specialists"), {
        "wrote_requirements": (
            "職員の言葉を、技術者が作れる要件に書き直したことがある。",
            "I have rewritten what officials said as requirements that engineers can build."),
        "plain_words": (
            "技術者の説明を、専門用語を使わずに職員や管理職に伝えたことがある。",
            "I have passed on what engineers explained, without technical terms, to officials or managers."),
        "asked_vendor": (
            "事業者の見積りや提案の分からない点を質問し、答えを確かめたことがある。",
            "I have asked a vendor about what was unclear in an estimate or a proposal, and checked the answer."),
    }),
    Group("spreading", ("庁内に広げる", "Spreading it in the hall"), {
        "made_agreement": (
            "考えの違う課の間に入り、進め方の合意をまとめたことがある。",
            "I have stood between divisions that disagreed and brought about an agreement on how to go on."),
        "taught": (
            "職員が自分で続けられるように、手引きか研修を作って教えたことがある。",
            "I have made a guide or a course and taught officials so that they could go on by themselves."),
        "looked_after": (
            "使い始めたあとに、数字か職員の声で使われ方を確かめ、直したことがある。",
            "I have checked with figures or officials how something new was used, and corrected it."),
    }),
)  # fmt: skip
QUESTIONS: Mapping[str, Words] = {
    code: words for group in GROUPS for code, words in group.questions.items()
}


def find_group(code: str) -> Group | None:
    return next((group for group in GROUPS if group.code == code), None)


def following(group: Group) -> Group | None:
    """The next screen."""
    place = GROUPS.index(group) + 1
    return GROUPS[place] if place < len(GROUPS) else None
