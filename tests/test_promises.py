"""What the public pages promise is there: each sentence names the page or the function that keeps it.

A sentence that is new, or says something else, fails until it is listed here with what keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from talentpool.app import templates_folder
from talentpool.web.unit import TalentpoolFlask

TEMPLATES = templates_folder()
ROOT = Path(__file__).parents[1]
PAGES = (
    "public/accessibility.html", "public/consent.html", "public/guide.html", "public/privacy.html",
    "public/top.html", "accounts/sign_up.html", "accounts/sign_up_sent.html",
)  # fmt: skip

# Part of a sentence → endpoints, or functions as "module:name". "law" and "words": they promise no page.
KEPT_BY = {
    # the guide
    "新規登録をして、届いたメールのリンク": "accounts.sign_up accounts.confirm_address",
    "の順に入力し、「申請する」を押します": "candidates.save_step candidates.submit_profile",
    "登録を認めると、マッチングの対象になります": "candidates.activate_membership pool.reading:read_profiles",
    "打診があると、ホームと「打診」の画面": "home.show_home placements.list_offers",
    "引き受けると、その市町に氏名と経歴が示されます": "placements.show_introduction placements.answering:accept_offer",
    "「相談する」から困りごとをそのまま送れます": "consultations.new_consultation consultations.respond consultations.answering:close_consultation",
    "見せてよいと決めるまで、ほかの市町には": "consultations.share_consultation consultations.models:Consultation.is_shared",
    "「相談する」で県に相談できます": "consultations.new_consultation consultations.answering:write_interview",
    "「募集を作成」で、困っていることと条件": "needs.new_need needs.show_need",
    "「申請する」を押すと、県担当者が内容を確かめ": "needs.take_step needs.reviewing:return_need",
    "公開された募集を県がマッチング回に入れると": "rounds.new_round needs.reviewing:publish_need",
    "引き受けると答えた人が紹介されます": "placements.list_introductions placements.answering:welcome_person",
    "登録と募集を確かめ、登録を認めるか公開するか": "candidates.return_membership needs.take_step",
    "「マッチング回を作成」して「実行する」": "rounds.new_round rounds.compare_rounds rounds.direct_pair",
    "採用した案から起案し、別の人が決裁": "placements.draft_placements placements.list_approvals",
    "本人に、引き受けるかどうかを尋ねる": "placements.show_offer",
    "引き受けると答えた人を、受け入れるかどうか": "placements.show_introduction",
    "起案から確定まで進めること全体": "placements.show_placement",
    "稼働を数える単位": "words",
    "100点満点で示します。年齢と性別は使いません": "rounds.show_ranking",
    "その月の半日コマをほかの打診に使わない": "ledger.service:hold",
    "確定した活動に半日コマを割り当てる": "ledger.service:book_held",
    "県全体でまとめた案": "rounds.show_round",
    "起案のときに番号が付き、決裁のあと内容は変えられなく": "placements.papers:open_paper placements.papers:freeze_paper",
    "「下書き保存」を押すと": "candidates.drafting:save_draft",
    "特別なアプリは要りません": "words",
    "「引き受ける」と答えたときです。それまで市町には": "placements.answering:accept_offer",
    "「稼働」の画面の「休止する」": "candidates.show_availability candidates.pause",
    "決められた期限までは県担当者が取り消せます": "placements.confirming:undo_confirmation",
    "役割ごとの流れと、画面のことば": "words",
    "県担当者が画面に写し、ご本人に確かめてから": "candidates.save_new_person candidates.reading_back:confirm_by_code",
    # privacy
    "個人情報の保護に関する法律に基づき、登録された": "law",
    "同意はいつでも撤回でき": "candidates.consenting:withdraw_consent",
    "登録内容の全部。閲覧は記録されます": "candidates.viewing:record_views",
    "氏名と、月ごとの活動記録": "engagements.show_engagement engagements.show_log",
    "その活動の記録として残ります": "engagements.list_engagements",
    "送られた活動記録と、県の職員が書いたメモ": "engagements.show_log notes.service:write_note",
    "あなたの報告と、振り返りの回答": "reviews.reporting:write_report reviews.answering:close_pair",
    "送られた報告と、双方の振り返りの回答": "reviews.show_report reviews.show_review",
    "市町の評価会であなたに付けられた点": "panels.show_panel panels.service:list_results",
    "「あなたに合う募集」への返事": "preferences.list_interests preferences.views.needs:interest_of",
    "証明を確かめる画面で、氏名と": "credentials.answer_office credentials.service:get_asked",
    "打診中の人数と、手続きの日付と": "placements.service:count_asked placements.progress:list_seats",
    "生年月日、住所、報酬の希望は見えません": "candidates.views.presenting:Presenter.introduced",
    "電話番号とメールアドレスも見えます": "candidates.views.presenting:Presenter.introduced",
    "氏名もメールアドレスも見えません": "accounts.directory:Account",
    "適合度の計算に使いません": "pool.records:Profile",
    "連絡先などの項目は暗号化": "db:EncryptedText",
    "画面へのリンクだけを送ります": "accounts.letters:Letter",
    "本人が「閲覧履歴」で確認できます": "candidates.list_views",
    "自動で消去される期限は定めていません": "words",
    "自分の情報は「登録情報」の画面で": "candidates.show_profile candidates.pause candidates.leave_pool",
    "この画面からはまだできません。法律に基づいて": "law",
    # consents
    "目的ごとに同意をお願いします": "candidates.save_step",
    "「同意」の画面で、いつでも撤回できます": "candidates.consenting:save_consents",
    "内容が変わるときは版を改めます": "candidates.consenting:give_consent",
    # the first page
    "県が市町のために運営する人材プールです": "words",
    "独立した項目として評価します": "matching.scoring.fit:LINKING",
    "登録した日数を超える打診は届きません": "ledger.service:hold",
    "点数と文章で示します": "rounds.show_pair rounds.show_ranking",
    "市町に氏名が示されるのは本人が打診を引き受けたあと": "placements.models:_agreed candidates.list_views",
    "メールアドレスで新規登録をします": "accounts.sign_up",
    "の順に入力します。途中で下書き保存ができます": "candidates.drafting:save_draft",
    "申請すると、県担当者が内容を確認します": "candidates.submit_profile",
    "招待のメールのリンクからパスワードを決めると": "accounts.invite accounts.accept_invitation needs.new_need",
    # accessibility
    "誰もが使えることを目指しています": "words",
    "レベルAAを目標としています": "words",
    "キーボードだけで": "words",
    "内容が欠けません": "words",
    "色だけで意味を伝えません": "words",
    "図には題名と説明を付け": "web.charts:bar",
    "入力の誤りは、項目のそばと": "web.forms:Form.refuse",
    "JavaScriptを使わない設定": "words",
    "自動検査ツール axe-core": "words",
    "県にお知らせください": "words",
    "タグ付き（PDF/A-2a）ですが": "placements.printing:compile_sheet",
    "図の中の文字のコントラスト": "words",
    # sign-up
    "市町の方は県の管理者から招待": "accounts.invite",
    "確認のメールをお送りします": "accounts.letters:Letter",
    "登録の前にお読みください": "pages.privacy",
    "紙か電話で申し込めます": "candidates.show_blank_form candidates.save_new_person",
    "登録を続けるためのメールをお送りしました": "accounts.confirm_address",
    "もう一度新規登録をしてください": "accounts.sign_up",
    "迷惑メールの箱を確かめて": "words",
    "前に送ったメールのリンクは使えなくなります": "accounts.send_again accounts.links:issue_link",
}  # fmt: skip

NOT_BUILT = re.compile("月に一度記録|メールでお知らせ")


def sentences(name: str) -> Iterator[str]:
    """Every text of a template that ends like a sentence."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    for call in tree.find_all(nodes.Call):
        if getattr(call.node, "name", "") == "_":
            for const in call.find_all(nodes.Const):
                if isinstance(const.value, str) and "。" in const.value:
                    yield const.value


