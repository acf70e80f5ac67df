"""Alignment maps: exact inverses, exact orthogonality, every class against its own frozen map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from tauomega import Abstraction, check
from tauomega.bridge.alignment import alignment_classes, find_alignment_class
from tauomega.bridge.alignment.alignment import Alignment
from tauomega.bridge.alignment.alignment_class import AlignmentClass
from tauomega.bridge.alignment.classes.mask import UnitMasks
from tauomega.bridge.alignment.classes.slices import UnitSlices
from tauomega.bridge.alignment.deciding import decide_alignment
from tauomega.bridge.alignment.fitting import Fitting, fit
from tauomega.bridge.alignment.lesson import AllPairs, Failure
from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.coordinates import Coordinates
from tauomega.bridge.coupling_map import Coupling, CouplingMap
from tauomega.bridge.exact_layers import exact_layers, run_layers
from tauomega.bridge.feature_map import FeatureMap
from tauomega.bridge.rational_rotation import cayley, skew_of
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Reference
from tauomega.theory.policy import Depth
from tauomega.theory.verdict import Fails, Holds

Build = Callable[..., AlignmentQuestion]
CLASSES = alignment_classes()


def followed(steps: Coordinates, values: list[Fraction], way: str) -> list[Fraction]:
    for step in getattr(steps, way):
        values = [
            sum((w * v for w, v in zip(row, values, strict=True)), shift)
            for row, shift in zip(step.weight, step.bias, strict=True)
        ]
        values = [max(v, Fraction(0)) for v in values] if step.relu else values
    return values


def random_fractions(rng: np.random.Generator, *shape: int) -> list[Any]:
    if len(shape) > 1:
        return [random_fractions(rng, *shape[1:]) for _ in range(shape[0])]
    return [Fraction(int(n), 16) for n in rng.integers(-32, 32, shape[0])]


@pytest.mark.parametrize("width", [1, 2, 5, 12])
def test_a_rational_rotation_is_exactly_orthogonal_and_near_the_given_one(width: int) -> None:
    rng = np.random.default_rng(width)
    given = np.linalg.qr(rng.normal(size=(width, width)))[0]
    exact = cayley(skew_of(given, grid=16))
    for i, row in enumerate(exact):
        for j, other in enumerate(exact):
            assert sum(a * b for a, b in zip(row, other, strict=True)) == int(i == j)
    found = np.array([[float(x) for x in row] for row in exact])
    signs = np.sign((found * given).sum(1))
    assert np.abs(found - signs[:, None] * given).max() < 1e-3


def test_the_pole_of_the_transform_is_avoided_by_signs() -> None:
    exact = cayley(skew_of(-np.eye(4)))
    assert exact == tuple(tuple(Fraction(int(i == j)) for j in range(4)) for i in range(4))


def test_what_is_no_rotation_is_refused() -> None:
    for wrong in (np.ones((2, 2)), np.ones((2, 3)), np.full((2, 2), np.nan)):
        with pytest.raises(InputError, match="orthonormal"):
            skew_of(wrong)
    with pytest.raises(InputError, match="given rows of 1, 1"):
        cayley([[1], [2]])
    with pytest.raises(InputError, match="no inverse; its rank is 1 of 2"):
        FeatureMap.from_matrix([[1, 2], [2, 4]])
    with pytest.raises(InputError, match="square"):
        FeatureMap.from_matrix([[1, 2]])


@pytest.mark.parametrize("width", [2, 3, 6])
def test_couplings_are_undone_exactly(width: int) -> None:
    rng = np.random.default_rng(width)
    couplings = []
    for k in range(4):
        read = width // 2 if k % 2 == 0 else width - width // 2
        inner, outer = random_fractions(rng, 3, read), random_fractions(rng, width - read, 3)
        couplings.append(
            Coupling(
                tuple(map(tuple, inner)), tuple(random_fractions(rng, 3)), tuple(map(tuple, outer))
            )
        )
    change = CouplingMap(width, tuple(couplings))
    values = random_fractions(rng, width)
    features = followed(change, values, "forward")
    assert features != values
    assert followed(change, features, "backward") == values


def test_couplings_of_other_shapes_are_refused() -> None:
    one = Coupling(((Fraction(1),),), (Fraction(0),), ((Fraction(1),),))
    with pytest.raises(InputError, match="coupling 0 does not read 2 units and change 2"):
        CouplingMap(4, (one,))


def trained(
    kind: AlignmentClass, question: AlignmentQuestion, steps: int = 40, seed: int = 0
) -> tuple[object, Alignment, AllPairs]:
    generator = torch.Generator().manual_seed(seed)
    lesson = AllPairs(question)
    learner = kind.start(lesson.activations, lesson.sizes, generator)
    fit(learner, lesson, Fitting(steps, 64, 0.05), generator)
    return learner, learner.frozen(question.variables), lesson


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)
def test_a_frozen_map_computes_what_was_trained(kind: AlignmentClass, question: Build) -> None:
    """The learner's exchange, and the exact run of the frozen alignment, up to the freezing grid."""
    asked = question(3, second=1)
    learner, alignment, lesson = trained(kind, asked)
    assert alignment.class_name == kind.name
    assert [name for name, _ in alignment.features] == ["left", "C"]
    model = asked.claim(alignment).low
    layers = exact_layers(model.network, model.features)  # type: ignore[attr-defined]
    points = [tuple(c.values()) for c in asked.model.as_scm().contexts()]
    sites = alignment.sites(0)
    soft = kind.name in ("mask", "pca", "boundless")  # what they are frozen to is a choice
    for base, source, other in ((0, 5, 2), (7, 1, 3)):
        runs = [run_layers(layers, asked.model.row(points[k]), {}) for k in (base, source, other)]
        patches = {unit: runs[1][unit] for unit in sites["left"]}
        patches |= {unit: runs[2][unit] for unit in sites["C"]}
        exact = run_layers(layers, asked.model.row(points[base]), patches)
        clean = run_layers(layers, asked.model.row(points[base]), {})
        plain = asked.model.network.run(asked.model.row(points[base]))
        assert all(clean[name] == value for name, value in plain.items())
        if soft:
            continue
        rows = lesson.activations
        values = learner.exchanged(  # type: ignore[attr-defined]
            rows[[base]], [(0, rows[[source]]), (1, rows[[other]])]
        )
        margin = float(exact["output[0]"] - exact["output[1]"])
        assert float(lesson.margins(values).detach()[0, 0]) == pytest.approx(margin, abs=0.05)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)
