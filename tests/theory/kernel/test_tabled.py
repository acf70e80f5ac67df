"""Rows found by hash say what rows say that are compared one after another."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tauomega.theory.kernel import Case, Constant, EvaluationError, Reference, evaluate
from tauomega.theory.kernel.tabled import FEW, evaluator

VALUES = (0, 1, 2, Fraction(1, 2), "red", "blue")


def test_rows_that_are_found_are_those_of_evaluate() -> None:
    rng = random.Random(3)
    seen = {"value": 0, "none": 0}
    for _ in range(60):
        rows = tuple(
            ((rng.choice(VALUES), rng.choice(VALUES)), rng.choice((Constant(k), Reference("A"))))
            for k in range(rng.choice((FEW // 2, FEW + 1, 3 * FEW)))
        )  # some keys come twice: the first row counts
        table = Case((Reference("A"), Reference("B")), rows, rng.choice((None, Constant(-1))))
        value_at = evaluator(table)
        for a in VALUES:
            for b in VALUES:
                state = {"A": a, "B": b}
                try:
                    expected = evaluate(table, state)
                except EvaluationError as error:
                    seen["none"] += 1
                    with pytest.raises(EvaluationError) as caught:
                        value_at(state)
                    assert str(caught.value) == str(error)
                else:
                    seen["value"] += 1
                    assert value_at(state) == expected
    assert min(seen.values()) > 100