@pytest.mark.parametrize("name", PAGES)
def test_every_sentence_of_a_public_page_says_what_keeps_it(name: str) -> None:
    found = list(sentences(name))
    assert found
    assert [text for text in found if not any(part in text for part in KEPT_BY)] == []


def test_every_promise_is_still_made_somewhere() -> None:
    said = [text for name in PAGES for text in sentences(name)]
    assert [part for part in KEPT_BY if not any(part in text for text in said)] == []


@pytest.mark.parametrize(
    "keeper", sorted({one for line in KEPT_BY.values() for one in line.split()})
)
def test_what_keeps_a_promise_exists(app: TalentpoolFlask, keeper: str) -> None:
    if keeper in {"law", "words"}:
        return
    module, _, name = keeper.partition(":")
    if not name:
        assert keeper in app.view_functions
        return
    thing: object = import_module(f"talentpool.{module}")
    for part in name.split("."):
        thing = getattr(thing, part)


def said_in_files() -> dict[str, str]:
    """The texts of the product and of its documents, by path; the demo's people may say anything."""
    places = [("templates", "*.html"), ("templates", "*.txt"), ("talentpool", "*.py")]
    places += [("talentpool", "*.json"), ("docs", "*.md")]
    paths = [path for folder, pattern in places for path in (ROOT / folder).rglob(pattern)]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (*paths, ROOT / "README.md")
        if "demo" not in path.parts
    }


def test_nothing_is_promised_that_is_not_built() -> None:
    texts = said_in_files()
    assert len(texts) > 300
    assert {
        path: NOT_BUILT.findall(text) for path, text in texts.items() if NOT_BUILT.search(text)
    } == {}


def test_one_thing_has_one_name() -> None:
    """打診 asks the person, 紹介 asks the town, 推薦 is the placement; 依頼 is none of them."""
    assert [path for path, text in said_in_files().items() if "依頼" in text] == []
