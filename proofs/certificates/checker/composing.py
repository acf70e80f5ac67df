r"""Two abstractions in a row: $\tau = \tau_2 \circ \tau_1$ and $\tau_U$ likewise, over the same middle model.

For block interventions: one of the whole sets the union of the first's blocks that the second's τ reads,
so the first makes it a block intervention of the middle model, and the second one of the top. That needs
every such variable to be read by the composed τ, too, which is checked.
"""

from __future__ import annotations

from typing import Any

from tauomega.theory.kernel.expression import substitute

from .document import SCHEMA, refuse_unless
from .statements import Question, context_map

__all__ = ["check_composition", "parts_of"]


def parts_of(given: Any) -> list[dict[str, Any]]:
    """The certificates of the two parts.

    Raises:
        RefusedError: they are none.
    """
    parts = given if isinstance(given, list) else []
    fits = all(isinstance(part, dict) and part.get("schema") == SCHEMA for part in parts)
    refuse_unless(fits and len(parts) == 2, "a composition has two parts")
    return parts


def check_composition(whole: Question, first: Question, second: Question) -> str:
    """Check that a claim is the composition of two that were proved; in words.

    Raises:
        RefusedError: it is another claim, or another definition, or τ_U is not fixed.
    """
    same = (whole.definition, dict(whole.parameters) | {"tau_u": ""})
    for part in (first, second):
        found = (part.definition, dict(part.parameters) | {"tau_u": ""})
        refuse_unless(found == same, "the two parts are about another definition")
    refuse_unless(
        whole.definition in ("tau-abstraction", "constructive")
        and whole.parameters["family"] == "block"
        and not (whole.searched or first.searched or second.searched),
        "only τ-abstractions for block interventions with a fixed τ_U are composed",
    )
    refuse_unless(whole.claim.low == first.claim.low, "the low-level models differ")
    refuse_unless(first.claim.high == second.claim.low, "the models in the middle differ")
    refuse_unless(whole.claim.high == second.claim.high, "the high-level models differ")
    tau = {n: substitute(e, first.claim.tau) for n, e in second.claim.tau.items()}
    refuse_unless(dict(whole.claim.tau) == tau, "τ is not the composition")
    below = context_map(first)
    maps = {n: substitute(e, below) for n, e in context_map(second).items()}
    refuse_unless(context_map(whole) == maps, "τ_U is not the composition")
    for name, factor in second.factors.items():
        read = {v for middle in factor.support for v in first.factors[middle].support}
        refuse_unless(set(whole.factors[name].support) == read, f"the block of {name} is smaller")
    return "composition of two abstractions, each with its own certificate"
