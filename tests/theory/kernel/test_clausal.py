"""Refutations: what CaDiCaL proves the kernel accepts, and nothing that is damaged."""

from __future__ import annotations

import random
from itertools import product

import pytest

from tauomega.solvers.refuting import Solved, refute
from tauomega.theory.kernel.clausal import ProofError, Step, check_refutation

Clauses = list[tuple[int, ...]]
SECONDS, MEMORY = 60.0, 2_000_000_000


def random_clauses(rng: random.Random) -> Clauses:
    names = range(1, rng.randint(3, 9))
    return [
        tuple(rng.choice((f, -f)) for f in rng.sample(list(names), k=min(len(names), 3)))
        for _ in range(rng.randint(8, 60))
    ]


def satisfiable(clauses: Clauses) -> bool:
    top = max(abs(f) for clause in clauses for f in clause)
    return any(
        all(any(bits[abs(f) - 1] == (f > 0) for f in clause) for clause in clauses)
        for bits in product((False, True), repeat=top)
    )


def pigeons(holes: int) -> Clauses:
    """One pigeon more than there are holes."""
    number = {(p, h): 1 + p * holes + h for p in range(holes + 1) for h in range(holes)}
    clauses: Clauses = [tuple(number[p, h] for h in range(holes)) for p in range(holes + 1)]
    for h in range(holes):
        for p in range(holes + 1):
            clauses += [(-number[p, h], -number[q, h]) for q in range(p)]
    return clauses


def proof_of(clauses: Clauses) -> list[Step]:
    steps = refute(clauses, seconds=SECONDS, memory=MEMORY)
    assert not isinstance(steps, str), steps
    return [(tuple(clause), tuple(hints)) for clause, hints in steps]


def test_cadical_and_a_truth_table_agree_on_random_clauses() -> None:
    rng = random.Random(7)
    for _ in range(60):
        clauses = random_clauses(rng)
        with Solved(clauses, SECONDS, MEMORY) as solved:
            assert not solved.failure
            assert (solved.model is not None) == satisfiable(clauses)
            if solved.model is None:
                assert isinstance(solved.checked(SECONDS, MEMORY), int)


def test_clauses_that_can_be_satisfied_have_no_refutation() -> None:
    assert refute([(1, 2), (-1,)], seconds=SECONDS, memory=MEMORY) == "the clauses can be satisfied"


def test_every_damage_to_a_proof_is_refused() -> None:
    rng = random.Random(8)
    clauses = pigeons(4)
    steps = proof_of(clauses)
    check_refutation(clauses, steps)
    for kind, _ in product(range(6), range(60)):
        k = rng.randrange(len(steps))
        (clause, hints), damaged = steps[k], list(steps)
        if kind == 0:
            del damaged[k]
        elif kind == 1 and clause:
            flipped = rng.randrange(len(clause))
            damaged[k] = tuple(-f if n == flipped else f for n, f in enumerate(clause)), hints
        elif kind == 2:
            damaged[k] = clause, hints[:-1]
        elif kind == 3:
            damaged[k] = clause, (*hints, hints[0])
        elif kind == 4:
            damaged[k] = clause[1:] if clause else (1,), hints
        else:
            at = rng.randrange(len(hints) - 1)
            damaged[k] = clause, (*hints[:at], hints[at + 1], hints[at], *hints[at + 2 :])
        if damaged[k : k + 1] != steps[k : k + 1] or len(damaged) < len(steps):
            with pytest.raises(ProofError):
                check_refutation(clauses, damaged)


@pytest.mark.parametrize(
    ("clauses", "steps", "message"),
    [
        ([(1,), (-1,)], [], "the last step is not the empty clause"),
        ([(1,), (-1, 2)], [((2,), (0, 1))], "the last step is not the empty clause"),
        ([(1,), (-1,)], [((2,), (0,))], "step 0 ends without a conflict"),
        ([(1,), (-1,)], [((), (0, 2))], "step 0 refers to clause 2, which is not there yet"),
        ([(1,), (-1,)], [((), (0, -1))], "step 0 refers to clause -1, which is not there yet"),
        ([(1, 2), (-1,)], [((), (0, 1))], "step 0 refers to clause 0, which is not unit"),
        ([(1,), (1, 2), (-1,)], [((), (0, 1, 2))], "step 0 refers to clause 1, which is not unit"),
        ([(1,), (-1,)], [((), (0, 1, 0))], "step 0 has hints after the conflict"),
        ([(1,), (-1,)], [((), (1, 0))], "step 0 has the hints 1 and 0 in the wrong order"),
        ([(-1, -2), (2,), (1,)], [((), (2, 1, 0))], "step 0 has the hints 2 and 1 in the wrong order"),
        ([(1,), (-1,)], [((2, 2), (0, 1))], "step 0 has a literal twice"),
        ([(1,), (-1,)], [((2,), (0, 1))], "step 0 is not in canonical form: a literal has no use"),
        ([(1,), (2,), (-2,)], [((), (0, 1, 2))], "step 0 is not in canonical form: a literal has no use"),
        ([(1, 2), (-1,), (-2,)], [((2,), (0, 1)), ((), (1, 0, 2))], "step 0 is used by no later one"),
    ],
)  # fmt: skip
def test_each_fault_of_a_proof_has_its_message(
    clauses: Clauses, steps: list[Step], message: str
) -> None:
    with pytest.raises(ProofError) as raised:
        check_refutation(clauses, steps)
    assert message == str(raised.value)


def test_a_proof_by_hand_is_accepted() -> None:
    check_refutation([(1, 2), (1, -2), (-1,)], [((1,), (0, 1)), ((), (2, 3))])
