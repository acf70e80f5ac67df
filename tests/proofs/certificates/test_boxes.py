"""Certificates of claims over boxes: accepted as they are, refused with anything else in their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from tauomega import check, load
from tauomega.proofs.certificates.checker import boxes as boxes_module
from tauomega.proofs.certificates.checker.boxes import (
    check_box_point,
    check_boxes,
    network_of,
)
from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.decoding import claim_of
from tauomega.proofs.certificates.checker.document import RefusedError, canonical
from tauomega.proofs.certificates.checker.statements import OVER_BOXES, Question, question_of
from tauomega.proofs.certificates.encoding import claim_to_json
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.proofs.testing.damage import resealed
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.scm import SCM


@cache
def certificate(name: str) -> bytes:
    task = load(name)
    return certificate_of(task.claim, task.definition, check(task.claim, task.definition))


def test_a_proof_over_boxes_is_accepted() -> None:
    accepted = check_certificate(certificate("equality_near"))
    assert accepted.verdict == "holds"
    ((clause, how),) = accepted.shown
    assert clause == "boxes"
    assert how.startswith("branch and bound: 512 tuples of boxes, ")


def test_refuting_inputs_are_accepted() -> None:
    accepted = check_certificate(certificate("equality_wide"))
    assert accepted.verdict == "fails"
    assert "the outputs differ in same" in accepted.shown[0][1]


def _first_weight(document: Any) -> list[Any]:
    """The first weight of an output unit, as [.., ["value", w], ..] in its mechanism."""
    variables = document["claim"]["low"]["variables"]
    (output,) = (v for v in variables if v["name"] == "output[0]")
    found: list[Any] = output["mechanism"][1][1]
    return found


def _deep(document: Any) -> list[int]:
    """A tree with more than one node."""
    found: list[int] = next(t for part in document["proof"]["boxes"] for t in part if len(t) > 1)
    return found


def _replaced(tree: list[Any], new: list[Any]) -> None:
    tree[:] = new


def _restated(document: Any, name: str, old: str, new: str) -> None:
    """Another parameter, and the statement as it would be with it."""
    document["parameters"][name] = new
    words = document["statement"].replace(f"{name}={old}", f"{name}={new}")
    for text in ("({} at once)", "within {} of"):
        words = words.replace(text.format(old), text.format(new))
    document["statement"] = words


DAMAGE: dict[str, Callable[[Any], object]] = {
    "a tree is missing": lambda d: d["proof"]["boxes"][0].pop(),
    "a set of sites is missing": lambda d: d["proof"]["boxes"].pop(),
    "a split is forgotten": lambda d: _replaced(_deep(d), [-1]),
    "a half is forgotten": lambda d: _deep(d).pop(),
    "a box too many": lambda d: _deep(d).append(-1),
    "an input that is not there": lambda d: _replaced(d["proof"]["boxes"][0][0], [99, -1, -1]),
    "a cut that is no number": lambda d: _replaced(d["proof"]["boxes"][0][0], ["0", -1, -1]),
    "a larger radius": lambda d: _restated(d, "radius", "3/10", "9/10"),
    "a radius that is no number": lambda d: d["parameters"].update(radius="0.3"),
    "all sites at once": lambda d: _restated(d, "joint", "1", "all"),
    "another weight": lambda d: _first_weight(d).__setitem__(1, str(Fraction(_first_weight(d)[1]) + 40)),
    "τ turned round": lambda d: d["claim"]["tau"][-1][1].__setitem__(0, "<"),
    "another verdict": lambda d: d.update(verdict="fails"),
}  # fmt: skip


REASONS = {
    "a split is forgotten": "a leaf is not proved",
    "a half is forgotten": "a tree leaves a box open",
    "a larger radius": "a leaf is not proved",
    "all sites at once": "trees for other sets of sites",
    "another weight": "a leaf is not proved",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_proof_is_refused(name: str) -> None:
    document = json.loads(certificate("equality_near"))
    DAMAGE[name](document)
    with pytest.raises(RefusedError, match=REASONS.get(name)):
        check_certificate(canonical(resealed(document)))


MOVED: dict[str, Callable[[Any], object]] = {
    "an input outside its box": lambda d: _point(d)["row"].__setitem__(0, "3"),
    "an input that is short": lambda d: _point(d)["row"].pop(),
    "another base": lambda d: _point(d)["base"].__setitem__(0, ["A", "1"]),
    "no sources": lambda d: _point(d).update(sources=[]),
    "the code itself": lambda d: _point(d).update(row=["-1"] * 4, sources=[[n, c, ["-1"] * 4] for n, c, _ in _point(d)["sources"]]),
    "a smaller radius": lambda d: _restated(d, "radius", "9/10", "1/10"),
    "another kind": lambda d: _point(d).update(kind="square"),
}  # fmt: skip


def _point(document: Any) -> Any:
    return document["proof"]["counterexample"]


@pytest.mark.parametrize("name", MOVED)
def test_inputs_that_do_not_refute_are_refused(name: str) -> None:
    document = json.loads(certificate("equality_wide"))
    MOVED[name](document)
    reason = "an input lies outside its box" if "radius" in name or "outside" in name else None
    with pytest.raises(RefusedError, match=reason):
        check_certificate(canonical(resealed(document)))


# ---------------------------------------------------------------- a network by hand

# out is x for x >= 0: a is bool, its code 2*a - 1, so b copies it.
LOW = """
input a : bool
input b : bool
h : real = relu(1*(2*a - 1) + 0)
k : real = relu(1*(2*b - 1) + 1/2)
o : real = 2*h + (-1)*k + 1/4
"""
HIGH = "input a : bool\ninput b : bool\nA = a\nout = A and not b"


def by_hand(low: str = LOW, tau: str = "o > 3/2", **sites: list[str]) -> Question:
    """A question over boxes of a network that is written as a model."""
    models = SCM.from_text(low), SCM.from_text(HIGH)
    found = Abstraction.from_text(*models, {"out": tau}, sites=sites or {"A": ["h"]})
    claim = claim_of(claim_to_json(found, InterchangeConsistency()))
    return question_of(claim, OVER_BOXES, {"radius": "1/8", "joint": "1"})


def test_a_network_is_read_off_its_mechanisms() -> None:
    network = network_of(by_hand().claim.low)
    assert ("a", "b") == network.inputs
    assert [("h", "k"), ("o",)] == [layer.names for layer in network.layers]
    assert [0, 1] == [layer.slope for layer in network.layers]
    assert [[1, 0], [0, 1]] == list(map(list, network.layers[0].weight))
    assert [0, Fraction(1, 2)] == list(network.layers[0].bias)
    assert [[2, -1]] == list(map(list, network.layers[1].weight))
    assert [1, -1] == network.row({"a": 1, "b": 0})
    one, nothing = network.row({"a": 1, "b": 0}), dict[str, Fraction]()
    assert {"h": 1, "k": 0, "o": Fraction(9, 4)} == network.run(one, nothing)
    assert {"h": 0, "k": 0, "o": Fraction(1, 4)} == network.run(one, {"h": Fraction(0)})


def test_trees_by_hand() -> None:
    """The output is about 9/4 where A and not b, 3/4 where A and b, else at most 1/4; within 1/8, too."""
    question = by_hand()
    assert "branch and bound: 16 tuples of boxes, 16 leaves, bounded in integers" == check_boxes(
        question, [[[-1]] * 16]
    )
    cut = [[0, -1, -1], *[[-1]] * 15]
    assert "16 tuples of boxes, 17 leaves" in check_boxes(question, [cut])
    for trees, message in (
        ([], "trees for other sets of sites"),
        ([[[-1]] * 15], "trees for other tuples"),
        ([[[]] + [[-1]] * 15], "a tree has 1 to 2,000,000 nodes"),
        ([[[-1, -1]] + [[-1]] * 15], "a tree has more nodes than boxes"),
        ([[[0, -1]] + [[-1]] * 15], "a tree leaves a box open"),
        ([[[4, -1, -1]] + [[-1]] * 15], "no input to halve"),
        ([[[-2, -1, -1]] + [[-1]] * 15], "no input to halve"),
        ([[[True, -1, -1]] + [[-1]] * 15], "no input to halve"),
    ):
        with pytest.raises(RefusedError, match=message):
            check_boxes(question, trees)
    wide = replace(question, parameters={"radius": "1", "joint": "1"})
    with pytest.raises(RefusedError, match="a leaf is not proved"):
        check_boxes(wide, [[[-1]] * 16])


DEEPER = "input a : bool\ninput b : bool\nA = a\nB = b\nout = A and not B"


@pytest.mark.parametrize(
    ("joint", "trees"),
    [("1", [16, 16]), ("2", [16, 16, 64]), ("3", [16, 16, 64]), ("all", [16, 16, 64])],
)
def test_every_set_of_sites_has_its_trees(joint: str, trees: list[int]) -> None:
    models = SCM.from_text(LOW), SCM.from_text(DEEPER)
    sites = {"A": ["h"], "B": ["k"]}
    found = Abstraction.from_text(*models, {"out": "o > 3/2"}, sites=sites)
    claim = claim_of(claim_to_json(found, InterchangeConsistency()))
    question = question_of(claim, OVER_BOXES, {"radius": "1/8", "joint": joint})
    shown = check_boxes(question, [[[-1]] * count for count in trees])
    assert f"{sum(trees)} tuples of boxes, {sum(trees)} leaves" in shown
    for radius, number, message in (
        ("-1/8", joint, "a radius is at least 0"),
        ("wide", joint, "'wide' is no number"),
        ("1/8", "0", "no number of sites"),
        ("1/8", "1000000", "no number of sites"),
    ):
        other = replace(question, parameters={"radius": radius, "joint": number})
        with pytest.raises(RefusedError, match=message):
            check_boxes(other, [[[-1]] * count for count in trees])


H, K, OUT = LOW.strip().splitlines()[2:]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (H, "h : real = relu(a*a + 0)", "no number times the code of an input"),
        (H, "h : real = 2*a", "a unit is a sum"),
        (H, "h : real = relu(1*(2*a - 1) + 2*(2*a - 1) + 0)", "an input is read twice"),
        (K, "k : real = relu(1*(2*b - 1) + 1*(2*a) + 0)", "two codes of a"),
        (K, "k : real = relu(1*(a + b) + 0)", "no number times the code of an input"),
        (K, "k : real = 1*(2*b - 1) + 0", "a layer has one activation"),
        (K, "k : real = max(1*(2*b - 1) + 0, 2*(1*(2*b - 1) + 0))", "a unit is a sum"),
        (OUT, "o : real = 2*h*k + 0", "a unit is not affine before its activation"),
        (OUT, "o : real = 2*h + 1*(2*a - 1)", "it skips a layer"),
        (OUT, "m : real = 1*h + 1*k\no : real = 1*m + 1*h", "it skips a layer"),
        (OUT, OUT + "\nw : bool", "no network"),
    ],
)
def test_what_is_no_network_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        check_boxes(by_hand(LOW.replace(old, new)), [[[-1]] * 16])


def test_leaky_activations_and_weights_of_zero_are_read() -> None:
    leaky = "{} : real = max(1*(2*{} - 1) + {}, 1/4*(1*(2*{} - 1) + {}))"
    low = LOW.replace(H, leaky.format("h", "a", 0, "a", 0)).replace(
        K, leaky.format("k", "b", "1/2", "b", "1/2")
    )
    first, last = network_of(by_hand(low).claim.low).layers
    assert [Fraction(1, 4), 1] == [first.slope, last.slope]
    for slope, activation in (("0", 0), ("1", 1)):
        one = low.replace("1/4*(", f"{slope}*(")
        assert activation == network_of(by_hand(one).claim.low).layers[0].slope
    (_, last) = network_of(
        by_hand(LOW.replace(OUT, "o : real = 0*h + 0*k + 2 + 3")).claim.low
    ).layers
    assert [[0, 0], [5]] == [list(last.weight[0]), list(last.bias)]
    twice = network_of(by_hand(LOW.replace(OUT, "o : real = 2*h + 3*h + 1*k")).claim.low).layers
    assert [5, 1] == list(twice[-1].weight[0])


@pytest.mark.parametrize(
    ("tau", "message"),
    [("o == 1", "τ compares no affine forms"), ("h + o > 1", "τ reads more than outputs")],
)
def test_a_map_reads_affine_forms_of_outputs(tau: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        check_boxes(by_hand(tau=tau), [[[-1]] * 16])


def test_questions_over_boxes_have_sites_that_are_units() -> None:
    claim = by_hand().claim
    for other, parameters, message in (
        (claim, {"radius": "1"}, "has a radius, a number of sites, and sites"),
        (replace(claim, sites={}), {"radius": "1", "joint": "1"}, "and sites"),
        (replace(claim, sites={"A": ()}), {"radius": "1", "joint": "1"}, "a site has units"),
        (
            replace(claim, sites={"A": ("h", "a")}),
            {"radius": "1", "joint": "1"},
            "a site has units",
        ),
    ):
        with pytest.raises(RefusedError, match=message):
            question_of(other, OVER_BOXES, parameters)
    high = SCM.from_text("param t : bool\n" + HIGH).program
    with pytest.raises(RefusedError, match="the models have parameters"):
        question_of(replace(claim, high=high), OVER_BOXES, {"radius": "1", "joint": "1"})
    words = by_hand().words
    assert "(1 at once)" in words
    assert "within 1/8 of the codes" in words
    assert "gives out the values" in words


def a_point(**changed: Any) -> dict[str, Any]:
    """At a = 1, b = 0 the output is 9/4; with the source a = 0 set in, 1/4. So `o > 3` is wrong at once."""
    base = [["a", "1"], ["b", "0"]]
    source = ["A", [["a", "1"], ["b", "1"]], ["7/8", "1"]]
    return {"kind": "box-point", "base": base, "row": ["1", "-1"], "sources": [source]} | changed


def test_points_by_hand() -> None:
    refuted = by_hand(tau="o > 2")
    # the source's h is 7/8, so o is 2 with it: not more than 2, where A and not b is 1
    assert "inputs in their boxes, run again exactly: the outputs differ in out" == check_box_point(
        refuted, a_point()
    )
    for changed, message in (
        ({"more": 1}, "inputs in boxes have the keys base, kind, row, sources"),
        ({"row": ["1"]}, "a list is missing"),
        ({"row": ["1", "-7/4"]}, "an input lies outside its box"),
        ({"row": ["1", "-1/4"]}, "an input lies outside its box"),
        ({"base": [["a", "1"]]}, "the context is not complete"),
        ({"row": ["1", "x"]}, "'x' is no number"),
        ({"sources": []}, "no interchange of the claim"),
        ({"sources": [*a_point()["sources"]] * 2}, "no such site"),
        ({"sources": [["out", *a_point()["sources"][0][1:]]]}, "no such site"),
        (
            {"sources": [["A", [["a", "1"], ["b", "1"]], ["1", "1"]]]},
            "the outputs read as expected",
        ),
    ):
        with pytest.raises(RefusedError, match=message):
            check_box_point(refuted, a_point(**changed))
    assert check_box_point(refuted, a_point(row=["9/8", "-9/8"]))


def test_more_tuples_than_are_checked_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes_module, "TUPLES", 16)
    assert check_boxes(by_hand(), [[[-1]] * 16])
    monkeypatch.setattr(boxes_module, "TUPLES", 15)
    with pytest.raises(RefusedError, match="more than 15 tuples"):
        check_boxes(by_hand(), [[[-1]] * 16])


def test_scored_variables_may_differ_and_are_truths() -> None:
    models = SCM.from_text(LOW), SCM.from_text(HIGH + "\nnone = not out")
    for tau in ("o <= 3/2", "o <= 1/2"):
        found = Abstraction.from_text(*models, {"out": "o > 3/2", "none": tau}, sites={"A": ["h"]})
        claim = claim_of(claim_to_json(found, InterchangeConsistency()))
        question = question_of(claim, OVER_BOXES, {"radius": "1/8", "joint": "1"})
        if tau == "o <= 3/2":
            assert "16 tuples of boxes" in check_boxes(question, [[[-1]] * 16])
        else:
            with pytest.raises(RefusedError, match="a leaf is not proved"):
                check_boxes(question, [[[-1]] * 16])
