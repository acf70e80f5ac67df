"""Models as z3 terms: one query over all contexts and interventions, against plain runs."""

from __future__ import annotations

import random
from itertools import product

import pytest
import z3

from tauomega.solvers.scm_to_z3 import ModelTerms, to_z3
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Finite, Range, Value
from tauomega.theory.scm import SCM

LIGHTS = "U : {red, green}\nV : 0..2\nX = U\nY = V + 1\nZ = if X == red then Y else 2 * Y"


def fixed(terms: ModelTerms, model: SCM, context: dict[str, Value], chosen: Hard) -> z3.Solver:
    """The query in one context under one intervention."""
    solver, encoder = z3.Solver(), terms.encoder
    solver.add(*terms.constraints)
    for name, value in context.items():
        solver.add(terms.contexts[name] == encoder.literal(value, model.domain(name)))
    setting = dict(chosen.items)
    for name in model.endogenous:
        solver.add(terms.masks[name] == (name in setting))
        if name in setting:
            solver.add(terms.values[name] == encoder.literal(setting[name], model.domain(name)))
    return solver


@pytest.mark.parametrize(
    "text",
    [LIGHTS, "input A, B : bool\nC = A xor B\nD = not C", "U : 0..3\nX = 3 - U\nY = X mod 2"],
)
def test_under_every_intervention_the_terms_have_the_values_of_the_run(text: str) -> None:
    model = SCM.from_text(text)
    terms, rng = to_z3(model), random.Random(0)
    for context, _ in product(model.contexts(), range(6)):
        items: list[tuple[str, Value]] = []
        for name in model.endogenous:
            domain = model.domain(name)
            assert isinstance(domain, Finite | Range)
            if rng.random() < 0.4:
                items.append((name, rng.choice(list(domain))))
        chosen = Hard(tuple(items))
        solver = fixed(terms, model, context, chosen)
        assert z3.sat == solver.check()
        found = {
            name: terms.encoder.value(solver.model(), term, model.domain(name))
            for name, term in terms.solution.items()
        }
        assert model.run(context, chosen) == found


def test_one_query_ranges_over_all_contexts_and_interventions() -> None:
    terms = to_z3(SCM.from_text("U : 0..3\nX = U\nY = X mod 2"))
    solver = z3.Solver()
    solver.add(*terms.constraints, z3.Not(terms.masks["Y"]), terms.solution["X"] == 3)
    assert z3.unsat == solver.check(terms.solution["Y"] != 1)
    assert z3.sat == solver.check(terms.masks["X"], terms.contexts["U"] == 0)


def test_a_whole_square_is_one_query() -> None:
    """Two models with one encoder, whose labels have one code in both: τ(X) = Y commutes where X is left alone."""
    below = to_z3(SCM.from_text("U : {red, green}\nX = U\nZ = X"))
    above = to_z3(SCM.from_text("U : {green, red}\nY = U"), encoder=below.encoder)
    query = z3.Solver()
    query.add(*below.constraints, *above.constraints, below.contexts["U"] == above.contexts["U"])
    query.add(z3.Not(above.masks["Y"]), z3.Not(below.masks["Z"]))
    assert z3.sat == query.check(below.solution["Z"] != above.solution["Y"])
    assert z3.unsat == query.check(
        below.solution["Z"] != above.solution["Y"], z3.Not(below.masks["X"])
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cyclic\nX : bool = Y\nY : bool = X", "the model is cyclic"),
        ("U : bool\nX | U : bool ~ {0: 1/2; 1: 1/3}", "'X' has a conditional law"),
    ],
)
def test_what_a_context_does_not_determine_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        to_z3(SCM.from_text(text))
