"""The append-only record of every change, chained by keyed hashes.

Events are collected while a unit of work runs and written as its last statements: the row that holds the
head of the chain is locked last, so the chain does not put the work before it into a queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm import Mapped, mapped_column

from .crypto import keyed_hash
from .db import Base, Json, Session, Text, UtcDateTime, canonical_json
from .errors import ConfigError
from .language import Words
from .permissions import Action, Actor, Scope, viewed_by, within

GENESIS = "0" * 64
NO_HEAD = "the head of the chain is missing"


class AuditEvent(Base):
    __tablename__ = "audit_event"
    __table_args__ = (sa.Index("ix_audit_event_object", "object_type", "object_id"),)

    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(sa.BigInteger)  # stays when the account goes
    actor_role: Mapped[str] = mapped_column(Text(20))
    prefecture_code: Mapped[str | None] = mapped_column(Text(2))
    action: Mapped[str] = mapped_column(Text(60))
    object_type: Mapped[str] = mapped_column(Text(40))
    object_id: Mapped[str] = mapped_column(Text(40))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)  # ids, codes and numbers; never names
    hash: Mapped[str] = mapped_column(Text(64))


class AuditHead(Base):
    """One row: where the chain ends."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str] = mapped_column(Text(64))


viewed_by(AuditEvent, Action.VIEW_AUDIT)


