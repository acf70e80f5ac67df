"""Certificates of claims over boxes: accepted as they are, refused with anything else in their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest

from tauomega import check, load
from tauomega.proofs.certificates.checker import boxes as boxes_module
from tauomega.proofs.certificates.checker.affine import forms_of
from tauomega.proofs.certificates.checker.asking import question_of
from tauomega.proofs.certificates.checker.boxes import (
    OverBoxes,
    check_box_point,
    check_boxes,
    over_boxes,
)
from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.decoding import claim_of
from tauomega.proofs.certificates.checker.document import RefusedError, canonical
from tauomega.proofs.certificates.checker.squares import first_of, sides_at
from tauomega.proofs.certificates.checker.statements import OVER_BOXES, Question
from tauomega.proofs.certificates.encoding import claim_to_json
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.proofs.testing.damage import resealed
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.kernel import free_names
from tauomega.theory.kernel.enclosing import bounds_over, levels_of, outward, truth
from tauomega.theory.kernel.reaching import Unit, Weights
from tauomega.theory.scm import SCM

HALF = Fraction(1, 2)


def form(constant: int | Fraction, **weights: int) -> Weights:
    """An affine form; `_` stands for a space."""
    return Fraction(constant), {n.replace("_", " "): Fraction(w) for n, w in weights.items()}


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
    "something more": lambda d: d["proof"].update(squares={}),
    "no trees at all": lambda d: d.update(proof={}),
}  # fmt: skip


REASONS = {
    "a split is forgotten": "a leaf is not proved",
    "a half is forgotten": "a tree leaves a box open",
    "a larger radius": "a leaf is not proved",
    "all sites at once": "trees for other sets of sites",
    "another weight": "a leaf is not proved",
    "something more": "no trees of boxes",
    "no trees at all": "no trees of boxes",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_proof_is_refused(name: str) -> None:
    document = json.loads(certificate("equality_near"))
    DAMAGE[name](document)
    with pytest.raises(RefusedError, match=REASONS.get(name)):
        check_certificate(canonical(resealed(document)))


def _at(document: Any) -> list[list[str]]:
    """The roots of the square that refutes, with their values."""
    found: list[list[str]] = document["proof"]["counterexample"]["at"]
    return found


def _moved(document: Any, value: str, *, all_of_them: bool = False) -> None:
    """The numbers that the network reads, or the first, are others."""
    numbers = [pair for pair in _at(document) if "code" in pair[0]]
    for pair in numbers if all_of_them else numbers[:1]:
        pair[1] = value


MOVED: dict[str, Callable[[Any], object]] = {
    "an input outside its box": lambda d: _moved(d, "3"),
    "an input that is missing": lambda d: _at(d).pop(),
    "another base": lambda d: next(p for p in _at(d) if p[0] == "A").__setitem__(1, "1"),
    "no sources": lambda d: _replaced(_at(d), [p for p in _at(d) if "swap" not in p[0]]),
    "a source of nothing": lambda d: _replaced(_at(d), [p for p in _at(d) if " from " not in p[0]]),
    "the code itself": lambda d: _moved(d, "-1", all_of_them=True),
    "a smaller radius": lambda d: _restated(d, "radius", "9/10", "1/10"),
    "another kind": lambda d: d["proof"]["counterexample"].update(kind="square"),
    "something more": lambda d: d["proof"]["counterexample"].update(image=[]),
}  # fmt: skip


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


def network(question: Question) -> tuple[OverBoxes, dict[str, Unit], dict[str, Weights]]:
    """The network with its first site set to its value in a source run."""
    boxes = over_boxes(question)
    return boxes, *forms_of(boxes.squares, boxes.interchanges[0])


def test_a_network_is_read_off_its_mechanisms() -> None:
    boxes, units, forms = network(by_hand())
    assert ["a", "b"] == list(boxes.codes)
    assert [1, -1] == boxes.row({"a": 1, "b": 0})
    assert {"A from low h", "A from low k", "low k"} <= units.keys()
    assert "low h" not in units
    assert {0} == {units[name].slope for name in units}
    assert form(0, A_from_code_a=1) == units["A from low h"].form
    assert form(HALF, code_b=1) == units["low k"].form
    assert form(0, A_from_low_h=1) == forms["low h"]
    assert form(Fraction(1, 4), A_from_low_h=2, low_k=-1) == forms["low o"]


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
        ("-1/8", joint, "a radius is a number from 0"),
        ("wide", joint, "a radius is a number from 0"),
        ("1/8", "0", "no number: '0'"),
        ("1/8", "1000000", "no number: '1000000'"),
    ):
        other = replace(question, parameters={"radius": radius, "joint": number})
        with pytest.raises(RefusedError, match=message):
            check_boxes(other, [[[-1]] * count for count in trees])


H, K, OUT = LOW.strip().splitlines()[2:]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (H, "h : real = relu(a*a + 0)", "h reads an input, but not by a number times its one code"),
        (K, "k : real = relu(1*(2*b - 1) + 1*(2*a) + 0)", "k reads an input, but not"),
        (K, "k : real = relu(1*(a + b) + 0)", "k reads an input, but not"),
        (
            K,
            "k : real = max(1*(2*b - 1) + 0, 2*(1*(2*b - 1) + 0))",
            "neither affine in numbers nor an activation of that: low k",
        ),
        (OUT, "o : real = 2*h*k + 0", "nor an activation of that: low o"),
        (OUT, "o : real = relu(h) + 0", "nor an activation of that: low o"),
        (OUT, OUT + "\nw : bool", "no network"),
        (OUT, "param w : bool\n" + OUT, "no network: w"),
        (OUT, OUT + "\nv : 0..9 = 2*a", "no network: v"),
    ],
)
def test_what_is_no_network_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        check_boxes(by_hand(LOW.replace(old, new)), [[[-1]] * 16])


def test_labels_have_no_number() -> None:
    low = LOW.replace("input b : bool", "input b : bool\ninput c : {red, blue}")
    models = SCM.from_text(low), SCM.from_text(HIGH)
    found = Abstraction.from_text(*models, {"out": "o > 3/2"}, sites={"A": ["h"]})
    claim = claim_of(claim_to_json(found, InterchangeConsistency()))
    question = question_of(claim, OVER_BOXES, {"radius": "1/8", "joint": "1"})
    with pytest.raises(RefusedError, match="an input has no number"):
        check_boxes(question, [[[-1]] * 64])


@pytest.mark.parametrize(
    ("old", "new", "name", "expected"),
    [
        (H, "h : real = 3*(2*a - 1)", "low h", form(0, A_from_code_a=3)),
        (K, "k : real = relu(1*(2*b - 1) + 2*(2*b - 1) + 0)", "low k", form(0, code_b=3)),
        (K, "k : real = 1*(2*b - 1) + 0", "low k", form(0, code_b=1)),
        (OUT, "o : real = 2*h + 1*(2*a - 1)", "low o", form(0, A_from_low_h=2, code_a=1)),
        (OUT, "m : real = 1*h + 1*k\no : real = 1*m + 1*h", "low o", form(0, A_from_low_h=2, low_k=1)),
        (OUT, "o : real = 0*h + 0*k + 2 + 3", "low o", form(5)),
        (OUT, "o : real = 2*h + 3*h + 1*k", "low o", form(0, A_from_low_h=5, low_k=1)),
    ],
)  # fmt: skip
def test_units_are_read_as_they_are_written(
    old: str, new: str, name: str, expected: Weights
) -> None:
    """Layers may be skipped, and units of one layer may differ."""
    _, units, forms = network(by_hand(LOW.replace(old, new)))
    assert expected == (units[name].form if name in units else forms[name])


def test_a_network_may_have_one_input() -> None:
    low = "input a : bool\nh : real = relu(1*(2*a - 1) + 0)\no : real = 2*h + 0"
    models = SCM.from_text(low), SCM.from_text("input a : bool\nA = a\nout = A")
    found = Abstraction.from_text(*models, {"out": "o > 1"}, sites={"A": ["h"]})
    claim = claim_of(claim_to_json(found, InterchangeConsistency()))
    question = question_of(claim, OVER_BOXES, {"radius": "1/8", "joint": "1"})
    assert "4 tuples of boxes, 4 leaves" in check_boxes(question, [[[-1]] * 4])


def test_leaky_activations_are_read() -> None:
    leaky = "{} : real = max(1*(2*{} - 1) + {}, 1/4*(1*(2*{} - 1) + {}))"
    low = LOW.replace(H, leaky.format("h", "a", 0, "a", 0)).replace(
        K, leaky.format("k", "b", "1/2", "b", "1/2")
    )
    _, units, _ = network(by_hand(low))
    assert Fraction(1, 4) == units["low k"].slope
    assert form(HALF, code_b=1) == units["low k"].form
    _, units, _ = network(by_hand(low.replace("1/4*(", "0*(")))
    assert units["low k"].slope == 0
    _, units, forms = network(by_hand(low.replace("1/4*(", "1*(")))
    assert not units
    assert form(HALF, code_b=1) == forms["low k"]


LEAKY = "max({0}*h + {1}*b + 0, 1/4*({0}*h + {1}*b + 0))"


@pytest.mark.parametrize("seed", range(15))
def test_what_bounds_say_is_so_at_points(seed: int) -> None:
    """What is said of every input in a random box is so at some that are drawn."""
    rng = Random(seed)
    w = [rng.choice((-3, -2, -1, 1, 2, 3)) for _ in range(7)]
    inputs = "input a : bool\ninput b : 0..2\n"
    low = (
        f"{inputs}h : real = relu({w[0]}*(2*a - 1) + {w[1]}*b + 1/2)\n"
        f"k : real = {LEAKY.format(w[2], w[3])}\n"
        f"o : real = {w[4]}*h + {w[5]}*k + {w[6]}*(2*a - 1)"
    )
    word, sign = rng.choice(("and", "or", "xor")), rng.choice((">", "<=", "<", ">="))
    tau = f"(o {sign} {w[0]}) {word} not (h > {w[1]})"
    models = SCM.from_text(low), SCM.from_text(inputs + "A = a\nout = A")
    found = Abstraction.from_text(*models, {"out": tau}, sites={"A": ["h"]})
    claim = claim_of(claim_to_json(found, InterchangeConsistency()))
    boxes, units, forms = network(question_of(claim, OVER_BOXES, {"radius": "1", "joint": "1"}))
    ((_, side, _),) = boxes.squares.sides
    names = ["code a", "code b", "A from code a", "A from code b"]
    wanted = {m for n in free_names(side) for m in (forms[n][1] if n in forms else (n,))}
    levels, read = levels_of(units, wanted)
    assert read <= set(names)
    for width in (0, 1, 8):
        ends = {}
        for n in names:
            start = Fraction(rng.randint(-16, 16), 8)
            ends[n] = start, start + Fraction(rng.randint(0, width), 8)
        box = {n: outward(*pair) for n, pair in ends.items()}
        known = truth(side, forms, bounds_over(levels, box))
        for _ in range(5):
            point = first_of(boxes.squares) | {"swap A": 1}
            point |= {n: a + (b - a) * Fraction(rng.randint(0, 4), 4) for n, (a, b) in ends.items()}
            ((_, value, _),) = sides_at(boxes.squares, point)
            assert known is None or known is bool(value)


def test_a_map_reads_affine_forms() -> None:
    """Nothing is known of other conditions; an input itself is no number that a box is about."""
    with pytest.raises(RefusedError, match="a leaf is not proved"):
        check_boxes(by_hand(tau="o == 1"), [[[-1]] * 16])
    with pytest.raises(RefusedError, match="nor an activation of that: a"):
        check_boxes(by_hand(tau="o > 3/2 or a > 2"), [[[-1]] * 16])
    assert check_boxes(by_hand(tau="o > 3/2 and h > 1/2"), [[[-1]] * 16])


def test_questions_over_boxes_have_sites_that_are_units() -> None:
    claim = by_hand().claim
    for other, parameters, message in (
        (claim, {"radius": "1"}, "has a radius, a number of sites, and sites"),
        (replace(claim, sites={}), {"radius": "1", "joint": "1"}, "and sites"),
        (replace(claim, sites={"A": ()}), {"radius": "1", "joint": "1"}, "a site has units"),
        (
            replace(claim, sites={"A": ("h",), "B": ("a",)}),
            {"radius": "1", "joint": "1"},
            "a site has units",
        ),
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


def a_point(changed: dict[str, str | None]) -> list[list[str]]:
    """At a = 1, b = 0 the output is 9/4; with the source a = 0 set in, 1/4. So `o > 3` is wrong at once."""
    point = {
        **{"a": "1", "b": "0", "code a": "1", "code b": "-1", "swap A": "1"},
        **{"A from a": "1", "A from b": "1", "A from code a": "7/8", "A from code b": "1"},
    }
    return [[n, v] for n, v in (point | changed).items() if v is not None]


SOURCE: dict[str, str | None] = dict.fromkeys(n for n, _ in a_point({}) if n.startswith("A from "))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"more": "1"}, "no variable 'more'"),
        ({"code b": None}, "what is given makes no square"),
        ({"code b": "-7/4"}, "an input lies outside its box"),
        ({"code b": "-1/4"}, "an input lies outside its box"),
        ({"A from code a": "3/4"}, "an input lies outside its box"),
        ({"b": None}, "what is given makes no square"),
        ({"code b": "x"}, "code b = x is outside its domain"),
        ({"swap A": None, **SOURCE}, "the intervention is not of the family"),
        ({"swap A": None}, "what is given makes no square"),
        ({"A from code a": "1"}, "the outputs read as expected"),
    ],
)
def test_points_by_hand(changed: dict[str, str | None], message: str) -> None:
    refuted = by_hand(tau="o > 2")
    # the source's h is 7/8, so o is 2 with it: not more than 2, where A and not b is 1
    assert "inputs in their boxes, run again exactly: the outputs differ in out" == check_box_point(
        refuted, a_point({})
    )
    assert check_box_point(refuted, a_point({"code a": "9/8", "code b": "-9/8"}))
    with pytest.raises(RefusedError, match=message):
        check_box_point(refuted, a_point(changed))


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


def test_limits_of_boxes_are_those_that_are_documented() -> None:
    assert (2_000_000, 2**16) == (boxes_module.NODES, boxes_module.TUPLES)
