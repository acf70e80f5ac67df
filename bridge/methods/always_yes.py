"""A control that says yes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, final

from tauomega.theory.scm import SCM

from ..explanation import Explanation
from ..subject import Subject
from .method import Answer, Budget, Data, Says

__all__ = ["AlwaysYes"]


@final
@dataclass(frozen=True, slots=True)
class AlwaysYes:
    """Every candidate holds; so does the trivial explanation, and each variable at the first place."""

    name: ClassVar[str] = "always-yes"
    summary: ClassVar[str] = "control: everything holds"

    def propose(
        self, network: Subject, high: SCM, data: Data, budget: Budget
    ) -> tuple[Answer, ...]:
        """`holds`, whatever is asked."""
        trivial = Explanation(())
        found = [trivial]
        if network.exact is not None:
            places = list(islice(data.map_class.places(network.exact.network), len(data.variables)))
            if len(places) == len(data.variables):
                found.append(Explanation(tuple(zip(data.variables, places, strict=True))))
        return tuple(Answer(e, Says.HOLDS) for e in dict.fromkeys((*data.candidates, *found)))