@within(AuditEvent, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return AuditEvent.prefecture_code == actor.prefecture_code


@dataclass(frozen=True)
class Entry:
    """What can be recorded: its code in the chain, and what auditors read."""

    code: str
    ja: str
    en: str


class Deed(Entry, Enum):
    """Every entry but the steps of the state machines, which bring the labels of their buttons."""

    ACCOUNT_ACCEPT = "account.accept", "招待の受諾", "Invitation accepted"
    ACCOUNT_CALENDAR = "account.calendar", "カレンダーの住所の作成", "Address of a calendar made"
    ACCOUNT_CALENDAR_OFF = (
        "account.calendar_off",
        "カレンダーの住所の無効化",
        "Address of a calendar ended",
    )
    ACCOUNT_CONFIRM = "account.confirm", "メールアドレスの確認", "Address confirmed"
    ACCOUNT_CREATE = "account.create", "アカウントの作成", "Account created"
    ACCOUNT_DISABLE = "account.disable", "アカウントの停止", "Account disabled"
    ACCOUNT_ENABLE = "account.enable", "停止の解除", "Account enabled"
    ACCOUNT_INVITE = "account.invite", "招待", "Invited"
    ACCOUNT_LANGUAGE = "account.language", "言語の変更", "Language changed"
    ACCOUNT_MAILS = "account.mails", "メールの受け取り方の変更", "Choice of mails changed"
    ACCOUNT_PASSWORD = "account.password", "パスワードの変更", "Password changed"
    ACCOUNT_REQUEST_RESET = "account.request_reset", "再設定の申込み", "Password reset requested"
    ACCOUNT_RESET = "account.reset", "パスワードの再設定", "Password reset"
    ACCOUNT_ROLE = "account.role", "役割の変更", "Role changed"
    ACCOUNT_SIGN_IN = "account.sign_in", "ログイン", "Signed in"
    ACCOUNT_SIGN_OUT = "account.sign_out", "ログアウト", "Signed out"
    ACCOUNT_SIGN_UP = "account.sign_up", "新規登録", "Signed up"
    CANDIDATE_CONFIRM = "candidate.confirm", "稼働の確認", "Availability confirmed"
    CANDIDATE_EDIT = "candidate.edit", "登録情報の変更", "Profile changed"
    CANDIDATE_IMPORT = "candidate.import", "ファイルからの登録", "Profile imported"
    CANDIDATE_CONFIRM_PROFILE = (
        "candidate.confirm_profile",
        "本人による登録内容の確認",
        "Profile confirmed by the person",
    )
    CANDIDATE_READ_BACK = "candidate.read_back", "確認書の発行", "Letter to read back issued"
    CANDIDATE_RECEIVE = (
        "candidate.receive",
        "紙・電話からの登録",
        "Registered from paper or telephone",
    )
    CANDIDATE_START = "candidate.start", "登録の開始", "Profile started"
    CANDIDATE_VERIFY = "candidate.verify", "技能の根拠の確認", "Evidence of skills checked"
    CASE_CONTACT = "case_study.contact", "事例の問い合わせ先の公開", "Contact of a case offered"
    CASE_CONTACT_OFF = (
        "case_study.contact_off",
        "事例の問い合わせ先の取消し",
        "Contact of a case taken back",
    )
    CASE_PUT_IN = "case_study.put_in", "報告からの事例", "Case made of a report"
    CASE_RESTORE = "case_study.restore", "下げた事例の戻し", "Case put back"
    CASE_RETIRE = "case_study.retire", "事例を下げた", "Case taken down"
    CASE_WRITE = "case_study.write", "事例の記入", "Case written"
    COMPLAINT_ANSWER = "complaint.answer", "苦情への返事", "Complaint answered"
    COMPLAINT_CLOSE = "complaint.close", "苦情の終了", "Complaint closed"
    COMPLAINT_FILE = "complaint.file", "苦情の受付", "Complaint filed"
    COMPLAINT_PLAN = (
        "complaint.plan",
        "苦情の担当・期限の変更",
        "Owner or deadline of a complaint changed",
    )
    CONFLICT_END = "conflict.end", "利益相反の記録の終了", "Record of a conflict of interest ended"
    CONFLICT_RECORD = "conflict.record", "利益相反の記録", "Conflict of interest recorded"
    CONSENT_GIVE = "consent.give", "同意", "Consent given"
    CONSENT_WITHDRAW = "consent.withdraw", "同意の撤回", "Consent withdrawn"
    CREDENTIAL_ASK = "credential.ask", "証明の確認先への問合せ", "Office asked about a credential"
    SELF_CHECK_SAVE = "self_check.save", "自己点検の回答", "Answers about leading changed"
    CREDENTIAL_SAY = "credential.say", "証明の届出", "Credential said"
    CONSULTATION_CREATE = "consultation.create", "相談の下書き", "Consultation begun"
    CONSULTATION_DISCARD = (
        "consultation.discard",
        "相談の下書きの削除",
        "Unsent consultation deleted",
    )
    CONSULTATION_EDIT = "consultation.edit", "相談の下書きの変更", "Unsent consultation changed"
    CONSULTATION_INTERVIEW = (
        "consultation.interview",
        "要件整理の記入",
        "Requirements of a consultation written down",
    )
    CONSULTATION_LINK = (
        "consultation.link",
        "相談と募集の結び付け",
        "Vacancy linked to its consultation",
    )
    CONSULTATION_SHARE = (
        "consultation.share",
        "相談の公開範囲の変更",
        "Who may read a consultation changed",
    )
    COUNTER_MAKE = "counter_proposal.make", "条件の提案", "Other conditions proposed"
    DEADLINE_SET = "deadline.set", "期限の日数の変更", "Days of deadlines changed"
    EMPLOYMENT_DROP = (
        "employment.drop",
        "県の職員の雇用の期間の削除",
        "Term of employment by the prefecture deleted",
    )
    EMPLOYMENT_SAVE = (
        "employment.save",
        "県の職員の雇用の期間の記録",
        "Term of employment by the prefecture recorded",
    )
    ENGAGEMENT_OUTLOOK = "engagement.outlook", "活動の今後への返事", "Answered what comes next"
    ENGAGEMENT_OUTLOOK_SEEN = (
        "engagement.outlook_seen",
        "活動の今後への返事の確認",
        "Answer about what comes next noted",
    )
    ENGAGEMENT_PREPARE = "engagement.prepare", "準備の確認", "Preparation ticked"
    ENGAGEMENT_RECONSIDER = (
        "engagement.reconsider",
        "早期終了の変更・取りやめ",
        "Earlier end changed or taken back",
    )
    ENGAGEMENT_SHORTEN = "engagement.shorten", "早期終了の決定", "Earlier end decided"
    DUTY_HAND_OVER = "duty.hand_over", "担当の引継ぎ", "Work handed over"
    DUTY_SET = "duty.set", "担当・次に見る日の変更", "Owner or next date changed"
    LETTER_POST = "letter.post", "手紙の投函・電話", "Letter posted, or told by telephone"
    LIST_DOWNLOAD = "list.download", "一覧のダウンロード", "List downloaded"
    MAIL_RESEND = "mail.resend", "メールの再送", "Mail sent again"
    MEMBERSHIP_EXTEND = (
        "membership.extend",
        "登録の期限の変更",
        "Last day of a registration changed",
    )
    MEMBERSHIP_RENEW = "membership.renew", "登録の更新", "Registration renewed"
    MERGE_DISTINCT = "person_merge.distinct", "別人であることの記録", "Said to be two people"
    MERGE_MAKE = "person_merge.make", "登録の統合", "Registrations merged"
    MERGE_UNDO = "person_merge.undo", "統合の取消し", "Merge undone"
    CANDIDATE_WRONG_CODE = (
        "candidate.wrong_code",
        "確認書のまちがった番号の入力",
        "Wrong code of a letter typed",
    )
    MEMBERSHIP_WISH = (
        "membership.wish",
        "本人の申出の記録",
        "Wish of a person without an account written down",
    )
    ADDITION_ASK = "month_addition.ask", "半日コマの追加の申出", "More in a month asked for"
    NEED_CREATE = "need.create", "募集の作成", "Vacancy created"
    NEED_DELETE = "need.delete", "募集の下書きの削除", "Draft of a vacancy deleted"
    NEED_JOINT = "need.joint", "共同募集の分担の変更", "Joint vacancy shared out"
    NEED_SAVE = "need.save", "募集の変更", "Vacancy changed"
    NEED_PREVIEW = (
        "need.preview",
        "公開中の募集の変更の影響の確認",
        "Effect of a change of an open vacancy looked at",
    )
    NEED_REVISE = "need.revise", "公開中の募集の変更", "Open vacancy changed"
    NEED_DRAFT_DELETE = (
        "need.draft_delete",
        "書きかけの募集の削除",
        "Unfinished vacancy deleted",
    )
    NEED_DRAFT_FINISH = (
        "need.draft_finish",
        "書きかけの募集の完成",
        "Unfinished vacancy completed",
    )
    NEED_DRAFT_FREE = (
        "need.draft_free",
        "終了した募集からの書きかけの切離し",
        "Unfinished vacancy kept when its vacancy ended",
    )
    NEED_DRAFT_SAVE = "need.draft_save", "書きかけの募集の保存", "Unfinished vacancy saved"
    NOTE_WRITE = "note.write", "メモ・電話の記録", "Note or call written down"
    OFFICE_SAVE = "office.save", "担当窓口の変更", "Office changed"
    PANEL_CONSENSUS = "panel.consensus", "評価会のまとめ", "Conclusion of a panel"
    PANEL_OPEN = "panel.open", "評価会の開始", "Panel opened"
    PANEL_REPLACE = "panel.replace", "評価する人の交代", "Member of a panel replaced"
    PANEL_SCORE = "panel.score", "評価会での評価", "Scored on a panel"
    PAPER_ENDORSE = "paper.endorse", "起案書の回議", "Decision paper endorsed"
    PAPER_FREEZE = "paper.freeze", "起案書の固定", "Decision paper made final"
    PAPER_NUMBER = "paper.number", "起案書の番号の付与", "Decision paper numbered"
    PAPER_OUTCOME = "paper.outcome", "起案書への結果の記載", "Outcome added to a decision paper"
    PAPER_PRINT = "paper.print", "起案書のPDFの作り直し", "Decision paper printed again"
    PLACEMENT_EXTEND = "placement.extend", "回答期限の延長", "Deadline extended"
    PLACEMENT_LIFT_HOLD = "placement.lift_hold", "保留の解除", "Conflict of interest lifted"
    PLACEMENT_PASS = "placement.pass", "打診できず", "Could not be asked"
    PLACEMENT_SUGGEST = "placement.suggest", "候補への追加", "Suggested"
    POOL_ENDORSEMENT = "pool.endorsement", "回議の設定の変更", "Endorsement turned on or off"
    POOL_EXPORT = "pool.export", "ファイルへの書出し", "Exported to a file"
    POOL_OPEN = "pool.open", "人材プールの開設", "Pool opened"
    FUNDING_RATE = "funding.rate", "旅費の単価の変更", "Price of a kilometre changed"
    FUNDING_SAVE = "funding.save", "財源措置の登録・変更", "Funding measure entered or changed"
    FUNDING_TAKE = (
        "funding.take",
        "用意された財源措置の取込み",
        "Funding measure of the software taken in",
    )
    MEETING_CANCEL = "meeting.cancel", "集まりの中止", "Meeting cancelled"
    MEETING_INTEREST = "meeting.interest", "集まりへの参加の希望", "Interest in a meeting"
    MEETING_SAVE = "meeting.save", "集まりの登録・変更", "Meeting entered or changed"
    COMPANION_DROP = (
        "companion.drop",
        "同じテーマの市町への知らせの取消し",
        "Theme no longer told to other municipalities",
    )
    COMPANION_NAME = (
        "companion.name",
        "同じテーマの市町への知らせ",
        "Theme told to other municipalities",
    )
    INTEREST_RECORD = (
        "interest.record", "募集への興味の返事の代理記録", "Answer to an open vacancy, recorded",
    )  # fmt: skip
    INTEREST_SAY = "interest.say", "募集への興味の返事", "Answer to an open vacancy"
    NEED_WATCH = (
        "need_watch.keep",
        "募集に合う人の知らせの設定",
        "Watch of the people who fit a vacancy",
    )
    NEED_SHOWING = (
        "need_showing.choose",
        "募集の市町名を示すかどうかの変更",
        "Choice to name the municipality of a vacancy",
    )
    NEED_COST = "need.cost", "募集の翌年度からの経費の変更", "Running cost of a vacancy changed"
    PROGRAMME_SAVE = "programme.save", "支援制度の登録・変更", "Programme entered or changed"
    PROGRAMME_TAKE = (
        "programme.take",
        "用意された支援制度の取込み",
        "Programme of the software taken in",
    )
    REFERRAL_MAKE = "referral.make", "支援制度の案内", "Referred to a programme"
    REFERRAL_RECORD = (
        "referral.record",
        "支援制度の案内の経過の記録",
        "Course of a referral recorded",
    )
    REFERENCE_LOAD = "reference.load", "参照データの読込み", "Reference data loaded"
    REFERENCE_MAIL_DOMAIN = "reference.mail_domain", "メールのドメインの追加", "Mail domain added"
    REFERENCE_RETIRE = "reference.retire", "項目の廃止", "Term retired"
    REFERENCE_REVISE = "reference.revise", "項目の改訂", "Term revised"
    REFERENCE_TRAVEL = "reference.travel", "移動時間の変更", "Travel time changed"
    REPORT_AGREE = "report.agree", "事例への同意", "Case study agreed to"
    REPORT_SAVE = "report.save", "報告の下書きの保存", "Draft of a report saved"
    REPORT_SEND = "report.send", "報告の送付", "Report sent"
    REPORT_WITHDRAW = "report.withdraw", "事例への同意の取消し", "Consent to a case study withdrawn"
    REVIEW_ASK = "review.ask", "振り返りの質問", "Review asked for"
    REVIEW_REPLY = "review.reply", "振り返りへの返信", "Reply to a review"
    ROUND_CREATE = "round.create", "マッチング回の作成", "Round created"
    ROUND_DROP = "round.drop", "固定・除外の取消し", "Fix or exclusion dropped"
    QUESTION_ASK = "question.ask", "募集への質問", "Question about a vacancy asked"
    ROUND_EXPLAIN = "round.explain", "理由の計算", "Reasons calculated"
    ROUND_FORBID = "round.forbid", "組合せの除外", "Match excluded"
    ROUND_ORDER = "round.order", "実行の指示", "Run ordered"
    ROUND_PIN = "round.pin", "組合せの固定", "Match fixed"
    ROUND_STOP = "round.stop", "中止の指示", "Stop requested"
    CHANGE_PROPOSE = "plan_change.propose", "延長の起案", "Extension drafted"
    STATEMENT_PRINT = "statement.print", "報酬・旅費計算書のPDFの作成", "Statement of pay printed"
    TERMS_ACCEPT = "work_terms.accept", "勤務条件の承諾", "Terms of work accepted"
    TERMS_STATE = "work_terms.state", "勤務条件の明示", "Terms of work stated"
    SUPPLY_GAP_CLOSE = "supply_gap.close", "足りない人の記録の終了", "Supply gap closed"
    SUPPLY_GAP_OPEN = "supply_gap.open", "足りない人の記録", "Supply gap recorded"
    STEP_SILENT = "step.silent", "知らせずに行った訂正", "Corrected without telling anybody"
    TOWN_RANK = "town_rank.give", "紹介された人の順位", "Rank of an introduced person"
    WORK_LOG_SAVE = "work_log.save", "活動記録の下書きの保存", "Draft of a work log saved"


OBJECTS: Mapping[str, Words] = {  # what an entry is about, by its table
    "candidate": ("登録者", "Person"),
    "membership": ("登録", "Registration"),
    "credential": ("証明", "Credential"),
    "person_merge": ("登録の統合", "Merge of registrations"),
    "need": ("募集", "Vacancy"),
    "joint_member": ("共同募集の参加市町", "Member of a joint vacancy"),
    "need_draft": ("書きかけの募集", "Unfinished vacancy"),
    "placement": ("推薦", "Proposal"),
    "decision_paper": ("起案書", "Decision paper"),
    "counter_proposal": ("条件の提案", "Proposal of conditions"),
    "question": ("質問", "Question"),
    "engagement": ("活動", "Assignment"),
    "plan_change": ("延長", "Extension"),
    "month_addition": ("半日コマの追加", "More half-days"),
    "work_terms": ("勤務条件", "Terms of work"),
    "work_log": ("活動記録", "Work log"),
    "review": ("振り返り", "Review"),
    "panel": ("評価会", "Panel"),
    "town_rank": ("紹介された人の順位", "Rank of an introduced person"),
    "interest": ("募集への興味", "Interest in a vacancy"),
    "need_watch": ("募集に合う人の知らせ", "Watch of a vacancy"),
    "need_showing": ("募集の見せ方", "How a vacancy is shown"),
    "report": ("報告", "Report"),
    "complaint": ("苦情", "Complaint"),
    "known_conflict": ("利益相反の記録", "Recorded conflict of interest"),
    "programme": ("支援制度", "Programme"),
    "meeting": ("集まり", "Meeting"),
    "companion": ("同じテーマの市町", "Municipality with the same theme"),
    "funding": ("財源措置", "Funding measure"),
    "travel_rate": ("旅費の単価", "Price of a kilometre"),
    "referral": ("支援制度の案内", "Referral"),
    "case_study": ("事例", "Case study"),
    "consultation": ("相談", "Consultation"),
    "hold_lift": ("利益相反の保留", "Conflict of interest"),
    "round": ("マッチング回", "Round"),
    "supply_gap": ("足りない人", "Supply gap"),
    "user_account": ("アカウント", "Account"),
    "mail_order": ("メール", "Mail"),
    "postal_task": ("手紙", "Letter"),
    "office": ("担当窓口", "Office"),
    "pool": ("人材プール", "Pool"),
    "reference_revision": ("参照データ", "Reference data"),
    "municipality": ("市町", "Municipality"),
}


@dataclass(frozen=True, slots=True)
class _Pending:
    actor: Actor
    action: str
    subject: _Subject | Base  # the row itself only until it has an id
    detail: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True)
