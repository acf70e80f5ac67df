"""Finite distributed abstraction (Sutter et al. (2025)), and cyclic models that have not one solution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations, product
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


# ---------------------------------------------------------------- several layers

BITS = [(0, 0), (0, 1), (1, 0), (1, 1)]
Coding = dict[tuple[int, int], tuple[int, int]]
"""A bijection of the four states of two bits to a label and a rest."""


def codings() -> Iterator[Coding]:
    """All 24."""
    for images in permutations(BITS):
        yield dict(zip(BITS, images, strict=True))


def fits(first: Coding, second: Coding, output: Callable[[int, int], int]) -> bool:
    """Def. 7, of the models of `two_layers`: labels, and outputs under every setting of a and b."""
    state, other = ({v: k for k, v in coding.items()} for coding in (first, second))
    for (x, y), a, b in product(BITS, (None, 0, 1), (None, 0, 1)):
        h = x ^ y, y
        label, rest = first[h]
        if label != x:
            return False
        if a is not None:
            h = state[a, rest]
        bit = (h[0] ^ h[1]) & h[1]
        k = bit ^ h[1], h[1]
        label, rest = second[k]
        due = (x if a is None else a) & y
        if label != due:
            return False
        if b is not None:
            k = other[b, rest]
        if output(*k) != (due if b is None else b):
            return False
    return True


def test_both_layers_need_a_bijection_of_their_own() -> None:
    """All 576 pairs: some fit, in none of them is a label one of the bits; without room for b = 1, y = 0 none fits."""
    bits: list[Coding] = [{v: v for v in BITS}, {v: v[::-1] for v in BITS}]
    found = [(f, s) for f, s in product(codings(), repeat=2) if fits(f, s, lambda p, q: p ^ q)]
    assert found
    assert not any(coding in bits for pair in found for coding in pair)
    assert not any(fits(f, s, lambda p, q: (1 - p) & q) for f, s in product(codings(), repeat=2))
    assert check(load("two_layers").claim, Distributed()).name == "holds"
    assert check(load("two_layers_short").claim, Distributed()).name == "fails"


def test_what_is_set_in_a_layer_reaches_the_next() -> None:
    """Of a alone both examples hold; the layer of b is what is short."""
    both, short = load("two_layers").claim, load("two_layers_short").claim
    for claim in (both, short):
        first = replace(claim, sites={"a": claim.sites["a"]})
        assert check(first, Distributed()).name == "holds"
    last = replace(short, sites={"b": short.sites["b"]})
    assert check(last, Distributed()).name == "fails"


@pytest.mark.parametrize(
    ("rule", "verdict"), [("h", "holds"), ("x", "fails"), ("x and h", "fails")]
)
def test_a_label_must_be_right_where_an_earlier_layer_is_set(rule: str, verdict: str) -> None:
    """The output is right however a and b are set; b follows a above, and k does not follow h if it is x.

    Then they are in one layer; if k = x and h, in two, and k does not follow h upwards.
    """
    low = SCM.from_text(f"input x : bool\nh = x\nk = {rule}\nout = h")
    high = SCM.from_text("input x : bool\na = x\nb = a\nout = a")
    sites = {"a": ["h"], "b": ["k"]}
    claim = Abstraction.from_text(low, high, {"out": "out"}, sites=sites)
    assert check(claim, Distributed()).name == verdict


def test_a_label_is_set_to_values_that_only_settings_give() -> None:
    """b is 0 in every run, and 1 where a is set against x; only then is b set to 1, and the output wrong."""
    low = SCM.from_text("input x : bool\nh = x\nk = h xor x\nout : bool = 0")
    high = SCM.from_text("input x : bool\na = x\nb = a xor x\nout = b")
    claim = Abstraction.from_text(low, high, {"out": "out"}, sites={"a": ["h"], "b": ["k"]})
    assert check(claim, Distributed()).name == "fails"
    assert check(replace(claim, sites={"b": ("k",)}), Distributed()).name == "holds"


def test_sites_are_needed() -> None:
    with pytest.raises(InputError, match="distributed needs sites"):
        check(load("voting").claim, Distributed())


def test_too_many_relabellings_to_list_are_unknown_to_the_literal_interpreter() -> None:
    """The task is not solved, so that each would have to be tried; the search sees that none is right."""
    low = SCM.from_text("input x : 0..3\nh : 0..40 = x\nout = h mod 2 == 0")
    high = SCM.from_text("input x : 0..3\na = x mod 2 == 1\nout = a")
    claim = Abstraction.from_text(low, high, {"out": "out"}, sites={"a": ["h"]})
    assert check(claim, Distributed(), timeout=1, engines=["enumerate"]).name == "unknown"
    assert check(claim, Distributed()).name == "fails"


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
    # invariance looks for another model above
    assert check(replace(claim, high=high), Invariance()).name == "holds"


def test_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tauomega.cli.__main__ import main
    from tauomega.loading import example_text

    file = tmp_path / "two.toml"
    file.write_text(
        example_text("ce20").replace("Y2 : bool = Y1 >= 2", "Y2 : bool = Y1 mod 2 == 1")
    )
    assert main(["check", str(file)]) == 1
    assert "2 solutions" in capsys.readouterr().out
