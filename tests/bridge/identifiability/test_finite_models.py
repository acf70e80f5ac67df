"""Finite models under interchanges: beside networks read as models, and beside a literal search."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

import numpy as np
import pytest

from tauomega.bridge.identifiability import Options
from tauomega.bridge.identifiability.counting import prepare
from tauomega.bridge.identifiability.discovery import discovered, match
from tauomega.bridge.identifiability.explanations import coarsest_labels, is_valid, joint_outputs
from tauomega.bridge.identifiability.finite_models import ModelRuns
from tauomega.bridge.identifiability.mappings import Mapper
from tauomega.bridge.identifiability.options import Pairs
from tauomega.bridge.identifiability.patched_runs import PatchedRuns
from tauomega.bridge.identifiability.requirements import requirements
from tauomega.bridge.network import Network
from tauomega.bridge.network_model import NetworkModel
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import BOOL
from tauomega.theory.scm import SCM

XOR = (0, 1, 1, 0)
NAND_OR = "input A, B : bool\nN = not (A and B)\nO = A or B\nM = N\nY = M and O"
TEXTBOOK = "input A, B : bool\nP = A and not B\nQ = B and not A\nY = P or Q"
COMPLETE = Options(pairs=Pairs.ALL, joint=True, depth=2)


def test_a_network_read_as_a_model_has_the_same_runs(network_of: Callable[[str], Network]) -> None:
    network = network_of("imp_2_2")
    scm = NetworkModel(network, {"A": BOOL, "B": BOOL}).as_scm()
    units = (*network.unit_names(0), *network.unit_names(1))
    model = ModelRuns.of(scm, "output[0] > 1/2", units)
    runs = PatchedRuns(prepare(network, "IMP")[0])
    for first in (0, 2):
        for chosen in (0b01, 0b10, 0b11):
            assert np.array_equal(
                joint_outputs(runs, (chosen << first,)), joint_outputs(model, (chosen << first,))
            )
    sites = (0b0001, 0b1000)
    assert np.array_equal(joint_outputs(runs, sites), joint_outputs(model, sites))


def test_a_formula_is_where_it_was_put_and_at_its_copies() -> None:
    """NAND at N or at its copy M, OR at O; the textbook formula is nowhere on the list."""
    model = ModelRuns.of(SCM.from_text(NAND_OR), "Y")
    mapper = Mapper(model, XOR, COMPLETE)
    found = {}
    for requirement in requirements(XOR, 2):
        named = sorted(
            tuple(model.names(units) for units in mapping)
            for mapping in mapper.mappings(requirement)
        )
        found[str(requirement.formula)] = named
    assert {"¬(A*B)*(A+B)", "¬((A*B)+¬(A+B))"} == set(found)
    for named in found.values():
        assert {frozenset(place) for place in named} == {
            frozenset([("N",), ("O",)]),
            frozenset([("M",), ("O",)]),
        }
    textbook = ModelRuns.of(SCM.from_text(TEXTBOOK), "Y")
    assert 0 == sum(one.total for one in Mapper(textbook, XOR, COMPLETE).count())
    algorithms = [a for a in discovered(textbook) if a.proper and a.minimal]
    assert [("P", "Q")] == [
        tuple(name for site in a.explanation.sites for name in textbook.names(site))
        for a in algorithms
    ]
    assert [None] == [r for _, r in match(algorithms, requirements(XOR, 3))]


@pytest.mark.parametrize("text", [NAND_OR, TEXTBOOK])
def test_mappings_of_models_equal_a_literal_search(text: str) -> None:
    scm = SCM.from_text(text)
    model = ModelRuns.of(scm, "Y")
    rows = [dict(zip("AB", row, strict=True)) for row in product((0, 1), repeat=2)]
    sets = [c for n in (1, 2, 3) for c in combinations(model.units, n)]
    mapper = Mapper(model, XOR, Options(pairs=Pairs.ALL, depth=2))
    for requirement in requirements(XOR, 2):
        fitting = []
        for node, value in enumerate(requirement.values):
            choices = []
            for chosen in sets:
                right = True
                for (s, source), (b, base) in product(enumerate(rows), repeat=2):
                    state = scm.run(source)
                    patched = scm.run(base, Hard(tuple(sorted((v, state[v]) for v in chosen))))
                    wanted = requirement.forced_output({node: value >> s & 1}) >> b & 1
                    right &= s == b or patched["Y"] == wanted
                if right:
                    choices.append(frozenset(chosen))
            fitting.append(choices)
        valid = [m for m in product(*fitting) if len(frozenset().union(*m)) == sum(map(len, m))]
        minimal = [
            m
            for m in valid
            if not any(o != m and all(a <= b for a, b in zip(o, m, strict=True)) for o in valid)
        ]
        assert len(minimal) == len(list(mapper.mappings(requirement)))


def test_labels_of_variables_with_many_values() -> None:
    """A sum of two bits has three values, of which the parity needs two and a threshold other two."""
    text = "input A, B : bool\nS = A + B\nY = S == 1"
    model = ModelRuns.of(SCM.from_text(text), "Y")
    assert ((0, 1, 1, 0),) == coarsest_labels(joint_outputs(model, (1,)))
    both = ModelRuns.of(SCM.from_text(text + "\nZ = S >= 1"), "Y + 2 * Z > 2")
    assert ((0, 1, 1, 0),) == coarsest_labels(joint_outputs(both, (1,)))
    assert all(is_valid(model, a.explanation) for a in discovered(model))


def test_models_that_cannot_be_run_are_refused() -> None:
    with pytest.raises(InputError) as error:
        ModelRuns.of(SCM.from_text("input A : 0..2\nY = A > 1"), "Y")
    assert 2 == len(error.value.faults)
    many = "input A : bool\n" + "\n".join(f"X{k} = A" for k in range(14)) + "\nY = X1"
    with pytest.raises(OutOfReachError, match="sites are made of: 14"):
        ModelRuns.of(SCM.from_text(many), "Y")
