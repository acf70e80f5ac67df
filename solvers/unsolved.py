"""The counterexample of a clause on solvability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tauomega.theory.counterexample import NotSolvable, as_values
from tauomega.theory.defect import HIGH, Contexts, Defect, Solutions, Sup, Violated
from tauomega.theory.intervention import NOTHING, Intervention
from tauomega.theory.kernel import Value

from .interpreter import Interpreter
from .ranging import as_context
from .settled import settled_omega

__all__ = ["not_solvable"]


def not_solvable(
    interpreter: Interpreter, inner: Defect, point: Mapping[str, object]
) -> NotSolvable:
    """The context and the intervention at the point, with how many solutions there are."""
    match inner:
        case Sup(space=Contexts(side=ranged), body=Violated(arguments=(Solutions(side=side),))):
            pass
        case _:
            raise AssertionError("a clause on solvability ranges over contexts")
    above = side is HIGH
    claim = interpreter.problem.claim
    model = claim.high if above else claim.scm
    assert model is not None
    chosen = cast("Intervention", point.get("i", NOTHING))
    values = cast("tuple[Value, ...]", point["u"])
    if above:
        image = settled_omega(interpreter.problem, chosen)
        assert image is not None
        chosen = image
        values = values if ranged is HIGH else interpreter.high_context(values)
    context = as_context(model, values)
    own = {name: interpreter.parameters[name] for name in model.parameters}
    count = len(model.solutions(context, chosen, parameters=own))
    return NotSolvable(as_values(context), chosen, count, above=above)
