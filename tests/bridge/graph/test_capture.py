"""Any network as a graph: bits of replay and of patched runs, sites, and what is refused."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import networkx as nx
import pytest
import torch
from torch import Tensor, nn

from tauomega import Network
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.mlp import graph_of_mlp, mlp_of_graph
from tauomega.bridge.graph.replay import Path, Suffix, interchanged, path_patched
from tauomega.bridge.graph.site_check import check_site
from tauomega.bridge.graph.sites import Featurizer, Slice, Subspace
from tauomega.theory.errors import InputError

NAMES = (
    *("mlp", "cnn", "encoder", "gpt2", "llama", "bert"),
    pytest.param("gpt2_eager", marks=pytest.mark.slow),
)


@pytest.fixture(autouse=True)
def _step_by_step() -> Iterator[None]:
    """Transformer layers without their fused kernels, as they were captured."""
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(True)


@pytest.mark.parametrize("name", NAMES)
def test_replay_has_the_bits_of_the_module_at_every_number_of_rows(
    name: str, case: Any, outputs_of: Any
) -> None:
    here = case(name)
    for rows in (1, 2, 3, 6):
        expected = outputs_of(here.module, here.base[:rows])
        (found,) = here.graph.run(here.base[:rows]).values()
        assert torch.equal(expected, found)


@pytest.mark.parametrize("name", NAMES)
def test_a_patched_run_of_the_descendants_has_the_bits_of_hooks(
    name: str, case: Any, outputs_of: Any, hooked: Any
) -> None:
    here = case(name)
    for path, index, text in here.sites:
        expected = hooked(here.module, path, index, here.base, here.source)
        site = here.graph.site(text)
        (found,) = interchanged(here.graph, [here.base], {site: [here.source]}).values()
        assert torch.equal(expected, found), text
        assert not torch.equal(found, outputs_of(here.module, here.base)), text
        suffix = Suffix.of(here.graph, [site])
        assert set(suffix.steps) == set(here.graph.descendants([site.node])), text


@pytest.mark.parametrize("name", NAMES)
def test_an_interchange_with_oneself_is_the_identity_bit_for_bit(name: str, case: Any) -> None:
    here = case(name)
    clean = here.graph.run(here.base)
    for _, _, text in here.sites:
        part = here.graph.site(text)
        assert isinstance(part, Slice)
        width = int(part.read(here.graph.values(here.base)[part.node]).shape[-1])
        basis = torch.linalg.qr(torch.randn(width, width))[0][:, : max(1, width // 2)]
        matrix = torch.randn(width, width)
        for site in (
            part,
            Subspace(part, basis, "subspace"),
            Featurizer(part, matrix, torch.randn(width), (0,), "features"),
        ):
            found = interchanged(here.graph, [here.base], {site: [here.base]})
            assert all(torch.equal(found[key], clean[key]) for key in clean), (text, site.name)


def test_a_full_subspace_and_all_features_set_the_whole_slice(case: Any) -> None:
    here = case("gpt2")
    part = here.graph.site("transformer.h.0[:, 3]")
    assert isinstance(part, Slice)
    expected = interchanged(here.graph, [here.base], {part: [here.source]})["logits"]
    basis = torch.linalg.qr(torch.randn(16, 16))[0]
    matrix = torch.randn(16, 16) + 4 * torch.eye(16)
    for site in (
        Subspace(part, basis, "whole"),
        Featurizer(part, matrix, torch.randn(16), tuple(range(16)), "all"),
    ):
        found = interchanged(here.graph, [here.base], {site: [here.source]})["logits"]
        assert torch.allclose(expected, found, atol=1e-4)


def test_two_sites_of_which_one_descends_from_the_other_act_in_order(case: Any) -> None:
    here = case("gpt2")
    first, second = (here.graph.site(f"transformer.h.{k}[:, 5]") for k in (0, 1))
    both = interchanged(here.graph, [here.base], {first: [here.source], second: [here.base]})
    later = interchanged(here.graph, [here.base], {second: [here.base]})
    assert torch.equal(both["logits"][:, 5], later["logits"][:, 5])


def test_heads_and_positions_partition_what_an_attention_computes(case: Any) -> None:
    here = case("gpt2")
    whole = here.graph.site("transformer.h.0.attn.heads")
    heads = [here.graph.site(f"transformer.h.0.attn.heads[:, {h}]") for h in range(2)]
    one = interchanged(here.graph, [here.base], {whole: [here.source]})
    two = interchanged(here.graph, [here.base], {head: [here.source] for head in heads})
    assert torch.equal(one["logits"], two["logits"])
    eager = case("gpt2_eager").graph
    assert eager.node("transformer.h.0.attn.pattern").operation.name == "softmax"
    assert len(eager.node("transformer.h.0.attn.heads").shape) == 4


def test_the_graph_is_a_dag_with_the_values_of_the_module(case: Any) -> None:
    here = case("llama")
    graph = here.graph.digraph()
    assert nx.is_directed_acyclic_graph(graph)
    start = here.graph.node("model.layers.0").name
    assert nx.descendants(graph, start) == here.graph.descendants([start])
    assert here.graph.node("model.layers.0").rows == 0


# ---------------------------------------------------------------- paths


class Residual(nn.Module):
    """Two writers and two readers of a residual stream, so that paths are known by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.out = (nn.Linear(4, 4) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.a(x)
        x = x + self.b(x).relu()
        result: Tensor = self.out(x)
        return result


def test_a_path_is_what_the_receiver_alone_reads() -> None:
    torch.manual_seed(1)
    module = Residual().eval()
    base, source = torch.randn(5, 4), torch.randn(5, 4)
    graph = capture(module, base)
    found = path_patched(graph, Path(graph.site("a"), "b"), [base], [source])
    with torch.no_grad():
        clean, other = base + module.a(base), base + module.a(source)
        expected = module.out(clean + module.b(other).relu())
    assert torch.equal(expected, found["output"])
    direct = path_patched(graph, Path(graph.site("a"), "out", ("b",)), [base], [source])
    with torch.no_grad():
        expected = module.out(other + module.b(clean).relu())
    assert torch.equal(expected, direct["output"])
    with pytest.raises(InputError, match="'a' reads nothing that out changes"):
        path_patched(graph, Path(graph.site("out"), "a"), [base], [source])


# ---------------------------------------------------------------- checks of sites


def test_a_site_is_reported_with_what_it_holds(case: Any) -> None:
    here = case("gpt2")
    report = check_site(here.graph, here.graph.site("transformer.h.1.mlp[:, 5, :3]"), [here.base])
    assert str(report) == (
        "transformer.h.1.mlp[:, 5, :3] holds 3 numbers, computed by dropout in "
        "'transformer.h.1.mlp.dropout'; 6 distinct values on 6 rows, 6 interchanges move an output"
    )


def test_a_site_that_moves_nothing_is_refused() -> None:
    module: Any = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)).eval()
    with torch.no_grad():
        module[2].weight[0, 1] = 0
    graph = capture(module, torch.randn(4, 2))
    with pytest.raises(InputError) as error:
        check_site(graph, graph.site("1[:, 1]"), [torch.randn(4, 2)])
    assert str(error.value) == (
        "1[:, 1]: none of 12 interchanges moves an output; a claim about it would hold for any value"
    )


