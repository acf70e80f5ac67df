"""Sweeps over every pair: the bits of forward hooks, with the filter or without, counted exactly."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tauomega import SCM
from tauomega.bridge.exhaustive import fused
from tauomega.bridge.exhaustive.equivalence import interchange_classes, interchange_labels
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.fused_radius import Radius
from tauomega.bridge.exhaustive.readout import Above, Argmax, Readout
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.sites import Site, Subspace
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import Hard

HIGH = SCM.from_text("input P, Q : 0..3\nA = P mod 2\nB = Q mod 2\nout = A xor B")
CONTEXTS: list[dict[str, Any]] = [{"P": p, "Q": q} for p, q in product(range(4), range(4))]
EXPECTED = Expectation(HIGH, CONTEXTS, "out")
ROWS = 48


def mlp(seed: int, slope: float = 0.0) -> nn.Sequential:
    torch.manual_seed(seed)
    activation = (lambda: nn.LeakyReLU(slope)) if slope else nn.ReLU
    return nn.Sequential(
        nn.Linear(3, 12), activation(), nn.Linear(12, 9), activation(), nn.Linear(9, 2)
    ).eval()


def hooked_labels(
    module: nn.Sequential,
    at: int,
    units: list[Tensor],
    base: Tensor,
    sources: list[Tensor],
    readout: Readout,
) -> Tensor:
    """Labels by forward hooks, on the tiles that a sweep of `ROWS` rows makes."""
    seen: dict[str, Tensor] = {}
    found = []
    for start in range(0, len(base), ROWS):
        size = min(ROWS, len(base) - start)
        tiles = [
            torch.cat([x[start : start + size], x[:1].expand(ROWS - size, *x.shape[1:])])
            for x in (base, *sources)
        ]
        kept = []
        for tile in tiles[1:]:
            handle = module[at].register_forward_hook(lambda m, i, o: seen.update(value=o))
            module(tile)
            handle.remove()
            kept.append(seen["value"])

        def patch(m: Any, i: Any, o: Tensor, kept: list[Tensor] = kept) -> Tensor:
            changed = o.clone()
            for chosen, value in zip(units, kept, strict=True):
                changed[:, chosen] = value[:, chosen]
            return changed

        handle = module[at].register_forward_hook(patch)
        with torch.no_grad():
            found.append(readout.labels(module(tiles[0]))[:size])
        handle.remove()
    return torch.cat(found)


def wrong_pairs(labels: Tensor, names: tuple[str, ...]) -> list[tuple[int, ...]]:
    """Base and sources of the pairs whose label is not the expected one, by running the high model."""
    found = []
    runs = [HIGH.run(c) for c in CONTEXTS]
    for number, (base, *sources) in enumerate(product(range(16), repeat=1 + len(names))):
        hard = Hard(tuple((n, runs[s][n]) for n, s in zip(names, sources, strict=True)))
        if int(labels[number]) != HIGH.run(CONTEXTS[base], hard)["out"]:
            found.append((base, *sources))
    return found


def swept(module: nn.Module, inputs: Tensor, **options: Any) -> list[Sweep]:
    graph = capture(module, inputs[:2])
    sites = {"A": graph.site("1[:, 0:5]"), "B": graph.site("1[:, 7:12]")}
    return list(sweep(graph, inputs, sites, Argmax(), EXPECTED, rows=ROWS, **options))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("filtered", [False, True])
def test_a_sweep_counts_what_hooks_show_pair_by_pair(seed: int, filtered: bool) -> None:
    module = mlp(seed, slope=0.1 if seed == 1 else 0.0)
    inputs = torch.randn(16, 3)
    units = {"A": torch.arange(5), "B": torch.arange(7, 12)}
    for found in swept(module, inputs, joint=None, filtered=filtered, keep=5):
        numbers = torch.tensor(list(product(range(16), repeat=1 + len(found.sites))))
        labels = hooked_labels(
            module, 1, [units[n] for n in found.sites], inputs[numbers[:, 0]],
            [inputs[numbers[:, k]] for k in range(1, numbers.shape[1])], Argmax(),
        )  # fmt: skip
        wrong = wrong_pairs(labels, found.sites)
        assert found.total == 16 ** (1 + len(found.sites))
        assert found.accuracy == 1 - Fraction(len(wrong), found.total)
        shown = [(p.base, *(s for _, s in p.sources)) for p in found.failing]
        assert wrong[:5] == shown
        assert "ieee(float32, cpu, batch=48)" == found.semantics


def test_equal_site_values_are_run_once_and_counted_as_often_as_they_occur() -> None:
    inputs = torch.randn(4, 3).repeat(4, 1)
    (single, *_), (plain, *_) = (swept(mlp(0), inputs, filtered=f) for f in (True, False))
    assert single.distinct < single.total
    assert single == Sweep(**{**_fields(plain), "rerun": single.rerun})


def _fields(found: Sweep) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Sweep.__slots__}


def near_ties() -> nn.Sequential:
    """Two outputs that are equal in exact arithmetic and round differently: every margin is noise."""
    module = mlp(5)
    second, last = (m for m in list(module)[1:] if isinstance(m, nn.Linear))
    with torch.no_grad():
        second.weight[4:8] = second.weight[:4]
        second.bias[4:8] = second.bias[:4]
        last.weight[1] = last.weight[0]
        last.weight[1, :4] = last.weight[0, 4:8]
        last.weight[1, 4:8] = last.weight[0, :4]
        last.bias[1] = last.bias[0]
    return module


def test_what_is_within_rounding_is_left_to_the_faithful_path() -> None:
    inputs = torch.randn(16, 3)
    for filtered, plain in zip(
        swept(near_ties(), inputs, filtered=True, joint=None),
        swept(near_ties(), inputs, filtered=False, joint=None),
        strict=True,
    ):
        assert filtered.rerun == filtered.distinct
        assert _fields(filtered) == _fields(plain)


def test_a_filter_that_believes_everything_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Radius, "of_rows", lambda _, rows, *columns: rows.new_full((len(rows),), -1)
    )
    inputs = torch.randn(16, 3)
    believing = swept(near_ties(), inputs, filtered=True, joint=None)
    plain = swept(near_ties(), inputs, filtered=False, joint=None)
    assert [s.agreeing for s in believing] != [s.agreeing for s in plain]


@pytest.mark.parametrize("seed", range(4))
def test_the_radius_covers_both_paths(seed: int) -> None:
    """Against float64: neither path is further from the exact value than half the pair's radius."""
    from tauomega.bridge.exhaustive.clean import run_clean
    from tauomega.bridge.graph.replay import Suffix

    module, inputs = mlp(seed), torch.randn(16, 3) * 10 ** (seed - 1)
    graph = capture(module, inputs[:2])
    site = graph.site("1[:, 0:5]")
    suffix = Suffix.of(graph, [site])
    clean = run_clean(graph, [inputs], {"A": site}, suffix.frontier, ROWS)
    made = fused.Fused.of(suffix, clean, [clean.held["A"]], Argmax())
    assert made is not None
    hidden = torch.stack([clean.values["relu"]] * 16)
    hidden[:, :, :5] = clean.held["A"][:, None, :5].expand(16, 16, 5)
    exact = module[2:].double()(hidden.double())
    module.float()
    faithful = module[2:](hidden)
    base, source = made.base, made.sources[0]
    half = (base.radius[None] + source.radius[:, None]) / 2
    assert ((faithful.double() - exact).abs().amax(dim=2) <= half).all()
    quick = module[3:](base.part[None] + source.part[:, None])
    assert ((quick.double() - exact).abs().amax(dim=2) <= half).all()


