"""Models of conditional laws (layer 2): notions on laws decide them, all others refuse them by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tauomega import check, load
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import definitions
from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
from tauomega.theory.definitions.query_consistency import QueryConsistency
from tauomega.theory.definitions.t_abstraction import TAbstraction
from tauomega.theory.errors import InputError

LAWS = {
    "observational",
    "exact",
    "alpha",
    "cluster-dag",
    "phi-abstraction",
    "probabilistic",
    "query-consistency",
    "rischel-weichwald",
}
"""Laws, kernels, or graphs alone: what conditional laws answer."""
OTHER = {TAbstraction.name: "not real", InterchangeOverBoxes.name: "about a network"}
"""Those that ask for another kind of model before they come to layers."""


@pytest.mark.parametrize("kind", definitions(), ids=lambda kind: kind.name)
def test_each_definition_knows_its_layer(kind: type[Definition]) -> None:
    claim = load("smoking_kernels").claim
    claim = replace(claim, sites={"S": ("S",)})
    if kind.name in LAWS:
        assert check(claim, kind()).name == "holds"
        return
    with pytest.raises(InputError) as caught:
        check(claim, kind())
    said = str(caught.value)
    if kind.name in OTHER:
        assert OTHER[kind.name] in said
    else:
        assert f"{kind.name} compares solutions in single contexts (layer 3)" in said
        assert "'S', 'T', 'C' by a conditional law" in said
        assert "or ask for a definition on laws" in said


def test_query_consistency_knows_its_layers() -> None:
    claim = load("smoking_kernels").claim
    assert [check(claim, QueryConsistency(n)).name for n in (1, 2)] == ["holds", "holds"]
    with pytest.raises(InputError, match=r"query-consistency compares .* \(layer 3\)"):
        check(claim, QueryConsistency(3))
