"""A captured network with named inputs, as the causal model of what it computes under a semantics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.kernel import Declaration, Hole, Kind, Range, Reals, Reference, complete
from tauomega.theory.scm import SCM

from .adapters.naming import named_site
from .graph.network import CapturedNetwork
from .graph.site_check import check_site
from .graph.sites import Slice
from .network_model import IEEE
from .precision.extraction import MOST_OUTPUTS, InputTable, extract
from .precision.machine import absent, pinned
from .precision.semantics import Ieee, parse_semantics

if TYPE_CHECKING:
    from torch import nn

__all__ = ["MOST_RUNS", "CapturedModel"]

MOST_RUNS = 2**13
"""Runs that reading a task may take: seconds for a small network."""
_NUMBERED = re.compile(r"(.+)\[(\d+)\]")


@final
@dataclass(frozen=True, slots=True, eq=False)
class CapturedModel:
    """A network below: its inputs are roots, its sites are variables, and `output[j]` the numbers that are read.

    Under `ieee` it is a table of its own runs, and every engine and definition is exact about it. Under any
    other semantics the variables are the same and what computes them is left open in the model (`?`), so that
    no engine can take what one machine computed for it; the engine `enclosures` asks `bridge.precision.readings`.

    Attributes:
        network: the graph.
        inputs: the named inputs and the row that each of their combinations is.
        sites: variable -> the site by name, such as `transformer.h.1.mlp[:, 3, :16]`.
        outputs: the parts of values whose numbers are `output[0]`, `output[1]`, …, by name; the
            network's outputs if there are none.
        stated: the semantics that a verdict names.
        module: what was captured, where another type of numbers is to be asked for.
        slices: variable -> the site.
        parts: the outputs as slices.

    Raises:
        InputError: as `extract`, names that the network does not have, more than 8,192 runs for a table.
    """

    network: CapturedNetwork
    inputs: InputTable
    sites: Mapping[str, str]
    outputs: tuple[str, ...] = ()
    stated: str = IEEE
    module: nn.Module | None = None
    slices: Mapping[str, Slice] = field(init=False, repr=False)
    parts: tuple[Slice, ...] = field(init=False, repr=False)
    scm: SCM = field(init=False, repr=False)

    def __post_init__(self) -> None:
        slices = {name: named_site(text, self.network) for name, text in self.sites.items()}
        named = [named_site(text, self.network) for text in self.outputs]
        every = [Slice(node, (), name) for name, node in self.network.outputs.items()]
        object.__setattr__(self, "slices", slices)
        object.__setattr__(self, "parts", tuple(named or every))
        meaning = parse_semantics(self.stated)
        if isinstance(meaning, Ieee):
            own = str(self.network.dtype).removeprefix("torch.")
            if meaning.dtype != own:
                raise InputError([f"the weights are {own}, but the semantics is {meaning}"])
            object.__setattr__(self, "scm", self._table(meaning))
        else:
            object.__setattr__(self, "scm", SCM(complete([*self._declared()])))

    @property
    def semantics(self) -> str:
        """What engines are told: a table of what ran is a finite model like any other."""
        tabulated = isinstance(parse_semantics(self.stated), Ieee)
        return "exact" if tabulated else f"{self.stated} by enclosures"

    def as_scm(self) -> SCM:
        """The model; see the class."""
        return self.scm

    def place(self, name: str) -> tuple[Slice, int]:
        """Where the number of a variable stands: a part of a value, and a place in it, row-major.

        Raises:
            KeyError: it is no number of a site or of an output.
        """
        found = _NUMBERED.fullmatch(name)
        if found is None and name in self.slices and self.width(self.slices[name]) == 1:
            return self.slices[name], 0
        if found is None:
            raise KeyError(name)
        word, number = found[1], int(found[2])
        if word in self.slices:
            return self.slices[word], number
        for part in self.parts if word == "output" else ():
            if number < self.width(part):
                return part, number
            number -= self.width(part)
        raise KeyError(name)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The variables that are numbers of sites and outputs: what τ may read under every semantics."""
        found = []
        for name, site in self.slices.items():
            width = self.width(site)
            found += [f"{name}[{j}]" for j in range(width)] if width > 1 else [name]
        return (*found, *(f"output[{j}]" for j in range(sum(map(self.width, self.parts)))))

    def width(self, part: Slice) -> int:
        """How many numbers a part of a value has in one row."""
        import torch

        shape = (
            n if isinstance(n, int) else n.factor for n in self.network.by_name[part.node].shape
        )
        return part.read(torch.empty(tuple(shape), device="meta")).numel()

    def _table(self, meaning: Ieee) -> SCM:
        """The table of what the network computes on a device that is here."""
        missing = absent(meaning.device)
        if missing:
            raise InputError([f"{meaning}: {missing}"])
        try:
            return extract(
                self.network.to(meaning.device),
                self.slices,
                self.inputs,
                batch=meaning.batch,
                outputs=self.parts,
                most=MOST_RUNS,
            ).scm
        except OutOfReachError as error:
            advice = "take inputs with fewer values, or sites with fewer or smaller parts"
            raise InputError([f"the table of this network's {error}; {advice}"]) from error

    def _declared(self) -> Iterator[Declaration]:
        """The variables of the table, with nothing said of what computes them."""
        self._check()
        roots = [Reference(name) for name in self.inputs.parsed]
        yield from (Declaration(n, Kind.INPUT, domain) for n, domain in self.inputs.parsed.items())
        order = {node.name: place for place, node in enumerate(self.network.nodes)}
        sites = sorted(self.slices.items(), key=lambda item: order[item[1].node])
        for name, site in sites:
            earlier = [Reference(n) for n, other in sites if self._reads(site, other)]
            mechanism = Hole((*roots, *earlier))
            width = self.width(site)
            domain = Reals() if width == 1 else Range(0, max(1, len(self.inputs.points) - 1))
            yield Declaration(name, Kind.ENDOGENOUS, domain, None, mechanism)
            for j in range(width) if width > 1 else ():
                own = Hole((*roots, Reference(name)))
                yield Declaration(f"{name}[{j}]", Kind.ENDOGENOUS, Reals(), None, own)
        read = [Reference(n) for n, site in sites if any(self._reads(p, site) for p in self.parts)]
        for j in range(sum(map(self.width, self.parts))):
            mechanism = Hole((*roots, *read))
            yield Declaration(f"output[{j}]", Kind.ENDOGENOUS, Reals(), None, mechanism)

    def _reads(self, part: Slice, site: Slice) -> bool:
        """Whether a part of a value descends from a site, or is one."""
        return part is not site and part.node in {
            site.node,
            *self.network.descendants([site.node]),
        }

    def _check(self) -> None:
        faults = []
        clash = sorted(set(self.sites) & {*self.inputs.domains, "output"})
        faults += [f"{name!r} names a site and something else" for name in clash]
        count = sum(map(self.width, self.parts))
        if count > MOST_OUTPUTS:
            faults.append(
                f"the outputs have {count:,} numbers; at most {MOST_OUTPUTS}: choose some"
            )
        if len({site.node for site in self.slices.values()}) < len(self.slices):
            faults.append("two sites lie in one value; take them as one site")
        if faults:
            raise InputError(faults)
        with pinned():
            for site in self.slices.values():
                check_site(self.network, site, self.inputs.tensors, outputs=self.parts)
