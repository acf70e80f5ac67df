"""What a method is: something that proposes explanations and answers about given ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol, final

from tauomega.solvers.ranging import Swap
from tauomega.theory.scm import SCM

from ..counterfactuals import Counterfactual
from ..explanation import Explanation
from ..map_class import MapClass
from ..subject import Subject

__all__ = ["Answer", "Budget", "Data", "Method", "Says"]


class Says(Enum):
    """What a method says of an explanation."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """An explanation and what the method says of it.

    `counterexample` is an interchange that refutes it, for those who say `fails`; `score` is the
    method's own number, on its own scale.
    """

    explanation: Explanation
    says: Says
    counterexample: Swap | None = None
    score: float | None = None


@final
@dataclass(frozen=True, slots=True)
class Data:
    """What a method is given beside the network and the high-level model.

    Attributes:
        variables: the variables to be located.
        map_class: where they may be, declared by the task.
        pairs: interchanges to learn from: of each variable alone, and of all at once.
        held_out: others to test on, drawn independently.
        candidates: explanations put to the method for an answer; their truth is not told.
    """

    variables: tuple[str, ...]
    map_class: MapClass
    pairs: tuple[Counterfactual, ...]
    held_out: tuple[Counterfactual, ...]
    candidates: tuple[Explanation, ...] = ()

    def about(self, variables: Sequence[str]) -> tuple[Counterfactual, ...]:
        """The pairs to learn from that exchange exactly these variables."""
        return tuple(pair for pair in self.pairs if pair.variables == tuple(variables))


@final
@dataclass(frozen=True, slots=True)
class Budget:
    """What a method may spend: `runs` rows through the network, and `seed` for its random choices.

    Wall-clock time is no part of it, so that results do not depend on the machine.
    """

    runs: int = 2_000_000
    seed: int = 0


class Method(Protocol):
    """A method: a frozen dataclass whose fields are its settings.

    Attributes:
        name: how the command and the results call it.
        summary: what it does, in one line.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    def propose(
        self, network: Subject, high: SCM, data: Data, budget: Budget
    ) -> tuple[Answer, ...]:
        """Answers about the candidates, and about explanations that the method found itself.

        A pure function of its arguments. An explanation that is answered `holds` is a claim of the
        method; what is neither a candidate nor answered is `unknown`.

        Raises:
            BudgetSpentError: more runs than the budget has; the task is then answered `unknown`.
        """
        ...
