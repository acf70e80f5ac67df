"""The search against every candidate decided, and against classes with known answers."""

from __future__ import annotations

import random
import sys
from itertools import product

import pytest

from tauomega import SCM, Abstraction, Holds, count_all, enumerate_all, find
from tauomega.proofs.testing.searches import (
    Searched,
    conjunction_from_parity,
    hidden_alignment,
    parity_blocks,
    quotient_map,
)
from tauomega.solvers.engine import Budget
from tauomega.solvers.problems import policies_of
from tauomega.solvers.refuting import refute
from tauomega.solvers.search import apart, counting, searching
from tauomega.solvers.search.demands import Demands
from tauomega.solvers.search.literal import literally, reads_of
from tauomega.solvers.search.plan import plan_of
from tauomega.solvers.search.relabelling import relabellings
from tauomega.solvers.search.results import Counted, Found, NoneExists, Undecided
from tauomega.solvers.search.settings import LOCAL
from tauomega.solvers.search.sketch import Sketch, named
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError, MissingDependencyError
from tauomega.theory.family import Given, Single
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel.circuit import TRUE
from tauomega.theory.kernel.clausal import check_refutation
from tauomega.theory.policy import Depth, TauUPolicy
from tauomega.theory.verdict import Certified, Enumeration, Trusted

# ---------------------------------------------------------------- random classes


def table(rng: random.Random, parents: list[str]) -> str:
    rows = "; ".join(
        f"{', '.join(map(str, key))}: {rng.randint(0, 1)}"
        for key in product((0, 1), repeat=len(parents))
    )
    return f"table({', '.join(parents)}) {{{rows}}}"


def model(rng: random.Random, head: str, roots: list[str], names: list[str], hole: str) -> str:
    lines = [head]
    for position, name in enumerate(names):
        pool = names[:position] + roots
        parents = [q for q in pool if rng.random() < 0.6][:2] or [rng.choice(pool)]
        right = f"?({', '.join(parents)})" if name == hole else table(rng, parents)
        lines.append(f"{name} : bool = {right}")
    return "\n".join(lines)


def copied(rng: random.Random, kind: str, word: str, head: str) -> tuple[str, str]:
    """A model, and one that copies two of its variables: most of what is unknown has an answer."""
    middle, last = table(rng, ["U1"]), table(rng, ["X1"])
    low = [f"{word}U1, U2 : bool", f"X1 : bool = {middle}", f"X2 : bool = {table(rng, ['U2'])}"]
    low.append(f"X3 : bool = {'?(X1, X2)' if kind == 'low' else last}")
    high = [head, f"A : bool = {middle}"]
    high.append(f"B : bool = {'?(A)' if kind == 'high' else last.replace('X1', 'A')}")
    return "\n".join(low), "\n".join(high)


def random_class(rng: random.Random) -> tuple[str, Sketch, Definition] | None:
    """Two small models, and something unknown: a τ, a mechanism, τ_U, or where two variables are."""
    kind = rng.choice(["tau", "tau", "high", "low", "tau_u", "sites", "omega"])
    above = ["U1"] if rng.random() < 0.6 else ["U1", "U2"]
    word = "input " if kind == "sites" else ""
    head = f"{word}{', '.join(above)} : bool"
    if rng.random() < 0.5:
        low, high = copied(rng, kind, word, head)
    else:
        hole = "X3" if kind == "low" else ""
        low = model(rng, f"{word}U1, U2 : bool", ["U1", "U2"], ["X1", "X2", "X3"], hole)
        high = model(rng, head, above, ["A", "B"], "B" if kind == "high" else "")
    first = ["X1", "X1 and X2", *(["?(X1, X2)"] * 3 if kind == "tau" else [])]
    second = ["X3", *(["?(X2, X3)", "?(X3)", "?(X1, X2, X3)"] if kind == "tau" else [])]
    tau = {"A": rng.choice(first), "B": rng.choice(second)}
    notions: list[Definition] = [
        Constructive(),
        Constructive(tau_u=TauUPolicy.SEARCHED),
        TauAbstraction(),
        Constructive(Single(1)),
    ]
    definition = rng.choice(notions)
    sites: dict[str, tuple[str, ...]] = {}
    tau_u = None
    if kind == "sites":
        tau, sites = {"B": "X3"}, {"A": ("X1", "X2")}
        definition = InterchangeConsistency(joint=rng.choice([Depth(1), Depth(None)]))
    listed: tuple[Hard, ...] = ()
    omega: list[tuple[str, str]] | None = None
    if kind == "omega":
        listed = (Hard(), Hard((("X1", rng.randint(0, 1)),)), Hard((("X2", 1), ("X3", 0))))
        omega = [("", "")] if rng.random() < 0.5 else []
        listed = listed[len(omega) :]
        definition = TauAbstraction(Given(), tau_u=rng.choice(list(TauUPolicy)[3:]))
    if kind == "tau_u":
        tau_u = dict.fromkeys(above, "?(U1, U2)")
    models = SCM.from_text(low), SCM.from_text(high)
    claim = Abstraction.from_text(*models, tau, tau_u=tau_u, omega=omega)
    try:
        sketch = Sketch(claim, sites, listed)
    except InputError as error:
        assert "nothing to find" in str(error)
        return None
    return (kind, sketch, definition) if sketch.size <= 600 else None