def test_a_wrong_site_is_refused_in_words(case: Any) -> None:
    graph = case("gpt2").graph
    messages = {
        "transformer.h.2[:, 3]": "no value 'transformer.h.2'; did you mean 'transformer.h.1'?",
        "transformer.h.0[3]": "transformer.h.0[3]: dimension 0 runs over the rows, which a site does not choose; write transformer.h.0[:, 3]",
        "transformer.h.0[:, 6]": "transformer.h.0[:, 6]: dimension 1 has positions 0 to 5; the value has shape (batch, 6, 16); write transformer.h.0[:, 5]",
        "transformer.h.0[:, 2:999999999]": "transformer.h.0[:, 2:999999999]: dimension 1 has positions 0 to 5; the value has shape (batch, 6, 16); write transformer.h.0[:, 2:6]",
        "transformer.h.0[:, 3, 4:4]": "transformer.h.0[:, 3, 4:4]: dimension 2 has positions 0 to 15; the value has shape (batch, 6, 16); write transformer.h.0[:, 3, 4:5]",
        "transformer.h.0[:, 3, 2, 1]": "transformer.h.0[:, 3, 2, 1]: 4 dimensions are indexed; the value has shape (batch, 6, 16); write transformer.h.0[:, 3, 2]",
        "transformer.h.0[:, x]": "transformer.h.0[:, x]: 'x' is no index; write :, 3, 0:16 or (0, 2) for a dimension; the value has shape (batch, 6, 16)",
        "transformer.h.0[:, -1]": "transformer.h.0[:, -1]: '-1' is no index; write :, 3, 0:16 or (0, 2) for a dimension; positions count from 0; the value has shape (batch, 6, 16)",
        "transformer.h.0[head=1]": "transformer.h.0[head=1]: no axis 'head'; the value has shape (batch, 6, 16), and axes position, unit",
        "transformer.h.0[positon=1, 3]": "transformer.h.0[positon=1, 3]: no axis 'positon'; did you mean 'position'?; the value has shape (batch, 6, 16), and axes position, unit\ntransformer.h.0[positon=1, 3]: name the axis of every part, or of none; the value has shape (batch, 6, 16), and axes position, unit",
        "transformer.h.0[unit=1, unit=2]": "transformer.h.0[unit=1, unit=2]: the axis 'unit' is given twice",
        "transformer.h.0[:, (1, 1)]": "transformer.h.0[:, (1, 1)]: dimension 1 lists a position twice; write transformer.h.0[:, (1)]",
        "a b": "'a b' is no site; write a name and an index, such as layers.0[:, 3]",
        "transformer/unsqueeze.0[:]": "transformer/unsqueeze.0[:]: this value does not depend on the rows, so it carries nothing",
    }
    for text, message in messages.items():
        with pytest.raises(InputError) as error:
            graph.site(text)
        assert str(error.value) == message


