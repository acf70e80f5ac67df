r"""Upper bounds on what any map of a class can reach, read off the layer's values alone.

*Any map at all.* What an interchange puts into the layer is a function of the layer's values on the base and on
the sources, and it is the base's value where all sources have that one. So interchanges with equal values
have equal outcomes, and those with source = base have the clean outcome: of each such group at most the most
frequent expectation is met.

*Orthogonal subspaces*, of any dimension, one variable at a time: an exchange stays in the ball over the
diameter from the base's value to the source's (`ball.py`). A pair for which the rest of the network reads
otherwise than expected on the whole ball is one that every such subspace gets wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.halfspaces import known

from ..exact_layers import exact_layers, run_layers
from . import alignment_classes
from .ball import out_of_reach
from .lesson import expected_signs
from .question import AlignmentQuestion

__all__ = ["Ceiling", "ceiling_of"]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Ceiling:
    """No map of the class has a higher accuracy, each set of variables weighing the same.

    Attributes:
        any_map: for every map whatsoever.
        accuracy: for the class that was asked for.
        pair: base and source, numbers of contexts, and the variable of a pair that no map of the class
            gets right; `None` where the ball shows none.
    """

    any_map: Fraction
    accuracy: Fraction
    pair: tuple[str, int, int] | None = None


def ceiling_of(question: AlignmentQuestion, class_name: str) -> Ceiling:
    """The bounds for a class of maps at the question's layer."""
    layers = exact_layers(question.model.network, {})
    points = [tuple(c.values()) for c in question.model.as_scm().contexts()]
    runs = [run_layers(layers, question.model.row(point), {}) for point in points]
    names = layers[question.layer].names
    values = tuple(tuple(run[name] for name in names) for run in runs)
    outputs = [tuple(run[name] for name in layers[-1].names) for run in runs]
    clean = np.array([_read(question, layers[-1].names, row) for row in outputs])
    classes = np.array([list(dict.fromkeys(values)).index(v) for v in values])
    orthogonal = any(k.orthogonal for k in alignment_classes() if k.name == class_name)
    any_map, own = [], []
    first: tuple[str, int, int] | None = None
    for kind in question.kinds:
        codes, signs = expected_signs(question, kind)
        wanted = signs.numpy() > 0
        for code in reversed(codes):
            wanted = np.moveaxis(wanted, -3, 0)[code.numpy()]
        bound = _grouped(wanted, clean, classes, len(kind))
        any_map.append(bound)
        if orthogonal and len(kind) == 1:
            after = layers[question.layer + 1 :]
            lost = out_of_reach(question, after, values, wanted)
            own.append(min(bound, 1 - Fraction(len(lost), len(points) ** 2)))
            if lost and first is None:
                first = kind[0], *lost[0]
        else:
            own.append(bound)
    count = len(question.kinds)
    total, mine = sum(any_map, Fraction(0)) / count, sum(own, Fraction(0)) / count
    return Ceiling(total, min(total, mine), first)


def _read(question: AlignmentQuestion, names: Sequence[str], row: Sequence[Fraction]) -> list[bool]:
    place = dict(zip(names, row, strict=True))
    forms = [sum((f * place[n] for n, f in factors), shift) for factors, shift in question.forms]
    signs = [(1 if x > 0 else -1 if x < 0 else 0) for x in forms]
    found = [known(c, [(s, s) for s in signs]) for c in question.conditions]
    return [bool(x) for x in found]


def _grouped(wanted: Array, clean: Array, classes: Array, sources: int) -> Fraction:
    """The share that is met at most: `wanted` has shape (sources …, bases, compared)."""
    count = len(classes)
    total = count ** (sources + 1)
    if len(set(classes.tolist())) == count:  # every group is one interchange
        diagonal = (np.arange(count),) * (sources + 1)
        wrong = int((wanted[diagonal] != clean).any(axis=1).sum())
        return 1 - Fraction(wrong, total)
    codes = wanted.reshape(total, -1) @ (1 << np.arange(wanted.shape[-1]))
    own = clean @ (1 << np.arange(wanted.shape[-1]))
    groups = [g.ravel() for g in np.meshgrid(*[classes] * (sources + 1), indexing="ij")]
    same = np.all([g == groups[0] for g in groups], axis=0)
    base = np.broadcast_to(np.arange(count), (count,) * (sources + 1)).ravel()
    met = int((codes[same] == own[base[same]]).sum())
    keys = np.stack([*groups, codes], axis=1)[~same]
    distinct, counts = np.unique(keys, axis=0, return_counts=True)
    _, owner = np.unique(distinct[:, :-1], axis=0, return_inverse=True)
    best = np.zeros(int(owner.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(best, owner.ravel(), counts)
    return Fraction(met + int(best.sum()), total)
