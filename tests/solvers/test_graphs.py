"""Graph notions: cluster graphs and Φ-abstraction."""

from __future__ import annotations

import random

import pytest

from tauomega import SCM, Abstraction, Fails, check, distance, load
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.graphs import parents_of
from tauomega.theory.counterexample import GraphGap
from tauomega.theory.defect import Metric
from tauomega.theory.definitions.cluster_dag import ClusterDag
from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
from tauomega.theory.definitions.phi_abstraction import PhiAbstraction
from tauomega.theory.definitions.query_consistency import QueryConsistency
from tauomega.theory.errors import InputError


def faults(claim: Abstraction, definition: ClusterDag | PhiAbstraction) -> tuple[str, ...]:
    verdict = check(claim, definition)
    assert isinstance(verdict, Fails)
    assert isinstance(verdict.counterexample, GraphGap)
    assert verdict.replayed
    return verdict.counterexample.faults


# ---------------------------------------------------------------- Otsuka & Saigo (2022)


def test_figure_3_is_natural_on_the_joint_box() -> None:
    """Otsuka & Saigo (2022), Fig. 3: α(f ⊗ g) = h α; not after two columns of f are swapped (E17)."""
    claim = load("otsuka_saigo").claim
    assert check(claim, PhiAbstraction()).name == "holds"
    text = str(claim.scm)
    swapped = text.replace("2: (2/5, 1/10, 1/2)", "2: (1/10, 3/10, 3/5)", 1)
    swapped = swapped.replace("3: (1/10, 3/10, 3/5)", "3: (2/5, 1/10, 1/2)", 1)
    assert swapped != text
    other = Abstraction(SCM.from_text(swapped), claim.high, claim.tau)
    assert check(other, PhiAbstraction()).name == "fails"


def test_a_box_is_a_kernel_and_its_error_a_distance() -> None:
    low = SCM.from_text("X | : bool ~ 1/2\nY | X : bool ~ {0: 1/4; 1: 3/4}")
    high = SCM.from_text("X | : bool ~ 1/2\nY | X : bool ~ {0: 1/4; 1: 1/2}")
    claim = Abstraction.from_text(low, high, {"X": "X", "Y": "Y"})
    found = distance(claim, PhiAbstraction(Metric.TV))
    assert found.value == 0.25
    assert dict(found.where)["pair"] == "do(X) -> Y"


def test_shared_noise_is_no_markovian_model() -> None:
    model = SCM.from_text("U : bool ~ 1/2\nX = U\nY = U")
    claim = Abstraction.identity(model)
    assert ("X <-> Y share noise below", "X <-> Y share noise above") == faults(
        claim, PhiAbstraction()
    )


def test_an_arrow_below_needs_one_above() -> None:
    low = SCM.from_text("U, V : bool ~ 1/2\nX = U\nY = X xor V")
    high = SCM.from_text("U, V : bool ~ 1/2\nX = U\nY = V")
    claim = Abstraction.from_text(low, high, {"X": "X", "Y": "Y"})
    assert ("X -> Y below has no edge X -> Y above",) == faults(claim, PhiAbstraction())


# ---------------------------------------------------------------- cluster graphs


def test_the_quotient_of_example_5_4_has_a_cycle() -> None:
    """CE20: Y1 -> Y2 -> Y1 over an acyclic model."""
    low = SCM.from_text("U : bool\nX1 = U\nX2 = X1\nX3 = X2")
    high = SCM.from_text("V : bool\nY1 : 0..3 = 3 * V\nY2 : bool = Y1 >= 2")
    claim = Abstraction.from_text(low, high, {"Y1": "2 * X1 + X3", "Y2": "X2"})
    assert "the blocks form a cycle: Y1 -> Y2" in faults(claim, ClusterDag())


def test_confounders_and_mediators_are_marginalised() -> None:
    low = SCM.from_text("U, V : bool ~ 1/2\nC = U\nX = C\nM = X xor V\nY = M xor C")
    high = SCM.from_text("U, V : bool ~ 1/2\nX = U\nY = X xor V")
    claim = Abstraction.from_text(low, high, {"X": "X", "Y": "Y"})
    assert ("X <-> Y share noise below and not above",) == faults(claim, ClusterDag())
    mended = SCM.from_text("U, V : bool ~ 1/2\nX = U\nY = X xor V xor U")
    claim = Abstraction.from_text(low, mended, {"X": "X", "Y": "Y"})
    assert check(claim, ClusterDag()).name == "holds"


def test_what_is_read_and_does_not_matter_is_no_parent() -> None:
    model = SCM.from_text("U, V : bool ~ 1/2\nX = U\nZ = V\nY = X + 0 * Z")
    assert frozenset({"X"}) == parents_of(model, "Y")
    kernel = SCM.from_text("X | : bool ~ 1/2\nY | X : bool ~ {0: 1/3; 1: 1/3}")
    assert frozenset() == parents_of(kernel, "Y")


def test_graphs_say_nothing_of_values() -> None:
    """CE14 is compatible with its cluster graph, and no query of layer 2 has the same answer."""
    claim = load("ce14_graph").claim
    assert check(claim, ClusterDag()).name == "holds"
    low = SCM.from_text("U : 0..2 ~ uniform\nX = U\nY = X == 2")
    high = SCM.from_text("V : bool ~ 2/3\nX = V\nY = X")
    lawful = Abstraction.from_text(low, high, {"X": "if X == 0 then 0 else 1", "Y": "Y"})
    assert check(lawful, QueryConsistency()).name == "fails"


@pytest.mark.parametrize("seed", range(3))
def test_what_a_claim_computes_has_the_edges_of_its_quotient_at_most(seed: int) -> None:
    """Lemma E: a model above that is right over blocks has no edge that the quotient lacks."""
    from tauomega.theory.definitions.constructive import Constructive

    rng, seen = random.Random(seed), 0
    for _ in range(60):
        claim = random_claim(rng)
        try:
            if check(claim, Constructive()).name != "holds":
                continue
            verdict = check(claim, ClusterDag())
        except InputError:
            continue
        if isinstance(verdict, Fails) and isinstance(verdict.counterexample, GraphGap):
            assert not any("->" in f and "above has no" in f for f in verdict.counterexample.faults)
        seen += 1
    assert seen > 10


# ---------------------------------------------------------------- interchange accuracy


def test_interchange_accuracy_is_a_fraction() -> None:
    """CE8: 1 for either site alone, 48/64 for both at once (Geiger et al. 2024, Def. 5)."""
    claim = load("ce8").claim
    assert 0 == distance(claim, InterchangeAccuracy(("A",))).value
    assert 0 == distance(claim, InterchangeAccuracy(("B",))).value
    both = distance(claim, InterchangeAccuracy()).value
    assert 1 - 48 / 64 == both
    assert check(claim, InterchangeAccuracy(), at_most=1).name == "holds"
    with pytest.raises(InputError) as caught:
        check(claim, InterchangeAccuracy(("C",)))
    assert str(caught.value) == "'C' has no site; sites: A, B"