def test_training_is_a_function_of_the_seed(kind: AlignmentClass, question: Build) -> None:
    asked = question(3)
    one, two = (trained(kind, asked, steps=10)[1] for _ in range(2))
    assert one.features == two.features
    assert one.map == two.map


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_decisions_are_those_of_check(
    kind: AlignmentClass, activation: str, question: Build
) -> None:
    asked = question(4, activation=activation, second=2)
    _, alignment, _ = trained(kind, asked)
    found = decide_alignment(asked, alignment)
    verdict = check(asked.claim(alignment), InterchangeConsistency(joint=Depth(None)))
    assert isinstance(verdict, Holds if found.holds else Fails)
    assert [c.total for c in found.counts] == [64, 64, 512]
    assert len(found.failures) == sum(c.total - c.agreeing for c in found.counts)


def test_failures_are_failures(question: Build) -> None:
    """Each is run again in fractions, and differs from what the high-level model says."""
    asked = question(5)
    _, alignment, _ = trained(find_alignment_class("orthogonal"), asked)
    found = decide_alignment(asked, alignment, keep=5, seed=1)
    assert found.failures
    model = asked.claim(alignment).low
    layers = exact_layers(model.network, model.features)  # type: ignore[attr-defined]
    for failure in found.failures:
        source = run_layers(layers, failure.sources[0], {})
        patches = {unit: source[unit] for unit in alignment.sites(0)["left"]}
        run = run_layers(layers, failure.base, patches)
        read = (
            run["output[0]"] > run["output[1]"],
            run["output[0]"] > Fraction(1, 8) and run["output[1]"] < 2,
        )
        assert read != failure.expected
        c = (failure.base[2] + 1) / 2
        left = sum(((x + 1) / 2 for x in failure.sources[0][:2]), Fraction(0)) == 1
        assert failure.expected == (left and c == 1, left or c == 1)


