"""Where a formula may live in a network: disjoint sets of units for its nodes (Méloux et al. 2025).

Specification: `mappings` of the published procedure. Each relevant node gets a non-empty set of units
of one hidden layer; the sets are disjoint; each node is tested on its own, on the listed (source, base)
pairs; a mapping is minimal if no other one is contained in it, node by node.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tauomega.theory.intervention import Hard
from tauomega.theory.policy import Sources
from tauomega.theory.scm import SCM

from .interchange_table import InterchangeTable, Pair, Units

__all__ = ["Mapping", "mappings", "minimal"]

Mapping = tuple[Units, ...]
"""A set of units for each site, in the order of the sites."""


def mappings(
    table: InterchangeTable, high: SCM, sites: Sequence[str], output: str, sources: Sources
) -> Iterator[Mapping]:
    """Every valid mapping of a formula.

    Args:
        table: the network's exact interchange table.
        high: the formula as a model, with the network's inputs.
        sites: the relevant nodes.
        output: the variable that the network's first output, above 1/2, stands for.
        sources: `all` or `forward`.
    """
    allowed = {
        (s, b)
        for i, s in enumerate(table.inputs)
        for j, b in enumerate(table.inputs)
        if sources.name == "all" or i < j
    }
    bits = table.bits()
    choices = [_valid(bits, _required(high, name, output, allowed), allowed) for name in sites]

    def extend(done: Mapping, used: frozenset[str]) -> Iterator[Mapping]:
        if len(done) == len(choices):
            yield done
            return
        for units in choices[len(done)]:
            if used.isdisjoint(units):
                yield from extend((*done, units), used | set(units))

    return extend((), frozenset())


def _required(high: SCM, name: str, output: str, allowed: set[Pair]) -> dict[Pair, bool]:
    found: dict[Pair, bool] = {}
    for source, base in allowed:
        value = high.run(dict(zip(high.roots, source, strict=True)))[name]
        state = high.run(dict(zip(high.roots, base, strict=True)), Hard(((name, value),)))
        found[source, base] = state[output] == 1
    return found


def _valid(
    bits: dict[Units, dict[Pair, bool]], required: dict[Pair, bool], allowed: set[Pair]
) -> list[Units]:
    return [
        units for units, row in bits.items() if all(row[pair] == required[pair] for pair in allowed)
    ]


def minimal(found: Sequence[Mapping]) -> list[Mapping]:
    """The mappings that contain no other one, node by node."""
    return [
        m
        for m in found
        if not any(
            other != m and all(set(a) <= set(b) for a, b in zip(other, m, strict=True))
            for other in found
        )
    ]
