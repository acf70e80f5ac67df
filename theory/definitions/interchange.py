"""Interchange consistency: sites at values from other runs act like the variables they realise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    TAU,
    TAU_U,
    ApplyMap,
    Base,
    Defect,
    Dist,
    Interchange,
    Max,
    Metric,
    Part,
    Read,
    Relation,
    Run,
    Sup,
    Swaps,
    Term,
    Var,
    Violated,
)
from ..definition import Role, context_map, fixed_tau_u, high_model, require
from ..errors import InputError
from ..implying import Related
from ..policy import Depth, Scored, Sources, TauUPolicy

__all__ = ["InterchangeConsistency"]


@final
@dataclass(frozen=True, slots=True)
class InterchangeConsistency:
    r"""Interchange consistency, the universal form of interchange accuracy.

    For every base $b$, every set $S$ of sites within the depth and a source $s_n$ for each:
    $$\mathrm{out}\,\tau\bigl(M_L(b, Z_S \leftarrow M_L(s)|_{Z_S})\bigr)
      = \mathrm{out}\,M_H(\tau_U(b), S \leftarrow M_H(\tau_U(s))|_S).$$

    Consistency at depth 1 does not imply it at depth 2 (CE8), nor do half of the (source, base)
    pairs imply the rest (CE9). It says nothing about values that no run reaches (CE7): `holds`
    reads "interchange-consistent", never "implements". Stronger: constructive abstraction.

    Attributes:
        sources: which (source, base) pairs; all by default, source = base included.
        joint: how many sites at once: each alone, at most k, or every subset.
        scored: which high-level variables are compared.

    Source: Geiger et al. (2024), Defs. 2 and 5, arXiv:2303.02536 (the mean is interchange
    accuracy).
    """

    name: ClassVar[str] = "interchange"
    statement: ClassVar[str] = (
        "setting sites to values from other runs acts as setting the variables"
    )
    source: ClassVar[str] = "Geiger et al. (2024), Defs. 2 and 5"
    stronger: ClassVar[Related] = (("constructive", "ce7"),)
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.SITES})
    holds_on: ClassVar[str] = "xor_nand_or"
    fails_on: ClassVar[str] = "xor_half_test"

    sources: Sources = Sources()
    joint: Depth = Depth(1)
    scored: Scored = Scored.OUTPUTS
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """1 if some interchange gives a scored variable another value below than above."""
        require(self, claim)
        high_model(claim)
        context_map(claim, fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.INPUTS))
        space = Swaps(self.joint, self.sources)
        read = self.scored_variables(claim)
        low, high = _runs("x")
        equal = Dist(Metric.DISCRETE, Read(read, ApplyMap(TAU, low)), Read(read, high))
        parts = [Part("interchange", Sup("x", space, equal))]
        if self.scored is Scored.INDUCED:
            same = Violated(Relation.ONE_LABEL, (*_runs("x"), *_runs("y")))
            parts.append(Part("labelling", Sup("x", space, Sup("y", space, same))))
        return Max(tuple(parts))

    def scored_variables(self, claim: Abstraction) -> tuple[str, ...]:
        """The high-level variables that are compared, in the order of the model.

        Raises:
            InputError: there are none, or a site has no τ though mapped variables are scored.
        """
        inputs = set(high_model(claim).inputs)
        mapped = [name for name in claim.tau if name not in inputs or name in claim.sites]
        if self.scored is Scored.MAPPED:
            lacking = [name for name in claim.sites if name not in claim.tau]
            if lacking:
                raise InputError(
                    [
                        f'scored = "mapped" needs τ for {name!r}, which has a site; write {name} = … '
                        'under [abstraction.tau], or scored = "outputs"'
                        for name in lacking
                    ]
                )
            read = tuple(mapped)
        else:
            read = tuple(name for name in mapped if name not in claim.sites)
        if not read:
            raise InputError(
                ["nothing is scored: give a τ under [abstraction.tau] to a variable without a site"]
            )
        return read

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        pairs = {
            "all": "every ordered (source, base) pair",
            "forward": "every pair whose source is listed before its base",
        }.get(self.sources.name, str(self.sources))
        scored = {
            Scored.OUTPUTS: "on outputs",
            Scored.MAPPED: "on all mapped variables",
            Scored.INDUCED: "on outputs and under some labelling of the site values",
        }[self.scored]
        return f"interchange-consistent {scored}, depth 1, {self.joint}, for {pairs}"


def _runs(swap: str) -> tuple[Term, Term]:
    x = Var(swap)
    low = Run(LOW, Base(x), Interchange(LOW, x))
    high = Run(HIGH, ApplyMap(TAU_U, Base(x)), Interchange(HIGH, x))
    return low, high
