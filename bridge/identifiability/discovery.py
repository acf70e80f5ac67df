r"""Explanations found without a hypothesis: by what interchanges tell apart, not by a list of formulas.

For every family of disjoint sites, the rows of its joint interchange table give the coarsest labels that
it can carry (`coarsest_labels`). A family is an *algorithm* if each label tells something apart and the
output is a function of the labels alone once all sites are set: a circuit of new variables between input
and output. Two algorithms are the same up to names and values of variables iff they have the same class,
which formulas have too, so that what was found is matched against what was supposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import final

import numpy as np
import numpy.typing as npt

from .explanations import Explanation, Label, coarsest_labels, joint_outputs, normal, site_families
from .patched_runs import Runs, Units
from .requirements import Requirement, class_of, relabelling_class

__all__ = ["Algorithm", "discovered", "match"]


@final
@dataclass(frozen=True, slots=True)
class Algorithm:
    """A valid explanation whose labels determine the output.

    Attributes:
        explanation: the sites, with the coarsest labels that they can carry.
        rule: the output for every choice of labels.
        minimal: whether no unit can be left out of a site.
        proper: whether no variable has the labels of the output itself, as a whole layer always may.
        name: its class up to names and values of variables, if all of them have two values.
    """

    explanation: Explanation
    rule: tuple[tuple[tuple[int, ...], bool], ...]
    minimal: bool
    proper: bool
    name: tuple[object, ...] | None

    @property
    def values(self) -> tuple[int, ...]:
        """How many values each variable has."""
        return tuple(max(label) + 1 for label in self.explanation.labels)

    def kind_text(self) -> str:
        """The variables, by their values at every input, and when the output is 1; places left out.

        Variables of algorithms that are the same up to order are listed in the same order.
        """
        order = sorted(
            range(len(self.explanation.labels)), key=lambda k: self.explanation.labels[k]
        )
        read = [
            f"v{n} = {''.join(map(str, self.explanation.labels[k]))}"
            for n, k in enumerate(order, 1)
        ]
        right = sorted("".join(str(labels[k]) for k in order) for labels, out in self.rule if out)
        return f"{'; '.join(read)}; output 1 iff {', '.join(right) or 'never'}"


def discovered(runs: Runs, *, most_sites: int = 2) -> tuple[Algorithm, ...]:
    """Every algorithm of at most some sites, fewest first.

    It is minimal if no other one has the same number of sites, each contained in one of its own.

    Raises:
        OutOfReachError: more than 2^22 joint interchanges of one family.

    Complexity: (points + 1)^sites * points runs for each family of sites.
    """
    found: list[Algorithm] = []
    points = runs.network.points
    for sites in site_families(runs.network.hidden, most_sites):
        outputs = joint_outputs(runs, sites)
        labels = coarsest_labels(outputs)
        if not sites or any(max(label) == 0 for label in labels) or not _is_cut(outputs, points):
            continue
        itself = normal(outputs[(points,) * len(sites)].tolist())
        name = _class_of(outputs, labels) if all(max(one) == 1 for one in labels) else None
        rule = _rule(outputs, labels)
        proper = itself not in labels
        found.append(Algorithm(Explanation(sites, labels), rule, False, proper, name))
    least = _least([algorithm.explanation.sites for algorithm in found])
    return tuple(replace(a, minimal=a.explanation.sites in least) for a in found)


def _rule(
    outputs: npt.NDArray[np.bool_], labels: Sequence[Label]
) -> tuple[tuple[tuple[int, ...], bool], ...]:
    choices = product(*(range(max(label) + 1) for label in labels))
    return tuple(
        (
            choice,
            bool(outputs[(*(label.index(v) for label, v in zip(labels, choice, strict=True)), 0)]),
        )
        for choice in choices
    )


def match(
    algorithms: Sequence[Algorithm], supposed: Sequence[Requirement]
) -> Iterator[tuple[Algorithm, Requirement | None]]:
    """Each algorithm with the first formula of its class, if there is one."""
    formulas: dict[tuple[object, ...], Requirement] = {}
    for requirement in supposed:
        formulas.setdefault(relabelling_class(requirement), requirement)
    for algorithm in algorithms:
        yield algorithm, None if algorithm.name is None else formulas.get(algorithm.name)


def _is_cut(outputs: npt.NDArray[np.bool_], points: int) -> bool:
    """Whether the output ignores the base once all sites are set."""
    every = outputs[tuple(slice(points) for _ in range(outputs.ndim - 1))]
    return bool((every == every[..., :1]).all())


def _class_of(outputs: npt.NDArray[np.bool_], labels: Sequence[Label]) -> tuple[object, ...]:
    points = outputs.shape[-1]
    values = [sum(value << x for x, value in enumerate(label)) for label in labels]
    sources = [(label.index(0), label.index(1)) for label in labels]

    def forced(chosen: dict[int, int]) -> int:
        place = tuple(sources[k][chosen[k]] if k in chosen else points for k in range(len(labels)))
        return sum(int(bit) << x for x, bit in enumerate(outputs[place]))

    return class_of(values, forced, points)


def _least(families: Sequence[tuple[Units, ...]]) -> set[tuple[Units, ...]]:
    def within(small: tuple[Units, ...], large: tuple[Units, ...]) -> bool:
        return len(small) == len(large) and all(any(a & ~b == 0 for b in large) for a in small)

    return {
        family
        for family in families
        if not any(other != family and within(other, family) for other in families)
    }
