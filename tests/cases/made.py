"""A case as the prefecture writes it."""

from __future__ import annotations

from datetime import datetime

from talentpool.cases import service
from talentpool.cases.models import Case
from talentpool.cases.service import CaseContent
from talentpool.db import Session
from talentpool.permissions import Role
from talentpool.reference.catalogue import Catalogue
from tests import factories as make

CONTENT = CaseContent(
    municipality_code=make.HIMEJI, theme="bpr", title="申請書を1枚に、書かない窓口へ",
    did="よくある届出5つの様式をまとめた。", source="市の広報", result="待ち時間が22分から9分になった。",
    source_url="https://example.lg.jp/1",
)  # fmt: skip


def make_case(
    session: Session, *, town: str = make.HIMEJI, now: datetime = make.NOW, **more: object
) -> Case:
    code = town[:2]
    actor = make.make_user(session, Role.COORDINATOR, prefecture_code=code).actor
    values = {name: getattr(CONTENT, name) for name in service.NAMES}
    content = CaseContent(**values | {"municipality_code": town} | more)
    catalogue = Catalogue.shipped()
    return service.write_case(session, content, catalogue=catalogue, actor=actor, now=now)
