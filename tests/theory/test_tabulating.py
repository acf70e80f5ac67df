"""Models from Python callables: what a callable did when it was called is the mechanism."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tauomega.theory.errors import InputError
from tauomega.theory.kernel import BOOL, Domain, Finite, FiniteLaw, Range, Reals
from tauomega.theory.scm import SCM


def test_a_model_from_functions_is_the_model_in_text() -> None:
    third = FiniteLaw((Fraction(2, 3), Fraction(1, 3)))
    model = SCM.from_functions(
        {"u": BOOL, "v": Range(0, 2)},
        {
            "x": (Range(0, 3), lambda u, v: u + v),
            "y": (Finite(("even", "odd")), lambda x: "odd" if x % 2 else "even"),
            "c": (BOOL, lambda: 1),
        },
        laws={"u": third},
    )
    text = SCM.from_text(
        "u : bool ~ 1/3\nv : 0..2\nx : 0..3 = u + v\n"
        "y : {even, odd} = if x mod 2 == 1 then odd else even\nc : bool = 1"
    )
    assert list(text.contexts()) == list(model.contexts())
    assert [text.run(u) for u in text.contexts()] == [model.run(u) for u in model.contexts()]
    assert third == model["u"].law


def test_a_callable_is_called_once_for_every_case() -> None:
    calls = []

    def recorded(u: int) -> int:
        calls.append(u)
        return u

    model = SCM.from_functions({"u": Range(0, 4)}, {"x": (Range(0, 4), recorded)})
    for context in model.contexts():
        model.run(context)
    assert [0, 1, 2, 3, 4] == calls


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda w: w, "the parameter 'w' is no variable"),
        (lambda r: r, "the domain of its parent 'r' is not finite: real"),
        (lambda u: u / 2, "returns an int, a Fraction or a label, not 0.0"),
        (lambda p, u, q: 0, "its table has more than 65536 rows; write it as an expression"),
    ],
)
def test_what_is_no_mechanism_is_refused(function: Any, said: str) -> None:
    exogenous: dict[str, Domain] = {
        "u": BOOL,
        "r": Reals(),
        "p": Range(0, 255),
        "q": Range(0, 255),
    }
    with pytest.raises(InputError, match=said):
        SCM.from_functions(exogenous, {"x": (BOOL, function)})
