"""Readings of what is said of sites, of inputs in boxes, and of linear models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from tauomega.theory.definition import tau_u_policy
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value, evaluate
from tauomega.theory.policy import Scored, Sources, TauUPolicy
from tauomega.theory.scm import SCM

from .plain import NotReadError, Plain, State, subsets

if TYPE_CHECKING:
    from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
    from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
    from tauomega.theory.definitions.t_abstraction import TAbstraction

__all__ = ["READINGS"]

ZERO, ONE = Fraction(0), Fraction(1)
Swap = tuple[int, dict[str, int]]
"""The number of the base context, and for each swapped site that of its source."""


def swaps(p: Plain, sources: Sources, sites: Sequence[Sequence[str]]) -> Iterator[Swap]:
    """Bases and sources for each of several sets of sites."""
    numbers = range(len(p.low_contexts))
    values = [tuple(u[r] for r in p.low.roots) for u in p.low_contexts]
    for chosen in sites:
        for base, *origins in product(numbers, repeat=len(chosen) + 1):
            pairs = [(values[s], values[base]) for s in origins]
            listed = sources.name != "listed" or all(pair in sources.pairs for pair in pairs)
            if listed and (sources.name != "forward" or all(s < base for s in origins)):
                yield base, dict(zip(chosen, origins, strict=True))


def both_runs(p: Plain, swap: Swap, images: Sequence[State]) -> tuple[Hard, State, Hard, State]:
    """What is set, and what is seen, below and above."""
    base, sources = swap
    below: dict[str, Value] = {}
    above: dict[str, Value] = {}
    for name, source in sources.items():
        run = p.run(p.low, p.low_contexts[source])
        below |= {v: run[v] for v in p.claim.sites[name]}
        above[name] = p.run(p.high, images[source])[name]
    i, j = Hard.from_mapping(below), Hard.from_mapping(above)
    return i, p.seen(p.low_contexts[base], i), j, p.run(p.high, images[base], j)


def interchange(p: Plain, d: InterchangeConsistency) -> Fraction:
    """Outputs agree after every interchange; and, if asked, some labelling fits the site values."""
    (images,) = p.context_maps(tau_u_policy(p.claim, d.tau_u, TauUPolicy.INPUTS))
    scored = d.scored_variables(p.claim)
    sets = [s for s in subsets(list(p.claim.sites), d.joint.k) if s]
    labels: dict[tuple[str, object], Value] = {}
    for swap in swaps(p, d.sources, sets):
        i, low, _, high = both_runs(p, swap, images)
        if any(low[n] != high[n] for n in scored):
            return ONE
        if d.scored is Scored.INDUCED:
            state = p.run(p.low, p.low_contexts[swap[0]], i)
            for name, site in p.claim.sites.items():
                place = name, tuple(state[v] for v in site)
                if labels.setdefault(place, high[name]) != high[name]:
                    return ONE
    return ZERO


def interchange_accuracy(p: Plain, d: InterchangeAccuracy) -> Fraction:
    """The share of interchanges of all sites at once after which a scored variable differs."""
    (images,) = p.context_maps(tau_u_policy(p.claim, d.tau_u, TauUPolicy.INPUTS))
    scored = InterchangeConsistency(scored=d.scored).scored_variables(p.claim)
    wrong = total = 0
    for swap in swaps(p, d.sources, [d.swapped or tuple(p.claim.sites)]):
        _, low, _, high = both_runs(p, swap, images)
        wrong += any(low[n] != high[n] for n in scored)
        total += 1
    return Fraction(wrong, total)


# ---------------------------------------------------------------- boxes of inputs


def over_boxes(p: Plain, d: InterchangeOverBoxes) -> Fraction:
    """z3 over the reals: inputs in the boxes after which the first output is not as the model above says."""
    import z3

    network: Any = p.claim.low
    layers = [(w, b) for w, b in network.network.exact()]
    names = [network.network.unit_names(k) for k in range(len(layers))]
    (scored,) = InterchangeConsistency().scored_variables(p.claim)
    if p.claim.tau_text[scored] != "output[0] > output[1]":
        raise NotReadError("another τ")

    def q(x: Fraction) -> Any:
        return z3.Q(x.numerator, x.denominator)

    def forward(row: Sequence[Any], fixed: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        values, seen = list(row), dict[str, Any]()
        for k, (weight, bias) in enumerate(layers):
            sums = [
                z3.Sum([q(Fraction(a)) * v for a, v in zip(row, values, strict=True)])
                + q(Fraction(b))
                for row, b in zip(weight, bias, strict=True)
            ]
            last = k == len(layers) - 1
            values = sums if last else [z3.If(s > 0, s, 0) for s in sums]
            values = [fixed.get(n, v) for n, v in zip(names[k], values, strict=True)]
            seen |= dict(zip(names[k], values, strict=True))
        return seen, values

    def near(context: State, label: str, solver: Any) -> list[Any]:
        row = [z3.Real(f"{label}{k}") for k in range(len(context))]
        for x, c in zip(row, network.row(list(context.values())), strict=True):
            solver.add(x >= q(c - d.radius), x <= q(c + d.radius))
        return row

    sets = [s for s in subsets(list(p.claim.sites), d.joint.k) if s]
    for base, sources in swaps(p, Sources(), sets):
        solver = z3.Solver()
        fixed: dict[str, Any] = {}
        above: dict[str, Value] = {}
        for name, source in sources.items():
            seen, _ = forward(near(p.low_contexts[source], name, solver), {})
            fixed |= {unit: seen[unit] for unit in p.claim.sites[name]}
            above[name] = p.run(p.high, p.low_contexts[source])[name]
        _, outputs = forward(near(p.low_contexts[base], "base", solver), fixed)
        wanted = p.run(p.high, p.low_contexts[base], Hard.from_mapping(above))[scored]
        solver.add(outputs[0] <= outputs[1] if wanted else outputs[0] > outputs[1])
        if solver.check() != z3.unsat:
            return ONE
    return ZERO


# ---------------------------------------------------------------- linear models

Form = dict[str, Fraction]
"""An affine form: a coefficient for each symbol, and for "" the constant."""


def affine(expression: Any, names: Sequence[str]) -> Form:
    """The coefficients of an affine expression, by evaluating it at 0 and at the unit vectors."""
    zero: dict[str, Value] = dict.fromkeys(names, Fraction(0))
    start = Fraction(evaluate(expression, zero))
    found = {"": start}
    for name in names:
        found[name] = Fraction(evaluate(expression, {**zero, name: Fraction(1)})) - start
    return found


def composed(outer: Form, inner: Mapping[str, Form]) -> Form:
    """An affine form of affine forms."""
    total = {"": outer[""]}
    for name, weight in outer.items():
        for symbol, inside in (inner[name] if name else {}).items():
            total[symbol] = total.get(symbol, ZERO) + weight * inside
    return {symbol: weight for symbol, weight in total.items() if weight or not symbol}


def solved(model: SCM, roots: Mapping[str, Form], held: Mapping[str, Form]) -> dict[str, Form]:
    """The solution as affine forms, some variables being held."""
    known = dict(roots)
    for name in model.order:
        rule = model[name].mechanism
        if name in held:
            known[name] = held[name]
        elif rule is not None:
            form = affine(rule, [*model.roots, *model.endogenous])
            known[name] = composed({s: w for s, w in form.items() if w or not s}, known)
    return known


def t_abstraction(p: Plain, d: TAbstraction) -> Fraction:
    """T has blocks and is onto, Γ is onto, and under every block intervention both sides are one affine form."""
    claim = p.claim
    low, high = p.low, p.high
    if claim.tau_u is None:
        raise NotReadError("Γ is not given")
    tau = {n: affine(e, low.endogenous) for n, e in claim.tau.items()}
    noise = {n: affine(e, low.roots) for n, e in claim.tau_u.items()}
    blocks = {n: [v for v, w in form.items() if w and v] for n, form in tau.items()}
    read = [v for block in blocks.values() for v in block]
    if len(read) != len(set(read)) or not all(blocks.values()) or not _onto(noise, low.roots):
        return ONE
    roots = {r: {"": ZERO, r: ONE} for r in low.roots}
    above = {r: composed(noise[r], roots) for r in high.roots}
    for chosen in subsets(list(blocks)):
        held = {v: {"": ZERO, f"do {v}": ONE} for n in chosen for v in blocks[n]}
        below = solved(low, roots, held)
        images = {
            n: composed({s: w for s, w in tau[n].items() if w or not s}, held) for n in chosen
        }
        seen = {n: composed(form, below) for n, form in tau.items()}
        solution = solved(high, above, images)
        if any(seen[n] != solution[n] for n in seen):
            return ONE
    return ZERO


def _onto(noise: Mapping[str, Form], roots: Sequence[str]) -> bool:
    from sympy import Matrix, Rational

    rows = [[Rational(f[r].numerator, f[r].denominator) for r in roots] for f in noise.values()]
    return bool(Matrix(rows).rank() == len(rows))


READINGS = {
    "interchange": interchange,
    "interchange-accuracy": interchange_accuracy,
    "interchange-over-boxes": over_boxes,
    "t-abstraction": t_abstraction,
}
