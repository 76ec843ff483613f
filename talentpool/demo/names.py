"""Invented names (架空データ): common family and given names, combined by chance; no address leads anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from .drawing import Draw

# 髙, 﨑 and the compatibility forms of 塚 and 神 are as people write them: they must survive storage and
# export, also to CP932, which has them.
_FAMILY = (
    "髙橋 タカハシ|山﨑 ヤマサキ|\ufa19野 カミノ|大\ufa10 オオツカ|髙田 タカタ|尾﨑 オザキ|吉岡 ヨシオカ|"
    "浜﨑 ハマサキ|佐藤 サトウ|鈴木 スズキ|田中 タナカ|渡辺 ワタナベ|伊藤 イトウ|山本 ヤマモト|"
    "中村 ナカムラ|小林 コバヤシ|加藤 カトウ|山田 ヤマダ|松本 マツモト|井上 イノウエ|木村 キムラ|"
    "林 ハヤシ|清水 シミズ|森 モリ|池田 イケダ|橋本 ハシモト|石川 イシカワ|前田 マエダ|藤田 フジタ|"
    "小川 オガワ|岡田 オカダ|長谷川 ハセガワ|村上 ムラカミ|近藤 コンドウ|石井 イシイ|坂本 サカモト|"
    "遠藤 エンドウ|青木 アオキ|藤井 フジイ|西村 ニシムラ|福田 フクダ|太田 オオタ|三浦 ミウラ|"
    "岡本 オカモト|松田 マツダ|中川 ナカガワ|中野 ナカノ|原田 ハラダ|小野 オノ|竹内 タケウチ|"
    "金子 カネコ|和田 ワダ|中山 ナカヤマ|上田 ウエダ|森田 モリタ|柴田 シバタ|酒井 サカイ|"
    "横山 ヨコヤマ|宮本 ミヤモト|内田 ウチダ|安藤 アンドウ|谷口 タニグチ|大野 オオノ|丸山 マルヤマ|"
    "今井 イマイ|河野 コウノ|藤本 フジモト|村田 ムラタ|武田 タケダ|上野 ウエノ|杉山 スギヤマ|"
    "増田 マスダ|小島 コジマ|千葉 チバ|久保 クボ|松井 マツイ|桜井 サクライ|野口 ノグチ|"
    "菅原 スガワラ|服部 ハットリ|平井 ヒライ|北川 キタガワ|赤松 アカマツ|岸本 キシモト|芦田 アシダ"
)
_GIVEN = (
    "一郎 イチロウ|健二 ケンジ|浩 ヒロシ|誠 マコト|隆 タカシ|修 オサム|茂 シゲル|博之 ヒロユキ|"
    "和彦 カズヒコ|正樹 マサキ|哲也 テツヤ|浩一 コウイチ|達也 タツヤ|直樹 ナオキ|秀樹 ヒデキ|"
    "康弘 ヤスヒロ|幸男 ユキオ|清 キヨシ|稔 ミノル|進 ススム|勇 イサム|明 アキラ|豊 ユタカ|"
    "剛 ツヨシ|大輔 ダイスケ|健太 ケンタ|翔太 ショウタ|拓也 タクヤ|和也 カズヤ|亮 リョウ|"
    "花子 ハナコ|幸子 サチコ|恵子 ケイコ|洋子 ヨウコ|由美子 ユミコ|久美子 クミコ|真由美 マユミ|"
    "陽子 ヨウコ|明美 アケミ|直美 ナオミ|裕子 ユウコ|智子 トモコ|京子 キョウコ|典子 ノリコ|"
    "美香 ミカ|愛 アイ|彩 アヤ|麻衣 マイ|千尋 チヒロ|さくら サクラ|美咲 ミサキ|葵 アオイ"
)
COMPANIES = (
    "架空システムズ株式会社",
    "株式会社例示情報サービス",
    "みほん電算株式会社",
    "サンプルクラウド株式会社",
    "株式会社ためし通信",
    "仮名データ株式会社",
    "株式会社見本ソフトウェア",
    "例題コンサルティング株式会社",
    "モデル計算センター株式会社",
    "株式会社試作デザイン",
    "ひながたセキュリティ株式会社",
    "株式会社仮想ネットワークス",
)
LABEL = "架空データ"


@dataclass(frozen=True, slots=True)
class Name:
    family: str
    given: str
    family_kana: str
    given_kana: str


def _read(text: str) -> list[tuple[str, str]]:
    return [
        (written, kana) for written, _, kana in (entry.partition(" ") for entry in text.split("|"))
    ]


_FAMILIES, _GIVENS = _read(_FAMILY), _read(_GIVEN)


def draw_names(draw: Draw, count: int) -> list[Name]:
    """`count` different names; the four hard characters are among the first."""
    pairs = draw.shuffled([(family, given) for family in _FAMILIES for given in _GIVENS])
    hard = [next(pair for pair in pairs if pair[0] is family) for family in _FAMILIES[:4]]
    chosen = [*hard, *(pair for pair in pairs if pair not in hard)][:count]
    return [
        Name(family, given, kana, given_kana)
        for (family, kana), (given, given_kana) in draw.shuffled(chosen)
    ]


def phone(number: int) -> str:
    """An invented number that no exchange has."""
    return f"000-0000-{number:04d}"


def email(number: int) -> str:
    return f"person{number}@example.jp"


def street(number: int) -> str:
    return f"架空町{number % 9 + 1}丁目{number % 17 + 1}番{number % 29 + 1}号（{LABEL}）"


POSTAL_CODE = "000-0000"
