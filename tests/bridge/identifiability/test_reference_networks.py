"""Every count of the reference networks of Méloux et al. (2025), in every column."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tauomega.bridge.identifiability import Convention, Options, count
from tauomega.bridge.identifiability.circuit_set import circuit_key
from tauomega.bridge.identifiability.counting import prepare
from tauomega.bridge.identifiability.formulas import formulas
from tauomega.bridge.identifiability.gates import truth_table
from tauomega.bridge.identifiability.mappings import Mapper
from tauomega.bridge.identifiability.options import Pairs
from tauomega.bridge.identifiability.patched_runs import PatchedRuns
from tauomega.bridge.identifiability.requirements import relabelling_class, requirements
from tauomega.bridge.network import Network

NAMES = ("imp_2_2", "xor_3_3_a", "xor_3_3_published")
Reference = dict[str, dict[str, Any]]
Read = Callable[[str], Network]


@pytest.mark.parametrize("name", NAMES)
def test_circuits_and_interpretations_are_those_of_the_authors(
    name: str, reference: Reference, network_of: Read
) -> None:
    wanted, network = reference[name], network_of(name)
    counts = count(network, wanted["gate"], parts=("circuits", "interpretations"))
    assert counts.circuits is not None
    assert counts.interpretations is not None
    published = wanted["circuits"]["published"]
    assert published["checked"] == counts.circuits.checked
    assert published["perfect"] == counts.circuits.perfect
    assert counts.circuits.margin == pytest.approx(published["margin"], rel=1e-6)
    widths = (network.inputs, *network.widths[:-1])
    found = {
        circuit_key(widths, circuit): total
        for circuit, total in zip(
            counts.interpretations.circuits, counts.interpretations.per_circuit, strict=True
        )
    }
    assert wanted["interpretations"]["per_circuit"] == found
    assert wanted["interpretations"]["total"] == counts.interpretations.total
    keys = "\n".join(sorted(found)).encode()
    assert wanted["circuits"]["sha256_of_sorted_keys"] == hashlib.sha256(keys).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_circuits_with_the_mask_of_all_ones(
    name: str, reference: Reference, network_of: Read
) -> None:
    wanted = reference[name]["circuits"]["all_masks"]
    options = Options(full_mask=True, min_sparsity=Fraction(0))
    counts = count(network_of(name), reference[name]["gate"], options=options, parts=("circuits",))
    assert counts.circuits is not None
    assert (wanted["checked"], wanted["perfect"]) == (
        counts.circuits.checked,
        counts.circuits.perfect,
    )
    assert counts.circuits.margin == pytest.approx(wanted["margin"], rel=1e-6)
    exact = count(
        network_of(name), reference[name]["gate"], convention="exact", parts=("circuits",)
    )
    assert counts.circuits == exact.circuits
    assert exact.minimal is not None
    assert 0 < exact.minimal < exact.circuits.perfect


COLUMNS = {
    "published-AB": Options(pairs=Pairs.AB),
    "published-BA": Options(pairs=Pairs.BA),
    "all": Options(pairs=Pairs.ALL),
    "joint": Options(pairs=Pairs.ALL, joint=True),
}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("name", NAMES)
def test_mappings_of_every_formula_in_every_column(
    name: str, column: str, reference: Reference, network_of: Read
) -> None:
    wanted = reference[name]["mappings"][column]
    network, table = prepare(network_of(name), reference[name]["gate"])
    runs = PatchedRuns(network)
    found = Mapper(runs, table, COLUMNS[column]).count()
    assert wanted["per_formula"] == [one.total for one in found]
    assert (wanted["formulas"], wanted["total"]) == (
        sum(one.total > 0 for one in found),
        sum(one.total for one in found),
    )
    if column != "joint":
        assert runs.margin == pytest.approx(reference[name]["margin"], rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_minimal_mappings_themselves(name: str, reference: Reference, network_of: Read) -> None:
    network, table = prepare(network_of(name), reference[name]["gate"])
    mapper = Mapper(PatchedRuns(network), table, Options())
    wanted = reference[name]["first_minimal_mappings"]["published-AB"]
    for requirement, listed in zip(requirements(table, 3), wanted, strict=True):
        found = set()
        for sites in mapper.mappings(requirement):
            found.add(
                tuple(
                    (node, *mapper.runs.site(units))
                    for node, units in zip(requirement.nodes, sites, strict=True)
                )
            )
        expected = {
            tuple(
                sorted(
                    (int(node), int(layer) - 1, sum(1 << u for u in units))
                    for node, place in mapping.items()
                    for layer, units in place.items()
                )
            )
            for mapping in listed
        }
        assert expected == found


@pytest.mark.parametrize("name", NAMES)
def test_the_formulas_and_their_relevant_nodes_are_those_of_the_authors(
    name: str, reference: Reference
) -> None:
    found = formulas(truth_table(reference[name]["gate"], 2), 3)
    assert reference[name]["formulas"] == [[str(f), list(f.relevant())] for f in found]


@pytest.mark.parametrize(
    ("gate", "formula_count", "single", "joint"), [("XOR", 56, 39, 39), ("AND", 86, 76, 78)]
)
def test_de_morgan_twins_are_one_algorithm(
    gate: str, formula_count: int, single: int, joint: int
) -> None:
    """Two pairs of AND formulas demand the same of single nodes, and differ when two are set."""
    wanted = requirements(truth_table(gate, 2), 3)
    assert formula_count == len(wanted)
    assert single == len({tuple(sorted(one.bits)) for one in wanted})
    assert joint == len({relabelling_class(one) for one in wanted})


def test_each_switch_shows_its_effect_alone(network_of: Read) -> None:
    network = network_of("xor_3_3_a")
    found = {}
    for switch, value in {
        "full_mask": True,
        "min_sparsity": Fraction(1, 2),
        "fillings": "one",
        "parity": "allowed",
        "pairs": Pairs.ALL,
    }.items():
        counts = count(network, "XOR", options=replace(Options(), **{switch: value}))  # type: ignore[arg-type]
        assert counts.circuits is not None
        assert counts.interpretations is not None
        assert counts.mappings is not None
        found[switch] = (
            counts.circuits.perfect,
            counts.interpretations.total,
            counts.mappings.total,
        )
    assert found["pairs"] == (54, 26292, 16)
    assert found["fillings"] == (54, 404, 54)
    assert found["parity"] == (54, 46432, 54)
    assert found["full_mask"][0] == 272
    assert found["min_sparsity"][0] < 54
    assert len(set(found.values())) == 5


def test_the_exact_convention_reports_one_algorithm_for_two_formulas(network_of: Read) -> None:
    counts = count(network_of("xor_3_3_a"), "XOR", convention=Convention.EXACT).mappings
    assert counts is not None
    assert (counts.formulas, counts.total) == (2, 10)
    assert (counts.classes, counts.classed_mappings) == (1, 5)
    assert counts.silent is not None
    assert counts.silent <= counts.total
