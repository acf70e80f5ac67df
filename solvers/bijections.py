r"""Whether some bijection of each hidden layer makes every setting of labels right, without listing bijections.

Layer by layer, `latent_room` says which hidden states may stand for which latent and `latent_layouts` finds rests
for which there are enough; all layouts of a layer are tried until the layers after it have theirs. What is found is
interpreted literally, as any other φ.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import final

from tauomega.theory.defect import (
    HIGH,
    LOW,
    TAU,
    TAU_U,
    ApplyMap,
    Contexts,
    Defect,
    Dist,
    Inf,
    LabelSettings,
    Metric,
    Read,
    Relabelled,
    Relabellings,
    Run,
    Sup,
    Var,
)
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Finite, Range, Value
from tauomega.theory.quantity import INFINITE
from tauomega.theory.verdict import Enumeration

from .engine import Answer, Budget, Problem
from .interpreter import Interpreter, OutOfTimeError
from .latent_room import Outputs, Phi, Room
from .latents import layers_of
from .omega import values_of

__all__ = ["BIJECTIONS", "Bijections"]

MOST_RUNS = 2**20
"""Hidden states times runs, in one layer."""
MOST_OCCUPIED = 512
Values = tuple[Value, ...]


@final
@dataclass(frozen=True, slots=True)
class Bijections:
    """Bounds clauses of the shape inf over relabellings, sup over settings of labels, of a 0/1 distance."""

    @property
    def name(self) -> str:
        """`bijections`."""
        return "bijections"

    def accepts(self, problem: Problem) -> str | None:
        """Refuses other shapes, and what is infinite or too large to run."""
        if _outputs(problem.part.defect) is None:
            return "only bijections of hidden layers are searched"
        if problem.semantics not in ("exact", "real"):
            return f"evaluates exactly; {problem.semantics} is another semantics"
        scm = problem.claim.scm
        contexts = scm.context_count()
        if contexts is None:
            return "a root has infinitely many values"
        models = [m for m in (scm, problem.claim.high) if m is not None]
        if any(model.parameters for model in models):
            return "a parameter is read for all values"
        for layer in layers_of(problem.claim):
            domains = [scm.domain(v) for v in layer.variables]
            if not all(isinstance(d, Finite | Range) for d in domains):
                return "a hidden layer has infinitely many states"
            count = prod(values_of(d).size for d in domains)
            if count * contexts > MOST_RUNS:
                return f"a hidden layer has {count:,} states, with {contexts:,} contexts more than {MOST_RUNS:,} runs"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 with bijections that were interpreted, 1 if there are only wrong ones, ∞ if there are none."""
        read = _outputs(problem.part.defect)
        assert read is not None
        interpreter = Interpreter(problem, budget, {})
        outputs = Outputs(interpreter, *read)
        search = _Search(outputs)
        try:
            phi = search.found()
            if phi is not None:
                return _interpreted(interpreter, phi)
            value: Fraction | float = Fraction(1)
            if problem.whole or problem.tolerance >= 1:
                value = Fraction(1) if search.found(right=False) is not None else INFINITE
                most = value
            else:
                most = INFINITE
        except (OutOfTimeError, OutOfReachError) as stop:
            reason = str(stop) or f"{budget.seconds:g} s are over"
            return Answer(examined=interpreter.examined, reason=reason)
        examined = interpreter.examined + outputs.examined
        evidence = Enumeration(examined, "distances") if value <= problem.tolerance else None
        known = value if most == value else None
        return Answer(value, most, examined, examined, evidence, point={}, value=known)


BIJECTIONS = Bijections()


def _outputs(defect: Defect) -> tuple[Read, Read] | None:
    """What is read of a run of each model under an intervention i in a context u, if the clause has this shape."""
    match defect:
        case Inf(
            variable=f,
            space=Relabellings(),
            body=Sup(
                variable=j,
                space=LabelSettings(),
                body=Sup(
                    variable=u,
                    space=Contexts(side=side),
                    body=Dist(
                        metric=Metric.DISCRETE,
                        left=Read(names=names, state=ApplyMap(map=applied, argument=low)),
                        right=Read(names=others, state=high),
                    ),
                ),
            ),
        ) if (
            side is LOW
            and applied is TAU
            and names == others
            and low == Run(LOW, Var(u), Relabelled(Var(u), Var(j), f))
            and high == Run(HIGH, ApplyMap(TAU_U, Var(u)), Var(j))
        ):
            below = Read(names, ApplyMap(TAU, Run(LOW, Var("u"), Var("i"))))
            return below, Read(names, Run(HIGH, ApplyMap(TAU_U, Var("u")), Var("i")))
        case _:
            return None


def _interpreted(interpreter: Interpreter, phi: Phi) -> Answer:
    """What the literal interpreter says of bijections that were found."""
    defect = interpreter.problem.part.defect
    assert isinstance(defect, Inf)
    value, _ = interpreter.value(defect.body, {defect.variable: phi})
    assert value == 0, "the search found bijections that are wrong"
    examined = interpreter.examined
    evidence = Enumeration(examined, "distances")
    return Answer(
        Fraction(0), Fraction(0), examined, examined, evidence, point={}, value=Fraction(0)
    )


@final
class _Search:
    """The search of one claim, layer by layer."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs, self._layers = outputs, outputs.layers

    def found(self, *, right: bool = True) -> Phi | None:
        """Bijections with right outputs, or any at all; `None` if there are none."""
        return self._from((), right) if self._layers.in_order else None

    def _from(self, phi: Phi, right: bool) -> Phi | None:
        if len(phi) == len(self._layers.layers):
            return phi
        labelled = self._layers.states(phi)
        if labelled is None:
            return None
        if len(labelled) > MOST_OCCUPIED:
            raise OutOfReachError("hidden states that runs have", len(labelled), MOST_OCCUPIED)
        room = Room(self._outputs, phi, labelled, right)
        for layout in room.layouts:
            found = self._from((*phi, room.relabelling(layout)), right)
            if found is not None:
                return found
        return None