def compare(rng: random.Random) -> tuple[str, int] | None:
    """A random class searched both ways; what was unknown, and how many solutions there are."""
    drawn = random_class(rng)
    if drawn is None:
        return None
    kind, sketch, definition = drawn
    try:
        decided = list(literally(sketch, definition, Budget(60)))
    except InputError:
        with pytest.raises(InputError):
            enumerate_all(sketch, definition)
        return None
    expected = {candidate for candidate, _, verdict in decided if isinstance(verdict, Holds)}
    result = enumerate_all(sketch, definition)
    assert isinstance(result, Found if expected else NoneExists)
    assert result.evidence is not None
    solutions = result.solutions if isinstance(result, Found) else ()
    assert [s.candidate for s in solutions] == list(dict.fromkeys(s.candidate for s in solutions))
    assert expected == {s.candidate for s in solutions}
    costs = [s.cost for s in solutions]
    assert costs == sorted(costs)
    for s in solutions:
        assert s.reads == reads_of(sketch, s.candidate, s.claim)
        assert s.minimal == (not any(t.reads < s.reads for t in solutions))
    counted = count_all(sketch, definition)
    assert isinstance(counted, Counted)
    assert len(expected) == counted.number
    if kind in ("tau", "sites"):
        policy = policies_of(named(sketch), definition.defect(named(sketch)))[1]
        group = relabellings(sketch, policy)
        kept = enumerate_all(sketch, definition, up_to_relabelling=True)
        least = [s.candidate for s in kept.solutions] if isinstance(kept, Found) else []
        orbits = {frozenset([c, *(r.apply(sketch, c) for r in group)]) for c in expected}
        assert len(orbits) == len(least)
        assert {c for c in least for _ in (0,)} <= expected
        assert all(len(orbit & set(least)) == 1 for orbit in orbits)
    return kind, len(expected)


def compare_many(seed: int, number: int) -> None:
    rng = random.Random(seed)
    found = [pair for _ in range(number) if (pair := compare(rng)) is not None]
    some = {kind for kind, size in found if size}
    solved = sum(size > 0 for _, size in found)
    sys.stdout.write(f"seed {seed}: {len(found)} classes, {solved} with solutions: {some}\n")
    assert len(some) >= 4


def test_a_search_finds_what_deciding_every_candidate_finds() -> None:
    compare_many(4, 24)


@pytest.mark.slow
def test_a_search_finds_what_deciding_every_candidate_finds_many_times() -> None:
    compare_many(5, 60)


# ---------------------------------------------------------------- known answers


def all_of(case: Searched, **options: object) -> Found:
    result = enumerate_all(case.sketch, case.definition, **options)  # type: ignore[arg-type]
    assert isinstance(result, Found)
    return result


def test_the_maps_of_a_small_parity_are_those_of_brute_force() -> None:
    for polarity in (True, False):
        case = parity_blocks(2, polarity=polarity)
        assert case.number == len(all_of(case).solutions)
        expected = sum(
            isinstance(v, Holds) for _, _, v in literally(case.sketch, case.definition, Budget(60))
        )
        assert expected == case.number


def test_the_maps_of_a_parity_of_four_bits_are_found_and_counted() -> None:
    case = parity_blocks(4)
    result = all_of(case)
    assert (50, 50) == (len(result.solutions), case.number)
    assert isinstance(result.evidence, Certified)
    assert sum(s.minimal for s in result.solutions) == 12  # ordered pairs of single bits


@pytest.mark.slow
def test_the_602_maps_of_an_example_of_eight_bits() -> None:
    case = parity_blocks(6)
    assert case.number == 602
    found = all_of(case, timeout=250)
    assert len({s.candidate for s in found.solutions}) == 602
    assert isinstance(found.evidence, Certified)


