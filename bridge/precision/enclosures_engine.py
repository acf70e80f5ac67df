"""Interchange claims about captured networks, by enclosures of what every patched run gives.

It holds if, for every interchange, each τ has one value on the whole enclosure and it is the high-level one. It
fails if some τ certainly has another. Else it is unknown, and how many interchanges stay open is said, with the
first of them. Which semantics this is about is the business of `bridge.precision.readings`, one file each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.ranging import Swap
from tauomega.theory.kernel import Value, exact, free_names
from tauomega.theory.verdict import Enumeration

from ..captured_model import CapturedModel
from ..graph.arithmetic import NotEvaluatedError
from ..graph.evaluation import Interval
from ..interchange_by_interchange import Interchanges, Judged, Known, decide, is_of_interchanges
from .boxes import Box, box_of
from .machine import pinned
from .readings import meaning_of
from .readings.reading import Exchange, exactly
from .semantics import Ieee, parse_semantics

__all__ = ["ENCLOSURES", "EnclosuresEngine"]


@final
@dataclass(frozen=True, slots=True)
class EnclosuresEngine:
    """Decides interchange claims about captured networks under every semantics but a machine's."""

    @property
    def name(self) -> str:
        """`enclosures`."""
        return "enclosures"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts interchanges on a captured network, unless it is a table of what ran."""
        model = problem.claim.low
        if not isinstance(model, CapturedModel):
            return "encloses captured networks"
        if isinstance(parse_semantics(model.stated), Ieee):
            return f"under {model.stated} the model is a table of what ran"
        if not is_of_interchanges(problem):
            return f"under {model.stated} only interchange claims are decided"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 where every enclosure agrees, 1 where one certainly does not."""
        try:
            with pinned():
                return _Deciding(problem, budget).answer()
        except NotEvaluatedError as error:
            return Answer(reason=str(error))


@final
class _Deciding:
    """One problem: the reading of its network, and the high-level side."""

    def __init__(self, problem: Problem, budget: Budget) -> None:
        self.asked, self.budget = Interchanges(problem, budget), budget
        self.claim = problem.claim
        model = self.claim.low
        assert isinstance(model, CapturedModel)
        self.model = model
        self.used = sorted({n for e in self.asked.tau.values() for n in free_names(e)})
        self.place = {point: i for i, point in enumerate(model.inputs.points)}
        for name in self.used:
            self._require_number(name)
        semantics = parse_semantics(model.stated)
        self.reading = meaning_of(semantics).reading(model, semantics)

    def answer(self) -> Answer:
        what = f"interchanges, {self.model.stated}"
        return decide(
            self.asked,
            self.budget,
            lambda chunk: map(self._judged, chunk),
            evidence=lambda examined: Enumeration(examined, what, self.reading.assumed),
            unsettled=f"under {self.model.stated}: τ has several values on the enclosure",
        )

    def _judged(self, swap: Swap) -> Judged:
        wanted = self.asked.wanted(swap)
        read = self._read(swap, wanted)
        if all(name in read and read[name] == wanted[name] for name in self.asked.names):
            return Known.AGREES
        return self._failing(swap, read, wanted) or Known.OPEN

    def _read(self, swap: Swap, wanted: Mapping[str, Value]) -> dict[str, Value]:
        """The scored variables whose τ has one value; no more effort than the comparison needs."""
        found: dict[str, Value] = {}
        for effort in range(self.reading.efforts):
            try:
                boxes = self._boxes(swap, effort)
            except NotEvaluatedError:
                if effort == self.reading.efforts - 1:
                    raise
                continue  # a smaller enclosure may be clear of what has no value
            for name, expression in self.asked.tau.items():
                low, high = box_of(expression, boxes, 1, exact=True)
                if low[0] == high[0]:
                    found[name] = exact(Fraction(low[0]))
            settled = len(found) == len(self.asked.tau)
            if settled or any(found[n] != wanted[n] for n in found):
                break
        return found

    def _boxes(self, swap: Swap, effort: int) -> dict[str, Box]:
        roots = dict(zip(self.claim.scm.roots, swap.base, strict=True))
        own = [name for name in self.used if name not in roots]
        found: dict[str, Interval] = {
            n: exactly(Fraction(roots[n])) for n in self.used if n in roots
        }
        found |= self.reading.enclosed(self._exchange(swap), own, effort)
        return {
            name: (np.array([i.low], dtype=object), np.array([i.high], dtype=object))
            for name, i in found.items()
        }

    def _exchange(self, swap: Swap) -> Exchange:
        sources = tuple((name, self.place[point]) for name, point in swap.sources)
        return Exchange(self.place[swap.base], sources)

    def _failing(
        self, swap: Swap, read: Mapping[str, Value], wanted: Mapping[str, Value]
    ) -> dict[str, object] | None:
        """A run that the semantics allows and that fails; `None` if the one that is tried does not."""
        roots = self.claim.scm.roots
        shown: dict[str, Value] = {
            unit: f"{unit}({', '.join(f'{n} = {v}' for n, v in zip(roots, point, strict=True))})"
            for name, point in swap.sources
            for unit in self.claim.sites[name]
        }
        values = self.reading.witness(self._exchange(swap))
        if values is None:
            # no rational numbers to show: what is set, in words, and what τ certainly is
            if all(read[name] == wanted[name] for name in read):
                return None
            assert self._again(swap, wanted) == read, "a replay differs"
            return {"float": shown, "read": dict(read)}
        again = self.reading.witness(self._exchange(swap))
        assert again == values, "a replay differs"
        values = {**shown, **values}
        return {"float": values} if self.asked.differs(swap, values) else None

    def _again(self, swap: Swap, wanted: Mapping[str, Value]) -> dict[str, Value]:
        """What is read, from runs that are made anew."""
        semantics = parse_semantics(self.model.stated)
        self.reading = meaning_of(semantics).reading(self.model, semantics)
        return self._read(swap, wanted)

    def _require_number(self, name: str) -> None:
        if name in self.claim.scm.roots:
            labels = [
                p
                for p in self.model.inputs.points
                if isinstance(p[self.claim.scm.roots.index(name)], str)
            ]
            if labels:
                raise NotEvaluatedError(
                    f"τ reads the label {name!r}; labels are not read over intervals"
                )
            return
        try:
            self.model.place(name)
        except KeyError:
            raise NotEvaluatedError(
                f"τ reads {name!r}, which numbers the values that ran; under {self.model.stated} read its numbers, "
                f"{name}[0], {name}[1], …"
            ) from None


ENCLOSURES = EnclosuresEngine()
