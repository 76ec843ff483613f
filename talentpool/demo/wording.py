"""What towns of this kind ask for, theme by theme: titles, troubles, aims and skills. {our}: 当市 or 当町."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Skills = tuple[tuple[str, int], ...]  # (code, level)


@dataclass(frozen=True, slots=True)
class Wording:
    titles: tuple[str, ...]
    backgrounds: tuple[str, ...]
    aims: tuple[str, ...]
    departments: tuple[str, ...]
    stages: tuple[str, ...]
    musts: tuple[Skills, ...]  # one of these; levels for the hardest wish
    wants: tuple[str, ...]
    group: tuple[str, str] | None = None  # two skills of which one is enough, now and then


WORDINGS: Mapping[str, Wording] = {
    "frontyard": Wording(
        ("窓口業務改革アドバイザー", "書かない窓口の導入支援", "住民異動ワンストップ窓口の設計", "窓口の待ち時間短縮アドバイザー", "オンライン申請の利用拡大支援"),
        ("転入・転出の手続きで3つの課を回っていただいており、繁忙期の待ち時間は60分を超えます。職員の手書き転記も多く、{our}だけでは流れを見直せずにいます。",
         "書かない窓口の機器を入れましたが、来庁者の半分は従来の申請書を使っています。業務の流れから考え直したいと考えています。",
         "支所の職員が減り、本庁と同じ手続きを受けられなくなっています。遠隔の窓口と申請の電子化を合わせて進めたいです。"),
        ("来庁者が同じことを2度書かない窓口の流れを決め、3つの手続きで試行する。", "繁忙期の平均待ち時間を30分以内にする見直し案をまとめる。", "オンライン申請の利用率を2割上げる。"),
        ("市民課", "住民生活課", "デジタル推進課"),
        ("plan", "build", "improve"),
        ((("counter_reform", 3),), (("counter_reform", 2), ("administration", 3)), (("counter_reform", 2),)),
        ("bridging", "bpr", "service_design", "privacy_law", "consensus"),
        ("counter_reform", "service_design"),
    ),
    "standardization": Wording(
        ("基幹システム標準化 移行推進アドバイザー", "ガバメントクラウド移行の進行管理", "標準準拠システム 運用経費の見直し支援", "標準化後の業務フロー点検"),
        ("標準準拠システムへの移行で、担当2名が20業務の調整を抱えています。事業者との話し合いで{our}の立場を整理できる人がいません。",
         "移行後の運用経費が見込みより大きくなりました。契約と構成のどこを見直せばよいか、庁内に判断できる職員がいません。",
         "移行は終わりましたが、税と福祉の連携で手作業が残りました。原課と事業者の間に立つ人を求めています。"),
        ("移行の課題一覧と進行表を整え、月1回の会議で判断できる状態にする。", "運用経費の内訳を明らかにし、次の契約の見直し案をつくる。", "手作業の残る連携を洗い出し、順に解消する。"),
        ("情報政策課", "デジタル推進課", "総務課"),
        ("build", "run", "procure"),
        ((("cloud", 3),), (("standard_operations", 3), ("project", 2)), (("standard_operations", 2), ("bridging", 2))),
        ("privacy_law", "project", "bridging", "budgeting"),
        ("cloud", "standard_operations"),
    ),
    "bpr": Wording(
        ("内部事務の業務改善アドバイザー", "業務の見える化とBPRの伴走支援", "紙・はんこの見直し支援", "会計・契約事務の見直し"),
        ("人口減少で職員が減る一方、仕事のやり方は10年前のままです。どこから手を付けるか、外からの目で整理してほしいと考えています。",
         "各課に業務量調査を行いましたが、結果を改善につなげられていません。{our}の職員と一緒に3課ほど試したいです。",
         "決裁と支払いの紙が多く、在宅勤務もできません。規程の見直しと合わせて進める必要があります。"),
        ("3課で業務の流れを描き、なくす仕事・減らす仕事を決める。", "見直しの進め方を職員が自分で回せるようになる。", "紙の起案を半分に減らす計画をまとめる。"),
        ("行政経営課", "総務課", "企画課"),
        ("plan", "build", "improve"),
        ((("bpr", 3),), (("bpr", 2), ("administration", 3)), (("bpr", 2),)),
        ("consensus", "automation", "bridging", "data"),
    ),
    "ai_rpa": Wording(
        ("生成AIの庁内活用アドバイザー", "RPA・ノーコード内製化の支援", "AI-OCRと申請処理の自動化", "生成AI利用ルールの整備支援"),
        ("生成AIを試験導入しましたが、使う職員が限られ、効果を測れていません。利用のルールも{our}の実情に合わせて直したいです。",
         "RPAのシナリオを作った職員が異動し、直せる人がいなくなりました。内製できる職員を育てながら進めたいです。",
         "申請書の入力に毎年のべ200時間かかっています。自動化に向く業務の見極めから手伝ってください。"),
        ("自動化する業務を5つ選び、職員の手で動かす。", "利用のルールと事例集をつくり、全課で使い始める。", "入力作業の時間を半分にする。"),
        ("デジタル推進課", "情報政策課", "行政経営課"),
        ("concept", "build", "improve"),
        ((("automation", 3),), (("automation", 2), ("teaching", 2)), (("automation", 2),)),
        ("bpr", "data", "teaching", "security"),
    ),
    "training": Wording(
        ("DX推進リーダー育成研修の講師", "管理職向けデジタル研修", "データ活用研修の企画と講師", "各課DX推進員の伴走研修"),
        ("各課にDX推進員を置きましたが、何をする人かが伝わっていません。年間の研修を設計し、講師も務める方を求めます。",
         "若手から「相談する相手がいない」という声が出ています。{our}の仕事に即した題材で学べる研修にしたいです。",
         "県の研修に出せる人数が限られます。近隣の町とも一緒に受けられる形を考えています。"),
        ("年6回の研修を行い、各課で1つずつ改善を実現する。", "管理職が自分の課の課題を言葉にできるようになる。", "受講者が翌年の講師を務められるようにする。"),
        ("人事課", "総務課", "デジタル推進課"),
        ("plan", "run"),
        ((("teaching", 3),), (("teaching", 2), ("bridging", 2)), (("teaching", 2),)),
        ("automation", "data", "bridging", "bpr"),
    ),
    "security": Wording(
        ("情報セキュリティポリシー改定の支援", "セキュリティ監査と訓練のアドバイザー", "ネットワーク分離の見直し支援"),
        ("ガイドラインの改定に合わせてポリシーを直す必要がありますが、専任の職員がいません。",
         "標的型メールの訓練で開封率が3割を超えました。事故のときの連絡と判断の手順を整えたいです。",
         "{our}の三層分離の方式を見直す時期に来ています。費用と使いやすさ、安全の釣り合いを一緒に考えてください。"),
        ("ポリシーと手順書を改め、全職員に周知する。", "年2回の訓練と内部監査を回せるようにする。", "次期ネットワークの方針を決める。"),
        ("情報政策課", "総務課"),
        ("plan", "improve", "run"),
        ((("security", 3),), (("security", 2), ("administration", 3)), (("security", 2),)),
        ("privacy_law", "cloud", "teaching"),
    ),
    "planning": Wording(
        ("DX推進計画の策定支援", "DX推進計画の改定とロードマップづくり", "CIO補佐官（非常勤）"),
        ("計画の期間が終わりますが、前の計画の振り返りができていません。首長と各課の間に立って方針をまとめる方を求めます。",
         "{our}には情報の専任課がなく、企画課が兼ねています。自治体DXと地域社会DXのどちらから始めるかも相談したいです。"),
        ("重点を3つに絞った計画と、年度ごとの進め方を決める。", "庁内の推進体制と予算の見通しを整える。"),
        ("企画課", "政策調整課", "デジタル推進課"),
        ("concept", "plan"),
        ((("consensus", 3), ("bridging", 2)), (("budgeting", 2), ("bridging", 2)), (("consensus", 2),)),
        ("data", "project", "assembly", "budgeting"),
        ("consensus", "budgeting"),
    ),
    "community": Wording(
        ("{field}のデジタル化コーディネーター", "{field}分野のデータ活用支援", "{field}DXの実証事業アドバイザー"),
        ("{field}の分野でデジタルを使った取組を始めたいのですが、地域の団体と技術者をつなぐ人がいません。",
         "交付金で{field}の実証を行いましたが、続け方が決まっていません。{our}に合う形に直したいです。"),
        ("関係団体と一緒に、続けられる形の事業計画をつくる。", "小さな実証を2つ行い、効果を測る。"),
        ("商工観光課", "企画課", "まちづくり課"),
        ("concept", "build"),
        ((("community_dx", 3),), (("community_dx", 2), ("bridging", 2)), (("community_dx", 2),)),
        ("data", "service_design", "project", "bridging"),
    ),
}  # fmt: skip

COMMUNITY = (
    "tourism",
    "education",
    "agriculture",
    "transport_logistics",
    "health_welfare",
    "infrastructure",
)
AFTER = (
    "次年度も予算を要求する予定。",
    "成果を見て、財政部門と協議する。",
    "職員だけで続けられる形にする。",
    "未定。",
)
