"""Every count beside the literal procedure, on random networks; both kernels; closed forms."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from tauomega.bridge.identifiability import Options, circuit_numpy, count, plain
from tauomega.bridge.identifiability.circuits import checked, count_circuits, list_circuits
from tauomega.bridge.identifiability.counting import prepare
from tauomega.bridge.identifiability.formulas import (
    formulas,
    place_nots,
    skeletons,
    variable_tables,
)
from tauomega.bridge.identifiability.gates import GATES, truth_table
from tauomega.bridge.identifiability.interpretations import Interpreter
from tauomega.bridge.identifiability.mappings import Mapper
from tauomega.bridge.identifiability.options import Arithmetic, Correct, Fillings, Pairs, Parity
from tauomega.bridge.identifiability.patched_runs import PatchedRuns
from tauomega.bridge.identifiability.requirements import requirements
from tauomega.bridge.network import Activation, Layer, Network
from tauomega.theory.errors import InputError, OutOfReachError, UndecidedError

Fitted = Callable[[str, list[int], int], Network]
EVERYTHING = Options(full_mask=True, min_sparsity=Fraction(0))
SHAPES = ([2, 3, 1], [2, 2, 2, 1], [2, 3, 2, 1], [2, 2, 2, 2, 1], [3, 3, 1], [3, 2, 2, 1])


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_circuits_and_interpretations_equal_the_literal_ones(
    sizes: list[int], fitted: Fitted
) -> None:
    perfect_ones = compared = 0
    for seed, gate in enumerate(("XOR", "AND", "OR", "NAND", "NOR")):
        network, table = prepare(fitted(gate, sizes, seed), gate)
        for options in (Options(), EVERYTHING):
            listed = list(
                plain.all_circuits(
                    network.inputs, network.hidden, options.most_active(network.hidden)
                )
            )
            perfect = sorted(c for c in listed if plain.is_perfect(network, c, table))
            counted = count_circuits(network, table, options)
            assert (len(listed), len(perfect)) == (counted.checked, counted.perfect)
            assert perfect == list_circuits(network, table, options)
            interpreter = Interpreter(network, table, options)
            for circuit in random.Random(seed).sample(perfect, min(12, len(perfect))):
                if interpreter.count(circuit) < 20_000:
                    found = plain.list_interpretations(network, circuit)
                    assert len(found) == interpreter.count(circuit)
                    if len(found) < 500:
                        listed_here = [
                            {(u.layer, u.unit): (u.table, u.gate) for u in one}
                            for one in interpreter.listed(circuit)
                        ]
                        assert len(found) == len(listed_here)
                        assert all(one in found for one in listed_here)
                        compared += len(found) > 1
            perfect_ones += len(perfect)
    assert perfect_ones > 0
    assert compared > 0 or sizes in ([2, 2, 2, 1], [2, 2, 2, 2, 1])


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_mappings_equal_the_literal_ones(sizes: list[int], fitted: Fitted) -> None:
    mapped = 0
    for seed, gate in enumerate(("XOR", "AND", "OR") if sizes[0] == 2 else ("AND", "MAJORITY")):
        network, table = prepare(fitted(gate, sizes, seed), gate)
        for options in (
            Options(depth=2),
            Options(depth=2, pairs=Pairs.BA),
            Options(depth=2, pairs=Pairs.ALL),
            Options(depth=2, pairs=Pairs.ALL, joint=True),
        ):
            mapper = Mapper(PatchedRuns(network), table, options)
            for one in mapper.count()[:12]:
                if len(one.requirement.nodes) > 3:
                    continue
                literal = plain.minimal_mappings(network, one.requirement.formula, options)
                assert len(literal) == one.total
                assert one.total == len(list(mapper.mappings(one.requirement)))
                mapped += one.total
    assert mapped > 0 or sizes[0] == 3


@pytest.mark.skipif(find_spec("numba") is None, reason="numba, the extra `fast`, is not installed")
@pytest.mark.parametrize("sizes", [*SHAPES, [2, 4, 4, 1], [3, 3, 3, 1]], ids=str)
def test_the_compiled_kernel_and_its_numpy_twin_agree(sizes: list[int], fitted: Fitted) -> None:
    from tauomega.bridge.identifiability import circuit_kernel

    for gate in ("XOR", "OR"):
        network, table = prepare(fitted(gate, sizes, 1), gate)
        for options in (Options(), EVERYTHING, replace(EVERYTHING, correct=Correct.THRESHOLD)):
            fast = count_circuits(network, table, options, kernel=circuit_kernel)
            slow = count_circuits(network, table, options, kernel=circuit_numpy)
            assert (slow.checked, slow.perfect) == (fast.checked, fast.perfect)
            assert fast.margin == pytest.approx(slow.margin, abs=1e-12)
            if fast.perfect < 10_000:
                lists = (
                    list_circuits(network, table, options, kernel=kernel)
                    for kernel in (circuit_kernel, circuit_numpy)
                )
                assert next(lists) == next(lists)


@pytest.mark.parametrize(
    ("inputs", "hidden", "published", "unfiltered", "everything"),
    [  # identifiability counts of Méloux et al. (2025), by the formula in `checked`
        (2, (2,), 2, 2, 9),
        (2, (3,), 24, 24, 49),
        (2, (4,), 146, 146, 225),
        (2, (2, 2), 20, 20, 69),
        (2, (3, 3), 3_000, 3_000, 9_625),
        (2, (4, 4), 168_672, 1_067_648, 4_346_385),
        (2, (5, 5), 1_092_035, 1_247_432_400, 7_271_931_361),
        (2, (2, 2, 2), 170, 170, 513),
        (2, (3, 3, 3), 812_808, 812_808, 2_568_433),
        (2, (3, 3, 3, 3), 233_822_040, 233_822_040, 699_062_665),
        (3, (2, 2), 56, 56, 231),
        (3, (3, 3), 24_366, 24_366, 94_591),
        (3, (4, 4), 2_353_608, 23_323_952, 113_011_935),
    ],
)
def test_the_closed_form_gives_the_published_numbers(
    inputs: int, hidden: tuple[int, ...], published: int, unfiltered: int, everything: int
) -> None:
    found = [
        checked(inputs, hidden, options.most_active(hidden))
        for options in (Options(), Options(min_sparsity=Fraction(0)), EVERYTHING)
    ]
    assert [published, unfiltered, everything] == found


@pytest.mark.parametrize("gate", GATES)
def test_first_placements_equal_the_literal_search(gate: str) -> None:
    inputs = 3 if gate == "MAJORITY" else 2
    table = truth_table(gate, inputs)
    goal = sum(value << x for x, value in enumerate(table))
    columns = variable_tables(inputs)
    literal = []
    for skeleton in skeletons(inputs, 2):
        first = next(place_nots(skeleton, goal, columns), None)
        if first is not None:
            literal.append((skeleton, first))
    assert literal == [(f.skeleton, f.negated) for f in formulas(table, 2)]


def test_the_numbers_of_skeletons_and_formulas_are_the_published_ones() -> None:
    assert [2, 4, 10, 88] == [len(skeletons(2, depth)) for depth in range(4)]
    assert 7654 == len(skeletons(2, 4))
    assert 7310 == len(formulas(truth_table("XOR", 2), 4))
    for gate in ("AND", "OR", "IMP", "NAND", "NOR", "NIMP"):
        assert (8, 86) == tuple(len(formulas(truth_table(gate, 2), depth)) for depth in (2, 3))
    assert () == formulas(truth_table("MAJORITY", 3), 2)


def test_a_value_on_a_threshold_is_decided_exactly() -> None:
    """The output is A/2 exactly, or A/2 and a float more: 1/2 rounds to 0, and above it to 1."""
    identity = Activation()
    for weight, right in ((0.5, False), (np.nextafter(0.5, 1), True)):
        layers = (
            Layer(np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros(2), identity),
            Layer(np.array([[weight, 0.0]]), np.zeros(1), identity),
        )
        network, _ = prepare(Network(layers), "OR")
        table = (0, 0, 1, 1)
        counted = count_circuits(network, table, EVERYTHING)
        assert counted.recomputed > 0
        assert right == (((0b01, 0b10), (0b11,)) in list_circuits(network, table, EVERYTHING))
        runs = PatchedRuns(network)
        assert [False, False, right, right] == runs.above(np.arange(4), []).tolist()
        assert runs.recomputed == 2


def test_stored_arithmetic_is_that_of_pytorch(
    reference: dict[str, dict[str, Any]], network_of: Callable[[str], Network]
) -> None:
    """Units by `stored_unit` give the outputs that PyTorch gave, bit for bit."""
    for name, wanted in reference.items():
        network, _ = prepare(network_of(name), wanted["gate"])
        values = [tuple(column) for column in network.rows.T.tolist()]
        for layer, biases in enumerate(network.biases):
            values = [
                network.stored_unit(layer, unit, list(enumerate(values)))
                for unit in range(len(biases))
            ]
        assert [float.fromhex(text) for text in wanted["outputs"]] == list(values[0])


@pytest.mark.parametrize(
    ("bias", "step", "tables", "neighbours"),
    [
        (1, 2.0**-30, 1, 0),
        (1, 2.0**-23, 2, 0),
        (1 + 2.0**-23, 2.0**-23, 3, 1),
        (1, 2.0**-20, 3, 0),
    ],
)
def test_values_that_float32_does_not_tell_apart_have_no_threshold_between(
    bias: float, step: float, tables: int, neighbours: int
) -> None:
    """bias + step A + B has four exact values; in float32 two, three (a tie goes to 2), or four.

    The midpoint of an odd and an even neighbour is the even one, which is not below itself.
    """
    layers = (
        Layer(
            np.array([[step, 1], [0, 1]], np.float32), np.array([bias, 0], np.float32), Activation()
        ),
        Layer(np.ones((1, 2), np.float32), np.zeros(1, np.float32), Activation()),
    )
    network, _ = prepare(Network(layers), "OR")
    goal, circuit = (0, 1, 0, 1), ((0b11, 0b10), (0b11,))
    one = Options(fillings=Fillings.ONE)
    assert 3 == Interpreter(network, goal, replace(one, arithmetic=Arithmetic.EXACT)).count(circuit)
    stored = Interpreter(network, goal, one)
    assert tables == stored.count(circuit)
    assert neighbours == stored.neighbours
    assert stored.closest > network.unit_error or step < 2.0**-19


def test_unseen_patterns_are_listed_as_any_value(fitted: Fitted) -> None:
    network, table = prepare(fitted("OR", [2, 3, 1], 2), "OR")
    circuits = list_circuits(network, table, EVERYTHING)
    one = Interpreter(network, table, replace(EVERYTHING, fillings=Fillings.ONE))
    each = Interpreter(network, table, EVERYTHING)
    for circuit in circuits:
        few, many = list(one.listed(circuit)), list(each.listed(circuit))
        assert (one.count(circuit), each.count(circuit)) == (len(set(few)), len(set(many)))
    assert any(None in u.gate for c in circuits for i in one.listed(c) for u in i)


def test_quotients_are_smaller(fitted: Fitted) -> None:
    network, table = prepare(fitted("XOR", [2, 3, 3, 1], 3), "XOR")
    circuits = list_circuits(network, table, EVERYTHING)
    totals = {
        fillings: sum(
            map(Interpreter(network, table, replace(EVERYTHING, fillings=fillings)).count, circuits)
        )
        for fillings in Fillings
    }
    assert 0 < totals[Fillings.ONE] < totals[Fillings.EACH]
    assert Parity.ALLOWED is Parity("allowed")


def test_limits_of_size_and_time_are_kept(fitted: Fitted) -> None:
    network, table = prepare(fitted("XOR", [2, 6, 6, 1], 0), "XOR")
    with pytest.raises(OutOfReachError, match="circuits to evaluate"):
        count_circuits(network, table, EVERYTHING)
    network, table = prepare(fitted("XOR", [2, 5, 5, 1], 0), "XOR")
    with pytest.raises(UndecidedError, match="the time was up"):
        count_circuits(network, table, EVERYTHING, timeout=0.0)


def test_formulas_too_deep_to_list_are_out_of_reach(fitted: Fitted) -> None:
    counts = count(fitted("XOR", [2, 2, 2, 2, 2, 1], 0), "XOR", parts=("mappings",))
    assert "depth of formulas: 5 is more than the limit of 4" in dict(counts.unknown)["mappings"]
    shallow = count(
        fitted("XOR", [2, 2, 2, 2, 2, 1], 0), "XOR", parts=("mappings",), options=Options(depth=2)
    )
    assert shallow.mappings is not None


def test_all_faults_are_reported_at_once() -> None:
    network = Network((Layer(np.zeros((1, 7)), np.zeros(1), Activation()),))
    with pytest.raises(InputError) as error:
        prepare(network, "XNOR", 3, ("circuit",))
    assert len(error.value.faults) == 5
    with pytest.raises(InputError, match="of an odd number"):
        truth_table("MAJORITY", 2)
    with pytest.raises(InputError, match="IMP is of two inputs"):
        truth_table("IMP", 3)
    with pytest.raises(InputError, match="a source for each node"):
        Options(joint=True)


def test_requirements_are_shared_between_networks() -> None:
    assert requirements(truth_table("XOR", 2), 3) is requirements(truth_table("XOR", 2), 3)
