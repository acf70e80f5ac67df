"""Random linear claims: concretised from a random high-level model, so true, or with one weight changed."""

from __future__ import annotations

import random
from fractions import Fraction

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.kernel import Constant, Declaration, complete
from tauomega.theory.kernel.expression import Apply, Operator, Reference
from tauomega.theory.linear import LinearBlock, concretise
from tauomega.theory.scm import SCM

__all__ = ["random_block", "random_high", "random_linear_claim"]

WEIGHTS = (-2, -1, 0, 0, 1, 2, 3)


def _weight(rng: random.Random) -> Fraction:
    return Fraction(rng.choice(WEIGHTS), rng.choice((1, 1, 2)))


def random_high(rng: random.Random, *, variables: int) -> SCM:
    """A linear model in which every variable has noise of its own."""
    lines = []
    for k in range(variables):
        lines.append(f"U{k} : real")
        terms = [f"({_weight(rng)}) * Y{j}" for j in range(k)]
        terms += [f"({rng.choice((1, 1, 2, -1))}) * U{k}", str(rng.choice((0, 0, 1)))]
        lines.append(f"Y{k} : real = {' + '.join(terms)}")
    return SCM.from_text("\n".join(lines))


def random_block(rng: random.Random) -> LinearBlock:
    """A block of one to three variables whose spread is not zero."""
    while True:
        size = rng.randint(1, 3)
        weights = tuple(_weight(rng) for _ in range(size))
        within = tuple(
            tuple(_weight(rng) if k > i else Fraction(0) for k in range(size)) for i in range(size)
        )
        block = LinearBlock(weights, within)
        if any(block.spread) and all(weights):
            return block


def random_linear_claim(rng: random.Random, *, variables: int = 3) -> Abstraction:
    """A T-abstraction, or (half of the time) one with a term added to a low-level mechanism."""
    high = random_high(rng, variables=rng.randint(1, variables))
    claim = concretise(high, {name: random_block(rng) for name in high.endogenous})
    if rng.random() < 0.5:
        return claim
    low = claim.scm
    victim = rng.choice(low.order)
    earlier = [*low.roots, *low.order[: low.order.index(victim)]]
    factor = Constant(rng.choice((1, -1, 2)))
    more = Apply(Operator.MUL, (factor, Reference(rng.choice(earlier))))
    declared = []
    for v in low.variables:
        rule = v.mechanism
        if v.name == victim:
            assert rule is not None
            rule = Apply(Operator.ADD, (rule, more))
        declared.append(Declaration(v.name, v.kind, v.domain, v.law, rule))
    return Abstraction(SCM(complete(declared)), high, claim.tau, tau_u=claim.tau_u)
