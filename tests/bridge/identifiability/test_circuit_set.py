"""Sets of circuits as decision diagrams: all that a list says, in less room."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest

from tauomega.bridge.identifiability import Options
from tauomega.bridge.identifiability.circuit_set import CircuitSet, minimal_circuits
from tauomega.bridge.identifiability.circuits import Circuit, list_circuits
from tauomega.bridge.identifiability.counting import prepare
from tauomega.bridge.network import Network
from tauomega.theory.errors import UndecidedError

EVERYTHING = Options(full_mask=True, min_sparsity=Fraction(0))


@pytest.fixture(scope="module")
def listed(network_of: Callable[[str], Network]) -> list[Circuit]:
    network, table = prepare(network_of("xor_3_3_a"), "XOR")
    return list_circuits(network, table, EVERYTHING)


def inside(small: Circuit, large: Circuit) -> bool:
    return all(
        a & b == a
        for one, two in zip(small, large, strict=True)
        for a, b in zip(one, two, strict=True)
    )


def test_a_set_has_the_members_that_it_was_made_from(listed: list[Circuit]) -> None:
    made = CircuitSet.from_circuits((2, 3, 3), [*listed, *listed])
    assert len(listed) == len(made) == 272
    assert listed == sorted(made)
    assert made.nodes < len(listed) * made.edges / 4
    others = CircuitSet.from_circuits((2, 3, 3), listed[::2])
    assert [circuit in others for circuit in listed] == [True, False] * 136
    assert ((0, 0, 0), (0, 0, 0), (0,)) not in made


def test_minimal_circuits_contain_no_other_one(listed: list[Circuit]) -> None:
    wanted = [c for c in listed if not any(o != c and inside(o, c) for o in listed)]
    assert wanted == sorted(minimal_circuits((2, 3, 3), listed))


@pytest.mark.parametrize("seed", range(40))
def test_minimal_elements_of_random_sets(seed: int) -> None:
    """Also of sets that are no circuits of anything: the empty one, one inside another, …"""
    rng = random.Random(seed)
    widths = (2, 2)
    members: list[Circuit] = [
        tuple(
            tuple(rng.randrange(1 << below) for _ in range(here))
            for below, here in pairwise((*widths, 1))
        )
        for _ in range(rng.randrange(1, 12))
    ]
    wanted = [c for c in members if not any(o != c and inside(o, c) for o in members)]
    assert sorted(set(wanted)) == sorted(minimal_circuits(widths, members))


def test_samples_are_uniform(listed: list[Circuit]) -> None:
    made = CircuitSet.from_circuits((2, 3, 3), listed[:16])
    rng = random.Random(1)
    found = Counter(made.sample(rng) for _ in range(8000))
    assert set(listed[:16]) == set(found)
    statistic = sum((count - 500) ** 2 / 500 for count in found.values())
    assert statistic < 37.7  # the 99.9th percentile of chi-squared with 15 degrees of freedom
    with pytest.raises(IndexError, match="nothing to draw"):
        CircuitSet((2, 3, 3)).sample(rng)


def test_the_deadline_is_kept(listed: list[Circuit]) -> None:
    with pytest.raises(UndecidedError, match="the time was up before a diagram"):
        minimal_circuits((2, 3, 3), listed, deadline=0.0)
    made = CircuitSet.from_circuits((2, 3, 3), listed)
    made.deadline = 0.0
    made._nodes += [(0, 0, 0)] * (-len(made._nodes) % 1024)
    with pytest.raises(UndecidedError, match="1,024 nodes of a diagram"):
        made._node(30, 1, 1)