def test_relabelling_leaves_one_of_the_exchanged_and_negated_maps() -> None:
    case = parity_blocks(3, polarity=False)
    assert len(all_of(case).solutions) == 4 * 12 == case.number
    assert len(all_of(case, up_to_relabelling=True).solutions) == 6
    counted = count_all(case.sketch, case.definition, up_to_relabelling=True)
    assert isinstance(counted, Counted)
    assert counted.number == 6


def test_a_map_of_states_is_synthesised() -> None:
    case = quotient_map(64)
    (solution,) = all_of(case).solutions
    assert solution.candidate[0] == tuple(x % 8 for x in range(64))


@pytest.mark.slow
def test_a_map_of_1024_states_to_8_values_is_synthesised() -> None:
    (solution,) = all_of(quotient_map(1024)).solutions
    assert solution.candidate[0] == tuple(x % 8 for x in range(1024))


def test_the_alignments_of_a_few_hidden_nodes_are_those_of_brute_force() -> None:
    case = hidden_alignment(7)
    found = {s.candidate for s in all_of(case).solutions}
    assert len(found) == case.number
    assert found == {
        c for c, _, v in literally(case.sketch, case.definition, Budget(60)) if isinstance(v, Holds)
    }
    minimal = [s for s in all_of(case).solutions if s.minimal]
    assert {"h1", "h2", "h3"} == {name for s in minimal for name in s.reads}
    assert len(minimal) == 3


def test_the_alignments_of_thirty_hidden_nodes_are_counted() -> None:
    pytest.importorskip("pyganak")
    case = hidden_alignment(30)
    counted = count_all(case.sketch, case.definition)
    assert isinstance(counted, Counted)
    assert counted.number == 7 * 2**25 == case.number
    assert isinstance(counted.evidence, Trusted)
    first = find(case.sketch, case.definition)
    assert isinstance(first, Found)
    assert first.solutions[0].cost == 1


def test_an_impossibility_has_a_proof_that_the_kernel_and_another_checker_accept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    formulas: list[list[tuple[int, ...]]] = []
    steps_of = refute

    def kept(clauses: list[tuple[int, ...]], *, seconds: float, memory: int) -> object:
        formulas.append(clauses)
        return steps_of(clauses, seconds=seconds, memory=memory)

    monkeypatch.setattr(apart, "refute", kept)
    case = conjunction_from_parity(6)
    result = find(case.sketch, case.definition)
    assert isinstance(result, NoneExists)
    assert isinstance(result.evidence, Certified)
    (clauses,) = formulas
    steps = refute(clauses, seconds=10, memory=10**9)
    assert not isinstance(steps, str)
    check_refutation(clauses, steps)
    dratify = pytest.importorskip("dratify")
    proof = "\n".join(" ".join(map(str, (*clause, 0))) for clause, _ in steps) + "\n"
    weaker = [c for c in clauses if len(c) > 1]  # nothing is demanded
    for formula, accepted in ((clauses, True), (weaker, False)):
        assert accepted == dratify.check_proof(dratify.parse_dimacs(text_of(formula)), proof).ok


def text_of(clauses: list[tuple[int, ...]]) -> str:
    """A formula in DIMACS."""
    top = max(abs(f) for clause in clauses for f in clause)
    rows = [" ".join(map(str, (*clause, 0))) for clause in clauses]
    return "\n".join([f"p cnf {top} {len(clauses)}", *rows]) + "\n"


def test_with_an_or_above_the_same_blocks_have_solutions() -> None:
    case = conjunction_from_parity(4)
    claim = case.sketch.claim
    other = SCM.from_text("UA, UB : bool\nA = UA\nB = UB\nY = A or B")
    tau = {"A": "?(X[1..2])", "B": "?(X[3..4])", "Y": "not Y"}
    found = enumerate_all(Abstraction.from_text(claim.scm, other, tau), Constructive())
    assert isinstance(found, Found)
    assert len(found.solutions) == 1  # A and B are NAND


# ---------------------------------------------------------------- ends, lies, messages


