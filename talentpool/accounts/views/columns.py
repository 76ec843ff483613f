"""The lists of accounts, of mails and of the audit trail, as pages and as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext as _

from ...audit import OBJECTS, AuditEvent
from ...db import Session
from ...mail import MailOrder, MailState
from ...permissions import Role
from ...states import ENTRIES
from ...web.filters import show_moment
from ...web.labels import label, role
from ...web.lists import Column, ListPage
from .. import directory, trail
from ..digests import count_carried
from ..directory import STANDING_LABELS, Account, Named, Standing, show_accounts
from ..downloading import note_download
from ..models import User
from .notices import mail_text
from .told import tell

TONES = {Standing.IN_USE: "success", Standing.INVITED: "info", Standing.DISABLED: "error"}
STATES = {standing: (words, TONES[standing]) for standing, words in STANDING_LABELS.items()}


def name_of(named: Named | None) -> str:
    """An officer by name, a person by role and code."""
    if named is None:
        return ""
    if named.role is Role.CANDIDATE:
        return f"{label(named.role)} {named.name}".rstrip()
    return named.name or label(named.role)


ACCOUNTS = ListPage[User, Account](
    "accounts",
    _("アカウント"),
    "accounts/list_accounts.html",
    [
        Column(_("氏名"), lambda account: account.display_name, "w-20", "name"),
        Column(_("番号"), lambda account: account.id, "w-5 number"),
        Column(_("役割"), lambda account: label(account.role), "w-8", "role"),
        Column(_("市町"), lambda account: account.municipality, "w-8", "town"),
        Column(_("メールアドレス"), lambda account: account.email),
        Column(
            _("最後のログイン"),
            lambda account: show_moment(account.last_sign_in_at),
            "w-10",
            "seen",
        ),
        Column(_("状態"), lambda account: label(STANDING_LABELS[account.standing]), "w-7", "state"),
    ],
    show_accounts,
    record=note_download,
)


def subject_of(template: str) -> str:
    """Of the mail, as its reader has it."""
    text = mail_text(template)
    return text[0] if text else template


@dataclass(frozen=True, slots=True)
class MailLine:
    order: MailOrder
    recipient: str
    events: int  # that a daily mail tells

    @property
    def subject(self) -> str:
        subject = subject_of(self.order.template)
        if not self.events:
            return subject
        return str(gettext("%(subject)s（%(n)s件）", subject=subject, n=self.events))

    @property
    def waits(self) -> str:
        """For what it waits, and until when; or in which daily mail it is."""
        order = self.order
        if order.carried_by_id is not None:
            number = order.carried_by_id
            return str(gettext("番号%(number)sのメールにまとめました", number=number))
        if order.planned_at is None:
            return ""
        at = show_moment(order.planned_at)
        if order.state is MailState.DIGEST:
            return str(gettext("%(at)sのまとめで送信", at=at))
        return str(gettext("%(at)sに送信（送らない時間のあと）", at=at))


def _mails(session: Session, orders: Sequence[MailOrder]) -> Iterator[MailLine]:
    named = directory.name_accounts(session, [order.recipient_id for order in orders])
    counts = count_carried(session, orders)
    for order in orders:
        yield MailLine(order, name_of(named.get(order.recipient_id)), counts.get(order.id, 0))


MAILS = ListPage[MailOrder, MailLine](
    "mails",
    _("メール"),
    "accounts/list_mails.html",
    [
        Column(_("番号"), lambda line: line.order.id, "w-5 number", "number"),
        Column(_("日時"), lambda line: show_moment(line.order.ordered_at), "w-10"),
        Column(_("宛先"), lambda line: line.recipient),
        Column(_("宛先の番号"), lambda line: line.order.recipient_id, None),
        Column(_("内容"), lambda line: line.subject, "w-16", "template"),
        Column(_("できごと"), lambda line: line.order.event, None),
        Column(_("リンク"), lambda line: line.order.link, "w-16"),
        Column(_("状態"), lambda line: label(line.order.state), "w-20", "state"),
        Column(_("送信の予定"), lambda line: show_moment(line.order.planned_at), None),
        Column(_("まとめのメールの番号"), lambda line: line.order.carried_by_id or "", None),
    ],
    _mails,
)


@dataclass(frozen=True, slots=True)
class AuditLine:
    event: AuditEvent
    actor: str
    name: str  # of what it is about
    detail: str

    @property
    def deed(self) -> str:
        action = self.event.action
        return label(ENTRIES[action]) if action in ENTRIES else action

    @property
    def thing(self) -> str:
        kind = self.event.object_type
        return f"{label(OBJECTS[kind]) if kind in OBJECTS else kind} {self.name}"


def _events(session: Session, events: Sequence[AuditEvent]) -> Iterator[AuditLine]:
    named_in = [event.detail.get(name) for event in events for name in ("caused_by", "owner")]
    others = [ident for ident in named_in if isinstance(ident, int)]
    others += [int(ident) for event in events for ident in event.detail.get("given", ())]
    named = directory.name_accounts(session, [*(event.actor_id for event in events), *others])
    codes = trail.name_objects(session, events)
    people = {("user_account", str(ident)): name_of(who) for ident, who in named.items()}
    for event in events:
        known = named.get(event.actor_id) if event.actor_id is not None else None
        thing = codes.get((event.object_type, event.object_id), event.object_id)
        told = tell(event, {**people, **codes})
        yield AuditLine(event, name_of(known) or role(event.actor_role), thing, told)


AUDIT = ListPage[AuditEvent, AuditLine](
    "audit",
    _("監査記録"),
    "accounts/list_audit.html",
    [
        Column(_("番号"), lambda line: line.event.seq, "w-5 number", "number"),
        Column(_("日時"), lambda line: show_moment(line.event.at), "w-10"),
        Column(_("操作者"), lambda line: line.actor, "w-16"),
        Column(_("操作者の役割"), lambda line: role(line.event.actor_role), None),
        Column(_("操作者の番号"), lambda line: line.event.actor_id or "", None),
        Column(_("操作"), lambda line: line.deed, "w-14", "action"),
        Column(_("操作の記号"), lambda line: line.event.action, None),
        Column(_("対象"), lambda line: line.thing, "w-14"),
        Column(_("対象の種類"), lambda line: line.event.object_type, None),
        Column(_("対象の番号"), lambda line: line.event.object_id, None),
        Column(_("内容"), lambda line: line.detail),
    ],
    _events,
)
