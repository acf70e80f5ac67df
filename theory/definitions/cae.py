"""Causal abstraction error: drawn interventions, squared errors, a bounded mean over variables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    TAU,
    ApplyMap,
    Average,
    Background,
    Defect,
    Direction,
    Dist,
    Drawn,
    DrawnSettings,
    Draws,
    InertSettings,
    Joined,
    Max,
    Metric,
    Part,
    Read,
    Relation,
    Run,
    Sampled,
    Sup,
    Tanh,
    Term,
    Var,
    Via,
    Violated,
)
from ..definition import Role, high_model, require, tau_onto
from ..errors import InputError
from ..implying import Related
from ..intervening import parents_of

__all__ = ["CausalAbstractionError", "Silence"]


class Silence(Enum):
    """What is asked of the low-level variables that no τ reads and that are declared inert."""

    NONE = "none"
    """Nothing."""
    NOISE = "noise"
    """Now and then they are drawn at random too, all at once: the source's faithful form."""
    SUP = "sup"
    """No setting of them changes anything that τ sees: exact, and no sampler's choice."""


@final
@dataclass(frozen=True, slots=True)
class CausalAbstractionError:
    r"""Causal abstraction error 0, exactly: CAE↓ or CAE↑, with or without the unmapped variables.

    An intervention is drawn: k uniform on $1..\min(n, max\_int)$, k of the n high-level variables, their
    values from above (`down`: a label, then block values uniform on its fibre) or from below (`up`: block
    values, then the label); all high-level roots are set as well. Over the draws that leave Y alone,
    $\mathrm{MSE}_Y = \mathbb{E}\,(\tau_Y M_L - Y_H)^2$, and the error is
    $$\mathrm{mean}_Y \tanh(\mathrm{MSE}_Y)$$
    over the variables that have parents. With `silence = "noise"` the inert variables are one more target,
    uniform when drawn: the faithful form, **whose value belongs to its sampler**. `silence = "sup"` asks,
    beside the plain error, that no setting of them shows at all (a requirement, no number). Internal
    variables are exempt.

    0 without silence iff block interventions on at most max_int variables, roots set, are consistent
    (Lemma K); so constructive over all blocks implies it, and CE8', CE22 separate.

    Similarity: the squared difference of labels, which depends on how they are written (erratum E5).
    Law over (u, i): the sampler above; contexts play no role, since all roots are set. Statistic: the mean
    per variable, tanh, the mean over variables. Layer: 3. Composition: none (tanh and squares).

    Attributes:
        direction: `down` or `up`. The source's `up` draws a label's region first; on equal fibres, and
            wherever labels are uniform below, it is the same.
        max_int: the largest number of targets drawn at once.
        silence: `none`, `noise` or `sup`.

    Source: Méloux, Pimentel, Portet & Peyrard (2026), arXiv:2607.00267, and their package
    causal_abstraction_eval 1.1.0.
    """

    name: ClassVar[str] = "cae"
    statement: ClassVar[str] = (
        "drawn interventions have no squared error on any variable left alone"
    )
    source: ClassVar[str] = "Méloux et al. (2026), arXiv:2607.00267"
    stronger: ClassVar[Related] = (("constructive", "ce8_cae"),)
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "adder"
    fails_on: ClassVar[str] = "adder_inverted"

    direction: Direction = Direction.DOWN
    max_int: int = 2
    silence: Silence = Silence.NONE

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ is a block map onto, whether inert variables show, and the error."""
        require(self, claim)
        if self.max_int < 1:
            raise InputError([f"max_int = {self.max_int}: at least one variable is drawn"])
        scored = self.scored_variables(claim)
        parts = [Part("blocks", Violated(Relation.BLOCK_MAP)), tau_onto()]
        if self.silence is Silence.SUP:
            parts.append(Part("silence", self._silent()))
        parts.append(Part("error", Average(tuple(self._pooled(name) for name in scored))))
        return Max(tuple(parts))

    def scored_variables(self, claim: Abstraction) -> tuple[str, ...]:
        """The high-level variables with parents, in order; roots are always set.

        Raises:
            InputError: there are none.
        """
        high = high_model(claim)
        found = [
            n for n in high.endogenous if parents_of(high.program, n) & set(high.endogenous) - {n}
        ]
        if not found:
            raise InputError(["nothing is compared: every high-level variable is a root"])
        return tuple(found)

    def _pooled(self, name: str) -> Part:
        drawn = Draws(self.direction, self.max_int, self.silence is Silence.NOISE, name)
        read = (name,)
        gap = Dist(
            Metric.SQUARED,
            Read(read, _below(Drawn(LOW, Var("d")))),
            Read(read, Run(HIGH, Background(HIGH), Drawn(HIGH, Var("d")))),
        )
        return Part(name, Via(Tanh(), Sampled("d", drawn, gap)))

    def _silent(self) -> Defect:
        drawn = DrawnSettings(Draws(self.direction, self.max_int, noise=False))
        low = Drawn(LOW, Var("d"))
        gap = Dist(Metric.DISCRETE, _below(Joined(low, Var("z"))), _below(low))
        return Sup("d", drawn, Sup("z", InertSettings(), gap))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        also = {
            Silence.NONE: "",
            Silence.NOISE: ", inert variables now and then drawn with them,",
            Silence.SUP: " (no setting of inert variables showing)",
        }[self.silence]
        return (
            f"each τ is onto and reads a block of its own; over interventions on at most {self.max_int} "
            f"variables drawn from {'above' if self.direction is Direction.DOWN else 'below'}{also} with "
            "all roots set, the squared error of every variable left alone is 0"
        )


def _below(intervention: Term) -> Term:
    return ApplyMap(TAU, Run(LOW, Background(LOW), intervention))
