"""Every constructive abstraction is three steps: marginalise, merge variables, merge values."""

from __future__ import annotations

from .abstraction import Abstraction
from .errors import InputError
from .kernel import Case, Constant, Reference, evaluate, free_names
from .soft_omega import first_value, support
from .steps import marginalise, merge_values, merge_variables, settings

__all__ = ["decompose"]


def decompose(claim: Abstraction) -> tuple[Abstraction, Abstraction, Abstraction]:
    """The three steps of a constructive abstraction, in order, onto a model with the low-level contexts.

    Their composition has the τ of the claim; its high-level model is the only one that keeps the low-level
    contexts, so that the claim holds (over `block`, with contexts kept) iff it is the claim's.

    Raises:
        NotMergeableError: no model abstracts: the invariance condition fails.
        InputError: τ is no block map, or the blocks are in a circle.
    """
    low = claim.scm
    supports = {n: support(e, low, low.endogenous) for n, e in claim.tau.items()}
    shared = [v for v in low.endogenous if sum(v in s for s in supports.values()) > 1]
    if shared:
        raise InputError(
            [f"{v!r} is read by several τ; the steps are of block maps" for v in shared]
        )
    mapped = {v for block in supports.values() for v in block}
    first = marginalise(low, [v for v in low.endogenous if v not in mapped])
    assert first.high is not None
    second = merge_variables(first.high, supports)
    assert second.high is not None
    maps = {}
    for name, block in supports.items():
        codes = settings(low, block)
        rows = []
        for code, values in enumerate(codes):
            rest = {n: first_value(low, n) for n in free_names(claim.tau[name])}
            state = rest | dict(zip(block, values, strict=True))
            rows.append(((code,), Constant(evaluate(claim.tau[name], state))))
        maps[name] = Case((Reference(name),), tuple(rows))
    return first, second, merge_values(second.high, maps)
