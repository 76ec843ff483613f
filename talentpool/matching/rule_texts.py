"""The hard rules by code, with the words that a screen or a sheet shows for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    MEMBERSHIP = "membership"
    SKILL = "skill"
    FORM = "form"
    MODE = "mode"
    TRAVEL = "travel"
    WEEKDAYS = "weekdays"
    CAPACITY = "capacity"
    ENGAGEMENTS = "engagements"
    PAY = "pay"
    CONFLICT = "conflict"
    HOLD = "hold"
    TRAINING = "training"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class RuleText:
    """label: two or three words; sentence: what the rule demands."""

    ja: str
    en: str
    sentence_ja: str
    sentence_en: str


RULES: Mapping[Rule, RuleText] = {
    Rule.MEMBERSHIP: RuleText(
        "登録期間と同意", "Membership and consent",
        "募集の全期間にわたって登録が有効で、利用の同意があること。",
        "The membership is valid in all months of the need and consent is given."),
    Rule.SKILL: RuleText(
        "必須の技能", "Must skills", "必須の技能を、求められた水準以上で持つこと（いずれか指定は一つでよい）。",
        "Every must skill at its level; of an either/or group one is enough."),
    Rule.FORM: RuleText(
        "任用形態", "Appointment form", "市町が用意できる任用形態のどれかを、本人が受け入れること。",
        "A form that the town can issue and the person accepts."),
    Rule.MODE: RuleText(
        "働き方", "Mode", "オンラインまたは現地での勤務が、全期間で可能なこと。",
        "Online and on-site work as the need asks, in all months."),
    Rule.TRAVEL: RuleText(
        "移動時間", "Travel", "現地での仕事がある場合、移動時間が上限以内か、宿泊できること。",
        "On-site work lies within the travel limit, or the person stays overnight."),
    Rule.WEEKDAYS: RuleText(
        "曜日", "Weekdays", "双方に都合のよい曜日で、必要な半日コマに足りること。",
        "The weekdays that suit both give enough half-days."),
    Rule.CAPACITY: RuleText(
        "稼働", "Capacity", "全ての月に、必要な半日コマが空いていること。",
        "Enough free half-days in every month."),
    Rule.ENGAGEMENTS: RuleText(
        "同時の活動数", "Engagements at once", "全ての月で、同時に引き受けられる活動の数に余裕があること。",
        "Room for one more engagement in every month."),
    Rule.PAY: RuleText(
        "報酬", "Pay", "提示する報酬が、本人の最低額以上であること。",
        "The pay is not below the person's minimum."),
    Rule.CONFLICT: RuleText(
        "利益相反", "Conflict of interest", "利益相反による制限がないこと。",
        "No conflict of interest blocks the pair."),
    Rule.HOLD: RuleText(
        "利益相反の確認待ち", "Conflict to be cleared", "利益相反の確認が済んでいること。",
        "No conflict of interest waits to be cleared."),
    Rule.TRAINING: RuleText(
        "必須研修", "Required training", "必須研修が全期間にわたって有効であること。",
        "The required training is valid in all months."),
    Rule.FORBIDDEN: RuleText(
        "組合せの除外", "Forbidden pair", "この組合せが除外されていないこと。",
        "The pair is not ruled out."),
}  # fmt: skip
