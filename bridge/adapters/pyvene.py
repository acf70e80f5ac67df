"""Representations of pyvene: `{"layer": 1, "component": "mlp_output", "unit": "pos"}` and their keys in text.

pyvene gives the unit's location when it runs; a site has it: `unit.pos[3]`, `unit.h[2]`, `unit.h.pos[2, 3]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

from ..graph.network import CapturedNetwork
from .layout import Layout, input_of, layers_of, same_value, split_index

__all__ = ["Representation", "name_of", "site_of", "site_of_key"]

_KEY = re.compile(
    r"layer\.(?P<layer>\d{1,6})\.comp\.(?P<component>\w+)\.unit\.(?P<unit>h\.pos|pos|h)"
    r"(?:\.nunit\.\d+#\d+)?(?:\[(?P<at>[^\[\]]*)\])?"
)
Place = Callable[[CapturedNetwork, Layout, int], str]
_PLACES: Mapping[str, Place] = {
    "block_input": lambda n, o, k: input_of(n, o.block(k)),
    "block_output": lambda n, o, k: o.block(k),
    "mlp_input": lambda n, o, k: input_of(n, o.block(k, o.mlp)),
    "mlp_activation": lambda n, o, k: o.block(k, o.activation),
    "mlp_output": lambda n, o, k: o.block(k, o.mlp),
    "attention_input": lambda n, o, k: input_of(n, o.block(k, o.attention)),
    "attention_value_output": lambda n, o, k: input_of(n, o.block(k, o.attention_out)),
    "attention_output": lambda n, o, k: o.block(k, o.attention),
    "head_attention_value_output": lambda n, o, k: f"{o.block(k, o.attention)}.heads",
}
_SPLIT = "it is cut out of what a projection computes; take columns of that, such as …attn.c_attn[:, :, 0:16]"
_WEIGHTS = "pyvene sets the weights before dropout; …attn.pattern is the value, where there is one"
_REFUSED = {
    **{f"{part}_output": _SPLIT for part in ("query", "key", "value")},
    **{f"head_{part}_output": _SPLIT for part in ("query", "key", "value")},
    "attention_weight": _WEIGHTS,
}
_WITH_HEADS = "head_attention_value_output"
_OPTIONS = (
    "low_rank_dimension",
    "subspace_partition",
    "group_key",
    "intervention_link_key",
    "source_representation",
    "hidden_source_representation",
)


@runtime_checkable
class Representation(Protocol):
    """What a `RepresentationConfig` has: a named tuple."""

    def _asdict(self) -> dict[str, object]: ...


def site_of(
    config: Mapping[str, object] | Representation,
    network: CapturedNetwork,
    *,
    at: Sequence[int] = (),
) -> str:
    """Our name of a representation at a location of its unit.

    Args:
        config: a mapping, or a `RepresentationConfig`.
        network: the graph.
        at: the location: positions for `pos`, heads for `h`, a head and a position for `h.pos`; all if empty.

    Raises:
        InputError: a component, unit or option that has no counterpart, with the reason.
    """
    found = dict(config) if isinstance(config, Mapping) else config._asdict()
    layer, component, unit = found.get("layer"), found.get("component"), found.get("unit") or "pos"
    faults = [
        f"{key} has no counterpart: a site of ours is a slice, such as [:, 3, 0:16], or a Subspace"
        for key in _OPTIONS
        if found.get(key) is not None
    ]
    if not isinstance(layer, int) or not isinstance(component, str):
        faults.append(
            f"a representation has a layer and a component, not {layer!r} and {component!r}"
        )
        raise InputError(faults)
    if component in _REFUSED:
        faults.append(f"{component} has no counterpart: {_REFUSED[component]}")
    elif component not in _PLACES:
        faults.append(
            f"{component!r} is no component that is translated{nearest(component, _PLACES)}"
        )
    units = ("h", "h.pos") if component == _WITH_HEADS else ("pos",)
    if unit not in units:
        faults.append(f"the unit of {component} is {' or '.join(units)}, not {unit!r}")
    if unit == "h.pos" and len(at) not in (0, 2):
        faults.append(f"the unit h.pos has a head and a position, not {len(at)} numbers")
    if faults:
        raise InputError(faults)
    layout = Layout.of(network)
    if not 0 <= layer < layout.count(network):
        raise InputError([f"layer {layer}: there are blocks 0 to {layout.count(network) - 1}"])
    place = _PLACES[component](network, layout, layer)
    if not at:
        return place
    if unit == "h.pos":
        return f"{place}[:, {at[0]}, {at[1]}]"
    return f"{place}[:, {at[0]}]" if len(at) == 1 else f"{place}[:, ({', '.join(map(str, at))})]"


def site_of_key(key: str, network: CapturedNetwork) -> str:
    """Our name of what a key says: `layer.1.comp.mlp_output.unit.pos[3]`.

    Raises:
        InputError: as `site_of`, and text that is no key.
    """
    found = _KEY.fullmatch(key.strip())
    numbers = [x.strip() for x in (found["at"] or "").split(",") if x.strip()] if found else []
    if found is None or not all(x.isdigit() and len(x) < 9 for x in numbers):
        raise InputError(
            [f"{key!r} is no key of pyvene; write layer.1.comp.mlp_output.unit.pos[3]"]
        )
    config = {"layer": int(found["layer"]), "component": found["component"], "unit": found["unit"]}
    return site_of(config, network, at=[int(x) for x in numbers])


def name_of(site: str, network: CapturedNetwork) -> tuple[dict[str, object], tuple[int, ...]]:
    """The representation of one of our sites, and where its unit lies.

    Raises:
        InputError: a value without a component, or an index that is no location of a unit.
    """
    address, index = split_index(site)
    place = re.fullmatch(r"|\[:, (?:(\d+)(?:, (\d+))?|\(([\d, ]+)\))\]", index)
    for layer in layers_of(network):
        for component in _PLACES:
            heads = component == _WITH_HEADS
            unit = ("h.pos" if place and place[2] else "h") if heads else "pos"
            config: dict[str, object] = {"layer": layer, "component": component, "unit": unit}
            try:
                own = site_of(config, network)
            except InputError:
                continue
            if same_value(network, own, address):
                if place is None or (place[2] and not heads):
                    raise InputError([f"{index} is no location of the unit {unit} of {component}"])
                numbers = place[3].split(",") if place[3] else [x for x in place.groups() if x]
                return config, tuple(int(x) for x in numbers)
    raise InputError([f"pyvene has no component at {address!r}"])
