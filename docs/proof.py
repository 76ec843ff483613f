"""The page "How a plan is made and proved", with a small example that the engine itself computes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from talentpool import matching as m
from talentpool.matching.plan import Road

NEEDS = ("佐用町「窓口改革」", "姫路市「基盤更新」", "朝来市「教育DX」")
PEOPLE = ("青木さん", "井上さん", "上田さん")
FITS = {(0, 0): 9200, (0, 1): 9000, (1, 0): 8800, (1, 1): 6000, (2, 0): 7000, (2, 2): 5500}  # bp
ROADS = {
    Road.ONE_TO_ONE: (
        "一対一",
        "誰も二つの募集を受け持てない",
        "枠が人を競り、競りで決まらない枠は最短経路で決めます",
    ),
    Road.PATTERNS: (
        "型",
        "ほかの二つに当たらない",
        "誰の型も良くならなくなるまで枠の値段を動かし、差の範囲にある型を調べ終えます",
    ),
    Road.PLAIN: (
        "組",
        "同じような募集や同じ点数の組ばかりであるか、型が多すぎて数えきれない",
        (
            "同じ募集は枠の多い一つの募集とみて、組ごとに一つの変数で解きます。"
            "枠と、各人の月ごとの時間に値段を付け、その値段では良い割当案に入らない組を除いて、残りをHiGHSが調べ終えます"
        ),
    ),
}
ASKED = (0, 0)  # why does the first town not get its first choice?


def example() -> m.Problem:
    """Three towns with one seat each, three people with time for one engagement, one month."""
    pairs = sorted(FITS)
    return m.Problem(
        ptr=np.searchsorted([need for need, _ in pairs], range(len(NEEDS) + 1)).astype(np.int64),
        candidate=np.array([person for _, person in pairs], np.int32),
        fit=np.array([FITS[pair] for pair in pairs], np.int16),
        seats=np.ones(len(NEEDS), np.int16),
        half_days=np.full(len(NEEDS), 4, np.int16),
        months=np.ones((len(NEEDS), 1), bool),
        capacity=np.full((len(PEOPLE), 1), 6, np.int16),
        most_at_once=np.ones(len(PEOPLE), np.int8),
        candidate_ids=PEOPLE,
        need_ids=NEEDS,
        posted=np.arange(len(NEEDS), dtype=np.int64),
        skill_count=np.array([FITS[pair] // 2000 for pair in pairs], np.int16),
    )


def proof_page(note: str) -> str:
    problem = example()
    plan = m.solve(problem)
    greedy = m.baselines(problem)["greedy"]
    return "\n\n".join([
        "# 割当案はどう作られ、どう証明されるか",
        note,
        *_question(),
        *_answer(problem, plan, greedy),
        *_proof(problem, plan),
        *_why_not(problem, plan),
        *_real(),
        *_roads(plan),
        "",
    ]).rstrip() + "\n"  # fmt: skip


def _question() -> list[str]:
    rows = [
        [NEEDS[j], *(m.points(FITS[j, i]) if (j, i) in FITS else "—" for i in range(len(PEOPLE)))]
        for j in range(len(NEEDS))
    ]
    return [
        "県議会や市町の方に、計算の中身を確かめていただくための説明です。下の数字は、この頁を作るときに計算の部品そのもので計算しました。",
        "## 小さな例",
        (
            "三つの市町が一人ずつ求め、三人がそれぞれ一つの仕事を引き受けられます。表は適合度（0〜100点）です。"
            "「—」は、必須の技能・任用形態・移動時間などの条件に合わない組で、点数がいくらでも選ばれません。"
        ),
        _table(["募集", *PEOPLE], rows),
    ]


def _answer(problem: m.Problem, plan: m.Plan, greedy: m.Plan) -> list[str]:
    gain = _fit(problem, plan) - _fit(problem, greedy)
    return [
        "## 上から順に決めると損をする",
        f"適合度の高い組から順に決めると{_listed(greedy)}となり、適合度の合計は{m.points(_fit(problem, greedy))}点です。",
        (
            f"県全体で最もよい割当は{_listed(plan)}で、合計は{m.points(_fit(problem, plan))}点、{m.points(gain)}点多くなります。"
            "一つの市町の一番よい相手を少しだけ我慢すると、ほかの市町がそれ以上に良くなるからです。"
        ),
        f"枠が埋まること自体にも{m.points(20_000)}点の価値を置きます（方針で変えられます）。全体の点数はどちらも三枠分を足したものです。",
    ]


def _proof(problem: m.Problem, plan: m.Plan) -> list[str]:
    seats = [int(price) for price in plan.need_price]
    people = [int(price) for price in plan.candidate_price]
    checks = [
        [
            NEEDS[j], PEOPLE[i], m.points(int(problem.value[e])), m.points(seats[j] + people[i]),
            "割当" if [j, i] in plan.pairs.tolist() else "",
        ]
        for e, (j, i) in enumerate(zip(problem.row, problem.candidate, strict=True))
    ]  # fmt: skip
    assert all(problem.value[e] <= seats[problem.row[e]] + people[problem.candidate[e]]
               for e in range(len(problem.value)))  # fmt: skip
    return [
        "## これより良い割当がないことの証明",
        "計算は、枠と人に「値段」を付けます。どの組でも、枠の値段と人の値段を足すと、その組の価値（枠を埋める価値＋適合度）以上になります。",
        _table(["募集", "登録者", "組の価値", "値段の合計", ""], checks),
        (
            f"すると、どんな割当の合計も、値段の総合計{m.points(sum(seats) + sum(people))}点を超えられません。"
            f"この割当案の合計はちょうど{m.points(plan.value)}点ですから、これより良い割当はありません。"
            "足し算だけで、誰でも確かめられます。"
        ),
        (
            "値段には意味もあります。枠の値段は「その枠がもう一つあれば全体が最大で何点上がるか」、"
            "人の値段は「同じような人がもう一人いれば最大で何点上がるか」です。"
        ),
        _table(["枠", "値段"], [[NEEDS[j], m.points(price)] for j, price in enumerate(seats)]),
        _table(["人", "値段"], [[PEOPLE[i], m.points(price)] for i, price in enumerate(people)]),
    ]


def _why_not(problem: m.Problem, plan: m.Plan) -> list[str]:
    answer = m.why_not(problem, plan, *ASKED)
    moves = [
        f"- {PEOPLE[move.candidate]}："
        + "、".join(
            [f"{NEEDS[j]}から外れる" for j in move.leaves]
            + [f"{NEEDS[j]}に入る" for j in move.enters]
        )
        for move in answer.chain.moves
    ]
    need, person = NEEDS[ASKED[0]], PEOPLE[ASKED[1]]
    return [
        "## なぜ一番の人が選ばれないのか",
        f"{need}に一番合うのは{person}です。{person}を固定すると、次のように人が動き、全体の合計は{m.points(answer.loss)}点下がります。",
        "\n".join(moves),
        "固定するかどうかは県の担当者が決めます。画面には、決める前にこの損失と動く人が示されます。",
    ]


def _real() -> list[str]:
    return [
        "## 本物の割当では",
        (
            "一人が月ごとの稼働の範囲で複数の募集を受け持てます。そこで、一人が同時に引き受けられる募集の組合せ（型）を数え、"
            "同じように値段で上限を作ります。上限と割当案の差が1点の百分の1より小さいか、差の範囲にある型をすべて調べ終えたとき、画面に"
            "「県全体で最もよい割当案です」と表示します。時間切れのときは、まだ良くなるかもしれない点数を表示します。"
        ),
        (
            "同じ点数の案がいくつもあるときは、いまの割当からの変更が最も少ないもの、次に公表した抽選番号で決まるものを選びます。"
            "証明と抽選まで終わった割当案は、同じ入力からはいつ計算しても同じになり、終えられなかったときは画面にそう表示します。年齢・性別・障害の有無は計算に使いません。"
        ),
    ]


def _roads(plan: m.Plan) -> list[str]:
    road = ROADS[Road(plan.road)][0]
    return [
        "## 計算の道",
        (
            "募集と登録者の様子を見て、三つの道のどれかで割当案を作ります。どの道でも、割当案の点数と上限は整数で計算し直します。"
            "差の範囲を調べ終えたかどうかだけは、求解ソフトHiGHSの答えによります。"
        ),
        _table(["道", "選ぶとき", "作り方"], [list(words) for words in ROADS.values()]),
        f"上の小さな例は「{road}」の道で作られました。部品を使うときは、割当案の `road` で分かります。",
    ]


def _fit(problem: m.Problem, plan: m.Plan) -> int:
    return int(problem.fit[problem.edges(plan.pairs)].sum())


def _listed(plan: m.Plan) -> str:
    return "、".join(f"{NEEDS[j]}に{PEOPLE[i]}" for j, i in plan.pairs)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
