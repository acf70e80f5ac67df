"""The joint law of outcomes under many interventions, literally."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tauomega.theory.defect import HIGH, LOW, Interventions, Side
from tauomega.theory.intervention import Intervention
from tauomega.theory.kernel import Value
from tauomega.theory.laws import StateLaw

from .engine import Problem
from .settled import settled_family, settled_omega

__all__ = ["joint_law"]

Run = Callable[[Side, tuple[Value, ...], Intervention], dict[str, Value]]


def joint_law(problem: Problem, low: bool, family: Interventions, run: Run) -> StateLaw:
    """The law of the outcomes under all interventions of a family, taken together.

    Outcome n of a variable X is named `X of n`. Below, the outcomes are read through τ; above, they
    are those under the images of the interventions under ω.
    """
    claim = problem.claim
    model = claim.scm if low else claim.high
    assert model is not None
    listed = settled_family(problem, family)
    images = listed if low else [settled_omega(problem, i) for i in listed]
    found: StateLaw = {}
    for context in model.contexts():
        weight = model.probability(context)
        if not weight:
            continue
        point = tuple(context.values())
        key: list[tuple[str, Value]] = []
        for number, i in enumerate(images):
            assert i is not None, "outside dom ω: excluded when the family was listed"
            state = claim.read(run(LOW, point, i)) if low else run(HIGH, point, i)
            key += [(f"{name} of {number}", value) for name, value in state.items()]
        found[tuple(key)] = found.get(tuple(key), Fraction(0)) + weight
    return found
