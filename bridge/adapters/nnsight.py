"""Paths of nnsight: `model.transformer.h[1].mlp.output[:, 3]`, `….attn.output[0]`, `….mlp.input`.

The first word is the variable that holds the wrapped model. An integer straight after `output` picks from
a tuple that a module returns, which has one tensor here; rows are never picked by a site.
"""

from __future__ import annotations

import re

from tauomega.theory.errors import InputError

from ..graph.network import CapturedNetwork
from .layout import input_of, split_index

__all__ = ["name_of", "site_of"]

_PATH = re.compile(
    r"[A-Za-z_]\w*\.(?P<path>[\w.\[\]]+)\.(?P<end>output|input|inputs)(?P<pick>(?:\[\d+\])*)"
)
_TUPLES = ("attn", "self_attn")


def site_of(name: str, network: CapturedNetwork) -> str:
    """Our name of a module's output or input, with its index.

    Raises:
        InputError: a path that has no counterpart, with the reason.
    """
    text, index = split_index(name)
    if ".source" in text:
        raise InputError(
            [
                f"{text} has no counterpart: operations inside a forward have names of ours, PATH/OPERATION"
            ]
        )
    found = _PATH.fullmatch(text)
    if found is None:
        raise InputError(
            [f"{text!r} is no path of nnsight; write model.transformer.h[1].mlp.output, or .input"]
        )
    path = re.sub(r"\[(\d+)\]", r".\1", found["path"])
    wanted = {"output": ("", "[0]"), "input": ("",), "inputs": ("[0][0]",)}[found["end"]]
    if found["pick"] not in wanted:
        raise InputError(
            [f"{text} has no counterpart: a module's first tensor is {found['end']}{wanted[-1]}"]
        )
    if found["end"] != "output":
        return input_of(network, path) + index
    network.node(path)
    return path + index


def name_of(site: str, network: CapturedNetwork) -> str:
    """The path of one of our sites, of a model that is held in `model`.

    Raises:
        InputError: a value that is no module's output.
    """
    address, index = split_index(site)
    network.node(address)
    if "/" in address or address.endswith((".heads", ".pattern")) or "." not in address:
        raise InputError([f"nnsight names outputs of modules; {address!r} is none"])
    path = re.sub(r"\.(\d+)", r"[\1]", address)
    pick = "[0]" if address.rsplit(".", 1)[-1] in _TUPLES else ""
    return f"model.{path}.output{pick}{index}"
