"""Splitting and merging against every vector of partitions; the models they give against `check`."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from tauomega import SCM, Abstraction, Holds, check
from tauomega.loading import load
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.search.block_runs import by_columns, one_by_one
from tauomega.solvers.search.coarsest import coarsest, repair
from tauomega.solvers.search.common import common
from tauomega.solvers.search.partitions import (
    Merge,
    System,
    coarsest_stable,
    common_congruence,
    first_instability,
    is_stable,
    partitions,
    reached,
)
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import parse_expression

BELL = [1, 1, 2, 5, 15, 52]


def random_system(rng: random.Random, sizes: tuple[int, ...], contexts: int) -> System:
    tables = []
    for j, n in enumerate(sizes):
        shape = (contexts, *(1 if k == j else m for k, m in enumerate(sizes)))
        cells = int(np.prod(shape))
        few = rng.choice([1, 2, n])  # few outcomes make more partitions stable
        values = [rng.randrange(min(few, n)) for _ in range(cells)]
        tables.append(np.array(values, dtype=np.int64).reshape(shape))
    return System(sizes, tuple(tables))


def random_runs(rng: random.Random, system: System, contexts: int) -> np.ndarray:
    """Undisturbed runs of an acyclic system: block j is made to read the blocks before it only."""
    runs = np.zeros((contexts, len(system.sizes)), dtype=np.int64)
    for u in range(contexts):
        for j in range(len(system.sizes)):
            setting = [int(runs[u, k]) if k < j else 0 for k in range(len(system.sizes))]
            setting[j] = 0
            runs[u, j] = system.tables[j][(u, *setting)]
    return runs


def acyclic(system: System) -> System:
    tables = []
    for j, table in enumerate(system.tables):
        later = tuple(slice(0, 1) if k > j else slice(None) for k in range(len(system.sizes)))
        shape = (
            table.shape[0],
            *(1 if k == j else n for k, n in enumerate(system.sizes)),
        )
        tables.append(np.broadcast_to(table[(slice(None), *later)], shape).copy())
    return System(system.sizes, tuple(tables))


def stable_literally(system: System, vector: tuple[tuple[int, ...], ...]) -> bool:
    """Every two settings that read alike lead to states that read alike."""
    for j, table in enumerate(system.tables):
        axes = [range(n) if k != j else range(1) for k, n in enumerate(system.sizes)]
        for u in range(table.shape[0]):
            seen: dict[tuple[int, ...], int] = {}
            for setting in product(*axes):
                key = tuple(vector[k][s] for k, s in enumerate(setting) if k != j)
                outcome = vector[j][int(table[(u, *setting)])]
                if seen.setdefault(key, outcome) != outcome:
                    return False
    return True


def refines(fine: tuple[int, ...], coarse: tuple[int, ...]) -> bool:
    return len(set(zip(fine, coarse, strict=True))) == len(set(fine))


def test_partitions_are_counted_by_the_bell_numbers() -> None:
    for size, expected in enumerate(BELL):
        found = list(partitions(size))
        assert expected == len(set(found)) == len(found)


@pytest.mark.parametrize("seed", range(8))
def test_the_coarsest_stable_refinement_is_that_of_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(25):
        sizes = rng.choice([(2, 3), (3, 3), (2, 2, 2), (4, 2), (2, 3, 2)])
        system = random_system(rng, sizes, rng.choice([1, 2, 3]))
        start = tuple(rng.choice(list(partitions(n))) for n in sizes)
        found = coarsest_stable(system, start)
        stable = [
            vector
            for vector in product(*(list(partitions(n)) for n in sizes))
            if all(map(refines, vector, start)) and stable_literally(system, vector)
        ]
        assert found in stable
        assert all(all(map(refines, vector, found)) for vector in stable)
        for vector in product(*(list(partitions(n)) for n in sizes[:2])):
            whole = (*vector, *found[2:])
            assert stable_literally(system, whole) == is_stable(system, whole)


def test_an_instability_is_named() -> None:
    table = np.array([[[0], [1]]])  # block 1 copies block 0
    system = System((2, 2), (np.zeros((1, 1, 2), dtype=np.int64), table.reshape(1, 2, 1)))
    assert first_instability(system, ((0, 0), (0, 1))) == (1, 0, 0, 1)
    assert coarsest_stable(system, ((0, 0), (0, 1))) == ((0, 1), (0, 1))


@pytest.mark.parametrize("seed", range(4))
def test_what_two_systems_have_in_common_is_that_of_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    examined = 0
    while examined < 25:
        contexts = rng.choice([2, 3])
        sizes = [rng.choice([(2, 2), (3, 2), (2, 3), (3, 3)]) for _ in range(2)]
        pair = [acyclic(random_system(rng, s, contexts)) for s in sizes]
        runs = [random_runs(rng, s, contexts) for s in pair]
        inside = [reached(s, r) for s, r in zip(pair, runs, strict=True)]
        if any(
            len(i) < n
            for s, r in zip(sizes, inside, strict=True)
            for i, n in zip(r, s, strict=True)
        ):
            continue
        examined += 1
        found = common_congruence(pair[0], pair[1], (runs[0], runs[1]))
        whole = [tuple((*a, *b) for a, b in found)]
        joint = [
            vector
            for vector in product(*(list(partitions(a + b)) for a, b in zip(*sizes, strict=True)))
            if shared(vector, pair, runs, sizes)
        ]
        assert whole[0] in joint
        assert all(all(map(refines, whole[0], vector)) for vector in joint)


def shared(vector, pair, runs, sizes) -> bool:  # type: ignore[no-untyped-def]
    """Whether one model on the classes is an abstraction of both systems, literally."""
    split = [
        [p[: sizes[0][j]] if side == 0 else p[sizes[0][j] :] for j, p in enumerate(vector)]
        for side in range(2)
    ]
    if any(set(split[0][j]) != set(split[1][j]) for j in range(len(vector))):
        return False
    mechanisms: dict[tuple[object, ...], int] = {}
    for side, system in enumerate(pair):
        for j, table in enumerate(system.tables):
            axes = [range(n) if k != j else range(1) for k, n in enumerate(system.sizes)]
            for u in range(table.shape[0]):
                for setting in product(*axes):
                    key = (j, u, *(split[side][k][s] for k, s in enumerate(setting) if k != j))
                    outcome = split[side][j][int(table[(u, *setting)])]
                    if mechanisms.setdefault(key, outcome) != outcome:
                        return False
    for u in range(runs[0].shape[0]):
        for j in range(len(vector)):
            if split[0][j][runs[0][u, j]] != split[1][j][runs[1][u, j]]:
                return False
    return True


VOTERS = "U[1..3] : bool\nX[i] = U[i]\nW = sum(X[1..3]) >= 2"
BLOCKS = {"T": ["X[1]", "X[2]", "X[3]"], "M": ["W"]}


def test_the_coarsest_abstraction_of_a_majority_keeps_the_majority_alone() -> None:
    low = SCM.from_text(VOTERS)
    found = coarsest(low, BLOCKS, {"M": parse_expression("W", low.scope)})
    assert found.classes == {"T": (0, 0, 0, 1, 0, 1, 1, 1), "M": (0, 1)}
    assert found.added == {"T": 1, "M": 0}
    assert isinstance(found.verdict, Holds)


def test_a_lossy_count_of_votes_is_repaired_by_the_values_that_it_needs() -> None:
    low = SCM.from_text(VOTERS)
    lossy = Abstraction.from_text(low, None, {"T": "X[1]", "M": "W"})
    assert check(lossy, Invariance()).name == "holds"  # X[2], X[3] are mediators, read by no τ
    lossy = Abstraction.from_text(low, None, {"T": "X[1] + X[2] + 0*X[3] >= 2", "M": "W"})
    parity = Abstraction.from_text(low, None, {"T": "X[1] xor X[2] xor X[3]", "M": "W"})
    assert check(parity, Invariance()).name == "fails"
    found = repair(parity)
    assert found.added == {"T": 2, "M": 0}  # parity and majority: four values, the count of votes
    assert found.classes["T"] == (0, 1, 1, 2, 1, 2, 2, 3)
    assert isinstance(found.verdict, Holds)
    assert repair(lossy).verdict.name == "holds"


def test_ce14_is_repaired_so_that_invariance_holds() -> None:
    claim = load("ce14").claim
    assert check(claim, Invariance()).name == "fails"
    found = repair(claim)
    assert sum(found.added.values()) > 0
    assert isinstance(found.verdict, Holds)


def test_two_adders_have_the_sum_in_common_and_nothing_finer() -> None:
    one = SCM.from_text("A, B : bool\nX = 2*A + B\nS = min(X, 1) + max(X - 2, 0)")
    two = SCM.from_text("A, B : bool\nP = A\nQ = B\nR = P + Q")
    found = common(one, two, {"T": (["X"], ["P", "Q"]), "N": (["S"], ["R"])})
    assert found.classes["T"] == ((0, 1, 2, 3), (0, 1, 2, 3))
    assert all(isinstance(v, Holds) for v in found.verdicts)
    assert not found.is_trivial


def test_models_that_cannot_be_aligned_have_the_trivial_model_in_common_only() -> None:
    one = SCM.from_text("A : bool\nX = A\nY = X")
    two = SCM.from_text("A : bool\nP = 0*A\nQ = A")
    found = common(one, two, {"X": (["X"], ["P"]), "Y": (["Y"], ["Q"])})
    assert found.classes["X"][0] == (0, 0)
    assert found.classes["Y"] == ((0, 0), (0, 0))  # Y must be equal under X = 0 and X = 1 below
    assert found.is_trivial
    assert found.claims is None
    assert [m.block for m in found.merges] == [0, 0, 1, 1, 1]
    for number, merge in enumerate(found.merges):
        assert forced(one, two, found.merges[:number], merge)
    assert not forced(one, two, (), found.merges[4])


def forced(one: SCM, two: SCM, earlier: tuple[Merge, ...], merge: Merge) -> bool:
    """Whether a merge of the blocks {X, P}, {Y, Q} follows from earlier ones, by running the models."""
    names = (("X", "Y"), ("P", "Q"))
    sides = (merge.first[0], merge.second[0])
    context = {"A": merge.context}
    if merge.left is None or merge.right is None:
        runs = [m.run(context)[names[s][merge.block]] for s, m in ((0, one), (1, two))]
        return runs == [merge.first[1], merge.second[1]]
    other = 1 - merge.block
    states = [(sides[0], merge.left[other]), (sides[1], merge.right[other])]
    classes = {s: {s} for m in earlier for s in (m.first, m.second)} | {s: {s} for s in states}
    for m in earlier:
        if m.block == other:
            joined = classes[m.first] | classes[m.second]
            classes |= dict.fromkeys(joined, joined)
    led = []
    for side, state in states:
        hard = Hard(((names[side][other], state),))
        led.append((side, (one, two)[side].run(context, hard)[names[side][merge.block]]))
    return states[1] in classes[states[0]] and led == [merge.first, merge.second]


def test_states_that_no_run_reaches_are_left_out_and_said_to_be() -> None:
    one = SCM.from_text("A : bool\nX : 0..2 = A\nY : 0..2 = X")
    two = SCM.from_text("A : bool\nP = A\nQ = P")
    found = common(one, two, {"X": (["X"], ["P"]), "Y": (["Y"], ["Q"])})
    assert found.classes["X"] == ((0, 1, -1), (0, 1))
    assert str(found.family) == "reach:fixpoint"
    assert all(isinstance(v, Holds) for v in found.verdicts)


def test_runs_on_columns_are_the_runs_one_by_one() -> None:
    rng = random.Random(5)
    compared = 0
    while compared < 150:
        model = random_claim(rng).scm
        names = rng.sample(model.endogenous, len(model.endogenous))
        blocks: list[tuple[str, ...]] = []
        while names:
            size = rng.randint(1, len(names))
            blocks.append(tuple(names[:size]))
            names = names[size:]
        if model.cyclic:
            continue
        fast, slow = by_columns(model, blocks), one_by_one(model, blocks)
        assert np.array_equal(fast.undisturbed, slow.undisturbed)
        for one, other in zip(fast.tables, slow.tables, strict=True):
            assert one.shape == other.shape
            assert np.array_equal(one, other)
        compared += 1


def test_bad_blocks_are_refused_together() -> None:
    low = SCM.from_text("U : bool\nX = U\nY = X")
    with pytest.raises(InputError) as error:
        coarsest(low, {"A": ["X", "Z"], "B": ["X"], "C": [], "U": ["Y"]}, {})
    assert str(error.value).splitlines() == [
        "the block of 'A': 'Z' is no low-level variable",
        "'X' is in the blocks of 'A' and 'B'",
        "the block of 'C' is empty",
        "the high-level name 'U' is a root of the low-level model; choose another name",
    ]
    with pytest.raises(InputError, match="reads 'Y', which is not in its block"):
        coarsest(low, {"A": ["X"]}, {"A": parse_expression("Y", low.scope)})
    with pytest.raises(InputError, match="has one value"):
        coarsest(low, {"A": ["X"]}, {})