def test_sites_that_overlap_are_refused() -> None:
    """Which one is written last would decide; sites apart, and orthogonal subspaces, are fine."""
    module, inputs = mlp(0), torch.randn(16, 3)
    graph = capture(module, inputs[:2])
    sites = {"A": graph.site("1[:, 0:5]"), "B": graph.site("1[:, 4]")}
    with pytest.raises(InputError, match=r"1\[:, 0:5\] and 1\[:, 4\] overlap"):
        list(sweep(graph, inputs, sites, Argmax(), EXPECTED, rows=ROWS, joint=2))
    part = graph.site("1[:, 0:4]")
    axes = torch.linalg.qr(torch.randn(4, 4)).Q
    planes: dict[str, Site] = {
        "A": Subspace(part, axes[:, :2], "first"),
        "B": Subspace(part, axes[:, 2:], "rest"),
    }
    assert 3 == len(list(sweep(graph, inputs, planes, Argmax(), EXPECTED, rows=ROWS, joint=2)))
    planes["B"] = Subspace(part, axes[:, 1:], "more")
    with pytest.raises(InputError, match="first and more overlap"):
        list(sweep(graph, inputs, planes, Argmax(), EXPECTED, rows=ROWS, joint=2))
    planes["B"] = part
    with pytest.raises(InputError, match="overlap"):
        list(sweep(graph, inputs, planes, Argmax(), EXPECTED, rows=ROWS, joint=2))


