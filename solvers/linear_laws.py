"""Laws of linear-Gaussian models: equal iff their means and covariances are, for all values that are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tauomega.theory.family import Block, Given, Single
from tauomega.theory.gaussian import is_gaussian
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.kernel import NormalLaw, Value, exact
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import INFINITE, AlgebraicIdentity

from .engine import Answer, Budget
from .linear_claim import LinearClaim
from .linear_forms import CONSTANT, Form, root
from .linear_squares import images_of_listed, images_of_pattern, patterns_of

__all__ = ["laws_answer"]


def laws_answer(
    linear: LinearClaim, family: Block | Single | Given | None, budget: Budget
) -> Answer:
    """Every law of a family, or a mean or covariance that differs."""
    for side, model in (("low", linear.low.model), ("high", linear.high.model)):
        if not is_gaussian(model):
            return Answer(reason=f"a root of the {side}-level model has no normal law")
    if family is None or isinstance(family, Given):
        pairs = [(NOTHING, NOTHING)] if family is None else images_of_listed(linear, family)
        return _listed(linear, pairs)
    linear.require_onto_blocks()
    names = tuple(linear.tau)
    supports = linear.problem.facts.supports
    done = 0
    most = len(names) if isinstance(family, Block) else family.k
    for pattern in patterns_of(names, most):
        if budget.spent:
            return Answer(examined=done, reason=f"{budget.seconds:g} s are over")
        held = [v for above in pattern for v in supports[above]]
        values = {y: linear.tau[y] for y in pattern}
        below = {n: linear.low.carried(linear.tau[n], held) for n in names}
        above = {n: linear.ring.substituted(linear.above(n, pattern), values) for n in names}
        done += 1
        gap = _gap(linear, below, above)
        if gap is not None:
            parameters, at = linear.nonzero_point(gap)
            settings: dict[str, Value] = {v: exact(at.get(v, Fraction(0))) for v in held}
            j = images_of_pattern(linear, settings, parameters, pattern)
            return _fails(Hard.from_mapping(settings), j, parameters, done)
    return _holds(done)


def _listed(linear: LinearClaim, pairs: Sequence[tuple[Hard, Hard]]) -> Answer:
    ring = linear.ring
    for done, (i, j) in enumerate(pairs):
        fixed = [{n: ring.form_of_number(v) for n, v in side.items} for side in (i, j)]
        below = {
            n: ring.substituted(linear.low.carried(form, i.targets), fixed[0])
            for n, form in linear.tau.items()
        }
        above = {
            n: ring.substituted(linear.above(n, tuple(j.targets)), fixed[1]) for n in linear.tau
        }
        gap = _gap(linear, below, above)
        if gap is not None:
            parameters, _ = linear.nonzero_point(gap)
            return _fails(i, j, parameters, done + 1)
    return _holds(len(pairs))


def _gap(linear: LinearClaim, below: Mapping[str, Form], above: Mapping[str, Form]) -> Form | None:
    """A form that is zero iff some mean or covariance agrees, and is not; `None` if all agree."""
    ring = linear.ring
    low, high = _laws(linear.low.model), _laws(linear.high.model)
    for name in below:
        gap = ring.difference(_mean(linear, below[name], low), _mean(linear, above[name], high))
        if gap:
            return gap
    names = list(below)
    for place, a in enumerate(names):
        for b in names[place:]:
            left = _covariance(linear, below[a], below[b], low)
            right = _covariance(linear, above[a], above[b], high)
            if left != right:
                return {CONSTANT: left - right}
    return None


def _laws(model: SCM) -> dict[str, NormalLaw]:
    found = {}
    for name in model.roots:
        law = model[name].law
        assert isinstance(law, NormalLaw)
        found[root(name)] = law
    return found


def _mean(linear: LinearClaim, form: Form, laws: Mapping[str, NormalLaw]) -> Form:
    """The form with each root replaced by its mean."""
    means = {name: linear.ring.form_of_number(law.mean) for name, law in laws.items()}
    return linear.ring.substituted(form, means)


def _covariance(linear: LinearClaim, left: Form, right: Form, laws: Mapping[str, NormalLaw]) -> Any:
    total = linear.ring.constant(0)
    for name in sorted(left.keys() & right.keys() & laws.keys()):
        total = total + left[name] * right[name] * linear.ring.constant(laws[name].variance)
    return total


def _holds(count: int) -> Answer:
    identity = f"of means and covariances for {count:,} sets of targets"
    return Answer(Fraction(0), Fraction(0), count, count, AlgebraicIdentity(identity))


def _fails(i: Hard, j: Hard, parameters: Mapping[str, Value], done: int) -> Answer:
    point: dict[str, object] = {"i": i, "j": j, "moments": True}
    point |= {"parameters": dict(parameters)} if parameters else {}
    return Answer(Fraction(1), INFINITE, done, point=point, minimal=False)
