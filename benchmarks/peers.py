"""The peers, each as it would be used: `prepare(problem, time_limit)` builds its natural input, untimed,
and gives back what is timed. One thread each. A peer whose package is missing is named as missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from talentpool import matching as m

from .textbook import Textbook, textbook


@dataclass(frozen=True)
class Answer:
    value: int
    is_proved: bool
    plan: m.Plan | None = None


Run = Callable[[], Answer]
Pair = tuple[int, int]  # row numbers of need and candidate


@dataclass(frozen=True)
class Peer:
    """sizes: where it is asked; elsewhere it would outlast any patience or the machine's memory."""

    name: str
    package: str  # as installed
    sizes: str
    prepare: Callable[[m.Problem, float], Run]
    is_unit: bool = False  # knows one seat and one engagement only

    @property
    def version(self) -> str | None:
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


def ours(problem: m.Problem, time_limit: float) -> Run:
    def run() -> Answer:
        plan = m.solve(problem, time_limit=time_limit)
        return Answer(plan.value, plan.is_proved, plan)

    return run


def scipy_milp(problem: m.Problem, time_limit: float, pins: Sequence[Pair] = ()) -> Run:
    model = textbook(problem)
    least = np.zeros(len(model.value))
    least[problem.edges(pins)] = 1
    limits = LinearConstraint(model.matrix, -np.inf, model.right.astype(float))
    cost, whole = -model.value.astype(float), np.ones(len(model.value), np.int64)

    def run() -> Answer:
        answer = milp(
            cost,
            constraints=limits,
            integrality=whole,
            bounds=Bounds(least, 1),
            options={"mip_rel_gap": 0.0, "time_limit": time_limit},
        )
        return _worth(model, answer.x, is_proved=answer.status == 0)

    return run


def highs(problem: m.Problem, time_limit: float) -> Run:
    import highspy

    model = textbook(problem)
    rows, pairs = model.matrix.shape
    solver = highspy.Highs()
    solver.silent()
    for option, setting in {
        "threads": 1,
        "mip_rel_gap": 0.0,
        "time_limit": time_limit,
    }.items():
        solver.setOptionValue(option, setting)
    solver.passModel(
        pairs,
        rows,
        model.matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        model.value.astype(float),
        np.zeros(pairs),
        np.ones(pairs),
        np.full(rows, -highspy.kHighsInf),
        model.right.astype(float),
        model.matrix.indptr.astype(np.int32),
        model.matrix.indices.astype(np.int32),
        model.matrix.data,
        np.ones(pairs, np.int32),
    )

    def run() -> Answer:
        solver.clearSolver()
        solver.run()
        chosen = np.array(solver.getSolution().col_value)
        is_proved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return _worth(model, chosen, is_proved=is_proved)

    return run


def cp_sat(problem: m.Problem, time_limit: float, pins: Sequence[Pair] = ()) -> Run:
    from ortools.sat.python import cp_model

    text = textbook(problem)
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in text.value]
    rows = csr_array(text.matrix)
    for row, right in enumerate(text.right.tolist()):
        place = slice(rows.indptr[row], rows.indptr[row + 1])
        weights = rows.data[place].astype(int).tolist()
        among = [chosen[e] for e in rows.indices[place].tolist()]
        model.add(cp_model.LinearExpr.weighted_sum(among, weights) <= right)
    for edge in problem.edges(pins).tolist():
        model.add(chosen[edge] == 1)
    model.maximize(cp_model.LinearExpr.weighted_sum(chosen, text.value.tolist()))

    def run() -> Answer:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = time_limit
        status = solver.solve(model)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return Answer(0, is_proved=False)
        taken = np.array([solver.boolean_value(x) for x in chosen], float)
        return _worth(text, taken, is_proved=status == cp_model.OPTIMAL)

    return run


def cbc(problem: m.Problem, time_limit: float) -> Run:
    import cbcbox
    import pulp

    text = textbook(problem)
    model = pulp.LpProblem("plan", pulp.LpMaximize)
    chosen = [model.add_variable(f"x{e}", cat="Binary") for e in range(len(text.value))]
    model += pulp.LpAffineExpression(zip(chosen, text.value.tolist(), strict=True))
    rows = csr_array(text.matrix)
    for row, right in enumerate(text.right.tolist()):
        place = slice(rows.indptr[row], rows.indptr[row + 1])
        among = [chosen[e] for e in rows.indices[place].tolist()]
        terms = zip(among, rows.data[place].astype(int).tolist(), strict=True)
        model += pulp.LpAffineExpression(terms) <= right
    solver = pulp.COIN_CMD(
        path=cbcbox.cbc_bin_path(), msg=False, threads=1, timeLimit=time_limit, gapRel=0.0
    )

    def run() -> Answer:
        model.solve(solver)
        taken = np.array([x.value() or 0.0 for x in chosen])
        return _worth(text, taken, is_proved=model.sol_status == pulp.LpSolutionOptimal)

    return run


