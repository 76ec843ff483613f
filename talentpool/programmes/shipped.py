"""The programmes that come with the software: only what was read somewhere, everything else empty and to be checked."""

from __future__ import annotations

from datetime import date

from .content import ProgrammeContent
from .sourced import Origin

_GROUP = "第1回ひょうご地域DX推進検討会（2024年7月9日）で名前の挙がった制度"
_NOTES = "制度の期間と後継についての整理（要確認）"

PROGRAMMES = {
    "adviser": ProgrammeContent(
        "地域情報化アドバイザー制度", operator="総務省",
        gives="団体の求めに応じて、国が委嘱した人が助言する。",
        limits="現地での助言は3日まで、オンラインは10時間まで。終わってから1週間のうちに報告する。",
        report_days=7, origin=Origin(_GROUP),
    ),
    "assist_plan": ProgrammeContent("地域課題解決アシストプラン", origin=Origin(_GROUP)),
    "digital_base": ProgrammeContent(
        "地域デジタル基盤活用推進事業",
        origin=Origin(_NOTES, valid_from=date(2023, 4, 1), valid_to=date(2025, 3, 31)),
    ),
    "community_package": ProgrammeContent(
        "地域社会DX推進パッケージ事業", origin=Origin(_NOTES, valid_from=date(2025, 4, 1)),
    ),
    "plan_support": ProgrammeContent(
        "計画策定支援", operator="総務省",
        gives="約3か月の伴走支援。地域課題整理とソリューション実装の二つのコースがある。",
        excludes="財政力指数が1以上の団体は対象外。", cost="無償",
        origin=Origin("dx-navi.soumu.go.jp", "https://dx-navi.soumu.go.jp"),
    ),
    "revitalization": ProgrammeContent(
        "地域活性化起業人",
        limits="副業型は、月4日以上かつ月20時間以上、うち1日以上は現地で活動する。",
        origin=Origin(
            "任用形態と財源措置についての整理（要確認）",
            forms=("revitalization_company", "revitalization_side"),
        ),
    ),
    "accelerator": ProgrammeContent(
        "自治体DXアクセラレータ", operator="総務省・都道府県",
        gives="国が企業と人材を登録し、県が任期付などで採用して、市町の求めに応じて派遣する。",
        origin=Origin("共同通信（2025年2月）、総務省「都道府県と市町村の連携によるDX推進体制」"),
    ),
}  # fmt: skip
SUCCESSORS = {"digital_base": "community_package"}
