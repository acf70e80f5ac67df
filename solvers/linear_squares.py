"""Squares of linear models: one identity of affine forms for each pattern of targets and each variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, islice

from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.family import Block, Given, Single
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value, exact
from tauomega.theory.policy import OmegaPolicy
from tauomega.theory.verdict import INFINITE, AlgebraicIdentity

from .engine import Answer, Budget
from .linear_claim import LinearClaim
from .linear_forms import CONSTANT, Form
from .ranging import low_interventions
from .settled import hard, nothing_to_check

__all__ = [
    "MOST_PATTERNS",
    "Pattern",
    "images_of_listed",
    "images_of_pattern",
    "patterns_of",
    "squares_answer",
]

SHORTER = 200
"""Patterns among which a shorter one that fails is looked for."""
MOST_PATTERNS = 2**12
ONE_EACH = "mechanism-level ⇔ constructive over blocks"
"""proofs/mechanism_level_is_constructive.py"""
Pattern = tuple[str, ...]
"""The high-level variables whose whole blocks are set."""


def squares_answer(
    linear: LinearClaim, family: Block | Single | Given | None, budget: Budget
) -> Answer:
    """Every square of a family, or the first identity that fails."""
    if isinstance(family, Given):
        return _listed(linear, family)
    linear.require_onto_blocks()
    names = tuple(linear.tau)
    if isinstance(family, Block):
        return _mechanisms(linear, names)
    assert isinstance(family, Single)
    done = 0
    for pattern in patterns_of(names, family.k):
        if budget.spent:
            return Answer(examined=done, reason=f"{budget.seconds:g} s are over")
        for name in names:
            if name not in pattern:
                gap = _gap(linear, pattern, name)
                if gap:
                    return _fails(linear, pattern, gap, done)
                done += 1
    return _holds(f"τ(x) = y for {done:,} patterns and variables", done)


def _mechanisms(linear: LinearClaim, names: Sequence[str]) -> Answer:
    """One identity a variable, the other blocks held; a shorter pattern is shown if one fails too."""
    for done, name in enumerate(names):
        others = tuple(other for other in names if other != name)
        gap = _gap(linear, others, name)
        if gap:
            return _fails(linear, *(_shortest(linear, names) or (others, gap)), done)
    answer = _holds(f"τ(x) = y for each of {len(names):,} mechanisms", len(names))
    evidence = answer.evidence
    assert isinstance(evidence, AlgebraicIdentity)
    relied = AlgebraicIdentity(evidence.identity, (ONE_EACH,))
    return Answer(answer.lo, answer.hi, answer.examined, answer.total, relied)


def _shortest(linear: LinearClaim, names: Sequence[str]) -> tuple[Pattern, Form] | None:
    """The first of the shorter patterns under which an identity fails, and what is left of it."""
    for pattern in islice(patterns_of(names, len(names)), SHORTER):
        for name in names:
            gap = {} if name in pattern else _gap(linear, pattern, name)
            if gap:
                return pattern, gap
    return None


def patterns_of(names: Sequence[str], most: int) -> Iterator[Pattern]:
    """Sets of at most so many variables, the smallest first.

    Raises:
        OutOfReachError: after 2^12 of them.
    """
    count = 0
    for size in range(min(most, len(names)) + 1):
        for pattern in combinations(names, size):
            count += 1
            if count > MOST_PATTERNS:
                raise OutOfReachError("patterns of blocks", 2 ** len(names), MOST_PATTERNS)
            yield pattern


def _gap(linear: LinearClaim, pattern: Pattern, name: str) -> Form:
    """What is left of τ(x) - y for one variable; empty iff the identity holds."""
    ring, supports = linear.ring, linear.problem.facts.supports
    held = [v for above in pattern for v in supports[above]]
    gap = linear.low.carried(linear.tau[name], held)
    for y, weight in linear.above(name, pattern).items():
        value = linear.tau.get(y) or linear.tau_u.get(y, {CONSTANT: ring.one})
        ring.add(gap, value, -weight)
    return gap


def _holds(identity: str, count: int) -> Answer:
    return Answer(Fraction(0), Fraction(0), count, count, AlgebraicIdentity(identity))


def _fails(linear: LinearClaim, pattern: Pattern, gap: Form, done: int) -> Answer:
    parameters, values = linear.nonzero_point(gap)
    block = [v for above in pattern for v in linear.problem.facts.supports[above]]
    settings: dict[str, Value] = {v: exact(values.get(v, Fraction(0))) for v in block}
    images = images_of_pattern(linear, settings, parameters, pattern)
    return Answer(
        Fraction(1),
        INFINITE,
        done + 1,
        point=_point(linear, Hard.from_mapping(settings), images, values, parameters),
        minimal=False,
    )


def images_of_pattern(
    linear: LinearClaim,
    settings: dict[str, Value],
    parameters: dict[str, Value],
    pattern: Pattern,
) -> Hard:
    """τ of whole blocks that are set."""
    found: dict[str, Value] = {}
    for name in pattern:
        total = Fraction(0)
        for variable, coefficient in linear.tau[name].items():
            value = 1 if variable == CONSTANT else settings[variable]
            assert not isinstance(value, str)
            total += linear.number(coefficient, parameters) * value
        found[name] = exact(total)
    return Hard.from_mapping(found)


def _point(
    linear: LinearClaim,
    below: Hard,
    above: Hard,
    values: dict[str, Fraction],
    parameters: dict[str, Value],
) -> dict[str, object]:
    model = linear.low.model
    context = tuple(
        exact(values[f"u:{n}"]) if f"u:{n}" in values else _somewhere(linear, n)
        for n in model.roots
    )
    point: dict[str, object] = {"i": below, "j": above, "u": context}
    return point | ({"parameters": parameters} if parameters else {})


def _somewhere(linear: LinearClaim, name: str) -> Value:
    low = getattr(linear.low.model.domain(name), "low", 0)
    assert isinstance(low, int | Fraction)
    return exact(Fraction(low))


def images_of_listed(linear: LinearClaim, family: Given) -> list[tuple[Hard, Hard]]:
    """The listed interventions with their images, given or by whole blocks.

    Raises:
        InputError: no intervention is listed, ω is not given where it is needed, or a block is set in part.
        OutOfReachError: ω_τ of a block that is set in part, which has infinitely many values.
    """
    problem = linear.problem
    listed = [hard(i) for i in low_interventions(problem.claim, problem.facts, family)]
    if not listed:
        raise nothing_to_check(family)
    if problem.omega is OmegaPolicy.GIVEN:
        given = dict(problem.claim.omega or ())
        lost = [i for i in listed if i not in given]
        if lost:
            raise InputError([f"ω is given, but not at {i.describe()}" for i in lost])
        return [(i, hard(given[i])) for i in listed]
    linear.require_onto_blocks()
    pairs = []
    for i in listed:
        pattern = []
        for name, block in problem.facts.supports.items():
            inside = i.targets & set(block)
            if inside and len(inside) < len(block):
                raise OutOfReachError("values of a block that is set in part", 2**63, 2**20)
            pattern += [name] if inside else []
        pairs.append((i, images_of_pattern(linear, dict(i.items), {}, tuple(pattern))))
    return pairs


def _listed(linear: LinearClaim, family: Given) -> Answer:
    """Listed interventions, at their values."""
    ring, done = linear.ring, 0
    for below, above in images_of_listed(linear, family):
        low_values = {n: linear.ring.form_of_number(v) for n, v in below.items}
        values = {n: linear.ring.form_of_number(v) for n, v in above.items} | dict(linear.tau_u)
        for name, form in linear.tau.items():
            left = ring.substituted(linear.low.carried(form, below.targets), low_values)
            if name in above.targets:
                right = values[name]
            else:
                carried = linear.above(name, tuple(above.targets))
                right = ring.substituted(carried, values)
            gap = ring.difference(left, right)
            done += 1
            if gap:
                parameters, at = linear.nonzero_point(gap)
                point = _point(linear, below, above, at, parameters)
                return Answer(Fraction(1), INFINITE, done, point=point, minimal=False)
    return _holds(f"τ(x) = y for {done:,} interventions and variables", done)
