"""What a program reads: canonical, exact, and a shape for every verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import get_args

import pytest

from tauomega.cli.report_json import Json, canonical, verdict_to_json
from tauomega.theory.counterexample import (
    BoxPoint,
    Collision,
    Counterexample,
    CountGap,
    Gap,
    GraphGap,
    LawGap,
    MomentGap,
    NoContextMap,
    NoOmega,
    NotABlockMap,
    NotMonotone,
    NotOnto,
    NotSolvable,
    Square,
    Way,
)
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.quantity import Ball
from tauomega.theory.verdict import (
    AlgebraicIdentity,
    Bounds,
    ClauseResult,
    ContextMapWitness,
    Coverage,
    Enumeration,
    Fails,
    Holds,
    OmegaWitness,
    Question,
    Run,
    Trusted,
    TwoEngines,
    Unknown,
)

X1 = Hard((("X1", Fraction(1, 3)),))
WAY = Way((("U", "red"),), X1, (("X1", 1),))
QUESTION = Question("exact", (("family", "all"),), "exact", "it commutes")
COUNTEREXAMPLES: list[Counterexample] = [
    Square(WAY, (("Y", 1),), WAY, ("Y",), (("Y", (("U", 1),)),)),
    LawGap(X1, NOTHING, (("Y", 1),), Fraction(1, 3), Fraction(1, 2)),
    MomentGap(X1, NOTHING, ("Y", "Z"), Fraction(1, 3), Fraction(1, 2)),
    NoContextMap((("U", 1),), ((X1, NOTHING, (("Y", 1),)),)),
    CountGap(((NOTHING, (("Y", 1),)),), 1, 2, (("U", 1),)),
    NoOmega((X1,), "because"),
    GraphGap(("X -> Y below has no edge above",)),
    NotOnto("τ", (("Y", 3),)),
    NotMonotone(NOTHING, X1, X1, NOTHING),
    NotABlockMap((("X1", ("Y", "Z")),), minimal=False),
    Collision(WAY, WAY, (("Y", 1),), "Z", (0, 1)),
    BoxPoint(
        (("A", 1),),
        (Fraction(1, 2),),
        (("m", (("A", 0),), (Fraction(1, 3),)),),
        Fraction(1, 5),
        (("out", 0),),
        (("out", 1),),
        ("out",),
    ),
    Gap((("i", "X1 = 1"),), Ball(Fraction(1), Fraction(3, 2), "√2")),
    NotSolvable((("U", 1),), NOTHING, 2),
]
KEYS = {
    "schema", "verdict", "definition", "parameters", "semantics", "sentence", "at_most",
    "clauses", "bounds", "coverage", "measures", "relies_on", "run",
}  # fmt: skip


def leaves(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_the_tests_below_have_every_counterexample() -> None:
    assert set(get_args(Counterexample)) == {type(found) for found in COUNTEREXAMPLES}


@pytest.mark.parametrize("found", COUNTEREXAMPLES, ids=lambda found: type(found).__name__)
def test_every_counterexample_has_a_shape(found: Counterexample) -> None:
    verdict = Fails(QUESTION, (), found, relies_on=("Lemma U",))
    value = verdict_to_json(verdict)
    assert KEYS | {"counterexample", "replayed"} == set(value)
    assert ["Lemma U"] == value["relies_on"]
    shape = value["counterexample"]
    assert isinstance(shape, dict)
    assert found.minimal is shape["minimal"]
    assert value == json.loads(canonical(value))
    numbers = [leaf for leaf in leaves(shape) if not isinstance(leaf, str | bool | None)]
    assert [] == numbers, "numbers of the question are strings"


def test_kinds_are_distinct() -> None:
    shapes = [verdict_to_json(Fails(QUESTION, (), c))["counterexample"] for c in COUNTEREXAMPLES]
    kinds = {shape["kind"] for shape in shapes if isinstance(shape, dict)}
    assert len(COUNTEREXAMPLES) == len(kinds)


def test_exact_numbers_are_exact() -> None:
    gap = LawGap(X1, NOTHING, (("Y", 1),), Fraction(10**30 + 1, 3 * 10**30), Fraction(1))
    text = canonical(verdict_to_json(Fails(QUESTION, (), gap)))
    assert f'"p_low":"{10**30 + 1}/{3 * 10**30}"' in text
    assert '"X1":"1/3"' in text


@pytest.mark.parametrize(
    "evidence",
    [Enumeration(4), AlgebraicIdentity("a = a"), TwoEngines(("a", "b")), Trusted("z3 5.4")],
    ids=lambda evidence: type(evidence).__name__,
)
def test_what_holds_has_evidence_and_a_witness(
    evidence: Enumeration | AlgebraicIdentity | TwoEngines | Trusted,
) -> None:
    witness = ContextMapWitness((((("U1", 0),), (("U", 0),)),), 1)
    clause = ClauseResult("squares", "holds", evidence)
    value = verdict_to_json(Holds(QUESTION, (clause,), evidence, witness, notes=("said so",)))
    assert KEYS | {"evidence", "witness", "notes"} == set(value)
    assert value == json.loads(canonical(value))
    found = verdict_to_json(Holds(QUESTION, (), evidence, OmegaWitness(((X1, NOTHING),))))
    assert {"kind": "omega", "pairs": [{"low": {"X1": "1/3"}, "high": {}}]} == found["witness"]


def test_what_is_unknown_has_bounds_and_coverage() -> None:
    verdict = Unknown(
        QUESTION, (), "too many", Bounds(), Coverage(None, 7), "try smt", run=Run(("table",), 0.5)
    )
    value = verdict_to_json(verdict)
    assert KEYS | {"reason", "advice"} == set(value)
    assert {"lo": "0", "hi": "inf"} == value["bounds"]
    assert {"squares": None, "examined": "7"} == value["coverage"]
    beyond = Unknown(QUESTION, (), "no", coverage=Coverage(2**20_000, 0))
    assert {"squares": None, "examined": "0"} == verdict_to_json(beyond)["coverage"]
    assert {"engines": ["table"], "timing": {"seconds": 0.5}, "notes": []} == value["run"]


def test_the_run_is_the_only_thing_that_may_differ() -> None:
    first, second = (
        Fails(QUESTION, (), COUNTEREXAMPLES[0], run=Run((engine,), seconds))
        for engine, seconds in (("table", 0.1), ("smt", 7.0))
    )
    one, other = verdict_to_json(first), verdict_to_json(second)
    assert one.pop("run") != other.pop("run")
    assert canonical(one) == canonical(other)
