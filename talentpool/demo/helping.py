"""What helps towns beside people: the catalogue of programmes, and towns that were referred to one of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..dates import local_date
from ..db import Session
from ..programmes.content import ProgrammeContent
from ..programmes.models import Outcome
from ..programmes.referring import Course, record_course, refer_to_programme
from ..programmes.service import save_programme, take_shipped
from ..programmes.sourced import Origin
from ..reference.catalogue import Catalogue
from .accounts import SHOWN_TOWNS, Officers

_REASON = "計画づくりの進め方について、外の人の助言を受けると早く進みそうです。"
_NOTE = "計画の章立てが決まり、庁内の会議に出せた。"


def keep_programmes(
    session: Session, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> None:
    """Those that come with the software, unchecked, and one of the demo's own with a deadline; three towns were referred to it."""
    day, staff, today = timedelta(days=1), officers.coordinator, local_date(midnight)
    take_shipped(session, actor=staff, now=midnight - 60 * day)
    content = ProgrammeContent(
        "県DX伴走支援（架空）", operator="県", gives="県の職員と委託先が、3か月のあいだ計画づくりを手伝う。",
        limits="月2回まで。", cost="無償", report_days=7,
        deadlines=((today - 20 * day, "第1次"), (today + 40 * day, "第2次")),
        origin=Origin("架空の要綱", checked_on=today - 45 * day, sizes=("0", "1")),
    )  # fmt: skip
    own = save_programme(
        session, None, content, catalogue=catalogue, actor=staff, now=midnight - 45 * day
    )
    applied = today - 25 * day
    courses = (
        Course(),
        Course(applied, Outcome.ACCEPTED, today - 3 * day),
        Course(applied, Outcome.ACCEPTED, today - 8 * day, today - 4 * day, _NOTE),
    )
    for place, (town, course) in enumerate(zip(SHOWN_TOWNS, courses, strict=True)):
        now = midnight - (40 - place) * day
        referral = refer_to_programme(session, own, town, reason=_REASON, actor=staff, now=now)
        if course != Course():
            actor = officers.towns[town]
            record_course(session, referral, course, actor=actor, now=midnight - 2 * day)