def test_another_reader_than_one_linear_map_has_no_filter() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.act, self.second = nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            h = self.act(self.first(x))
            result: Tensor = self.second(h) + h[:, :2]
            return result

    inputs = torch.randn(16, 3)
    graph = capture(Twice().eval(), inputs[:2])
    (found,) = sweep(graph, inputs, {"A": graph.site("act[:, 0:2]")}, Argmax(), EXPECTED, rows=ROWS)
    assert found.rerun == found.distinct


def test_a_site_carries_the_classes_of_its_interchange_table() -> None:
    """h = [x0 > 0], which the output repeats: two classes of sources, whatever the rest does."""
    first, last = nn.Linear(3, 2), nn.Linear(2, 1)
    module = nn.Sequential(first, nn.ReLU(), last).eval()
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 1, 0]]))
        last.weight.copy_(torch.tensor([[1.0, 0]]))
        first.bias.zero_()
        last.bias.zero_()
    inputs = torch.tensor([[a, b, 0.0] for a in (-1, 0, 1, 2) for b in (1, 2)])
    graph = capture(module, inputs[:2])
    labels = interchange_labels(graph, inputs, graph.site("1[:, 0:1]"), Above(0.0), rows=ROWS)
    assert (8, 8) == tuple(labels.shape)
    assert [[0, 1, 2, 3], [4, 5, 6, 7]] == interchange_classes(labels)
    dead = interchange_labels(graph, inputs, graph.site("1[:, 1:2]"), Above(0.0), rows=ROWS)
    assert [list(range(8))] == interchange_classes(dead)


def test_a_transformer_is_swept_with_the_bits_of_hooks() -> None:
    hf = pytest.importorskip("transformers")
    torch.manual_seed(0)
    sizes = {"vocab_size": 16, "n_positions": 4, "n_embd": 8, "n_layer": 2, "n_head": 2}
    module = hf.GPT2LMHeadModel(hf.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)).eval()
    inputs = torch.randint(0, 16, (16, 4))
    graph = capture(module, inputs[:2])
    site = graph.site("transformer.h.0[:, 2]")
    readout = Argmax("logits", at=(-1,))
    expectation = Expectation(HIGH, CONTEXTS, "out")
    (found,) = sweep(graph, inputs, {"A": site}, readout, expectation, rows=32)
    seen: dict[str, Tensor] = {}
    labels = []
    for start in range(0, 256, 32):
        number = torch.arange(start, start + 32)
        handle = module.transformer.h[0].register_forward_hook(
            lambda m, i, o: seen.update(h=o[0] if isinstance(o, tuple) else o)
        )
        module(inputs[number % 16])
        handle.remove()

        def patch(m: Any, i: Any, o: Any) -> Any:
            own = o[0] if isinstance(o, tuple) else o
            changed = own.clone()
            changed[:, 2] = seen["h"][:, 2]
            return (changed, *o[1:]) if isinstance(o, tuple) else changed

        handle = module.transformer.h[0].register_forward_hook(patch)
        with torch.no_grad():
            labels.append(readout.labels(module(inputs[number // 16]).logits))
        handle.remove()
    wrong = wrong_pairs(torch.cat(labels), ("A",))
    assert found.accuracy == 1 - Fraction(len(wrong), 256)
    assert [(p.base, p.sources[0][1]) for p in found.failing] == wrong[:10]


def test_what_cannot_be_swept_is_refused_all_at_once() -> None:
    module, inputs = mlp(0), torch.randn(5, 3)
    graph = capture(module, inputs[:2])
    with pytest.raises(InputError) as caught:
        list(sweep(graph, inputs, {}, Argmax(), EXPECTED, rows=0))
    for part in ("5 inputs stand for 16 contexts", "and one site", "at least one row, not 0"):
        assert part in str(caught.value)
