"""Names of values by module path: `transformer.h.1.mlp`, `transformer.h.0.attn/split`, `…attn.heads`.

| name | the value |
|---|---|
| `PATH` | what the module at that path returns (`PATH.0`, `PATH.1`, … if it returns several tensors) |
| `PATH/OPERATION` | the value of the only such operation that is computed by that module itself |
| `PATH/OPERATION.2` | of several, the one of that number, from 0 |
| `PATH.heads` | of an attention: the heads' results, shape (rows, heads, positions, width) |
| `PATH.pattern` | of an attention computed step by step: the weights, (rows, heads, queries, keys) |
| an output's name | that output: `output`, `logits`, … |
| an input's name | that input |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from .node import Node
from .operations import OpKind

__all__ = ["Stack", "addresses_of"]

Stack = tuple[str, ...]
"""The paths of the modules around a node, from the outside in."""


def addresses_of(
    nodes: Sequence[Node], stacks: Mapping[str, Stack], outputs: Mapping[str, str]
) -> dict[str, str]:
    """Every name of a value and the node that it names, sorted."""
    found: dict[str, str] = {}
    for node in nodes:
        if node.operation.kind is OpKind.INPUT:
            found[node.name] = node.name
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for node in nodes:
        if node.name in stacks and node.dtype is not None:
            groups[node.module, node.operation.name].append(node.name)
    for (module, name), members in groups.items():
        for number, member in enumerate(members):
            found[f"{module}/{name}.{number}"] = member
        if len(members) == 1:
            found[f"{module}/{name}"] = members[0]
        if len(members) == 1 and name == "scaled_dot_product_attention":
            found[f"{module}.heads"] = members[0]
    _stepwise_attention(nodes, groups, found)
    for path, returned in _returned(nodes, stacks, outputs).items():
        if len(returned) == 1:
            found[path] = returned[0]
        else:
            found |= {f"{path}.{i}": name for i, name in enumerate(returned)}
    return dict(sorted({**found, **outputs}.items()))


def _returned(
    nodes: Sequence[Node], stacks: Mapping[str, Stack], outputs: Mapping[str, str]
) -> dict[str, list[str]]:
    """For each module, its tensors that are read outside of it, in order."""
    read: dict[str, set[str]] = defaultdict(set)
    readers: dict[str, list[Stack]] = defaultdict(list)
    for node in nodes:
        for parent in node.parents:
            readers[parent].append(stacks.get(node.name, ()))
    for name in outputs.values():
        readers[name].append(())
    found: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        if node.dtype is None:
            continue
        for path in stacks.get(node.name, ()):
            outside = any(path not in stack for stack in readers[node.name])
            if path and outside and node.name not in read[path]:
                read[path].add(node.name)
                found[path].append(node.name)
    return found


def _stepwise_attention(
    nodes: Sequence[Node], groups: Mapping[tuple[str, str], list[str]], found: dict[str, str]
) -> None:
    """The weights and results of attentions that are written as softmax and products."""
    kind = {node.name: node.operation.name for node in nodes}
    by_name = {node.name: node for node in nodes}
    for (module, name), members in groups.items():
        if name not in ("softmax", "_softmax") or len(members) != 1:
            continue
        reached = {members[0]}
        for node in nodes:  # through casts and dropout to the first product
            if not reached & set(node.parents):
                continue
            if node.operation.kind is OpKind.MOVING:
                reached.add(node.name)
            elif kind[node.name] in ("matmul", "bmm") and len(by_name[node.name].shape) == 4:
                found[f"{module}.pattern"] = members[0]
                found[f"{module}.heads"] = node.name
                break
