"""Interchange consistency at all inputs near the codes of contexts, not only at the codes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, final

from ..abstraction import Abstraction, ReadsRows
from ..defect import (
    HIGH,
    LOW,
    TAU,
    TAU_U,
    ApplyMap,
    Base,
    BoxSwaps,
    Defect,
    Dist,
    Interchange,
    Max,
    Metric,
    Part,
    Read,
    Run,
    Sup,
    Var,
)
from ..definition import Role, context_map, require, tau_u_policy
from ..errors import InputError
from ..implying import Related
from ..policy import Depth, TauUPolicy
from .interchange import InterchangeConsistency

__all__ = ["InterchangeOverBoxes"]


@final
@dataclass(frozen=True, slots=True)
class InterchangeOverBoxes:
    r"""Interchange consistency for every input in boxes of inputs.

    A context $u$ of the high-level model stands for the box $B_u = \{x : |x - \mathrm{code}(u)|_\infty \le
    r\}$ of inputs. For every base $b$, every set $S$ of sites within the depth, sources $s_n$, and all
    $x \in B_b$, $x_n \in B_{s_n}$:
    $$\mathrm{out}\,\tau\bigl(M_L(x, Z_S \leftarrow M_L(x_n)|_{Z_n})\bigr)
      = \mathrm{out}\,M_H(b, S \leftarrow M_H(s)|_S).$$

    The share of tuples (b, s) for which this is proved is the *certified interchange accuracy*; the
    verdict gives it beside the shares that are refuted and undecided. Weaker: interchange (r = 0).

    Attributes:
        radius: r, in the units of the network's inputs.
        joint: how many sites at once: each alone, at most k, or every subset.

    Source: Geiger et al. (2024), Def. 5, arXiv:2303.02536, for the pointwise notion; over boxes, ours.
    """

    name: ClassVar[str] = "interchange-over-boxes"
    statement: ClassVar[str] = "interchange consistency at every input near the code of a context"
    source: ClassVar[str] = "ours, after Geiger et al. (2024), Def. 5"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (("interchange", "equality_wide"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.SITES})
    holds_on: ClassVar[str] = "equality_near"
    fails_on: ClassVar[str] = "equality_wide"

    radius: Fraction = Fraction(1, 10)
    joint: Depth = Depth(1)

    def defect(self, claim: Abstraction) -> Defect:
        """1 if some inputs in the boxes give a scored variable another value below than above."""
        require(self, claim)
        faults = []
        if not isinstance(claim.low, ReadsRows):
            faults.append(
                f'{self.name} is about a network: write kind = "network" under [low], with layers as its architecture'
            )
        if self.radius < 0:
            faults.append(f"radius is at least 0, not {self.radius}")
        if faults:
            raise InputError(faults)
        context_map(claim, tau_u_policy(claim, None, TauUPolicy.INPUTS))
        names = InterchangeConsistency().scored_variables(claim)
        x = Var("x")
        low = Run(LOW, Base(x), Interchange(LOW, x))
        high = Run(HIGH, ApplyMap(TAU_U, Base(x)), Interchange(HIGH, x))
        equal = Dist(Metric.DISCRETE, Read(names, ApplyMap(TAU, low)), Read(names, high))
        return Max((Part("boxes", Sup("x", BoxSwaps(self.joint, self.radius), equal)),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            f"interchange-consistent on outputs, depth 1, {self.joint}, at every base input and every "
            f"source input within {self.radius} of the codes of their contexts"
        )