def test_batches_say_what_the_high_level_model_says(question: Build) -> None:
    asked = question(6, second=1)
    failure = Failure(
        ("left",), (Fraction(1),) * 3, ((Fraction(-1), Fraction(1), Fraction(1)),), (True, True)
    )
    lesson = AllPairs(asked, [failure])
    generator = torch.Generator().manual_seed(0)
    points = lesson.activations
    contexts = [tuple(c.values()) for c in asked.model.as_scm().contexts()]
    for step in range(3):
        batch = lesson.draw(step, 40, generator)
        assert batch.variables == ((0,), (1,), (0, 1))[step]
        for row in range(40):
            found = [
                contexts[int((points - column[row]).abs().sum(1).argmin())]
                for column in (batch.base, *batch.sources)
            ]
            left, c = found[0][0] != found[0][1], found[0][2]
            for variable, source in zip(batch.variables, found[1:], strict=True):
                if variable == 0:
                    left = source[0] != source[1]
                else:
                    c = source[2]
            signs = [1 if v else -1 for v in (left and c, left or c)]
            assert batch.wanted[row].tolist() == signs


def test_slices_are_all_slices() -> None:
    found = UnitSlices().members(4, (2, 1))
    assert len(found) == len(set(found)) == 6
    assert all(not set(a) & set(b) and len(a) == 2 for a, b in found)
    assert len(UnitSlices().members(5, (5,))) == 1


def test_every_variable_gets_a_feature_of_a_mask(question: Build) -> None:
    _, alignment, _ = trained(UnitMasks(), question(3, second=1), steps=1)
    assert all(chosen for _, chosen in alignment.features)


def test_unknown_classes_are_named() -> None:
    with pytest.raises(InputError, match="did you mean 'orthogonal'"):
        find_alignment_class("orthogonall")


def test_questions_that_make_no_sense_are_refused_with_every_fault(question: Build) -> None:
    asked = question()
    with pytest.raises(InputError) as caught:
        AlignmentQuestion(
            asked.model, asked.high, {"A": asked.tau["out"]}, 5, {"left": 1}, asked.contexts, 1
        )
    assert "there is no hidden layer 5; there are 0 to 1" in str(caught.value)
    with pytest.raises(InputError, match=r"7 features of layers\.0, which has 6 units"):
        replace(asked, sizes={"left": 7})


def test_a_control_is_no_claim(question: Build) -> None:
    permuted = question(2).on_permuted_algorithm(0)
    _, alignment, _ = trained(find_alignment_class("orthogonal"), permuted, steps=1)
    with pytest.raises(InputError, match="the contexts are permuted"):
        permuted.claim(alignment)


def test_a_given_map_of_contexts_counts(question: Build) -> None:
    """τ_U exchanges A and C: decisions are those of `check` under it."""
    asked = question(3)
    tau_u = {"A": Reference("C"), "B": Reference("B"), "C": Reference("A")}
    sites = {"left": asked.model.network.unit_names(0)[:2]}
    claim = Abstraction(asked.model, asked.high, dict(asked.tau), tau_u=tau_u, sites=sites)
    other = AlignmentQuestion.from_claim(claim)
    assert other.contexts != asked.contexts
    _, alignment, _ = trained(find_alignment_class("orthogonal"), other)
    found = decide_alignment(other, alignment)
    verdict = check(other.claim(alignment), InterchangeConsistency())
    assert dict(verdict.measures)["interchange accuracy"] == found.accuracy
    assert decide_alignment(asked, alignment).accuracy != found.accuracy


def test_controls_keep_the_shape_and_change_the_rest(question: Build) -> None:
    asked = question(2)
    other, permuted = asked.on_random_network(0), asked.on_permuted_algorithm(0)
    assert other.model.network.widths == asked.model.network.widths
    assert not np.array_equal(
        other.model.network.layers[0].weight, asked.model.network.layers[0].weight
    )
    assert sorted(map(str, permuted.contexts)) == sorted(map(str, asked.contexts))
    assert permuted.contexts != asked.contexts
