"""The high-level model that a block map forces on a low-level model, where it forces one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Declaration, Expression, Finite, Kind, Range, Value, complete
from tauomega.theory.scm import SCM
from tauomega.theory.tables import as_mechanism

__all__ = ["Blocks", "finite_domain", "quotient_claim"]

Domain = Finite | Range


@dataclass(frozen=True, slots=True)
class Blocks:
    """A low-level model, disjoint blocks of its variables, and a τ for each block."""

    low: SCM
    blocks: tuple[tuple[str, ...], ...]
    tau: tuple[Expression, ...]
    domains: tuple[Domain, ...]

    @property
    def names(self) -> list[str]:
        """The high-level variables, one a block."""
        return [f"Y{j}" for j in range(len(self.blocks))]


def finite_domain(model: SCM, name: str) -> Domain:
    """The domain of a variable of a finite model."""
    domain = model.domain(name)
    assert isinstance(domain, Finite | Range)
    return domain


def quotient_claim(found: Blocks) -> Abstraction | None:
    """The claim whose high-level model is computed block by block; `None` where two settings differ.

    The mechanism of block j at (u, y) is τ_j of the solution under any setting of the other blocks
    that τ maps to y; where two such settings lead to different values no model exists (the abstract
    invariance condition fails).

    Raises:
        InputError: the computed model has a cycle.
    """
    low, names = found.low, found.names
    declared = [Declaration(r, Kind.EXOGENOUS, low.domain(r), low[r].law) for r in low.roots]
    for j, name in enumerate(names):
        table = _forced(found, j)
        if table is None:
            return None
        parents = [*low.roots, *(names[k] for k in range(len(names)) if k != j)]
        mechanism = as_mechanism(table, parents)
        declared.append(Declaration(name, Kind.ENDOGENOUS, found.domains[j], None, mechanism))
    return Abstraction(low, SCM(complete(declared)), dict(zip(names, found.tau, strict=True)))


def _forced(found: Blocks, j: int) -> dict[tuple[Value, ...], Value] | None:
    low, names = found.low, found.names
    probe = Abstraction(low, None, dict(zip(names, found.tau, strict=True)))
    others = [k for k in range(len(names)) if k != j]
    settings = [list(product(*(finite_domain(low, v) for v in found.blocks[k]))) for k in others]
    table: dict[tuple[Value, ...], Value] = {}
    for context in low.contexts():
        for chosen in product(*settings):
            items = [
                (variable, value)
                for k, values in zip(others, chosen, strict=True)
                for variable, value in zip(found.blocks[k], values, strict=True)
            ]
            seen = probe.read(low.run(context, Hard(tuple(items))))
            key = (*context.values(), *(seen[names[k]] for k in others))
            if table.setdefault(key, seen[names[j]]) != seen[names[j]]:
                return None
    return table
