"""What is asked when the requirements are worked out (要件整理): five questions, and what to ask besides by theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..language import Words


@dataclass(frozen=True, slots=True)
class Question:
    """name: the column of the consultation that keeps the answer."""

    name: str
    label: Words
    text: Words


QUESTIONS: tuple[Question, ...] = (
    Question(
        "outcome_wanted", ("得たい結果", "Outcome wanted"),
        ("1年後に、何がどうなっていれば「よかった」と言えますか", "In a year, what should have changed for you to be glad?"),
    ),
    Question(
        "background", ("背景", "Background"),
        ("いつから、だれが、どれだけ困っていますか", "Who has had the trouble, since when, and how much?"),
    ),
    Question(
        "tasks", ("頼みたい仕事", "Tasks"),
        ("その人に、最初の3か月で何をしてもらいますか", "What should the person do in the first three months?"),
    ),
    Question(
        "team", ("いまの体制", "Team that is there"),
        ("いっしょに動く職員はだれで、週に何時間使えますか", "Which staff work along, for how many hours a week?"),
    ),
    Question(
        "decided", ("決まっていること", "What is decided"),
        ("予算・時期・任用形態・議会日程で、動かせないものは何ですか",
         "What of budget, dates, form of appointment and assembly cannot be moved?"),
    ),
)  # fmt: skip
NAMES = tuple(question.name for question in QUESTIONS)

HINTS: Mapping[str, Words] = {  # by theme: what to ask besides
    "frontyard": ("窓口の1日の件数、待ち時間、書く枚数、支所の数", "Cases a day, waiting time, forms to fill in, branch offices"),
    "standardization": ("対象業務の移行の時期、いまの事業者と契約の期限、残る独自の機能", "When each system moves, vendors and ends of contracts, functions of your own that remain"),
    "eltax": ("いまの納付書の枚数、収納の締めと会計の流れ", "Number of payment slips, how collection is closed and booked"),
    "mynumber": ("交付の状況、出張申請の体制、使いたい手続き", "How many have the card, who goes out to apply, uses that are planned"),
    "security": ("規程と直近の監査、外部接続、委託先の一覧", "Rules and last audit, connections outside, contractors"),
    "ai_rpa": ("試したい業務と月の時間、使ってよい情報の決まり、すでにある道具", "Work to try it on and hours a month, rules on data, tools that are there"),
    "telework": ("対象の職員数、端末と回線、服務の決まり", "How many staff, devices and lines, rules of service"),
    "training": ("受ける職員の数と役割、使える時間、研修のあとにしてほしいこと", "Number and roles of staff, time they have, what they should do afterwards"),
    "planning": ("いまの計画の期限、策定の体制、議会と住民への説明の時期", "End of the present plan, who writes it, when assembly and residents are told"),
    "bpr": ("見直す業務と月の時間、手順書の有無、やめられそうなこと", "Work to review and hours a month, whether it is written down, what could be dropped"),
    "digital_divide": ("対象の人数と地区、教える人、会場", "How many people and where, who teaches, rooms"),
    "open_data": ("公開したいデータの持ち主、更新の回数、使う人", "Who owns the data, how often it changes, who uses it"),
    "resident_services": ("対象の住民、いまの手続き、届ける方法", "Residents meant, the procedure today, how it reaches them"),
    "education": ("学校の数と端末、教育委員会の担当、家庭の回線", "Schools and devices, who is in charge at the board, lines at home"),
    "culture_sports": ("施設の数と予約の方法、利用の記録", "Facilities and how they are booked, records of use"),
    "health_welfare": ("対象の人数、関わる事業所、個人情報の扱い", "How many people, providers involved, handling of personal information"),
    "childcare": ("施設と保護者の数、いまの連絡の方法", "Facilities and parents, how they are told today"),
    "transport_logistics": ("路線や配送の範囲、利用の数、事業者", "Routes and area, number of users, operators"),
    "agriculture": ("農家の数と作物、測りたいもの、通信の届く範囲", "Farms and crops, what to measure, where there is a signal"),
    "infrastructure": ("対象の施設と台帳、点検の体制、災害時の連絡", "Structures and their register, who inspects, messages in a disaster"),
    "industry": ("対象の事業所、商工会との分担、使える支援", "Businesses meant, share of the chamber, support there is"),
    "tourism": ("知りたい人の流れ、いまあるデータ、観光協会との分担", "Flows you want to know, data there is, share of the tourist board"),
    "crime_prevention": ("対象の地区、カメラなどの決まり、警察との連携", "Area, rules on cameras, work with the police"),
    "environment_energy": ("測りたい量、対象の施設、目標の年", "What to measure, facilities, year of the target"),
}  # fmt: skip
