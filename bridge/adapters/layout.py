"""Where the modules of a decoder of `transformers` lie, and what a module reads.

Setting what goes *into* a module is setting a value of the graph only if nothing outside of the module
reads that value; else it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from tauomega.theory.errors import InputError

from ..graph.network import CapturedNetwork
from ..graph.node import Extent, Node

__all__ = ["Layout", "input_of", "same_value", "split_index", "value_read_by"]


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of modules; all but the first two within a block.

    Attributes:
        blocks: the list of blocks.
        embedding: of tokens.
        attention, attention_out, norm, mlp, mlp_in, activation, mlp_out: the parts of a block; `norm` is the one
            before the MLP, `mlp_in` the map before its activation.
    """

    blocks: str
    embedding: str
    attention: str
    attention_out: str
    norm: str
    mlp: str
    mlp_in: str
    activation: str
    mlp_out: str

    @classmethod
    def of(cls, network: CapturedNetwork) -> Layout:
        """The layout of a captured network.

        Raises:
            InputError: modules of another layout.
        """
        for layout in LAYOUTS:
            if f"{layout.blocks}.0" in network.addresses:
                return layout
        known = ", ".join(f"{layout.blocks}.0" for layout in LAYOUTS)
        raise InputError(
            [f"names of layers are translated for GPT-2 and Llama; there is none of {known}"]
        )

    def block(self, number: int, part: str = "") -> str:
        """The path of a block, or of a part of it."""
        return ".".join(filter(None, (self.blocks, str(number), part)))

    def count(self, network: CapturedNetwork) -> int:
        """How many blocks there are."""
        number = 0
        while self.block(number) in network.addresses:
            number += 1
        return number


_GPT2 = (
    "attn", "attn.c_proj", "ln_2", "mlp", "mlp.c_fc", "mlp.act", "mlp.c_proj",
)  # fmt: skip
_LLAMA = (
    "self_attn", "self_attn.o_proj", "post_attention_layernorm", "mlp", "mlp.gate_proj", "mlp.act_fn",
    "mlp.down_proj",
)  # fmt: skip
LAYOUTS = (
    Layout("transformer.h", "transformer.wte", *_GPT2),
    Layout("h", "wte", *_GPT2),
    Layout("model.layers", "model.embed_tokens", *_LLAMA),
    Layout("layers", "embed_tokens", *_LLAMA),
)


def value_read_by(network: CapturedNetwork, path: str) -> str:
    """The name of the real value, with rows, that a module reads first from outside of it.

    What it reads later are masks and tables of positions.

    Raises:
        InputError: no such module, or one that first reads several such values together.
    """
    inside = [node for node in network.nodes if _within(node, path)]
    if not inside:
        raise InputError([f"no module {path!r} computes anything in this network"])
    for node in inside:
        read = [network.by_name[name] for name in dict.fromkeys(node.parents)]
        outside = [n for n in read if not _within(n, path) and n.rows == 0 and _is_real(n)]
        if len(outside) == 1:
            return address_of(network, outside[0].name)
        if outside:
            break
    raise InputError([f"{path} does not first read one value; name the value by its own module"])


def input_of(network: CapturedNetwork, path: str) -> str:
    """The name of the value that setting a module's input sets.

    Raises:
        InputError: as `value_read_by`, and a value that is read outside of the module too.
    """
    address = value_read_by(network, path)
    name = network.node(address).name
    others = [n for n in network.nodes if name in n.parents and not _within(n, path)]
    if others or name in network.outputs.values():
        raise InputError(
            [
                f"what goes into {path} is {address}, which others read too: setting the one is not setting the other"
            ]
        )
    return address


def address_of(network: CapturedNetwork, node: str) -> str:
    """The shortest name of a node, a module's path before a numbered operation."""
    names = [address for address, own in network.addresses.items() if own == node]
    if not names:
        raise InputError([f"the value {node!r} has no name by module path"])
    return min(names, key=lambda name: ("/" in name, len(name), name))


def same_value(network: CapturedNetwork, first: str, second: str) -> bool:
    """Whether two names are of one value."""
    return network.addresses.get(first, first) == network.addresses.get(second, second)


def split_index(text: str) -> tuple[str, str]:
    """A name and the index after it, which may be empty."""
    name, bracket, rest = text.strip().partition("[:")
    return name.strip(), f"[:{rest.strip()}" if bracket else ""


def layers_of(network: CapturedNetwork) -> Iterator[int]:
    """The numbers of the blocks."""
    yield from range(Layout.of(network).count(network))


def _within(node: Node, path: str) -> bool:
    return node.module == path or node.module.startswith(f"{path}.")


def _is_real(node: Node) -> bool:
    return (
        node.dtype is not None
        and node.dtype.is_floating_point
        and any(isinstance(size, Extent) for size in node.shape)
    )
