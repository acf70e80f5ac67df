r"""The part of a value that an interchange sets: a slice, a linear subspace, or affine features.

An interchange puts $h_b + P(h_s - h_b)$ in the place of $h_b$. Every site is written so that for
$h_s = h_b$ this is $h_b$ bit for bit: a slice copies entries, the others add a difference that is 0.

| site | $P$ |
|---|---|
| `Slice` | the 0/1 diagonal of the chosen entries |
| `Subspace` | $B B^\top$ for orthonormal columns $B$ |
| `Featurizer` | $A^{-1} D_K A$ for an invertible matrix $A$ and the features $K$ that are set |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, final

from tauomega.theory.errors import InputError

from .index_text import fits

if TYPE_CHECKING:
    from torch import Tensor

    from .node import Node

__all__ = ["Featurizer", "Site", "Slice", "Subspace", "clash", "index_fault"]


ORTHONORMAL = 1e-5
"""How far $B^T B$ may be from the identity, entry by entry: what float32 leaves of it."""


class Site(Protocol):
    """A part of the value of a node.

    Attributes:
        node: the node in the graph.
        name: how the user calls it.
    """

    @property
    def node(self) -> str:
        """The node in the graph."""
        ...

    @property
    def name(self) -> str:
        """How the user calls it."""
        ...

    def read(self, value: Tensor) -> Tensor:
        """What the site holds in a value of the node, shape (rows, …)."""
        ...

    def write(self, value: Tensor, held: Tensor) -> Tensor:
        """The value with what the site holds replaced; `write(v, read(v))` is v, bit for bit."""
        ...


@final
@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """Entries of a value: an index for each dimension, the first of which runs over rows.

    `index` has `slice` objects, integers and tuples of integers, as `tensor[index]` reads them, with at
    most one tuple.
    """

    node: str
    index: tuple[slice | int | tuple[int, ...], ...]
    name: str

    def read(self, value: Tensor) -> Tensor:
        """The entries."""
        return value[self.key].clone()

    def write(self, value: Tensor, held: Tensor) -> Tensor:
        """The value with these entries replaced."""
        return self.overwrite(value.clone(), held)

    def overwrite(self, value: Tensor, held: Tensor) -> Tensor:
        """The same value with these entries replaced in place."""
        value[self.key] = held
        return value

    @property
    def key(self) -> tuple[slice | int | list[int], ...]:
        """The index as tensors and arrays read it: `value[site.key]`."""
        return tuple(list(part) if isinstance(part, tuple) else part for part in self.index)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Subspace:
    """A subspace of the last dimension of a slice, spanned by orthonormal columns.

    Attributes:
        part: the slice; its last dimension has `basis.shape[0]` entries.
        basis: shape (entries, dimensions).

    Raises:
        InputError: columns that are not orthonormal to 1e-5.
    """

    part: Slice
    basis: Tensor
    name: str

    def __post_init__(self) -> None:
        import torch

        if self.basis.dim() != 2:
            raise InputError([f"{self.name}: a basis has shape (entries, dimensions)"])
        gram = self.basis.T.double() @ self.basis.double()
        off = float((gram - torch.eye(len(gram), dtype=gram.dtype)).abs().max())
        if not off <= ORTHONORMAL:
            raise InputError(
                [f"{self.name}: the columns of the basis are not orthonormal: off by {off:.3g}"]
            )

    @property
    def node(self) -> str:
        """The node in the graph."""
        return self.part.node

    def read(self, value: Tensor) -> Tensor:
        """The slice itself: what is set of it is its projection."""
        return self.part.read(value)

    def write(self, value: Tensor, held: Tensor) -> Tensor:
        """H + B B^T (held - h)."""
        own = self.part.read(value)
        basis = self.basis.to(value)
        return self.part.write(value, own + ((held - own) @ basis) @ basis.T)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Featurizer:
    """Affine features f = A h + a of the last dimension of a slice, of which some are set.

    The shift a cancels in an interchange; it is kept because a feature's value includes it.

    Attributes:
        part: the slice.
        matrix: A, shape (entries, entries), invertible.
        shift: a, shape (entries,).
        features: the numbers of the features that an interchange sets.

    Raises:
        InputError: a matrix that is not square or not invertible, features that it does not have.
    """

    part: Slice
    matrix: Tensor
    shift: Tensor
    features: tuple[int, ...]
    name: str
    inverse: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        import torch

        size = len(self.matrix)
        if self.matrix.shape != (size, size) or self.shift.shape != (size,):
            shapes = f"{tuple(self.matrix.shape)} and {tuple(self.shift.shape)}"
            raise InputError([f"{self.name}: a matrix and a shift of shapes {shapes} do not fit"])
        if not all(0 <= k < size for k in self.features) or not self.features:
            raise InputError([f"{self.name}: the features are numbers from 0 to {size - 1}"])
        wide = self.matrix.double()
        if not bool(torch.isfinite(wide).all()) or int(torch.linalg.matrix_rank(wide)) < size:
            raise InputError([f"{self.name}: the matrix has no inverse"])
        object.__setattr__(self, "inverse", torch.linalg.inv(wide))

    @property
    def node(self) -> str:
        """The node in the graph."""
        return self.part.node

    def read(self, value: Tensor) -> Tensor:
        """The features that are set, shape (rows, …, features)."""
        rows = self.matrix[list(self.features)].to(value)
        return self.part.read(value) @ rows.T + self.shift[list(self.features)].to(value)

    def write(self, value: Tensor, held: Tensor) -> Tensor:
        """H + A^-1[:, K] (held - f_K(h))."""
        own = self.part.read(value)
        columns = self.inverse[:, list(self.features)].to(value)
        return self.part.write(value, own + (held - self.read(value)) @ columns.T)


def clash(first: Site, second: Site, node: Node) -> bool:
    """Whether what one of two sites of a node writes is read or overwritten by the other.

    Then their interchange depends on which is written first. Slices clash where they share entries,
    subspaces of the same entries where they are not orthogonal.
    """
    match first, second:
        case Slice(), Slice():
            return _share_entries(first, second, node)
        case Subspace(), Subspace() if first.part.index == second.part.index:
            between = first.basis.T.double() @ second.basis.double()
            return not float(between.abs().max()) <= ORTHONORMAL
        case Slice(), Subspace(part=part) | Featurizer(part=part):
            return _share_entries(first, part, node)
        case Subspace() | Featurizer(), Slice():
            return clash(second, first, node)
        case _:
            return False


def _share_entries(first: Slice, second: Slice, node: Node) -> bool:
    import torch

    sizes = [size if isinstance(size, int) else 1 for size in node.shape]
    marks = torch.zeros(sizes, dtype=torch.bool)
    marks[first.key] = True
    return bool(marks[second.key].any())


def index_fault(node: Node, index: tuple[slice | int | tuple[int, ...], ...]) -> str:
    """What is wrong with an index into a node's value, or ""."""
    shown = ", ".join(map(str, node.shape))
    if len(index) > len(node.shape):
        return f"{len(index)} dimensions are indexed; the value has shape ({shown})"
    if sum(isinstance(part, tuple) for part in index) > 1:
        return "at most one dimension is given as a list of positions"
    for number, (part, size) in enumerate(zip(index, node.shape, strict=False)):
        if number == node.rows and part != slice(None):
            return f"dimension {number} runs over the rows, which a site does not choose"
        if not isinstance(size, int) or part == slice(None):
            continue
        if not fits(part, size):
            return (
                f"dimension {number} has positions 0 to {size - 1}; the value has shape ({shown})"
            )
        if isinstance(part, tuple) and len(set(part)) < len(part):
            return f"dimension {number} lists a position twice"
    return ""
