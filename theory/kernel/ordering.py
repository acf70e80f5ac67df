"""Parents before children, or the cycle that stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["cut_cycles", "parents_first"]


def parents_first(
    parents: Mapping[str, Iterable[str]],
) -> tuple[tuple[str, ...] | None, list[str]]:
    """The keys, parents first (ties in their order); or `None` and a cycle, its first member twice.

    Parents that are no keys are ignored. Iterative: chains may be long.
    """
    state: dict[str, int] = {}
    order: list[str] = []
    for root in parents:
        if root in state:
            continue
        stack = [(root, iter(sorted(parents[root])))]
        state[root] = 1
        while stack:
            name, rest = stack[-1]
            for parent in rest:
                if parent not in parents or state.get(parent) == 2:
                    continue
                if state.get(parent) == 1:
                    path = [entry for entry, _ in stack]
                    cycle = path[path.index(parent) :]
                    arrows = [cycle[0], *reversed(cycle[1:])]  # causes before effects
                    first = arrows.index(min(arrows))
                    turned = arrows[first:] + arrows[:first]
                    return None, [*turned, turned[0]]
                state[parent] = 1
                stack.append((parent, iter(sorted(parents[parent]))))
                break
            else:
                state[name] = 2
                order.append(name)
                stack.pop()
    return tuple(order), []


def cut_cycles(parents: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys whose values, once known, determine all others in the order that goes with them.

    Returns:
        The cut variables (none if there is no cycle), and all keys in an order in which every parent
        comes before its child, unless the child is a cut variable; cut variables come first.
    """
    left = {name: frozenset(above) for name, above in parents.items()}
    cut: list[str] = []
    while True:
        order, cycle = parents_first(left)
        if order is not None:
            rest = tuple(name for name in order if name not in cut)
            return tuple(cut), (*cut, *rest)
        cut.append(cycle[0])
        left[cycle[0]] = frozenset()
