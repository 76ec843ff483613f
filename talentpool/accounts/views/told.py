"""The detail of an audit event in the reader's words. What has no words is shown as it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext, lazy_gettext as _

from ...audit import OBJECTS, AuditEvent, Deed
from ...language import Words
from ...mail_choices import FAMILY_LABELS, HOW_LABELS, How
from ...reference.entries import Vocabulary
from ...states import MACHINES, PlacementState, Transition
from ...waits import Wait
from ...web import current_catalogue
from ...web.filters import show_day
from ...web.labels import label, role, term, town

SHORT = 12  # characters of a hash
NONE = "none"  # what was taken away
Names = Mapping[tuple[str, str], str]  # (table, id) → code


STATES: Mapping[str, type[StrEnum]] = {
    machine.name: machine.states for machine in MACHINES.values()
}
STEPS: Mapping[str, Transition] = {
    machine.entry(step).code: step for machine in MACHINES.values() for step in machine.transitions
}


OF_DEEDS = {  # of reasons
    Deed.ENGAGEMENT_SHORTEN.code: str(Vocabulary.ENGAGEMENT_END_REASON),
    Deed.INTEREST_SAY.code: str(Vocabulary.CANDIDATE_DECLINE_REASON),
}
CODES: Mapping[str, Mapping[str, Words]] = {  # of what is recorded by a code of its own
    "side": {"person": ("登録者", "Person"), "town": ("市町", "Municipality")},
    "channel": {
        "site": ("画面から", "On the site"),
        "telephone": ("電話", "Telephone"),
        "letter": ("手紙", "Letter"),
        "visit": ("来庁", "Visit"),
    },
    "answer": {
        "extend": ("延長を相談したい", "Would like to talk about an extension"),
        "end": ("期間どおりに終える", "End as agreed"),
        "talk": ("別の形で続けたい", "Go on in another form"),
        "undecided": ("まだ決まっていない", "Not decided yet"),
        "interested": ("興味あり", "Interested"),
        "not_now": ("今回は見送り", "Not this time"),
    },
    "cause": {"consent_withdrawn": ("同意の撤回", "Consent withdrawn")},
    "decision": {"approved": ("承認", "Approved"), "refused": ("却下", "Refused")},
    "ground": {  # of a recorded conflict
        "family": ("親族", "Family"),
        "request": ("本人の希望", "The person's wish"),
        "vendor": ("事業者との関係", "Ties to a vendor"),
        "office": ("元の職場", "Former office"),
        "other": ("その他", "Other"),
    },
    "lifter": {
        "coordinator": ("県担当者", "Coordinators"),
        "person": ("本人", "The person"),
        "nobody": ("だれも解除できない", "Nobody"),
    },
    "how": {  # a person confirmed, or answered
        "code": ("確認書の番号", "The code of the letter"),
        "telephone": ("電話", "Telephone"),
        "letter": ("手紙", "Letter"),
    },
    "kind": {  # of a note, of a review
        "note": ("メモ", "Note"),
        "call_made": ("電話をかけた", "Telephoned"),
        "call_received": ("電話を受けた", "Was telephoned"),
        "handover": ("引継ぎ", "Hand-over"),
        "pulse_30": ("30日の振り返り", "Check-in after 30 days"),
        "pulse_90": ("90日の振り返り", "Check-in after 90 days"),
        "end": ("終了の振り返り", "Review at the end"),
    },
    "outcome": {
        "filled": ("充足", "Filled"),
        "partly_filled": ("一部充足", "Partly filled"),
        "unfilled": ("未充足", "Unfilled"),
        "withdrawn": ("取下げ", "Withdrawn"),
        "completed": ("期間満了", "Period over"),
        "early": ("早期終了", "Ended early"),
        "not_begun": ("開始の記録なし", "No start recorded"),
    },
    "advice": {
        "take": ("受け入れがよい", "Take on"),
        "open": ("決められない", "Undecided"),
        "not": ("見送りがよい", "Do not take on"),
    },
    "result": {  # of a referral
        "accepted": ("採択・派遣決定", "Accepted"),
        "not_accepted": ("不採択", "Not accepted"),
        "not_applied": ("申し込まなかった", "Did not apply"),
    },
    "sharing": {
        "named": ("町名つきで見せる", "Shown with the name of the municipality"),
        "unnamed": ("町名なしで見せる", "Shown without the name"),
        "none": ("見せない", "Not shown"),
    },
    "source": {
        "paper": ("紙", "Paper"),
        "telephone": ("電話", "Telephone"),
    },
    "wish": {
        "leave": ("退会", "Leave"),
        "withdraw": ("必要な同意の撤回", "Withdraw the consent"),
        "renew": ("登録の更新", "Go on"),
    },
    "what": {
        "changed": ("条件の変更", "Conditions changed"),
        "confirmed": ("確定", "Confirmed"),
        "undone": ("確定の取消し", "Confirmation undone"),
        "finished": ("活動の終了", "Assignment over"),
        "ended": ("推薦の終了", "Ended"),
        "extended": ("活動の延長", "Assignment extended"),
        "added": ("半日コマの追加", "Half-days added to a month"),
        "answered": ("本人の返事の記録", "Answer of the person recorded"),
    },
}


def tell(event: AuditEvent, names: Names) -> str:
    """Each part of the detail, the change of state first."""
    detail = {name: value for name, value in event.detail.items() if value is not None}
    told = []
    if "from" in detail and "to" in detail:
        before, after = (_state(event, detail.pop(name)) for name in ("from", "to"))
        told.append(gettext("%(before)s → %(after)s", before=before, after=after))
    if event.action == Deed.CANDIDATE_VERIFY.code:
        told += [_evidence(skill, state) for skill, state in detail.items()]
    else:
        told += [_part(event, name, value, names) for name, value in detail.items()]
    return str(gettext("・").join(told))


def _evidence(skill: str, state: str) -> str:
    words = term(skill, "skill"), term(state, "evidence_state")
    return str(gettext("%(name)s：%(value)s", name=words[0], value=words[1]))


def _part(event: AuditEvent, name: str, value: Any, names: Names) -> str:
    words = WORDS.get(name)
    if words is None:
        return f"{name}: {value}"
    text, show = words
    return str(gettext("%(name)s：%(value)s", name=text, value=show(event, value, names)))


def _state(event: AuditEvent, value: str) -> str:
    kind = STATES.get(event.object_type)
    return label(kind(value)) if kind is not None and value in set(kind) else value


def _reason(event: AuditEvent, value: Any, _names: Names) -> str:
    step = STEPS.get(event.action)
    vocabulary = step.reasons if step is not None else OF_DEEDS.get(event.action)
    return term(value, vocabulary) if vocabulary else str(value)


def _plain(_event: AuditEvent, value: Any, _names: Names) -> str:
    if isinstance(value, bool):
        return str(gettext("はい") if value else gettext("いいえ"))
    if isinstance(value, list):
        return str(gettext("、").join(map(str, value)))
    return str(value)


def _coded_word(name: str) -> Callable[[AuditEvent, Any, Names], str]:
    words = CODES[name]
    return lambda _event, value, _names: label(words[value]) if value in words else str(value)


def _audience(_event: AuditEvent, value: Any, _names: Names) -> str:
    prefectures = {prefecture.code: prefecture for prefecture in current_catalogue().prefectures()}
    return label(prefectures[value]) if value in prefectures else town(value)


def _purpose(event: AuditEvent, value: Any, _names: Names) -> str:
    """A code at a consent, what was typed at a view and a download."""
    is_coded = event.action in {Deed.CONSENT_GIVE.code, Deed.CONSENT_WITHDRAW.code}
    return term(value, Vocabulary.CONSENT_PURPOSE) if is_coded else str(value)


def _post(_event: AuditEvent, value: Any, _names: Names) -> str:
    return term(value, Vocabulary.PREFECTURAL_POST)


def _questions(_event: AuditEvent, value: Any, _names: Names) -> str:
    return str(gettext("%(n)s問", n=len(value)))


def _form(_event: AuditEvent, value: Any, _names: Names) -> str:
    return term(value, Vocabulary.FORM)


def _items(_event: AuditEvent, value: Any, _names: Names) -> str:
    return str(gettext("、").join(term(code, Vocabulary.PREPARATION_ITEM) for code in value))


def _hash(_event: AuditEvent, value: Any, _names: Names) -> str:
    return f"{value}"[:SHORT]


def _coded(table: str) -> Callable[[AuditEvent, Any, Names], str]:
    return lambda _event, value, names: names.get((table, str(value)), str(value))


def _prefecture(_event: AuditEvent, value: Any, _names: Names) -> str:
    return label(current_catalogue().prefecture(value))


def _day(_event: AuditEvent, value: Any, _names: Names) -> str:
    """Of an instant or of a day."""
    is_day = len(value) == len("2027-04-01")
    return show_day(date.fromisoformat(value) if is_day else datetime.fromisoformat(value))


def _day_or_none(_event: AuditEvent, value: Any, _names: Names) -> str:
    return str(gettext("なし")) if value == NONE else show_day(date.fromisoformat(value))


def _officer_or_nobody(_event: AuditEvent, value: Any, names: Names) -> str:
    nobody = str(gettext("なし"))
    return nobody if value == NONE else names.get(("user_account", str(value)), str(value))


def _given(event: AuditEvent, value: Any, names: Names) -> str:
    """By officer, what they were given: `{"46": ["need/54"]}`."""
    told = []
    for officer, things in value.items():
        named = [_thing(*thing.split("/")) for thing in things]
        who = _officer_or_nobody(event, officer, names)
        told.append(gettext("%(name)s：%(value)s", name=who, value=gettext("、").join(named)))
    return str(gettext("・").join(told))


def _thing(kind: str, ident: str) -> str:
    return f"{label(OBJECTS[kind]) if kind in OBJECTS else kind} {ident}"


def _outcome_state(_event: AuditEvent, value: Any, _names: Names) -> str:
    return label(PlacementState(value)) if value in set(PlacementState) else str(value)


def _town(_event: AuditEvent, value: Any, _names: Names) -> str:
    return town(value)


def _towns(_event: AuditEvent, value: Any, _names: Names) -> str:
    return str(gettext("、").join(map(town, value)) or gettext("なし"))


def _role(_event: AuditEvent, value: Any, _names: Names) -> str:
    return role(value)


def _mails(_event: AuditEvent, value: Any, _names: Names) -> str:
    """Choices of mails, by family of events."""
    told = [
        gettext(
            "%(name)s：%(value)s", name=label(FAMILY_LABELS[family]), value=label(HOW_LABELS[how])
        )
        for family, how in value.items()
        if family in FAMILY_LABELS and how in set(How)
    ]
    return str(gettext("、").join(map(str, told)))


def _waits(_event: AuditEvent, value: Any, _names: Names) -> str:
    """Business days by what is waited for."""
    told = [
        gettext("%(name)s：%(value)s", name=label(Wait(wait)), value=days)
        for wait, days in value.items()
        if wait in set(Wait)
    ]
    return str(gettext("、").join(map(str, told)))


def _theme(_event: AuditEvent, value: Any, _names: Names) -> str:
    return term(value, str(Vocabulary.THEME))


def _by_year(_event: AuditEvent, value: Any, _names: Names) -> str:
    told = [gettext("%(name)s：%(value)s", name=year, value=f"{n:,}") for year, n in value.items()]
    return str(gettext("、").join(map(str, told)) or gettext("なし"))


def _hours(_event: AuditEvent, value: Any, _names: Names) -> str:
    """From one minute of the day to another; none at all where they were taken back."""
    if not value:
        return str(gettext("なし"))
    times = [f"{minute // 60}:{minute % 60:02d}" for minute in value]
    return str(gettext("\uff5e").join(times))


# What code records about an event: its name, and how its value is shown.
WORDS: Mapping[str, tuple[Any, Callable[[AuditEvent, Any, Names], str]]] = {
    "abstains": (_("棄権"), _plain),
    "advice": (_("まとめ"), _coded_word("advice")),
    "agrees": (_("事例への同意"), _plain),
    "answer": (_("返事"), _coded_word("answer")),
    "answered_on": (_("返事の日"), _day),
    "audience": (_("範囲"), _audience),
    "based_on": (_("もとの回"), _plain),
    "bars": (_("打診しないでほしい"), _plain),
    "before": (_("前"), _plain),
    "business_days": (_("開庁日の数"), _waits),
    "by": (_("方法"), _plain),
    "came_on": (_("受け付けた日"), _day),
    "candidate": (_("登録者"), _coded("candidate")),
    "cause": (_("原因"), _coded_word("cause")),
    "caused_by": (_("きっかけの操作をした人"), _coded("user_account")),
    "channel": (_("受け付けた方法"), _coded_word("channel")),
    "comes": (_("参加の希望"), _plain),
    "content": (_("内容の照合値"), _hash),
    "day": (_("日"), _day),
    "days": (_("日数"), _plain),
    "decision": (_("決裁"), _coded_word("decision")),
    "domain": (_("ドメイン"), _plain),
    "ended": (_("終わる推薦"), _plain),
    "engagement": (_("活動"), _plain),
    "endorsement": (_("回議"), _plain),
    "exceeds": (_("承認された期間か半日コマを超える"), _plain),
    "extension": (_("延長の番号"), _plain),
    "fields": (_("変えた項目"), _plain),
    "filters": (_("条件"), _plain),
    "first_day": (_("最初の日"), _day),
    "fiscal_year": (_("年度"), _plain),
    "fitting": (_("条件に合う人"), _plain),
    "follow_up": (_("次に見る日"), _day_or_none),
    "form": (_("任用形態"), _form),
    "from": (_("前"), _plain),
    "given": (_("引き継いだもの"), _given),
    "ground": (_("理由区分"), _coded_word("ground")),
    "half_days": (_("半日コマ"), _plain),
    "how": (_("方法"), _coded_word("how")),
    "input_hash": (_("入力の照合値"), _hash),
    "items": (_("準備の項目"), _items),
    "kept": (_("続く推薦"), _plain),
    "kind": (_("種類"), _coded_word("kind")),
    "km": (_("片道の距離の想定（km）"), _plain),
    "last_day": (_("最後の日"), _day),
    "left_out": (_("計算していない説明の数"), _plain),
    "lifter": (_("解除できる人"), _coded_word("lifter")),
    "list": (_("一覧"), _plain),
    "mail": (_("メールの番号"), _plain),
    "mails": (_("メール"), _mails),
    "members": (_("評価する人"), _plain),
    "month": (_("月"), _plain),
    "municipality": (_("市町"), _town),
    "named": (_("氏名"), _plain),
    "names_town": (_("市町の名前を示す"), _plain),
    "need": (_("募集"), _coded("need")),
    "needs": (_("募集の数"), _plain),
    "note": (_("メモの番号"), _plain),
    "number": (_("番号"), _plain),
    "objective": (_("合計点（100分の1点）"), _plain),
    "merged": (_("統合した登録"), _coded("candidate")),
    "other": (_("もう一方の登録"), _coded("candidate")),
    "outcome": (_("結果"), _coded_word("outcome")),
    "owner": (_("担当"), _officer_or_nobody),
    "paper": (_("起案書"), _plain),
    "placement": (_("推薦"), _plain),
    "points": (_("似ている点数"), _plain),
    "post": (_("県の職"), _post),
    "prefecture": (_("都道府県"), _prefecture),
    "programme": (_("支援制度の番号"), _plain),
    "purpose": (_("目的"), _purpose),
    "questions": (_("自己点検の項目"), _questions),
    "quiet": (_("メールを送らない時間"), _hours),
    "rank": (_("順位"), _plain),
    "reason": (_("理由"), _reason),
    "result": (_("結果"), _coded_word("result")),
    "role": (_("役割"), _role),
    "round": (_("回"), _plain),
    "row": (_("行"), _plain),
    "rows": (_("件数"), _plain),
    "rule": (_("規則"), _plain),
    "seat": (_("枠"), _plain),
    "seats": (_("募集枠"), _plain),
    "sharing": (_("ほかの市町への公開"), _coded_word("sharing")),
    "side": (_("どちらから"), _coded_word("side")),
    "snapshot": (_("控え"), _plain),
    "source": (_("受付の方法"), _coded_word("source")),
    "state": (_("状態"), _outcome_state),
    "step": (_("段階"), _plain),
    "theme": (_("テーマ"), _theme),
    "tries": (_("まちがった回数"), _plain),
    "to": (_("後"), _plain),
    "towns": (_("共同募集の市町"), _towns),
    "undo": (_("取消し"), _plain),
    "until": (_("期限"), _day),
    "version": (_("版"), _plain),
    "watches": (_("合う人が増えたら知らせる"), _plain),
    "withdrawn": (_("取りやめ"), _plain),
    "what": (_("内容"), _coded_word("what")),
    "wish": (_("申出"), _coded_word("wish")),
    "what_if": (_("試算"), _plain),
    "why": (_("理由"), _plain),
    "years": (_("年度ごとの額（円）"), _by_year),
    "yen": (_("1kmあたりの額（円）"), _plain),
}