class _Subject:
    """What an event is about; it keeps no row in memory."""

    table: str
    ident: str
    prefecture_code: str | None

    @classmethod
    def of(cls, thing: Base) -> _Subject:
        ident = "/".join(map(str, sa.inspect(thing).identity or ()))
        return cls(thing.__tablename__, ident, getattr(thing, "prefecture_code", None))


def record(
    session: Session,
    entry: Entry,
    thing: Base,
    *,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note what `actor` did to `thing`; sealed when the unit commits."""
    if not session.in_transaction():
        session.begin()  # or a rollback before the first statement would not be noticed
    subject = _Subject.of(thing) if sa.inspect(thing).has_identity else thing
    session.info.setdefault("audit_pending", []).append(
        _Pending(actor, entry.code, subject, dict(detail or {}), now)
    )


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """A part of a unit that may fail alone: what it wrote and noted goes with it, and the unit goes on."""
    noted = len(session.info.get("audit_pending", ()))
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del session.info.get("audit_pending", [])[noted:]
        raise


@event.listens_for(Session, "before_commit")
def seal(session: Session) -> None:
    """Append the collected events to the chain; called by the commit, or earlier to look at them."""
    pending: list[_Pending] = session.info.pop("audit_pending", [])
    if not pending:
        return
    session.flush()
    head = session.execute(
        sa.update(AuditHead)
        .where(AuditHead.id == 1)
        .values(seq=AuditHead.seq + len(pending))
        .returning(AuditHead.seq, AuditHead.hash)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if head is None:
        raise ConfigError(f"{NO_HEAD}, and nothing can be recorded")
    digest, first = head.hash, head.seq - len(pending) + 1
    rows = []
    for seq, note in enumerate(pending, first):
        row = _row(seq, note)
        digest = chain_hash(session.info["audit_key"], digest, row)
        rows.append(row | {"hash": digest})
    session.execute(sa.insert(AuditEvent), rows)
    session.execute(
        sa.update(AuditHead)
        .where(AuditHead.id == 1)
        .values(hash=digest)
        .execution_options(synchronize_session=False)
    )


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: orm.SessionTransaction) -> None:
    """A unit that is rolled back leaves no event; one that only drops a savepoint goes on."""
    if ended.parent is None:
        session.info.pop("audit_pending", None)


def chain_hash(key: bytes, previous: str, row: Mapping[str, Any]) -> str:
    """Hash of one event: HMAC over the hash before it and every column (hex)."""
    at: datetime = row["at"]
    content = {name: value for name, value in row.items() if name not in {"at", "hash"}}
    content["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return keyed_hash(key, f"{previous}{canonical_json(content)}".encode())


def _row(seq: int, note: _Pending) -> dict[str, Any]:
    subject = note.subject if isinstance(note.subject, _Subject) else _Subject.of(note.subject)
    return {
        "seq": seq,
        "at": note.now,
        "actor_id": note.actor.user_id,
        "actor_role": str(note.actor.role),
        "prefecture_code": subject.prefecture_code or note.actor.prefecture_code,
        "action": note.action,
        "object_type": subject.table,
        "object_id": subject.ident,
        "detail": dict(note.detail),
    }


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the chain, to be kept where the database's owner cannot write."""

    seq: int
    hash: str


def anchor(session: Session) -> Anchor | None:
    """The head; None when it is lost, which `verify` reports."""
    head = session.get(AuditHead, 1)
    return Anchor(head.seq, head.hash) if head else None


def length(session: Session) -> int:
    """The number of the last event."""
    return session.scalar(sa.select(sa.func.max(AuditEvent.seq))) or 0


def verify(session: Session, anchors: tuple[Anchor, ...] = ()) -> Iterator[str]:
    """Every fault of the chain, as a sentence; nothing when it is sound."""
    key: bytes = session.info["audit_key"]
    expected = {note.seq: note.hash for note in anchors}
    digest, last = GENESIS, 0
    names = [column.key for column in AuditEvent.__table__.columns]
    events = sa.select(*AuditEvent.__table__.columns).order_by(AuditEvent.seq)
    for values in session.execute(events.execution_options(yield_per=2000)):
        row = dict(zip(names, values, strict=True))
        if row["seq"] != last + 1:
            yield f"audit: event {last + 1} is missing"
        digest, last = chain_hash(key, digest, row), row["seq"]
        if digest != row["hash"]:
            yield f"audit: event {last} does not match its hash"
            digest = row["hash"]
        if expected.pop(last, digest) != digest:
            yield f"audit: event {last} differs from the anchor"
    head = anchor(session)
    if head is None:
        yield f"audit: {NO_HEAD}"
    elif (head.seq, head.hash) != (last, digest):
        yield f"audit: the head says {head.seq}, the events end at {last}"
    for seq in sorted(expected):
        yield f"audit: the anchor's event {seq} is missing"
