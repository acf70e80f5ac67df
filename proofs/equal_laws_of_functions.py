"""Equal laws of outcomes are equal laws of every function of them, and of every mixture.

Statement: If τ of the outcomes below has the law of the outcomes above, so has every function of both: one
outcome of several, a marginal, a smaller family. A mixture of laws that are all equal to one law is that law.
So layer 3 ⇒ equal laws under each intervention ⇒ IC = 0, and equal laws under block interventions ⇒ error 0
with any kernels on fibres, whose marginals are ISIL = 0.
Source: Xia & Bareinboim (2024), layers, arXiv:2401.02602; Zennaro, Turrini & Damoulas (2023), IJCAI, IC and
ISIL; Rischel & Weichwald (2021), Def. 2.11, arXiv:2103.15758; proof ours.
Shown: for all models, with laws as numbers of events and a marginal as the law of a preimage; mixtures
of any number of laws by induction from the empty sum, in exact arithmetic. CE2 has equal laws under each
intervention and not together.
Not shown: that the events of a function are events; mixtures of infinitely many laws.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega import check, load
from tauomega.proofs.arithmetic import identity
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.probabilistic import Probabilistic

__all__ = ["THEOREM"]


def functions(world: World) -> Theory:
    """Laws of two models as numbers of events; a function of the outcome, by preimages."""
    event, value, number = (world.sort(name) for name in ("E", "V", "R"))
    below, above = world.function("P", event, number), world.function("Q", event, number)
    preimage = world.function("f⁻¹", value, event)
    marginal_below = world.function("P_f", value, number)
    marginal_above = world.function("Q_f", value, number)
    forall = world.forall
    hypotheses = {
        "the laws of outcomes are equal": forall(event, body=lambda e: below(e) == above(e)),
        "P_f is the law of f below": forall(
            value, body=lambda v: marginal_below(v) == below(preimage(v))
        ),
        "Q_f is the law of f above": forall(
            value, body=lambda v: marginal_above(v) == above(preimage(v))
        ),
    }
    equal = forall(value, body=lambda v: marginal_below(v) == marginal_above(v))
    return Theory(hypotheses, equal)


def mixtures() -> Iterator[Step]:
    """A mixture at one event: laws one after another, and weights that sum to 1 at the end."""
    mixed, so_far, weight, law, above = z3.Reals("M W w p q")
    hypotheses = {
        "the mixture so far is W q": mixed == so_far * above,
        "the next law is q at the event": law == above,
    }
    one_more = mixed + weight * law == (so_far + weight) * above
    yield from identity("a mixture of equal laws, n laws ⇒ n + 1", hypotheses, one_more)
    whole = {"the mixture is W q": mixed == so_far * above, "the weights sum to 1": so_far == 1}
    yield from identity("and with weights of sum 1 it is q", whole, mixed == above)


def prove() -> Iterator[Step]:
    """Functions, mixtures, and CE2."""
    names = tuple(functions(World(1)).hypotheses)
    yield from proof("functions of outcomes have equal laws", functions, drop=names)
    yield from mixtures()
    claim = load("ce2_probabilistic").claim
    found = check(claim, Probabilistic()).name, check(claim, Counterfactual()).name
    seen = f"CE2: each law {found[0]}, the joint law {found[1]}"
    yield instance(Kind.DROPPED, "one law of all outcomes", found == ("holds", "fails"), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
