"""The order on explanations, coarsest labels beside a literal search, and what is found unaided."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations, product
from xml.etree import ElementTree as Xml

import numpy as np
import numpy.typing as npt
import pytest

from tauomega.bridge.identifiability import Options
from tauomega.bridge.identifiability.counting import prepare
from tauomega.bridge.identifiability.discovery import discovered, match
from tauomega.bridge.identifiability.drawing import lattice_svg, site_text, strips_svg
from tauomega.bridge.identifiability.explanations import (
    Explanation,
    Label,
    coarsest_labels,
    covers,
    is_valid,
    itself,
    joint_outputs,
    lattice,
    normal,
    of_formula,
    site_families,
)
from tauomega.bridge.identifiability.mappings import Mapper
from tauomega.bridge.identifiability.options import Pairs
from tauomega.bridge.identifiability.patched_runs import PatchedRuns, Units
from tauomega.bridge.identifiability.requirements import relabelling_class, requirements
from tauomega.bridge.network import Network
from tauomega.theory.errors import OutOfReachError

Read = Callable[[str], Network]
NAMES = {"imp_2_2": "IMP", "xor_3_3_a": "XOR", "xor_3_3_published": "XOR"}


@pytest.fixture(scope="module", params=NAMES)
def runs(request: pytest.FixtureRequest, network_of: Read) -> PatchedRuns:
    return PatchedRuns(prepare(network_of(request.param), NAMES[request.param])[0])


def literally_valid(runs: PatchedRuns, sites: tuple[Units, ...], labels: tuple[Label, ...]) -> bool:
    """Every two tuples of sources with equal labels give equal outputs, run by run."""
    points = runs.network.points
    seen: dict[tuple[object, ...], bool] = {}
    for chosen in product((False, True), repeat=len(sites)):
        for *sources, base in product(range(points), repeat=sum(chosen) + 1):
            used = [k for k, wanted in enumerate(chosen) if wanted]
            patches = [
                (runs.site(sites[k]), _array(source))
                for k, source in zip(used, sources, strict=True)
            ]
            output = bool(runs.above(_array(base), patches)[0])
            named = tuple(labels[k][s] for k, s in zip(used, sources, strict=True))
            if seen.setdefault((chosen, named, base), output) != output:
                return False
    return True


def _array(value: int) -> npt.NDArray[np.int64]:
    return np.array([value])


def test_a_label_is_valid_iff_it_refines_the_coarsest(runs: PatchedRuns) -> None:
    """Single sites, and pairs of sites jointly, against run-by-run validity."""
    rng = random.Random(0)
    labels = sorted({normal(code) for code in product(range(4), repeat=4)})
    families = site_families(runs.network.hidden, 2)
    kept = 0
    for sites in rng.sample(families[1:], 12):
        outputs = joint_outputs(runs, sites)
        least = coarsest_labels(outputs)
        assert literally_valid(runs, sites, least)
        for _ in range(6):
            chosen = tuple(rng.choice(labels) for _ in sites)
            refines = all(
                len(set(zip(one, coarse, strict=True))) == len(set(one))
                for one, coarse in zip(chosen, least, strict=True)
            )
            assert refines == literally_valid(runs, sites, chosen)
            assert refines == is_valid(runs, Explanation(sites, chosen))
            kept += refines
    assert kept > 0


def test_single_sites_together_need_not_be_valid(network_of: Read) -> None:
    """The coarsest labels of one site at a time are too coarse jointly."""
    runs = PatchedRuns(prepare(network_of("xor_3_3_published"), "XOR")[0])
    wrong = 0
    for sites in combinations([1, 2, 4, 8, 16, 32], 2):
        alone = tuple(coarsest_labels(joint_outputs(runs, (site,)))[0] for site in sites)
        wrong += not is_valid(runs, Explanation(sites, alone))
    assert wrong > 0


def test_the_order_has_a_least_and_a_greatest_valid_element(runs: PatchedRuns) -> None:
    found = []
    for sites in site_families(runs.network.hidden, 2):
        labels = coarsest_labels(joint_outputs(runs, sites))
        if all(max(label) > 0 for label in labels):
            found.append(Explanation(sites, labels))
    network = itself(runs)
    assert is_valid(runs, network)
    assert Explanation() == found[0]
    assert 0 == found[0].bits
    for one in found:
        assert is_valid(runs, one)
        assert one <= one
        assert Explanation() <= one <= network
        assert one.bits <= network.bits
        for less in one.restrictions():
            assert less <= one
            assert is_valid(runs, less)
    for one, other, third in product(found[:12], repeat=3):
        assert not (one <= other <= third) or one <= third
        assert not (one <= other <= one) or one == other
        assert not one <= other or one.bits <= other.bits


def test_covers_are_the_order_without_what_follows(runs: PatchedRuns) -> None:
    found = [
        Explanation(sites, coarsest_labels(joint_outputs(runs, sites)))
        for sites in site_families(runs.network.hidden, 2)[:20]
    ]
    edges = set(covers(found))
    reach = set(edges)
    while True:
        more = {(a, d) for a, b in reach for c, d in reach if b == c} - reach
        if not more:
            break
        reach |= more
    assert reach == {
        (k, n) for k, n in product(range(len(found)), repeat=2) if k != n and found[k] <= found[n]
    }
    assert not any(
        (a, b) in edges and (b, c) in edges for (a, c) in edges for b in range(len(found))
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_formula_that_passes_the_complete_test_is_a_valid_explanation(
    name: str, network_of: Read
) -> None:
    network, table = prepare(network_of(name), NAMES[name])
    runs = PatchedRuns(network)
    joint = Mapper(runs, table, Options(pairs=Pairs.ALL, joint=True))
    half = Mapper(runs, table, Options())
    complete = set()
    for requirement in requirements(table, 3):
        for mapping in joint.mappings(requirement):
            one = of_formula(requirement, mapping)
            assert is_valid(runs, one)
            complete.add(one)
    if name == "xor_3_3_a":
        assert complete
        published = {of_formula(r, m) for r in requirements(table, 3) for m in half.mappings(r)}
        assert any(not is_valid(runs, one) for one in published)


def test_what_is_found_unaided_has_the_formulas_that_survive(network_of: Read) -> None:
    """NAND and OR, and up to relabelling nothing else of the list; at the same places."""
    network, table = prepare(network_of("xor_3_3_a"), "XOR")
    runs = PatchedRuns(network)
    found = discovered(runs)
    supposed = requirements(table, 3)
    matched = [(a, r) for a, r in match(found, supposed) if r is not None]
    mapper = Mapper(runs, table, Options(pairs=Pairs.ALL, joint=True))
    wanted = {
        of_formula(requirement, mapping)
        for requirement in supposed
        for mapping in mapper.mappings(requirement)
    }
    assert {"¬(A*B)*(A+B)"} == {str(r.formula) for _, r in matched}
    assert wanted == {a.explanation for a, _ in matched if a.minimal and a.proper}
    for algorithm in found:
        assert is_valid(runs, algorithm.explanation)
        labels = algorithm.explanation.labels
        clean = runs.above(_array(0), [])
        first = next(o for choice, o in algorithm.rule if choice == tuple(x[0] for x in labels))
        assert bool(clean[0]) == first


def test_classes_do_not_depend_on_how_values_are_named() -> None:
    names = {str(r.formula): relabelling_class(r) for r in requirements((0, 1, 1, 0), 3)}
    assert names["¬(A*B)*(A+B)"] == names["¬((A*B)+¬(A+B))"]
    assert len(set(names.values())) == 39


def test_too_many_joint_interchanges_are_refused(runs: PatchedRuns) -> None:
    with pytest.raises(OutOfReachError, match="joint interchanges"):
        joint_outputs(runs, (1,) * 10)


def test_the_lattice_and_strips_are_drawn_as_xml(network_of: Read) -> None:
    runs = PatchedRuns(prepare(network_of("imp_2_2"), "IMP")[0])
    found = lattice(runs, most_sites=4)
    assert (Explanation(), itself(runs)) == (found[0], found[-1])
    assert all(found[0] <= one <= found[-1] for one in found)
    drawn = lattice_svg(found, (2, 2))
    tree = Xml.fromstring(drawn)
    texts = [node.text for node in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "output only" in texts
    assert 2 * len(found) == len(texts)
    assert "layers.1[0,1]" == site_text(0b1100, (2, 2))
    assert Xml.fromstring(strips_svg("a < b", [("none", []), ("some", [0, 3, 900])])) is not None
