"""Why there is no map of contexts: a context without a counterpart, or responses that are too rare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import numpy as np

from tauomega.theory.counterexample import CountGap, NoContextMap, as_values
from tauomega.theory.defect import HIGH, LOW, Inf, Interventions, Sup
from tauomega.theory.definition import high_model
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value

from .interpreter import Interpreter
from .ranging import as_context
from .separating import fewest_separators
from .settled import settled_family, settled_omega

__all__ = ["missing_context"]

Context = tuple[Value, ...]
Response = tuple[tuple[tuple[str, Value], ...], ...]
"""What a context gives under each intervention of a family: high-level states, as names and values."""


def missing_context(
    interpreter: Interpreter, point: Mapping[str, object]
) -> NoContextMap | CountGap:
    """The counterexample to a clause that asks for a map of contexts, onto or not.

    Args:
        interpreter: of the clause.
        point: a low-level context `u` that has no counterpart, or a high-level one `w` that is too rare
            below, where the engine names one; else it is looked for.
    """
    problem = interpreter.problem
    match problem.part.defect:
        case Inf(body=Sup(space=Interventions() as space)):
            family = settled_family(problem, space)
        case _:
            raise AssertionError("a clause about τ_U ranges over a family")
    scm, high = problem.claim.scm, high_model(problem.claim)
    images = [cast("Hard", settled_omega(problem, i)) for i in family]
    counterparts = [tuple(c.values()) for c in high.contexts()]
    table = {w: tuple(as_values(interpreter.run(HIGH, w, j)) for j in images) for w in counterparts}

    def response(context: Context) -> Response:
        return tuple(
            as_values(problem.claim.read(interpreter.run(LOW, context, i))) for i in family
        )

    if "w" in point:
        return _count_gap(interpreter, images, table[cast("Context", point["w"])], table, response)
    known = set(table.values())
    start = cast("Context | None", point.get("u"))
    contexts = [start] if start is not None else [tuple(c.values()) for c in scm.contexts()]
    for context in contexts:
        given = response(context)
        if given in known:
            continue
        differ = np.array(
            [[a != b for a, b in zip(given, row, strict=True)] for row in table.values()]
        )
        chosen, minimal = fewest_separators(differ)
        separators = tuple((family[k], images[k], given[k]) for k in chosen)
        return NoContextMap(as_values(as_context(scm, context)), separators, minimal)
    for wanted in table.values():
        gap = _count_gap(interpreter, images, wanted, table, response)
        if gap.low < gap.high:
            return gap
    raise AssertionError("every context has a counterpart, and none is too rare")


def _count_gap(
    interpreter: Interpreter,
    images: list[Hard],
    wanted: Response,
    table: Mapping[Context, Response],
    response: Callable[[Context], Response],
) -> CountGap:
    """How many contexts respond like this below and above."""
    scm, high = interpreter.problem.claim.scm, high_model(interpreter.problem.claim)
    members = [w for w, row in table.items() if row == wanted]
    below = sum(response(tuple(c.values())) == wanted for c in scm.contexts())
    shown = dict(zip(images, wanted, strict=True))
    example = as_values(as_context(high, members[0]))
    return CountGap(tuple(shown.items()), below, len(members), example)