def test_an_omega_is_found_for_listed_interventions() -> None:
    low, high = SCM.from_text("U : bool\nX = U\nY = X"), SCM.from_text("U : bool\nA = U\nB = A")
    claim = Abstraction.from_text(low, high, {"A": "X", "B": "Y"}, omega=[("", "")])
    definition = TauAbstraction(Given(), tau_u=TauUPolicy.IDENTITY)
    wanted = (Hard((("X", 1),)), Hard((("X", 0), ("Y", 1))))
    found = enumerate_all(claim, definition, omega=wanted)
    assert isinstance(found, Found)
    assert isinstance(found.evidence, Certified)
    assert sorted(s.candidate for s in found.solutions) == [
        (("A = 1", "A = 0, B = 1"),),
        (("A = 1, B = 1", "A = 0, B = 1"),),
    ]
    with pytest.raises(InputError, match=r"ω is given and to be found for no intervention"):
        find(claim, definition, omega=[Hard()])


def test_what_no_circuit_says_is_searched_literally() -> None:
    low = SCM.from_text("U : bool ~ 1/3\nX = U\nY = X")
    high = SCM.from_text("V : bool ~ 1/3\nA = V\nB = A")
    claim = Abstraction.from_text(low, high, {"A": "?(X)", "B": "Y"})
    result = enumerate_all(claim, Exact())
    assert isinstance(result, Found)
    assert [s.candidate for s in result.solutions] == [((0, 1),)]
    assert result.evidence == Enumeration(4, "candidates")


def test_a_demand_that_is_forgotten_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demands, "square", lambda self, setting: TRUE)
    case = quotient_map(8)
    with pytest.raises(AssertionError, match="a bug of tauomega"):
        enumerate_all(case.sketch, case.definition)


def test_a_demand_too_many_is_caught_by_the_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    case = hidden_alignment(7)
    right = Demands.interchange

    def stricter(self: Demands, swap: object) -> int:
        return self.tables.blaster.circuit.land(
            right(self, swap),  # type: ignore[arg-type]
            -self.belongs("h2", "P"),
        )

    monkeypatch.setattr(Demands, "interchange", stricter)
    assert len(all_of(case).solutions) < (case.number or 0)


def test_time_that_is_over_leaves_it_undecided() -> None:
    case = parity_blocks(6)
    result = enumerate_all(case.sketch, case.definition, timeout=0.3)
    assert getattr(result, "evidence", None) is None
    assert "are over" in getattr(result, "reason", "")
    empty = find(case.sketch, case.definition, timeout=1e-9)
    assert isinstance(empty, Undecided)


def test_without_the_extra_many_solutions_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "find_spec", lambda name: None)
    monkeypatch.setattr(counting, "MOST_LISTED", 10)
    case = hidden_alignment(9)
    with pytest.raises(MissingDependencyError, match=r'pip install "tauomega\[count\]"'):
        count_all(case.sketch, case.definition)


def test_what_was_found_before_is_not_found_again() -> None:
    case = hidden_alignment(7)
    everything = [s.candidate for s in all_of(case).solutions]
    rest = all_of(case, known=everything[:5])
    assert sorted(s.candidate for s in rest.solutions) == sorted(everything[5:])
    assert not any(s.minimal for s in rest.solutions)


def test_classes_that_make_no_sense_are_refused() -> None:
    low, high = SCM.from_text("U : bool\nX = U"), SCM.from_text("V : bool\nA = V")
    with pytest.raises(InputError, match="there is nothing to find"):
        find(Abstraction.from_text(low, high, {"A": "X"}), Constructive())
    with pytest.raises(InputError, match="knows no sites"):
        find(Abstraction.from_text(low, high, {}), Constructive(), sites={"A": ["X"]})
    with pytest.raises(InputError, match="cells of 'B' are pinned, but it has no hole"):
        Sketch(Abstraction.from_text(low, high, {"A": "?(X)"}), pinned={"B": {(0,): 1}})
    real = SCM.from_text("U : real\nX = U")
    with pytest.raises(InputError, match="an argument has infinitely many values"):
        find(Abstraction.from_text(real, high, {"A": "?(X)"}), Constructive())
    many = SCM.from_text("U[1..20] : bool\nX[i] = U[i]")
    with pytest.raises(InputError, match="more than 16,384 cells"):
        find(Abstraction.from_text(many, high, {"A": "?(X[1..20])"}), Constructive())


def test_local_squares_are_planned_for_fixed_blocks_alone() -> None:
    case = quotient_map(16)
    demands = Demands(case.sketch, plan_of(case.sketch.claim, case.definition), Budget())
    exact = searching.exact_demands(demands)
    assert exact is not None
    assert exact[1] == (LOCAL,)
    assert len(exact[0]) == 4 * 16
    open_blocks = parity_blocks(6)
    demands = Demands(
        open_blocks.sketch, plan_of(open_blocks.sketch.claim, open_blocks.definition), Budget()
    )
    assert searching.exact_demands(demands) is None
