r"""The behaviour of a network at some sites on finitely many inputs, as a finite causal model.

The model has the inputs as roots, a variable for each site and one for each number of the outputs. Every
mechanism is a table: the site's value for every input and every setting of the earlier sites that it
descends from, found by running the network patched accordingly. A site of one number takes that number's
exact (dyadic) value; a site of several numbers is numbered by its distinct values, `n` in `0..m-1`, and
`n[j]` are its numbers.

Values that only patched runs produce are included: the domains are closed under interchange. So every
definition, engine and certificate that accepts a finite model speaks of the network's own bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, final

from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.kernel import (
    Case,
    Constant,
    Declaration,
    Domain,
    Expression,
    Finite,
    Kind,
    Range,
    Reference,
    Value,
    complete,
    exact,
    parse_domain,
)
from tauomega.theory.scm import SCM

from ..dyadic import exact_float
from ..graph.mlp import graph_of_mlp
from ..graph.network import CapturedNetwork
from ..graph.replay import Suffix
from ..graph.site_check import check_site
from ..graph.sites import Slice
from ..network import Network
from .machine import pinned
from .semantics import Ieee

if TYPE_CHECKING:
    from torch import Tensor

    from ..graph.sites import Site

__all__ = ["MOST_OUTPUTS", "Extraction", "InputTable", "extract"]

MOST_RUNS = 2**16
MOST_OUTPUTS = 64


@final
@dataclass(frozen=True, slots=True, eq=False)
class InputTable:
    """Named inputs with finite domains, and what the network reads for each of their combinations.

    Attributes:
        domains: input -> its domain.
        tensors: the network's inputs, one row for each combination, the first input varying slowest.

    Raises:
        InputError: domains that are not finite, or another number of rows than there are combinations.

    Example:
        >>> import torch
        >>> bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> len(InputTable({"A": "bool", "B": "bool"}, [bits]).points)
        4
    """

    domains: Mapping[str, Domain | str]
    tensors: Sequence[Tensor]
    points: tuple[tuple[Value, ...], ...] = field(init=False)
    parsed: Mapping[str, Domain] = field(init=False)

    def __post_init__(self) -> None:
        parsed = {n: parse_domain(d) if isinstance(d, str) else d for n, d in self.domains.items()}
        faults = [
            f"the input {name!r} needs a finite domain, not {domain}"
            for name, domain in parsed.items()
            if not isinstance(domain, Finite | Range)
        ]
        if faults:
            raise InputError(faults)
        finite = [d for d in parsed.values() if isinstance(d, Finite | Range)]
        count = prod(d.size for d in finite)
        if count > MOST_RUNS:
            raise InputError([f"{count:,} inputs are more than the limit of {MOST_RUNS:,}"])
        wrong = [len(t) for t in self.tensors if len(t) != count]
        if wrong or not self.tensors:
            raise InputError(
                [f"the inputs have {count} combinations; give that many rows, not {wrong or 0}"]
            )
        object.__setattr__(self, "points", tuple(product(*(list(d) for d in finite))))
        object.__setattr__(self, "parsed", parsed)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """A finite causal model of what a network computes.

    Attributes:
        scm: roots are the inputs; then the sites in the network's order; then `output[j]`.
        values: site -> its distinct values in the order of their numbers, each the tensor of one row.
        semantics: what was run.
        runs: how many runs of the network were made.
    """

    scm: SCM
    values: Mapping[str, tuple[Tensor, ...]]
    semantics: str
    runs: int


def extract(
    network: CapturedNetwork | Network,
    sites: Mapping[str, Site],
    inputs: InputTable,
    *,
    batch: int = 1,
    outputs: Sequence[Site] | None = None,
    most: int = MOST_RUNS,
) -> Extraction:
    """The finite causal model of some sites and the outputs.

    Args:
        network: the network, on any device; every run is a batch of `batch` copies of one row, on one thread.
        sites: variable -> site, in different nodes.
        inputs: the inputs.
        batch: how many copies.
        outputs: the parts of values whose numbers are `output[0]`, `output[1]`, …; the whole outputs by
            default.
        most: how many runs may be made.

    Raises:
        InputError: sites in one node, a site that moves no output (`graph.site_check`), more than 64
            output numbers, values that are not finite.
        OutOfReachError: more runs than that.
    """
    graph = graph_of_mlp(network) if isinstance(network, Network) else network
    clash = sorted(set(sites) & {*inputs.domains, "output"})
    if clash:
        raise InputError([f"{clash[0]!r} names a site and something else"])
    if len({site.node for site in sites.values()}) < len(sites):
        raise InputError(["two sites lie in one value; take them as one site"])
    with pinned():
        there = replace(inputs, tensors=[t.to(graph.device) for t in inputs.tensors])
        for site in sites.values():
            check_site(graph, site, there.tensors, outputs=outputs)
        return _Extracting(graph, sites, there, batch, outputs, most).result()


@final
class _Extracting:
    """The tables so far: sites in the network's order, each with its alphabet of values."""

    def __init__(
        self,
        graph: CapturedNetwork,
        sites: Mapping[str, Site],
        inputs: InputTable,
        batch: int,
        outputs: Sequence[Site] | None,
        most: int,
    ) -> None:
        self.most = most
        self.outputs = outputs or [Slice(node, (), name) for name, node in graph.outputs.items()]
        place = {node.name: i for i, node in enumerate(graph.nodes)}
        self.graph, self.inputs = graph, inputs
        self.sites = dict(sorted(sites.items(), key=lambda item: place[item[1].node]))
        self.batch = batch
        self.alphabets: dict[str, dict[bytes, Tensor]] = {}
        self.clean = self._clean_runs()
        self.runs = len(self.clean)
        self.declared = [
            Declaration(name, Kind.INPUT, domain) for name, domain in inputs.parsed.items()
        ]

    def result(self) -> Extraction:
        for name, site in self.sites.items():
            self._add_site(name, site)
        self._add_outputs()
        values = {name: tuple(found.values()) for name, found in self.alphabets.items()}
        dtype = str(self.graph.dtype).removeprefix("torch.")
        meaning = Ieee(dtype, self.graph.device.type, self.batch)
        return Extraction(SCM(complete(self.declared)), values, str(meaning), self.runs)

    def _clean_runs(self) -> list[dict[str, Any]]:
        """What the patched runs read of every input's run, and nothing else, which bounds memory."""
        kept: set[str] = set()
        for name in (*self.sites, None):
            part = [self.sites[name]] if name else self.outputs
            ends = {site.node for site in part}
            earlier = [self.sites[n] for n in self._before(name)]
            kept |= ends
            if earlier:
                kept |= {*Suffix.of(self.graph, earlier, outputs=ends).frontier}
        found = []
        for i in range(len(self.inputs.points)):
            rows = (
                t[i : i + 1].expand(self.batch, *t.shape[1:]).clone() for t in self.inputs.tensors
            )
            values = self.graph.values(*rows, needed=kept)
            found.append({name: values[name] for name in kept})
        return found

    def _before(self, name: str | None) -> list[str]:
        """The other sites that a site's value depends on; for `None`, that the outputs do."""
        nodes = {self.sites[name].node} if name else {part.node for part in self.outputs}
        return [
            other
            for other, site in self.sites.items()
            if other != name and nodes & {site.node, *self.graph.descendants([site.node])}
        ]

    def _runs(
        self, earlier: Sequence[str], ends: Sequence[str]
    ) -> Iterator[tuple[tuple[int, ...], Any]]:
        """The values after every setting of the earlier sites, for every input, run by run."""
        counts = [len(self.alphabets[name]) for name in earlier]
        total = prod(counts) * len(self.clean)
        if self.runs + total > self.most:
            raise OutOfReachError("runs to extract", self.runs + total, self.most)
        if not earlier:
            yield from (((i,), clean) for i, clean in enumerate(self.clean))
            return
        self.runs += total
        suffix = Suffix.of(self.graph, [self.sites[n] for n in earlier], outputs=ends)
        for i, clean in enumerate(self.clean):
            for setting in product(*(range(c) for c in counts)):
                held = [
                    list(self.alphabets[n].values())[k].expand(self.batch, *self._shape(n))
                    for n, k in zip(earlier, setting, strict=True)
                ]
                yield (i, *setting), suffix.run(clean, held)

    def _shape(self, name: str) -> tuple[int, ...]:
        return tuple(next(iter(self.alphabets[name].values())).shape[1:])

    def _add_site(self, name: str, site: Site) -> None:
        earlier = self._before(name)
        found: dict[bytes, Tensor] = {}
        numbers: dict[tuple[int, ...], int] = {}
        for key, values in self._runs(earlier, [site.node]):
            held = site.read(values[site.node])[:1].clone()
            code = held.cpu().numpy().tobytes()
            found.setdefault(code, held)
            numbers[key] = list(found).index(code)
        self.alphabets[name] = found
        tensors = list(found.values())
        listed = [_exact(tensor, name) for tensor in tensors]
        single = len(listed[0]) == 1 and len({v[0] for v in listed}) == len(listed)
        own: list[Value] = [v[0] for v in listed] if single else list(range(len(listed)))
        table = {key: own[number] for key, number in numbers.items()}
        self.declared.append(self._declaration(name, earlier, table, own))
        if not single:
            for j in range(len(listed[0])):
                column = [v[j] for v in listed]
                rows = tuple(((k,), Constant(value)) for k, value in enumerate(column))
                domain = Finite(tuple(dict.fromkeys(column)))
                case = Case((Reference(name),), rows)
                self.declared.append(
                    Declaration(f"{name}[{j}]", Kind.ENDOGENOUS, domain, None, case)
                )

    def _add_outputs(self) -> None:
        ends = [part.node for part in self.outputs]
        earlier = self._before(None)
        columns: dict[tuple[int, ...], list[Value]] = {}
        for key, values in self._runs(earlier, ends):
            columns[key] = [
                v
                for part in self.outputs
                for v in _exact(part.read(values[part.node])[:1], part.name)
            ]
        width = len(next(iter(columns.values())))
        if width > MOST_OUTPUTS:
            raise InputError(
                [f"the outputs have {width:,} numbers; at most {MOST_OUTPUTS}: choose some"]
            )
        for j in range(width):
            table = {key: row[j] for key, row in columns.items()}
            own = list(dict.fromkeys(table.values()))
            self.declared.append(self._declaration(f"output[{j}]", earlier, table, own))

    def _declaration(
        self,
        name: str,
        earlier: Sequence[str],
        table: Mapping[tuple[int, ...], Value],
        domain: Sequence[Value],
    ) -> Declaration:
        names = [*self.inputs.parsed, *earlier]
        own = {n: self._domain_values(n) for n in earlier}
        rows = tuple(
            (
                (
                    *self.inputs.points[key[0]],
                    *(own[n][k] for n, k in zip(earlier, key[1:], strict=True)),
                ),
                Constant(value),
            )
            for key, value in table.items()
        )
        mechanism: Expression = Case(tuple(Reference(n) for n in names), rows)
        return Declaration(name, Kind.ENDOGENOUS, Finite(tuple(domain)), None, mechanism)

    def _domain_values(self, name: str) -> list[Value]:
        declared = next(d for d in self.declared if d.name == name)
        assert isinstance(declared.domain, Finite)
        return list(declared.domain)


def _exact(tensor: Tensor, name: str) -> list[Value]:
    """The numbers of one row as exact dyadic rationals."""
    import torch

    if not bool(torch.isfinite(tensor).all()):
        raise InputError(
            [f"{name} takes a value that is not finite; there is no exact model of it"]
        )
    return [exact(Fraction(exact_float(v))) for v in tensor.flatten().double().tolist()]
