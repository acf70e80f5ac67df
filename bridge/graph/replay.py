"""Runs of a captured network in which sites or paths are patched.

A patched run computes the descendants of the sites and nothing else; the other values that these read,
the *frontier*, come from the clean run of the base. The operators and their order are those of the
module, so at the same number of rows the result has the bits that forward hooks give.

Path patching (Goldowsky-Dill et al. 2023, arXiv:2304.05969): what a receiver would read if the sender
had the source's value, while the modules named as `frozen` keep the values of the base; the receiver
alone reads it, and everything after the receiver is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, final

from tauomega.theory.errors import InputError

from .computing import computed
from .network import CapturedNetwork
from .sites import Site, Slice, clash

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Path", "Suffix", "interchanged", "interchanged_values", "last_reads", "path_patched"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Suffix:
    """The plan of a patched run.

    Attributes:
        network: the graph.
        sites: what is set, in any order; several may lie in one node, and none overlap.
        steps: the nodes that are computed, in order.
        frontier: the nodes whose clean values the steps and the sites read.
    """

    network: CapturedNetwork
    sites: tuple[Site, ...]
    steps: tuple[str, ...]
    frontier: tuple[str, ...]

    @classmethod
    def of(
        cls,
        network: CapturedNetwork,
        sites: Iterable[Site],
        *,
        outputs: Iterable[str] | None = None,
    ) -> Suffix:
        """The plan for some sites, as far as some outputs (all by default) need it.

        Raises:
            InputError: a site from which no output can be reached; sites that overlap.
        """
        chosen = tuple(sites)
        ends = list(network.outputs.values() if outputs is None else outputs)
        needed = network.ancestors(ends)
        faults = [f"no output reads {s.name}" for s in chosen if s.node not in needed]
        faults += [
            f"{a.name} and {b.name} overlap, so that no interchange of both is defined; choose sites apart"
            for a, b in combinations(chosen, 2)
            if a.node == b.node and clash(a, b, network.by_name[a.node])
        ]
        if faults:
            raise InputError(faults)
        starts = {site.node for site in chosen}
        changed = network.descendants(starts) & needed
        steps = tuple(node.name for node in network.nodes if node.name in changed)
        read = {p for name in steps for p in network.by_name[name].parents} | starts | set(ends)
        frontier = tuple(n.name for n in network.nodes if n.name in read - changed)
        return cls(network, chosen, steps, frontier)

    def run(
        self,
        frontier: Mapping[str, Any],
        held: Sequence[Tensor],
        *,
        releases: Mapping[str, Iterable[str]] | None = None,
        fresh: bool = False,
    ) -> dict[str, Any]:
        """The values after the sites are set to what is held, one tensor for a site.

        Args:
            frontier: the clean values of the base.
            held: what each site is set to.
            releases: `last_reads`: values are dropped when nothing reads them any more, so that their
                memory serves the next ones.
            fresh: whether nothing else holds the frontier's values, which are then changed in place.

        Returns:
            node -> value, for the frontier, the sites and every step, but for what was released.
        """
        import torch

        done = {} if releases is None else releases

        values = {name: frontier[name] for name in self.frontier}
        at: dict[str, list[tuple[Site, Tensor]]] = {}
        for site, tensor in zip(self.sites, held, strict=True):
            at.setdefault(site.node, []).append((site, tensor))
        with torch.no_grad():
            for node, group in at.items():
                if node in values:
                    values[node] = _written(values[node], group, fresh=fresh)
            for name in self.steps:
                values[name] = computed(self.network.by_name[name], values)
                if name in at:
                    values[name] = _written(values[name], at[name])
                for read in done.get(name, ()):
                    del values[read]
        return values


def last_reads(
    network: CapturedNetwork, steps: Sequence[str], kept: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """For each step the values that no later one reads, and that are not kept."""
    seen = set(kept)
    found: dict[str, tuple[str, ...]] = {}
    for name in reversed(steps):
        dead = [p for p in network.by_name[name].parents if p not in seen]
        found[name] = tuple(dead)
        seen.update(dead)
    return found


def interchanged(
    network: CapturedNetwork, base: Sequence[Tensor], sources: Mapping[Site, Sequence[Tensor]]
) -> dict[str, Tensor]:
    """The outputs for the base when each site has the value that it has in its source's run.

    Args:
        network: the graph.
        base: the inputs, `rows` rows each.
        sources: site -> inputs with as many rows.
    """
    values = interchanged_values(network, base, sources)
    return {name: values[node] for name, node in network.outputs.items()}


def interchanged_values(
    network: CapturedNetwork, base: Sequence[Tensor], sources: Mapping[Site, Sequence[Tensor]]
) -> dict[str, Any]:
    """The value of every node for the base when each site has the value that it has in its source's run."""
    clean = network.values(*base)
    if not sources:
        return clean
    held = [site.read(network.values(*inputs)[site.node]) for site, inputs in sources.items()]
    return {**clean, **Suffix.of(network, sources).run(clean, held)}


@final
@dataclass(frozen=True, slots=True)
class Path:
    """An edge or path from a site to a module (or a single value), past `frozen` names.

    Attributes:
        sender: the site that has the source's value.
        receiver: a module's path, whose reads from outside are replaced, or a name with `/`.
        frozen: names of values that keep what the base has.
    """

    sender: Site
    receiver: str
    frozen: tuple[str, ...] = ()


def path_patched(
    network: CapturedNetwork, path: Path, base: Sequence[Tensor], source: Sequence[Tensor]
) -> dict[str, Tensor]:
    """The outputs for the base when the receiver alone reads the source's value, along the path.

    Raises:
        InputError: no such receiver, or one that the sender does not reach past the frozen values.
    """
    clean = network.values(*base)
    held = path.sender.read(network.values(*source)[path.sender.node])
    kept = {network.node(name).name for name in path.frozen}
    own = _receivers(network, path.receiver)
    changed = _reached(network, path.sender, kept)
    direct = {n for n in own if changed & set(network.by_name[n].parents)}
    if not direct:
        raise InputError(
            [
                f"{path.receiver!r} reads nothing that {path.sender.name} changes past the frozen values"
            ]
        )
    seen = dict(clean)
    seen[path.sender.node] = path.sender.write(clean[path.sender.node], held)
    for node in network.nodes:
        if node.name in changed and node.name != path.sender.node:
            seen[node.name] = computed(node, seen)
    entering = {p for n in own for p in network.by_name[n].parents if p not in own}
    values = dict(clean)
    later = network.descendants(direct) | direct
    for node in network.nodes:
        if node.name in own and node.name in later:
            read = {p: (seen if p in entering else values)[p] for p in node.parents}
            values[node.name] = computed(node, read)
        elif node.name in later:
            values[node.name] = computed(node, values)
    return {name: values[node] for name, node in network.outputs.items()}


def _receivers(network: CapturedNetwork, name: str) -> set[str]:
    inside = {
        node.name
        for node in network.nodes
        if node.target is not None and (node.module == name or node.module.startswith(f"{name}."))
    }
    return inside or {network.node(name).name}


def _reached(network: CapturedNetwork, sender: Site, kept: set[str]) -> set[str]:
    reached = {sender.node}
    for node in network.nodes:
        if reached.intersection(node.parents) and node.name not in kept:
            reached.add(node.name)
    return reached


def _written(value: Tensor, group: Sequence[tuple[Site, Tensor]], *, fresh: bool = False) -> Tensor:
    for site, tensor in group:
        write = site.overwrite if fresh and isinstance(site, Slice) else site.write
        value = write(value, tensor)
    return value
