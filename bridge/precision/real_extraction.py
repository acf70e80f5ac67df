r"""Claims in real arithmetic about networks with softmax, GELU or normalisation, by certified balls.

Their values are irrational, so that two of them may be told apart but never be shown equal. The model
made here therefore does not number site values: a site has the value that some input gives it, and the
site's variable says which input. What is read of the outputs (τ) is decided from certified enclosures,
with more bits where they do not settle it: either every table entry is proved, or there is no model, and
the answer is `unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, final

import flint
import numpy as np

from tauomega.theory.errors import InputError, OutOfReachError, UndecidedError
from tauomega.theory.kernel import (
    Case,
    Constant,
    Declaration,
    Expression,
    Finite,
    Kind,
    Range,
    Reference,
    Scope,
    Value,
    complete,
    exact,
    parse_expression,
)
from tauomega.theory.kernel.domain import Reals
from tauomega.theory.kernel.errors import Source
from tauomega.theory.scm import SCM

from ..graph.arithmetic import Balls
from ..graph.evaluation import evaluate_graph, interval_of
from ..graph.network import CapturedNetwork
from ..graph.site_check import check_site
from ..graph.sites import Slice
from .boxes import Box, box_of
from .extraction import InputTable

__all__ = ["extract_real"]

MOST_RUNS = 2**14
PRECISIONS = (64, 128, 256, 1024)


def extract_real(
    network: CapturedNetwork,
    sites: Mapping[str, Slice],
    inputs: InputTable,
    tau: Mapping[str, str],
) -> SCM:
    """The finite model of what is read of the outputs, under the semantics `real`.

    Args:
        network: any network whose operations have rules.
        sites: variable -> slice; none descends from another.
        inputs: the inputs.
        tau: variable -> an expression in `output[j]`, such as `output[0] > output[1]`.

    Returns:
        roots are the inputs; a site's variable is the number of the input whose value it has; then
        the variables of `tau`, proved for every input and every setting of the sites.

    Raises:
        InputError: sites that descend from each other or move no output, expressions that read
            something else.
        UndecidedError: an entry that 1,024 bits do not settle, with its place.
        OutOfReachError: more than 16,384 runs.
        NotEvaluatedError: an operation without a rule, by name.
    """
    for name, site in sites.items():
        later = network.descendants([site.node])
        for other, second in sites.items():
            if other != name and second.node in later | {site.node}:
                raise InputError(
                    [f"{other} reads {name}; in real arithmetic sites are independent"]
                )
    for site in sites.values():
        check_site(network, site, inputs.tensors)
    count = len(inputs.points)
    total = count ** (len(sites) + 1)
    if total > MOST_RUNS:
        raise OutOfReachError("runs in real arithmetic", total, MOST_RUNS)
    found = _Reading(network, sites, inputs, tau).table()
    points = list(inputs.points)
    declared = [Declaration(n, Kind.INPUT, domain) for n, domain in inputs.parsed.items()]
    roots: list[Expression] = [Reference(n) for n in inputs.parsed]
    for name in sites:
        rows = tuple((point, Constant(i)) for i, point in enumerate(points))
        mechanism = Case(tuple(roots), rows)
        declared.append(Declaration(name, Kind.ENDOGENOUS, Range(0, count - 1), None, mechanism))
    read = (*roots, *(Reference(name) for name in sites))
    for number, name in enumerate(tau):
        values = {key: row[number] for key, row in found.items()}
        rows = tuple(((*points[key[0]], *key[1:]), Constant(v)) for key, v in values.items())
        domain = Finite(tuple(sorted(set(values.values()), key=str)))
        declared.append(Declaration(name, Kind.ENDOGENOUS, domain, None, Case(read, rows)))
    return SCM(complete(declared))


@final
class _Reading:
    """τ of every run, decided with as many bits as it takes."""

    def __init__(
        self,
        network: CapturedNetwork,
        sites: Mapping[str, Slice],
        inputs: InputTable,
        tau: Mapping[str, str],
    ) -> None:
        self.network, self.sites, self.inputs = network, list(sites.values()), inputs
        self.names = list(tau)
        self.clean: dict[tuple[int, int], dict[str, Any]] = {}
        self.later = network.descendants({s.node for s in self.sites}) | {
            s.node for s in self.sites
        }
        outputs = self._outputs(self._run(0, PRECISIONS[0]))
        scope = Scope({f"output[{j}]": Reals() for j in range(len(outputs))})
        self.tau = [parse_expression(text, scope, Source(f"τ of {n}")) for n, text in tau.items()]

    def table(self) -> dict[tuple[int, ...], list[Value]]:
        count = len(self.inputs.points)
        return {
            key: self._decided(key) for key in product(range(count), repeat=len(self.sites) + 1)
        }

    def _decided(self, key: tuple[int, ...]) -> list[Value]:
        for bits in PRECISIONS:
            boxes = self._boxes(self._patched(key, bits))
            ends = [box_of(expression, boxes, 1, exact=True) for expression in self.tau]
            if all(low[0] == high[0] for low, high in ends):
                return [exact(Fraction(low[0])) for low, _ in ends]
        shown = ", ".join(str(self.inputs.points[k]) for k in key)
        raise UndecidedError(
            f"τ is not settled by {PRECISIONS[-1]:,} bits at base and sources {shown}: a value lies at a threshold"
        )

    def _run(self, row: int, bits: int) -> dict[str, Any]:
        if (row, bits) not in self.clean:
            tensors = [t[row : row + 1] for t in self.inputs.tensors]
            with flint.ctx.workprec(bits):
                self.clean[row, bits] = evaluate_graph(self.network, Balls(bits), tensors)
        return self.clean[row, bits]

    def _patched(self, key: tuple[int, ...], bits: int) -> dict[str, Any]:
        base = self._run(key[0], bits)
        if all(source == key[0] for source in key[1:]):
            return base
        patches = {
            site: self._run(source, bits)[site.node][_key(site)]
            for site, source in zip(self.sites, key[1:], strict=True)
        }
        starts = {site.node for site in self.sites}
        known = {n: v for n, v in base.items() if n in starts or n not in self.later}
        with flint.ctx.workprec(bits):
            return evaluate_graph(self.network, Balls(bits), [], patches, known=known)

    def _outputs(self, values: Mapping[str, Any]) -> Sequence[Any]:
        return [v for node in self.network.outputs.values() for v in values[node].reshape(-1)]

    def _boxes(self, values: Mapping[str, Any]) -> dict[str, Box]:
        boxes = {}
        for j, ball in enumerate(self._outputs(values)):
            ends = interval_of(ball)
            boxes[f"output[{j}]"] = np.array([ends.low]), np.array([ends.high])
        return boxes


def _key(site: Slice) -> tuple[Any, ...]:
    return tuple(list(part) if isinstance(part, tuple) else part for part in site.index)
