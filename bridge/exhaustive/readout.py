"""What is read off an output of a network: a label for each row, and how clear it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, final

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Above", "Argmax", "Readout", "differing"]


class Readout(Protocol):
    """A label for each row of an output."""

    @property
    def output(self) -> str:
        """The name of the output."""
        ...

    def labels(self, value: Tensor) -> Tensor:
        """The label of each row, shape (rows,), integers."""
        ...

    def read(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """The labels, and how far every entry of a row may move without changing its label."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Argmax:
    """The position of the largest entry; `at` picks a position of a sequence, such as `(-1,)`.

    Ties go to the first position.
    """

    output: str = "output"
    at: tuple[int, ...] = ()

    def labels(self, value: Tensor) -> Tensor:
        """The first position at which the maximum stands."""
        return self._entries(value).argmax(dim=-1)

    def read(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """The labels, and half the distances of the two largest entries."""
        label, largest, second = _two_largest(self._entries(value))
        return label, (largest - second) / 2

    def _entries(self, value: Tensor) -> Tensor:
        for place in self.at:
            value = value.select(1, place)
        return value


@final
@dataclass(frozen=True, slots=True)
class Above:
    """1 where an entry of the output is above a threshold, else 0."""

    threshold: float = 0.5
    unit: int = 0
    output: str = "output"

    def labels(self, value: Tensor) -> Tensor:
        """0 or 1."""
        found: Tensor = (value[:, self.unit] > self.threshold).long()
        return found

    def read(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """The labels, and the distances from the threshold."""
        return self.labels(value), (value[:, self.unit] - self.threshold).abs()


def differing(readout: Readout, value: Tensor, expected: Tensor, labels: range) -> Tensor:
    """In which rows the label is not the expected one, shape (rows,).

    On a CPU it is dear to find where a largest entry stands and cheap to find what it is: a label is right
    where its entry is above the largest of the others, wrong where it is below. Where it is neither for some
    row (a tie, or no number), all labels are read.

    Args:
        readout: how labels are read.
        value: an output.
        expected: the label that each row should have.
        labels: the least range with all of these.
    """
    if isinstance(readout, Argmax) and value.device.type == "cpu":
        entries = readout._entries(value)
        if entries.dim() == 2 and 0 <= labels.start and labels.stop <= entries.shape[1]:
            own = entries.gather(1, expected[:, None]).squeeze(1)
            without = entries.new_zeros(entries.shape[1:] * 2).fill_diagonal_(-float("inf"))
            others = (entries + without.index_select(0, expected)).amax(dim=1)
            right, wrong = own > others, own < others
            if bool((right | wrong).all()):
                return wrong
    return readout.labels(value) != expected


FEW = 16


def _two_largest(entries: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where the largest entry of each row first stands, it, and the second largest.

    Few columns are gone through one by one, which is several times faster than sorting.
    """
    import torch

    if entries.shape[1] > FEW:
        top = entries.topk(2, dim=-1)
        return entries.argmax(dim=-1), top.values[:, 0], top.values[:, 1]
    largest, *columns = entries.unbind(dim=-1)
    second = largest.new_full(largest.shape, -float("inf"))
    place = torch.zeros(largest.shape, dtype=torch.int64, device=largest.device)
    for number, column in enumerate(columns, 1):
        place.masked_fill_(column > largest, number)
        second = second.maximum(largest.minimum(column))
        largest = largest.maximum(column)
    return place, largest, second
