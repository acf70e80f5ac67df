"""Activation patching over single units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from tauomega.theory.scm import SCM

from ..counterfactuals import Counterfactual
from ..explanation import Explanation, Units
from ..subject import Subject
from .method import Answer, Budget, Data, Says

__all__ = ["ActivationPatching"]


@final
@dataclass(frozen=True, slots=True)
class ActivationPatching:
    """Exchange each single unit on the given pairs; a unit realises a variable if all of them agree.

    Proposes for each variable the unit that agrees most often (of equals, the first), and all of them
    together. What agrees on every pair is said to hold; what disagrees on one fails, with that pair.

    Source: Vig et al. (2020), arXiv:2004.12265; Geiger et al. (2020), arXiv:2004.14623.
    """

    name: ClassVar[str] = "activation-patching"
    summary: ClassVar[str] = "exchange single units on sampled pairs"

    def propose(
        self, network: Subject, high: SCM, data: Data, budget: Budget
    ) -> tuple[Answer, ...]:
        """Answers by agreement on all pairs that concern an explanation."""
        best: dict[str, Units] = {}
        for name in data.variables:
            pairs = data.about([name])
            if not pairs:
                continue
            shares: list[tuple[float, Units]] = []
            for layer, width in enumerate(network.widths):
                for unit in range(width):
                    place = Units(layer, (unit,))
                    agreed = network.agreement(Explanation.of({name: place}), pairs)
                    shares.append((sum(agreed) / len(agreed), place))
            best[name] = max(shares, key=lambda share: share[0])[1]
        found = [Explanation.of({name: place}) for name, place in best.items()]
        if len(set(best.values())) == len(best) > 1:
            found.insert(0, Explanation.of(best))
        asked = dict.fromkeys((*data.candidates, *found))
        return tuple(_answer(network, explanation, data.pairs) for explanation in asked)


def _answer(network: Subject, explanation: Explanation, pairs: Sequence[Counterfactual]) -> Answer:
    chosen = [p for p in pairs if p.variables and set(p.variables) <= set(explanation.variables)]
    if not chosen:
        return Answer(explanation, Says.UNKNOWN)
    agreed = network.agreement(explanation, chosen)
    share = sum(agreed) / len(agreed)
    if all(agreed):
        return Answer(explanation, Says.HOLDS, score=share)
    return Answer(explanation, Says.FAILS, chosen[agreed.index(False)].swap, share)
