"""A captured network with named inputs, as the finite causal model of what it computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from tauomega.theory.scm import SCM

from .adapters.naming import named_site
from .graph.network import CapturedNetwork
from .precision.extraction import InputTable, extract

if TYPE_CHECKING:
    from .graph.sites import Slice

__all__ = ["MOST_RUNS", "CapturedModel"]

MOST_RUNS = 2**13
"""Runs that reading a task may take: seconds for a small network."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class CapturedModel:
    """A network below, as a table of its own runs: what it is exact about, it computed.

    Attributes:
        network: the graph.
        inputs: the named inputs and the row that each of their combinations is.
        sites: variable -> the site by name, such as `transformer.h.1.mlp[:, 3, :16]`.
        outputs: the parts of values whose numbers are `output[0]`, `output[1]`, …, by name; the
            network's outputs if there are none.
        batch: how many copies of a row are run at once.

    Raises:
        InputError: as `extract`, and names that the network does not have.
        OutOfReachError: more than 8,192 runs.
    """

    network: CapturedNetwork
    inputs: InputTable
    sites: Mapping[str, str]
    outputs: tuple[str, ...] = ()
    batch: int = 1
    scm: SCM = field(init=False, repr=False)
    tabulated: str = field(init=False)

    def __post_init__(self) -> None:
        sites: dict[str, Slice] = {n: named_site(t, self.network) for n, t in self.sites.items()}
        outputs = [named_site(text, self.network) for text in self.outputs]
        found = extract(
            self.network,
            sites,
            self.inputs,
            batch=self.batch,
            outputs=outputs or None,
            most=MOST_RUNS,
        )
        object.__setattr__(self, "scm", found.scm)
        object.__setattr__(self, "tabulated", found.semantics)

    def as_scm(self) -> SCM:
        """The table of what the network computed, for every input and every setting of the sites."""
        return self.scm
