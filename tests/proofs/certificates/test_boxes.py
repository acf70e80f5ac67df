"""Certificates of claims over boxes: accepted as they are, refused with anything else in their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from tauomega import check, load
from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.document import RefusedError, canonical
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.proofs.testing.damage import resealed


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
