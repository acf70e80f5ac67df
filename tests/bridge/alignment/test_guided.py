"""Counterexample-guided alignment: proofs, refutations, impossibility, and going on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
import torch

from tauomega import Abstraction, check
from tauomega.bridge.alignment import find_alignment_class
from tauomega.bridge.alignment.fitting import Fitting
from tauomega.bridge.alignment.guided import Aligned, Guidance, Outcome, Search, align
from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.alignment.scoring import nothing_exchanged, score
from tauomega.bridge.alignment.search_file import load_search, save_search, search_digest
from tauomega.bridge.benchmark.tasks.hierarchical_equality import TASK
from tauomega.bridge.exact_layers import exact_layers, run_layers
from tauomega.bridge.explanation import Explanation, Units
from tauomega.bridge.map_class import Slices
from tauomega.bridge.valid_set import ValidSet
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
from tauomega.theory.errors import InputError
from tauomega.theory.policy import Depth
from tauomega.theory.verdict import Fails, Holds

Build = Callable[..., AlignmentQuestion]
ORTHOGONAL = find_alignment_class("orthogonal")
QUICK = Guidance(Fitting(60, 128, 0.05), rounds=4, patience=2)


def equalities() -> AlignmentQuestion:
    """A shipped network that was trained to have two equalities in its first layer."""
    setting = TASK.settings[0]
    assert setting.exact is not None
    halves = {"left": Units(0, tuple(range(8))), "right": Units(0, tuple(range(8, 16)))}
    claim = Explanation.of(halves).claim(setting.exact, setting.high, setting.tau)
    return AlignmentQuestion.from_claim(claim)


def outcome(found: Aligned) -> tuple[object, ...]:
    return (
        found.outcome,
        found.alignment.map,
        found.alignment.features,
        found.decided,
        found.rounds,
    )


def test_a_proved_alignment_holds_for_check_too() -> None:
    asked = equalities()
    found = align(asked, ORTHOGONAL, Guidance(Fitting(300, 256, 0.05), rounds=5))
    assert found.outcome is Outcome.PROVED
    assert found.decided.accuracy == 1
    claim = asked.claim(found.alignment)
    assert isinstance(check(claim, InterchangeConsistency(joint=Depth(None))), Holds)


def test_what_is_not_proved_is_refuted_by_its_failures(question: Build) -> None:
    asked = question(1)
    found = align(asked, ORTHOGONAL, QUICK)
    assert found.outcome is Outcome.UNKNOWN
    assert found.reason == "4 rounds are over"
    assert found.decided.failures
    assert max(r.accuracy for r in found.rounds) == found.decided.accuracy
    assert found.rounds[0].known == 0
    assert all(b.known >= a.known for a, b in zip(found.rounds[:-1], found.rounds[1:], strict=True))
    assert isinstance(check(asked.claim(found.alignment), InterchangeConsistency()), Fails)


def test_time_that_is_over_ends_after_one_round(question: Build) -> None:
    found = align(question(1), ORTHOGONAL, QUICK, stop=lambda: True)
    assert len(found.rounds) == 1
    assert found.reason == "the time is over"


def test_slices_are_decided_as_the_set_of_valid_explanations_says(question: Build) -> None:
    """The twin: `ValidSet` over slices of exactly these lengths."""
    kind = find_alignment_class("slice")
    proved = align(equalities(), kind, QUICK)
    assert proved.outcome is Outcome.PROVED
    assert proved.members == 2
    for seed in range(4):
        asked = question(seed, left=1)
        found = align(asked, kind, QUICK)
        valid = ValidSet(asked.model, asked.high, asked.tau, ("left",), Slices(1))
        places = [p for p in valid.places["left"] if p.layer == 0]
        assert found.members == 6
        assert (found.outcome is Outcome.PROVED) == bool(places)
        assert found.outcome is not Outcome.UNKNOWN


def test_the_identity_is_one_map() -> None:
    asked = equalities()
    assert align(asked, find_alignment_class("identity"), QUICK).members == 1


def test_a_search_that_goes_on_ends_as_one_that_never_stopped(
    question: Build, tmp_path: Path
) -> None:
    asked, path = question(2, second=1), tmp_path / "search.json"
    digest = search_digest(asked, ORTHOGONAL.name, QUICK)
    whole = align(asked, ORTHOGONAL, QUICK)
    first = Guidance(QUICK.fitting, rounds=2, patience=2)
    align(asked, ORTHOGONAL, first, saved=lambda s: save_search(path, digest, s))
    again = load_search(path, digest, asked)
    assert len(again.rounds) == 2
    assert outcome(align(asked, ORTHOGONAL, QUICK, search=again)) == outcome(whole)
    assert outcome(align(asked, ORTHOGONAL, QUICK)) == outcome(whole)


def test_files_of_searches_are_read_with_care(question: Build, tmp_path: Path) -> None:
    asked, path = question(2), tmp_path / "search.json"
    digest = search_digest(asked, ORTHOGONAL.name, QUICK)
    with pytest.raises(InputError, match="cannot be read"):
        load_search(path, digest, asked)
    align(asked, ORTHOGONAL, QUICK, saved=lambda s: save_search(path, digest, s))
    with pytest.raises(InputError, match="of another search"):
        load_search(path, search_digest(question(3), ORTHOGONAL.name, QUICK), asked)
    good = json.loads(path.read_text(encoding="utf-8"))
    for key, value in (
        ("start", -1),
        ("start", True),
        ("parameters", [["x"]]),
        ("parameters", [[float("nan")]]),
        ("failures", [[["left"], ["1"], [["1"]], [True, True]]]),
        ("failures", [[["nobody"], ["1"] * 3, [["1"] * 3], [True, True]]]),
        ("rounds", [[0, "2", "1", 0, 0]]),
        ("rounds", [[0]]),
        ("best", [0]),
    ):
        path.write_text(json.dumps(good | {key: value}), encoding="utf-8")
        with pytest.raises(InputError, match="damaged"):
            load_search(path, digest, asked)
    for text in ("{", "[]", "[" * 100_000, '{"schema": "other"}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="no search for an alignment"):
            load_search(path, digest, asked)


def test_parameters_of_another_shape_are_refused(question: Build) -> None:
    wrong = Search(parameters=[torch.zeros(2, 2)])
    with pytest.raises(InputError, match="another shape"):
        align(question(2), ORTHOGONAL, QUICK, search=wrong)


def test_exchanging_nothing_is_counted_pair_by_pair(question: Build) -> None:
    """The twin: every pair one by one, below without an exchange, above with it."""
    asked = question(3, second=1)
    contexts = [dict(c) for c in asked.contexts]
    states = [asked.high.run(c) for c in contexts]
    clean = []
    for context in asked.model.as_scm().contexts():
        run = asked.model.network.run(asked.model.row(tuple(context.values())))
        a, b = run["output[0]"], run["output[1]"]
        clean.append((a > b, a > Fraction(1, 8) and b < 2))
    shares = []
    for kind in asked.kinds:
        agree = total = 0
        for base, context in enumerate(contexts):
            for one in states:
                for two in states if len(kind) == 2 else [one]:
                    origin = dict(zip(kind, (one, two), strict=False))
                    text = ", ".join(f"{n} = {origin[n][n]}" for n in kind)
                    high = asked.high.run(context, asked.high.intervention(text))
                    agree += clean[base] == (bool(high["out"]), bool(high["both"]))
                    total += 1
        shares.append(Fraction(agree, total))
    assert nothing_exchanged(asked) == sum(shares, Fraction(0)) / len(shares)


@pytest.mark.slow
def test_a_score_stands_beside_its_controls() -> None:
    """Sutter et al. (2025): a class that is nearly unrestricted scores high on a random network."""
    asked = equalities()
    guidance = Guidance(Fitting(400, 256, 0.02), rounds=1)
    found = {}
    for name in ("slice", "orthogonal", "reversible"):
        kind = find_alignment_class(name)
        found[name] = score(asked, kind, align(asked, kind, guidance), guidance)
        assert found[name].class_name == name
        assert found[name].accuracy == 1
        assert found[name].nothing == Fraction(1, 2)
    assert found["reversible"].random_network > Fraction(9, 10)
    assert found["reversible"].permuted_algorithm > Fraction(9, 10)
    assert found["orthogonal"].random_network < Fraction(7, 10)
    assert found["slice"].random_network < Fraction(6, 10)


def test_what_fails_over_boxes_is_learnt_from(question: Build) -> None:
    """Each failure is a base and a source near their codes, which an exact run refutes."""
    asked = question(1)
    settings = Guidance(Fitting(20, 64, 0.05), rounds=2, radius=Fraction(1, 8))
    found = align(asked, ORTHOGONAL, settings)
    assert found.outcome is Outcome.UNKNOWN
    assert found.rounds[1].known > 0
    codes = {tuple(asked.model.row(tuple(c.values()))) for c in asked.model.as_scm().contexts()}
    model = asked.claim(found.alignment).low
    layers = exact_layers(model.network, model.features)  # type: ignore[attr-defined]
    assert found.decided.failures
    for failure in found.decided.failures:
        for row in (failure.base, *failure.sources):
            assert any(
                max(abs(a - b) for a, b in zip(row, c, strict=True)) <= Fraction(1, 8)
                for c in codes
            )
        source = run_layers(layers, failure.sources[0], {})
        patches = {unit: source[unit] for unit in found.alignment.sites(0)["left"]}
        run = run_layers(layers, failure.base, patches)
        a, b = run["output[0]"], run["output[1]"]
        assert (a > b, a > Fraction(1, 8) and b < 2) != failure.expected
    verdict = check(asked.claim(found.alignment), InterchangeOverBoxes(radius=Fraction(1, 8)))
    assert isinstance(verdict, Fails)
    assert dict(verdict.measures)["tuples of boxes proved"] == found.decided.accuracy


def test_settings_that_make_no_sense_are_refused_together() -> None:
    with pytest.raises(InputError) as caught:
        Guidance(rounds=0, patience=0, keep=0, seed=-1, radius=Fraction(-1))
    assert len(caught.value.faults) == 5
    with pytest.raises(InputError) as caught:
        Fitting(steps=0, batch=0, rate=float("nan"))
    assert len(caught.value.faults) == 3


def test_claims_that_no_alignment_answers_are_refused(question: Build) -> None:
    asked = question(0)
    names = asked.model.network.unit_names
    two = {"left": names(0)[:1], "C": names(1)[:1]}
    for sites, message in (
        ({}, "needs"),
        (two, "several layers: layers.0, layers.1"),
        ({"left": ("output[0]",)}, "output is no hidden layer"),
    ):
        claim = Abstraction(asked.model, asked.high, dict(asked.tau), sites=sites)
        with pytest.raises(InputError, match=message):
            AlignmentQuestion.from_claim(claim)
