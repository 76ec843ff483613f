"""A need as the person reads it whom it fits: of a town that does not name itself, nothing that the town has written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from ...needs.models import Need
from ...web import current_catalogue
from ...web.labels import region, term, town
from ..describing import describe
from ..models import Interest
from ..reasons import Ground, Reason


@dataclass(frozen=True, slots=True)
class Line:
    """reasons: none where the need does not fit (any more); is_asked: there is an offer of it; minutes: the way to it, rounded where the town is not named."""

    need: Need
    is_named: bool
    reasons: Sequence[str]
    interest: Interest | None
    fits: bool = True
    is_asked: bool = False
    minutes: int | None = None

    @property
    def title(self) -> str:
        theme = term(self.need.theme, "theme")
        return self.need.title if self.is_named else str(_("%(theme)sの仕事", theme=theme))

    @property
    def place(self) -> str:
        return town(self.need.municipality_code) if self.is_named else anonymous(self.need)


def anonymous(need: Need) -> str:
    """Only where it lies and how large it is, as far as that does not name the town."""
    told = describe(current_catalogue(), need.municipality_code)
    parts = [
        str(_("%(region)s地域", region=region(told.region))) if told.region else "",
        term(str(told.size), "size_class") if told.size is not None else "",
    ]
    return str(_("・")).join(filter(None, parts)) or str(_("県内の市町"))


def may_read(reason: Reason, need: Need, *, is_named: bool) -> bool:
    """Whether a reason says no more of the town than its description."""
    if is_named or reason.ground is not Ground.REGION:
        return True
    return describe(current_catalogue(), need.municipality_code).region is not None


def _listed(vocabulary: str) -> Callable[[Reason], str]:
    return lambda reason: str(_("、")).join(term(code, vocabulary) for code in reason.codes)


_SKILLS, _ROLES = _listed("skill"), _listed("role")
SENTENCES: Mapping[Ground, Callable[[Reason], str]] = {
    Ground.SAID: lambda _reason: _("興味ありと答えています"),
    Ground.SKILLS: lambda reason: _("求める水準の技能があります：%(skills)s", skills=_SKILLS(reason)),
    Ground.ROLE: lambda reason: _("できる役割です：%(roles)s", roles=_ROLES(reason)),
    Ground.THEME: lambda reason: _("希望したテーマです：%(theme)s", theme=term(reason.codes[0], "theme")),
    Ground.REGION: lambda reason: _("希望した地域です：%(region)s", region=region(reason.codes[0])),
    Ground.ONLINE: lambda _reason: _("オンラインだけで働けます"),
    Ground.NEAR: lambda reason: _("片道%(n)s分以内です", n=reason.number),
    Ground.PAY: lambda _reason: _("報酬が希望の額以上です"),
    Ground.ROOM: lambda reason: _("毎月%(n)s半日コマ以上が空いていて、余裕があります", n=reason.number),
    Ground.KIND: lambda reason: _("市町が来てほしい区分です：%(kind)s", kind=label_of_kind(reason)),
}  # fmt: skip


def label_of_kind(reason: Reason) -> str:
    return term(reason.codes[0], "candidate_kind")


def sentence(reason: Reason) -> str:
    return str(SENTENCES[reason.ground](reason))