# ---------------------------------------------------------------- perceptrons are one case


def test_a_perceptron_is_one_case_of_the_graph_in_both_directions() -> None:
    module = nn.Sequential(
        nn.Flatten(),
        nn.Linear(3, 5),
        nn.ReLU(),
        nn.Linear(5, 4),
        nn.LeakyReLU(0.1),
        nn.Linear(4, 2),
    ).eval()
    graph = Network.from_module(module, torch.randn(2, 3))
    layers = mlp_of_graph(graph)
    assert layers.exact() == Network.from_module(module).exact()
    assert [la.activation for la in layers.layers] == [
        la.activation for la in Network.from_module(module).layers
    ]
    again = graph_of_mlp(layers)
    row = torch.randn(7, 3)
    assert torch.equal(again.run(row)["output"], graph.run(row)["output"])
    assert again.node("layers.0").operation.name == "relu"
    with pytest.raises(InputError, match="add is no part of a multi-layer perceptron"):
        mlp_of_graph(capture(Residual().eval(), torch.randn(2, 4)))


# ---------------------------------------------------------------- what is refused, word for word


class Branching(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + 1 if x.sum() > 0 else x


class Unsupported(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = torch.linalg.inv(x)
        return result


class FixedRows(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(2, 4) * 2


class Hidden(nn.Module):
    """Computes something that no graph can see: a counter outside of PyTorch."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = itertools.count()

    def forward(self, x: Tensor) -> Tensor:
        return x * next(self.calls)


class WritesIntoAView(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 2
        y[:, 0].relu_()
        return y


def _poisoned(value: float) -> nn.Module:
    module = nn.Linear(2, 2).eval()
    with torch.no_grad():
        module.weight[1, 0] = value
    return module


def _hooked() -> nn.Module:
    module = nn.Sequential(nn.Linear(4, 4)).eval()
    module[0].register_forward_hook(lambda *_: None)
    return module


def _mixed() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4).double()).eval()


def _compiled() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own deprecations
        return torch.compile(nn.Linear(4, 4).eval())


X = torch.zeros(2, 4)
REFUSED: dict[str, tuple[Any, Any, str]] = {
    "dropout": (
        lambda: nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)),
        X,
        "'1' (Dropout) drops units at random in training mode; call module.eval() first",
    ),
    "batch norm": (
        lambda: nn.Sequential(nn.BatchNorm1d(4)),
        X,
        "'0' (BatchNorm1d) normalises by its batch in training mode, so that rows depend on each other; call module.eval() first",
    ),
    "attention": (
        lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.1).self_attn,
        X,
        "the MultiheadAttention drops units at random in training mode; call module.eval() first",
    ),
    "hooks": (_hooked, X, "'0' (Linear) has hooks, which a graph does not run; remove them first"),
    "compiled": (
        _compiled,
        X,
        "the OptimizedModule is compiled: hooks and captures see what was compiled, not the module; give the module from before torch.compile",
    ),
    "nan": (
        lambda: _poisoned(float("nan")),
        X[:, :2],
        "the parameter weight[1, 0] is nan; weights are finite numbers",
    ),
    "infinite": (
        lambda: _poisoned(float("inf")),
        X[:, :2],
        "the parameter weight[1, 0] is inf; weights are finite numbers",
    ),
    "types": (
        _mixed,
        X,
        "the parameters have several types: '0.weight' is torch.float32, '1.weight' is torch.float64; cast the module to one",
    ),
    "meta": (
        lambda: nn.Linear(4, 4, bias=False, device="meta").eval(),
        X,
        "the parameter 'weight' is on the device 'meta': it has no values",
    ),
    "device": (
        lambda: nn.Linear(4, 4).eval(),
        X.to("meta"),
        "example input 0 is on meta, the module on cpu",
    ),
    "dtype": (
        lambda: nn.Linear(4, 4).eval(),
        X.double(),
        "example input 0 is torch.float64, the parameters are torch.float32",
    ),
    "input": (
        lambda: nn.Linear(4, 4).eval(),
        (torch.tensor(1.0),),
        "example input 0 is no tensor whose first dimension runs over rows: shape ()",
    ),
    "rows": (
        lambda: nn.Bilinear(4, 4, 1).eval(),
        (X, X[:1]),
        "the example inputs have different numbers of rows: [1, 2]",
    ),
    "branching": (
        lambda: Branching().eval(),
        X,
        "the module branches on the values that it computes, so that one graph cannot stand for it: ",
    ),
    "unsupported": (
        lambda: nn.Sequential(Unsupported()).eval(),
        torch.eye(3).repeat(2, 1, 1),
        "the operation aten.linalg_inv.default in '0' is not supported",
    ),
    "lstm": (
        lambda: nn.LSTM(4, 4, batch_first=True).eval(),
        torch.zeros(2, 3, 4),
        "the operation aten.lstm.input is not supported",
    ),
    "fixed rows": (
        lambda: FixedRows().eval(),
        X,
        "the module fixes the number of rows; a network must accept any number of them",
    ),
    "hidden state": (
        lambda: Hidden().eval(),
        X + 1,
        "the graph computes another 'output' than the module for 2 rows: the module does something that torch.export does not see",
    ),
    "view": (
        lambda: WritesIntoAView().eval(),
        X,
        "aten.relu_.default writes into a view, an input or a parameter; use the operation that returns a new tensor",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_captured_is_refused_by_name(name: str) -> None:
    make, inputs, message = REFUSED[name]
    with pytest.raises(InputError) as error:
        capture(make(), inputs)
    shown = str(error.value)
    assert shown == message or (message.endswith(": ") and shown.startswith(message))


def test_all_faults_of_a_module_are_reported_at_once() -> None:
    module: Any = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5), nn.BatchNorm1d(2))
    with torch.no_grad():
        module[0].weight[0, 0] = float("nan")
    with pytest.raises(InputError) as error:
        capture(module, X.double()[:, :2])
    assert len(error.value.faults) == 4


def test_inputs_that_do_not_fit_are_refused_before_anything_runs(case: Any) -> None:
    graph = case("mlp").graph
    with pytest.raises(InputError) as error:
        graph.run(torch.zeros(3, 5, dtype=torch.float64))
    assert (
        str(error.value)
        == (
            "the input 'input' has shape (3, 5), not (batch, 4)\n"
            "the input 'input' is torch.float64; it was captured as torch.float32"
        )
        or len(error.value.faults) == 2
    )
    with pytest.raises(InputError, match="the network has 1 inputs, not 2"):
        graph.run(X, X)


def test_later_training_does_not_change_a_captured_network() -> None:
    module = nn.Linear(4, 4).eval()
    graph = capture(module, X)
    before = graph.run(X + 1)["output"]
    with torch.no_grad():
        module.weight.zero_()
    assert torch.equal(before, graph.run(X + 1)["output"])


def test_a_module_that_is_called_twice_has_its_values_numbered() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.layer(self.layer(x).relu())
            return result

    graph = capture(Twice().eval(), X)
    assert {"layer.0", "layer.1"} <= set(graph.addresses)
    assert "layer" not in graph.addresses


def test_a_local_hugging_face_directory_is_captured(tmp_path: Any, case: Any) -> None:
    from tauomega.bridge.model_directory import layers_from_directory, module_from_directory

    here = case("gpt2")
    here.module.save_pretrained(tmp_path)
    graph = Network.from_module(module_from_directory(tmp_path), here.base[:2])
    assert torch.equal(graph.run(here.base)["logits"], here.graph.run(here.base)["logits"])
    with pytest.raises(InputError) as error:
        layers_from_directory(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'config.json'}: model_type 'gpt2' is no perceptron; capture it by "
        "Network.from_module(module_from_directory(directory), example_inputs)"
    )
