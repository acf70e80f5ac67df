"""Sites by the names of axes, and units of layers written alike for both kinds of networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tauomega import Network
from tauomega.bridge.graph.axes import axes_of
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.index_text import nearest_part, read_index, shown_index
from tauomega.bridge.network import Activation, Layer
from tauomega.bridge.network_task import parse_site
from tauomega.theory.errors import InputError


@pytest.mark.parametrize(
    ("named", "plain"),
    [
        ("transformer.h.0[position=3]", "transformer.h.0[:, 3]"),
        ("transformer.h.0[unit=:4, position=(0, 2)]", "transformer.h.0[:, (0, 2), :4]"),
        ("transformer.h.0[unit=7]", "transformer.h.0[:, :, 7]"),
        ("transformer.h.1.attn.heads[head=1]", "transformer.h.1.attn.heads[:, 1]"),
        ("transformer.h.1.attn.heads[position=2, head=0]", "transformer.h.1.attn.heads[:, 0, 2]"),
    ],
)
def test_axes_have_names_that_choose_the_same_entries(case: Any, named: str, plain: str) -> None:
    here = case("gpt2")
    first, second = here.graph.site(named), here.graph.site(plain)
    assert first.node == second.node
    value = here.graph.values(here.base)[first.node]
    assert torch.equal(first.read(value), second.read(value))
    assert first.name == named


@pytest.mark.parametrize("name", ["gpt2", "llama", "bert", "encoder"])
def test_the_axis_of_positions_is_the_one_that_follows_the_input(case: Any, name: str) -> None:
    """It has the length of the sequence, in every architecture."""
    here = case(name)
    addresses = [
        a for a in here.graph.addresses
        if "position" in axes_of(here.graph, a) and "/" not in a and not a.endswith(".pattern")
    ]  # fmt: skip
    assert addresses
    for address in addresses:
        node = here.graph.node(address)
        axis = axes_of(here.graph, address).index("position")
        assert node.shape[axis] == here.base.shape[1], address


def test_units_of_a_layer_are_written_alike_whether_it_is_captured_or_given_as_layers() -> None:
    torch.manual_seed(0)
    module: Any = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2)).eval()
    graph = capture(module, torch.randn(2, 3))
    layers = [
        Layer(m.weight.detach().numpy(), m.bias.detach().numpy(), Activation(kind))
        for m, kind in ((module[0], "relu"), (module[2], "identity"))
    ]
    network = Network(tuple(layers))
    row = torch.arange(5.0)[None]
    for index in ("", "[:]", "[2]", "[1:4]", "[:3]", "[0, 2]", "[(0, 2)]", "[:, 1:4]", "[:, (4, 0)]",
                  "[unit=3]", "[unit=1:]", "[0:2, 4]"):  # fmt: skip
        units = parse_site(f"layers.0{index}", network)
        held = graph.site(f"1{index}").read(row).flatten().tolist()
        assert [float(unit.split("[")[1][:-1]) for unit in units] == held, index


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layers.0[5]", "layers.0 has units 0 to 4; write layers.0[4]"),
        ("layers.0[3:999999999]", "layers.0 has units 0 to 4; write layers.0[3:5]"),
        ("layers.0[:, 7]", "layers.0 has units 0 to 4; write layers.0[4]"),
        ("layers.0[3:3]", "layers.0 has units 0 to 4; write layers.0[3:4]"),
        ("layers.0[a]", "'a' is no index; write :, 3, 0:16 or (0, 2) for a dimension; layers.0 has units 0 to 4"),
        ("layers.0[head=1]", "no axis 'head'; a layer has the axis unit"),
        ("layers.0[1, 1]", "a unit is listed twice"),
        ("layers.0[1", "a site is a layer and its units, such as layers.0[0:2]"),
        ("layer.0[1]", "no layer 'layer.0'; there are: layers.0, output; did you mean 'layers.0'?"),
    ],
)  # fmt: skip
def test_a_wrong_unit_is_refused_with_the_nearest_site(text: str, message: str) -> None:
    layers = (
        Layer(np.ones((5, 2), np.float32), np.zeros(5, np.float32), Activation("relu")),
        Layer(np.ones((1, 5), np.float32), np.zeros(1, np.float32), Activation()),
    )
    with pytest.raises(InputError) as error:
        parse_site(text, Network(layers))
    assert error.value.faults[0].message == message


def test_the_nearest_index_is_read_back_and_valid() -> None:
    for text in ("7", "2:9", "9:12", "(1, 8, 1)", ":3", "8:", "(9, 8)", "4:2", ":"):
        for size in (1, 4, 8):
            (written,) = read_index(text)
            near = nearest_part(written.part, size)
            (again,) = read_index(shown_index([near]))
            chosen = np.arange(size)[list(near) if isinstance(near, tuple) else near]
            assert again.part == near
            assert np.size(chosen) >= 1
            assert len(set(np.atleast_1d(chosen).tolist())) == np.size(chosen)
