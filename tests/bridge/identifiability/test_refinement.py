"""Stable labels: stable, the coarsest such, and at least as fine as what the output needs."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations

import pytest

from tauomega.bridge.identifiability import refinement
from tauomega.bridge.identifiability.counting import prepare
from tauomega.bridge.identifiability.explanations import (
    coarsest_labels,
    joint_outputs,
    site_families,
)
from tauomega.bridge.identifiability.patched_runs import PatchedRuns
from tauomega.bridge.identifiability.refinement import stable_labels
from tauomega.bridge.network import Network
from tauomega.theory.errors import OutOfReachError

Read = Callable[[str], Network]
SEED = 3


def is_stable(runs: list[refinement._Run], classes: list[list[int]]) -> bool:
    """Runs with equal base and equal classes set lead to equal classes and outputs, two by two."""
    seen: dict[object, object] = {}
    for run in runs:
        given = tuple(-1 if s < 0 else classes[k][s] for k, s in enumerate(run.chosen))
        told = (tuple(classes[k][s] for k, s in enumerate(run.reached)), run.output)
        if seen.setdefault((run.base, given), told) != told:
            return False
    return True


@pytest.mark.parametrize(("name", "gate"), [("imp_2_2", "IMP"), ("xor_3_3_a", "XOR")])
def test_stable_labels_are_the_coarsest_stable_ones(
    name: str, gate: str, network_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, _ = prepare(network_of(name), gate)
    split = refinement._split
    kept: list[tuple[list[refinement._Run], list[list[int]]]] = []

    def watched(runs: list[refinement._Run], counts: list[int]) -> list[list[int]]:
        kept.append((list(runs), split(runs, counts)))
        return kept[-1][1]

    monkeypatch.setattr(refinement, "_split", watched)
    merged = finer = 0
    families = [f for f in site_families(network.hidden, 2) if f]
    for sites in random.Random(SEED).sample(families, 10):
        found = stable_labels(network, sites)
        runs, classes = kept.pop()
        assert is_stable(runs, classes)
        for k, here in enumerate(classes):
            for one, two in combinations(sorted(set(here)), 2):
                coarser = [list(c) for c in classes]
                coarser[k] = [one if c == two else c for c in here]
                assert not is_stable(runs, coarser)
                merged += 1
        needed = coarsest_labels(joint_outputs(PatchedRuns(network), sites))
        for label, coarse in zip(found.labels, needed, strict=True):
            assert len(set(zip(label, coarse, strict=True))) == len(set(label))
            finer += len(set(label)) > len(set(coarse))
        assert all(c <= s for c, s in zip(found.classes, found.states, strict=True))
    assert merged > 0
    assert finer > 0 or name == "imp_2_2"


def test_a_chain_of_sites_keeps_what_the_next_one_tells_apart(network_of: Read) -> None:
    """With a later site scored, the first one must keep more than the output needs."""
    network, _ = prepare(network_of("xor_3_3_a"), "XOR")
    whole = stable_labels(network, (0b000111, 0b111000))
    alone = stable_labels(network, (0b111000,))
    assert alone.labels[0] == whole.labels[1] == (0, 1, 1, 0)
    assert (0, 1, 1, 0) == whole.labels[0]


def test_a_later_site_may_tell_apart_what_the_output_does_not(network_of: Read) -> None:
    """Sources 00 and 01 of the first unit give equal outputs with the later site set or not; they
    lead that site to states which differ on another base."""
    network, _ = prepare(network_of("xor_3_3_published"), "XOR")
    sites = (0b000001, 0b010000)
    needed = coarsest_labels(joint_outputs(PatchedRuns(network), sites))
    assert (0, 0, 0, 1) == needed[0]
    found = stable_labels(network, sites)
    assert ((0, 1, 1, 2), (0, 0, 0, 1)) == found.labels
    assert (3, 3) == found.classes


def test_too_many_interchanges_are_refused(
    network_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refinement, "MOST_RUNS", 1000)
    network, _ = prepare(network_of("xor_3_3_a"), "XOR")
    with pytest.raises(OutOfReachError, match="interchanges of states"):
        stable_labels(network, (1, 2, 4, 8, 16, 32))
