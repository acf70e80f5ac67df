"""What a captured network answers on whole boxes, patched runs too: proved, refuted by an input, or undecided.

For networks of any operations (softmax, GELU, normalisation), by the bounds of `graph.linear_bounds` and
branch and bound on the inputs of the base and of the sources. What is proved rests on outward rounding in
float64 and on ball arithmetic, not on a certificate; what is refuted, on certified balls at a point.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any, final

import flint
import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

from ..graph.affine import Form
from ..graph.arithmetic import Balls, NotEvaluatedError
from ..graph.linear_bounds import Forms, Run, forms_of, values_of
from ..graph.network import CapturedNetwork

__all__ = ["BoxAnswer", "Point", "decide_label"]

Array = npt.NDArray[Any]
Point = tuple[Mapping[str, Array], ...]
"""Exact inputs: of the base, then of each source; integers are left out."""
BITS = 192


@final
@dataclass(frozen=True, slots=True, eq=False)
class BoxAnswer:
    """What is known of a label over the boxes of a run.

    Attributes:
        proved: the share of the volume on which the label is certain, exactly.
        refuted: the share on which it is certain to be another.
        witness: inputs at which it is certified to be another, or `None` where none was found.
        boxes: how many boxes were bounded.
    """

    proved: Fraction
    refuted: Fraction
    witness: Point | None
    boxes: int

    @property
    def undecided(self) -> Fraction:
        """The share of the volume of which nothing is known."""
        return 1 - self.proved - self.refuted

    def __str__(self) -> str:
        parts = [f"proved on {_share(self.proved)}", f"undecided on {_share(self.undecided)}"]
        if self.witness is not None:
            parts.insert(1, f"refuted by an input, and on {_share(self.refuted)}")
        return f"{', '.join(parts)} of the volume; {self.boxes:,} boxes"


def _share(share: Fraction) -> str:
    return str(share) if share.denominator < 10**6 else f"{float(share):.6g}"


def decide_label(
    network: CapturedNetwork,
    run: Run,
    label: int,
    *,
    output: str = "output",
    boxes: int = 10_000,
    timeout: float = 60.0,
    symbols: int = 4096,
    progress: Callable[[int, int | None], None] | None = None,
) -> BoxAnswer:
    """Decide whether one number of an output is the largest, for every input in the boxes of a run.

    Where the output is a single number, label 1 says that it is positive and label 0 that it is negative.

    Args:
        network: whose operations all have rules.
        run: the boxes of the base and of the sources, and what is set.
        label: the number of the output that is to be the largest, row-major.
        output: which output.
        boxes: how many boxes may be bounded.
        timeout: seconds.
        symbols: see `AffineForms`.
        progress: told how many boxes are done, out of how many at most.

    Raises:
        InputError: no such output or label.
        NotEvaluatedError: an operation without a rule, or without a finite value at a point, by name.
    """
    whole = run.volume
    queue: list[tuple[Fraction, int, Run]] = [(-whole, 0, run)]
    order, done = count(1), 0
    proved = refuted = Fraction(0)
    witness: Point | None = None
    deadline = time.monotonic() + timeout
    while queue and done < boxes and (not done or time.monotonic() < deadline):
        volume, _, part = heapq.heappop(queue)
        done += 1
        if progress is not None:
            progress(done, boxes)
        found = _bounded(network, part, label, output, symbols)
        if found is not None and all(form.low > 0 for form in found.margins):
            proved -= volume
            continue
        if found is not None and any(form.high < 0 for form in found.margins):
            refuted -= volume
            witness = witness or _middle(part)
            continue
        if witness is None and _is_wrong(network, part, label, output):
            witness = _middle(part)
        for half in _halves(part, found):
            heapq.heappush(queue, (-half.volume, next(order), half))
    return BoxAnswer(proved / whole, refuted / whole, witness, done)


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Bounded:
    """How far an output is above every other one, and the forms that it was found with."""

    margins: tuple[Form, ...]
    forms: Forms


def _bounded(
    network: CapturedNetwork, run: Run, label: int, output: str, symbols: int
) -> _Bounded | None:
    """The margins over a run, or `None` where an enclosure is not finite: smaller parts may be."""
    try:
        forms = forms_of(network, run, symbols=symbols)
    except NotEvaluatedError:
        if all(not radii.any() for box in run.boxes for radii in box.radii.values()):
            raise
        return None
    return _Bounded(tuple(margins(_output(forms.outputs, output), label)), forms)


def margins(numbers: Any, label: int) -> list[Any]:
    """How far the number with a label is above every other one; of a single number, its signed value."""
    if label not in range(max(2, len(numbers))):
        raise InputError([f"label {label} of {len(numbers)} outputs; from 0 on"])
    if len(numbers) == 1:
        return [numbers[0] if label else -numbers[0]]
    return [numbers[label] - other for k, other in enumerate(numbers) if k != label]


def _output(outputs: Mapping[str, Any], name: str) -> Any:
    if name not in outputs:
        raise InputError([f"no output {name!r}; outputs: {', '.join(outputs)}"])
    return outputs[name]


def _middle(run: Run) -> Point:
    return tuple(box.centres for box in run.boxes)


def _is_wrong(network: CapturedNetwork, run: Run, label: int, output: str) -> bool:
    """Whether the label is certified to be another one in the middle of a run."""
    own = Balls(BITS)
    with flint.ctx.workprec(BITS):
        values = values_of(
            network, run, own, lambda k, name, place: own.number(run.boxes[k].centres[name][place])
        )
        outputs = {name: values[node].reshape(-1) for name, node in network.outputs.items()}
        return any(bool(margin < 0) for margin in margins(_output(outputs, output), label))


def _halves(run: Run, found: _Bounded | None) -> tuple[Run, ...]:
    """The run with one input number split: the one that open margins feel most, or the widest; none of a point."""
    unsettled = [] if found is None else [m.factors for m in found.margins if m.low <= 0]
    symbols = (
        {}
        if found is None
        else {(k, n, p): len(f.factors) - 1 for k, n, p, f in found.forms.inputs}
    )
    best = None
    for number, box in enumerate(run.boxes):
        for name, radii in box.radii.items():
            for place, radius in np.ndenumerate(radii):
                symbol = symbols.get((number, name, place), -1)
                felt = sum(abs(m[symbol]) for m in unsettled if 0 <= symbol < len(m))
                found_here = (felt, radius), (number, name, place)
                if radius and (best is None or found_here[0] > best[0]):
                    best = found_here
    return () if best is None else run.halves(*best[1])
