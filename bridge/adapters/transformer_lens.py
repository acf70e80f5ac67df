"""Hook names of TransformerLens: `blocks.1.hook_mlp_out`, `blocks.0.attn.hook_z[:, 3, 2]`.

An index is in the order of that library's tensors: `hook_z` is (rows, positions, heads, width), where ours
is (rows, heads, positions, width). `hook_resid_mid` is the residual stream itself, as in HookedTransformer; a
patch at TransformerBridge's alias of it, `ln2.hook_in`, changes only what the norm reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

from ..graph.network import CapturedNetwork
from .layout import Layout, input_of, layers_of, same_value, split_index, value_read_by

__all__ = ["name_of", "site_of"]

_BLOCK = re.compile(r"blocks\.(\d{1,6})\.(.+)")
Place = Callable[[CapturedNetwork, Layout, int], str]
_PLACES: Mapping[str, Place] = {
    "hook_resid_pre": lambda n, o, k: input_of(n, o.block(k)),
    "hook_resid_mid": lambda n, o, k: value_read_by(n, o.block(k, o.norm)),
    "hook_resid_post": lambda n, o, k: o.block(k),
    "hook_attn_out": lambda n, o, k: o.block(k, o.attention),
    "hook_mlp_out": lambda n, o, k: o.block(k, o.mlp),
    "attn.hook_z": lambda n, o, k: f"{o.block(k, o.attention)}.heads",
    "attn.hook_pattern": lambda n, o, k: f"{o.block(k, o.attention)}.pattern",
    "mlp.hook_pre": lambda n, o, k: o.block(k, o.mlp_in),
    "mlp.hook_post": lambda n, o, k: input_of(n, o.block(k, o.mlp_out)),
}
_SPLIT = "it is cut out of what one projection computes; take columns of that, such as …attn.c_attn[:, :, 0:16]"
_NORMALIZED = (
    "the library stops inside the norm, before its weights; name the norm's output by its module"
)
_FUSED = "a fused attention makes no such value; load the model with attn_implementation='eager'"
_REFUSED = {
    "attn.hook_q": _SPLIT,
    "attn.hook_k": _SPLIT,
    "attn.hook_v": _SPLIT,
    "attn.hook_attn_scores": "the scores before the mask are not kept apart; take attn.hook_pattern",
    "attn.hook_result": "heads' results after the output map are summed at once; take attn.hook_z",
    "ln1.hook_normalized": _NORMALIZED,
    "ln2.hook_normalized": _NORMALIZED,
    "ln1.hook_scale": _NORMALIZED,
    "ln2.hook_scale": _NORMALIZED,
}


def site_of(name: str, network: CapturedNetwork) -> str:
    """Our name of a hook point, with its index.

    Raises:
        InputError: a hook that has no counterpart, with the reason.
    """
    hook, index = split_index(name)
    layout = Layout.of(network)
    if hook == "hook_embed":
        return layout.embedding + index
    found = _BLOCK.fullmatch(hook)
    if found is None:
        raise InputError(
            [f"{hook!r} is no hook that is translated; write blocks.1.hook_mlp_out or hook_embed"]
        )
    layer, part = int(found[1]), found[2]
    if part in _REFUSED:
        raise InputError([f"{hook} has no counterpart: {_REFUSED[part]}"])
    if part not in _PLACES:
        raise InputError([f"{hook!r} is no hook that is translated{nearest(part, _PLACES)}"])
    if layer >= layout.count(network):
        raise InputError([f"{hook}: there are blocks 0 to {layout.count(network) - 1}"])
    place = _PLACES[part](network, layout, layer)
    if part == "attn.hook_pattern" and place not in network.addresses:
        raise InputError([f"{hook} has no counterpart: {_FUSED}"])
    return place + (_swapped(index) if part == "attn.hook_z" else index)


def name_of(site: str, network: CapturedNetwork) -> str:
    """The hook point of one of our sites.

    Raises:
        InputError: a value that has no hook point.
    """
    address, index = split_index(site)
    hooks = [f"blocks.{k}.{part}" for k in layers_of(network) for part in _PLACES]
    for hook in ("hook_embed", *hooks):
        try:
            own = site_of(hook, network)
        except InputError:
            continue
        if same_value(network, own, address):
            return hook + (_swapped(index) if hook.endswith("hook_z") else index)
    raise InputError([f"TransformerLens has no hook at {address!r}"])


def _swapped(index: str) -> str:
    """The second and the third part of an index, exchanged."""
    if not index:
        return ""
    rows, *parts = (part.strip() for part in re.split(r",(?![^(]*\))", index[1:-1]))
    first, second, *rest = (*parts, ":", ":")[: max(2, len(parts))]
    kept = [rows, second, first, *rest]
    while len(kept) > 1 and kept[-1] == ":":
        kept.pop()
    return f"[{', '.join(kept)}]"
