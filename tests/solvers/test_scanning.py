"""The runs of a circuit's program, in numpy and compiled, against the circuit itself."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tauomega import SCM, Abstraction
from tauomega.solvers.bits import Bits
from tauomega.solvers.circuits import values_of
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.solvers.problems import problem_of
from tauomega.solvers.program import Code, code_of
from tauomega.solvers.scanning import fastest, scan_in_numpy
from tauomega.solvers.scanning_compiled import scan_compiled
from tauomega.theory.defect import clauses
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING
from tauomega.theory.kernel.circuit import Circuit
from tauomega.theory.policy import TauUPolicy

RUNS = {"numpy": scan_in_numpy, "compiled": scan_compiled}


def drawn(rng: random.Random, variables: int, gates: int) -> tuple[Circuit, list[int], list[int]]:
    circuit = Circuit()
    names = [circuit.var(f"v{k}") for k in range(variables)]
    pool = [1, -1, *names, *(-f for f in names)]
    for _ in range(gates):
        f, g, h = (rng.choice(pool) for _ in range(3))
        kind = rng.choice(("and", "xor", "ite"))
        made = circuit.land(f, g) if kind == "and" else circuit.xor(f, g)
        made = circuit.ite(f, g, h) if kind == "ite" else made
        pool += [made, -made]
    return circuit, names, rng.sample(pool[-10:], k=2)


def first_hit(circuit: Circuit, names: list[int], literals: list[int]) -> int:
    width = 1 << len(names)
    given = {f: sum(1 << a for a in range(width) if a >> k & 1) for k, f in enumerate(names)}
    values = values_of(circuit, circuit.cone(literals), given, width)
    hit = (1 << width) - 1
    for f in literals:
        hit &= values[f] if f > 0 else values[-f] ^ ((1 << width) - 1)
    return (hit & -hit).bit_length() - 1


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("seed", range(30))
def test_the_first_assignment_that_makes_all_true_is_found(seed: int, run: object) -> None:
    rng = random.Random(seed)
    circuit, names, literals = drawn(rng, rng.choice((1, 3, 6, 7, 10)), 40)
    code = code_of(circuit, literals, names)
    assert code.registers <= len(code.steps) + 1
    assert callable(run)
    assert run(code, 0, 1 << len(names)) == first_hit(circuit, names, literals)


def needle(bits: int, at: int) -> Code:
    """True at one assignment only."""
    circuit = Circuit()
    names = [circuit.var(f"v{k}") for k in range(bits)]
    literal = circuit.all(f if at >> k & 1 else -f for k, f in enumerate(names))
    return code_of(circuit, [literal], names)


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("at", [0, 63, 64, 2**18 + 5, 2**20 - 1])
def test_one_assignment_among_a_million_is_found_in_its_piece_only(at: int, run: object) -> None:
    code = needle(20, at)
    assert callable(run)
    piece = 1 << 18
    found = [run(code, start, piece) for start in range(0, 1 << 20, piece)]
    assert [f for f in found if f >= 0] == [at]
    assert found.index(at) == at // piece


def test_the_compiled_run_is_taken_only_where_there_is_time_to_compile() -> None:
    assert fastest(Budget(5)) is scan_in_numpy
    assert fastest(Budget(60)) is scan_compiled
    assert scan_compiled(needle(26, 2**26 - 2), 0, 1 << 26) == 2**26 - 2


def test_a_claim_that_fails_everywhere_needs_no_gate() -> None:
    model, other = SCM.from_text("U : bool\nX : bool = 1"), SCM.from_text("U : bool\nX : bool = 0")
    claim = Abstraction.from_text(model, other, {"X": "X"})
    definition = TauAbstraction(Given((NOTHING,)), tau_u=TauUPolicy.IDENTITY)
    part = list(clauses(definition.defect(claim)))[-1]
    problem = problem_of(claim, part, decide_facts(claim, Budget(5)), Fraction(0))
    answer = Bits(draws=0).bounds(problem, Budget(5))
    assert answer.lo == 1