def min_cost_flow(problem: m.Problem, time_limit: float) -> Run:
    """Nodes: needs, people, a sink. A need may send its seat straight to the sink."""
    from ortools.graph.python import min_cost_flow as flow

    needs, people = problem.m, problem.n
    sink = needs + people
    solver = flow.SimpleMinCostFlow()
    each_need, each_person = np.arange(needs), needs + np.arange(people)
    tail = np.concatenate([problem.row, each_need, each_person])
    head = np.concatenate([needs + problem.candidate, np.full(needs + people, sink)])
    cost = np.concatenate([-problem.value, np.zeros(needs + people, np.int64)])
    solver.add_arcs_with_capacity_and_unit_cost(tail, head, np.ones(len(tail), np.int64), cost)
    supply = np.concatenate([np.ones(needs), np.zeros(people), [-needs]]).astype(np.int64)
    solver.set_nodes_supplies(np.arange(sink + 1), supply)

    def run() -> Answer:
        status = solver.solve()
        return Answer(-solver.optimal_cost(), status == solver.OPTIMAL)

    return run


def ortools_assignment(problem: m.Problem, time_limit: float) -> Run:
    """It knows perfect matchings only: every need gets a stand-in person, every person a stand-in need."""
    from ortools.graph.python import linear_sum_assignment as assignment

    needs, people = problem.m, problem.n
    row, candidate = problem.row.astype(np.int64), problem.candidate.astype(np.int64)
    each_need, each_person = np.arange(needs), np.arange(people)
    nothing = np.zeros(len(row) + needs + people, np.int64)
    left = np.concatenate([row, needs + candidate, each_need, needs + each_person])
    right = np.concatenate([candidate, people + row, people + each_need, each_person])
    solver = assignment.SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(left, right, np.concatenate([-problem.value, nothing]))

    def run() -> Answer:
        status = solver.solve()
        return Answer(-solver.optimal_cost(), status == solver.OPTIMAL)

    return run


def scipy_assignment(problem: m.Problem, time_limit: float) -> Run:
    """Dense; a pair that is not feasible is worth as much as an empty seat."""
    table = dense(problem)

    def run() -> Answer:
        chosen = linear_sum_assignment(table, maximize=True)
        return Answer(round(table[chosen].sum()), is_proved=True)

    return run


def lapx(problem: m.Problem, time_limit: float) -> Run:
    import lap

    cost = -dense(problem)

    def run() -> Answer:
        total, _, _ = lap.lapjvx(cost, extend_cost=True)
        return Answer(-round(total), is_proved=True)

    return run


def lapjvsp(problem: m.Problem, time_limit: float) -> Run:
    """scipy's sparse matching covers every need: each has a stand-in person of its own."""
    most = int(problem.value.max(initial=0)) + 1
    row = np.concatenate([problem.row, np.arange(problem.m)])
    column = np.concatenate([problem.candidate, problem.n + np.arange(problem.m)])
    worth = np.concatenate([problem.value, np.zeros(problem.m, np.int64)])
    graph = csr_array(((most - worth).astype(float), (row, column)))

    def run() -> Answer:
        needs, people = min_weight_full_bipartite_matching(graph)
        spent = np.asarray(graph[needs, people]).sum()
        return Answer(most * problem.m - round(spent), is_proved=True)

    return run


def networkx(problem: m.Problem, time_limit: float) -> Run:
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(
            problem.row.tolist(),
            (problem.m + problem.candidate).tolist(),
            problem.value.tolist(),
            strict=True,
        )
    )

    def run() -> Answer:
        mates = nx.max_weight_matching(graph)
        return Answer(sum(graph.edges[pair]["weight"] for pair in mates), is_proved=True)

    return run


def dense(problem: m.Problem) -> NDArray[np.float64]:
    table = np.zeros((problem.m, problem.n))
    table[problem.row, problem.candidate] = np.maximum(problem.value, 0)
    return table


def _worth(model: Textbook, chosen: NDArray[np.float64] | None, *, is_proved: bool) -> Answer:
    """The value of what was chosen in whole numbers, if it keeps every limit."""
    if chosen is None or not len(chosen):
        return Answer(0, is_proved=is_proved and not len(model.value))
    taken = np.rint(chosen)
    if (model.matrix @ taken > model.right).any():
        if is_proved:
            raise AssertionError("a peer's proved plan breaks a limit")
        return Answer(0, is_proved=False)  # stopped before it had a plan
    return Answer(int(model.value @ taken.astype(np.int64)), is_proved)


OURS = Peer("talentpool", "talentpool", "ABCDST", ours)
PEERS = (
    Peer("scipy.milp", "scipy", "ABCST", scipy_milp),
    Peer("highspy", "highspy", "ABCST", highs),
    Peer("OR-tools CP-SAT", "ortools", "ABST", cp_sat),
    Peer("CBC by PuLP", "cbcbox", "ABST", cbc),
    Peer("OR-tools min-cost flow", "ortools", "ABCST", min_cost_flow, is_unit=True),
    Peer("OR-tools assignment", "ortools", "ABCST", ortools_assignment, is_unit=True),
    Peer("scipy linear_sum_assignment", "scipy", "ABCST", scipy_assignment, is_unit=True),
    Peer("scipy LAPJVsp", "scipy", "ABCST", lapjvsp, is_unit=True),
    Peer("lapx", "lapx", "ABST", lapx, is_unit=True),
    Peer("networkx", "networkx", "A", networkx, is_unit=True),
)
