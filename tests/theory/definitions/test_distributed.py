"""Finite distributed abstraction (Sutter et al. (2025)), and cyclic models that have not one solution."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from tauomega import SCM, Abstraction, check, load
from tauomega.proofs.sutter_2025_finite_room import PAIRS, Algorithm, Net, by_counting
from tauomega.theory.counterexample import NotSolvable
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.distributed import Distributed
from tauomega.theory.definitions.exact_transformation import ExactTransformation
from tauomega.theory.definitions.input_restricted import InputRestricted
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError
from tauomega.theory.family import Given, Reach
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.verdict import Fails


def claim_of(algorithm: Algorithm, net: Net) -> Abstraction:
    """A net of four hidden states, as two bits, and an algorithm with two inner bits; two inputs."""
    values, inner = algorithm
    run, classes = net

    def table(name: str, column: list[int]) -> str:
        return f"{name} : bool = table(x) {{0: {column[0]}; 1: {column[1]}}}"

    def rows(cells: dict[tuple[int, int], int]) -> str:
        return "; ".join(f"{a}, {b}: {v}" for (a, b), v in cells.items())

    outputs = {divmod(h, 2): c for h, c in enumerate(classes)}
    low = [table("h", [r // 2 for r in run]), table("k", [r % 2 for r in run])]
    high = [table("a", [v[0] for v in values]), table("b", [v[1] for v in values])]
    low += [f"out : bool = table(h, k) {{{rows(outputs)}}}"]
    high += [f"out : bool = table(a, b) {{{rows(inner)}}}"]
    below, above = (SCM.from_text("\n".join(["input x : bool", *lines])) for lines in (low, high))
    return Abstraction.from_text(below, above, {"out": "out"}, sites={"a": ["h"], "b": ["k"]})


def test_it_is_decided_by_counting_hidden_states() -> None:
    """The theorem script's counting, on every sixteenth algorithm and every net of two inputs in four states."""
    said = {True: 0, False: 0}
    algorithms = [
        (values, dict(zip(PAIRS, row, strict=True)))
        for values in product(PAIRS, repeat=2)
        for row in product((0, 1), repeat=4)
    ]
    for algorithm in algorithms[::16]:
        for classes in product((0, 1), repeat=4):
            net = ((0, 1), classes)
            if len(set(classes)) < 2:
                continue
            expected = by_counting(algorithm, net)
            found = check(claim_of(algorithm, net), Distributed()).name
            assert found == ("holds" if expected else "fails")
            said[expected] += 1
    assert min(said.values()) > 10


def test_one_hidden_state_makes_the_difference() -> None:
    assert check(load("room_enough").claim, Distributed()).name == "holds"
    assert check(load("room_short").claim, Distributed()).name == "fails"


@pytest.mark.parametrize(
    ("hidden", "output"),
    [("min(x, 1)", "h >= 1"), ("x", "table(h) {2: 1; else: 0}"), ("x", "h != 2")],
    ids=["inputs collide", "no room in the class", "the task is not solved"],
)
def test_each_assumption_is_needed(hidden: str, output: str) -> None:
    """Theorem 1's: injective in the layer, room for every output, the task solved."""
    claim = load("room_enough").claim
    low = SCM.from_text(f"input x : 0..2\nh : 0..3 = {hidden}\nout : bool = {output}")
    assert check(replace(claim, low=low), Distributed()).name == "fails"


def test_sites_are_needed() -> None:
    with pytest.raises(InputError, match="distributed needs sites"):
        check(load("voting").claim, Distributed())


def test_too_many_relabellings_are_unknown() -> None:
    """The task is not solved, so that each would have to be tried."""
    low = SCM.from_text("input x : 0..3\nh : 0..40 = x\nout = h mod 2 == 0")
    high = SCM.from_text("input x : 0..3\na = x mod 2 == 1\nout = a")
    claim = Abstraction.from_text(low, high, {"out": "out"}, sites={"a": ["h"]})
    assert check(claim, Distributed(), timeout=1).name == "unknown"


def test_values_that_runs_under_interventions_reach_count() -> None:
    """C = 1 where A and B come from two runs; set in a third, D = 1."""
    names = ("x", "A", "B", "C", "D")
    text = "input x : bool\nA = x\nB = x\nC : 0..2 = A + B\nD : bool = "
    low, high = SCM.from_text(f"{text}(C == 1) and (A == B)"), SCM.from_text(f"{text}0")
    claim = Abstraction.from_text(low, high, {name: name for name in names})
    once = Constructive(Reach(1), tau_u=TauUPolicy.IDENTITY)
    assert [check(claim, d).name for d in (once, InputRestricted())] == ["holds", "fails"]


# ---------------------------------------------------------------- cyclic models


@pytest.mark.parametrize(
    ("rule", "solutions"), [("Y1 mod 2 == 1", 2), ("Y1 mod 2 == 0", 0)], ids=["two", "none"]
)
@pytest.mark.parametrize("definition", [Constructive(), TauAbstraction()], ids=lambda d: d.name)
def test_a_cycle_without_one_solution_is_reported_by_name(
    rule: str, solutions: int, definition: Definition
) -> None:
    """CE20 with another Y2: nothing holds vacuously."""
    claim = load("ce20").claim
    high = SCM.from_text(f"cyclic\nU : bool ~ uniform\nY1 : 0..3 = 2 * U + Y2\nY2 : bool = {rule}")
    found = check(replace(claim, high=high), definition)
    assert isinstance(found, Fails)
    assert isinstance(found.counterexample, NotSolvable)
    assert found.counterexample.above
    assert found.counterexample.solutions == solutions
    sets = check(replace(claim, high=high), ExactTransformation(Given((NOTHING,))))
    assert sets.name == "fails"
    assert (
        check(replace(claim, high=high), Invariance()).name == "holds"
    )  # it looks for another model


def test_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tauomega.cli.__main__ import main
    from tauomega.loading import example_text

    file = tmp_path / "two.toml"
    file.write_text(
        example_text("ce20").replace("Y2 : bool = Y1 >= 2", "Y2 : bool = Y1 mod 2 == 1")
    )
    assert main(["check", str(file)]) == 1
    assert "2 solutions" in capsys.readouterr().out
