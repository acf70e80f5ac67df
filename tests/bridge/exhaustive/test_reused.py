"""Tiles whose tensors are written over by the next: the bits of fresh ones, whatever was there before."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tauomega.bridge.exhaustive.clean import CleanRuns, run_clean
from tauomega.bridge.exhaustive.readout import Above, Argmax, differing
from tauomega.bridge.exhaustive.reused import Reused
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.network import CapturedNetwork
from tauomega.bridge.graph.replay import Suffix

ROWS, INPUTS = 24, 9
SITES = [
    ("1[:, 0:5]",),
    ("1[:, 7:12]",),
    ("1[:, (2, 5, 9)]",),
    ("1[:, 3]",),
    ("1",),
    ("0[:, 1:4]",),
    ("1[:, 0:5]", "1[:, 7:12]"),
    ("1[:, 0:5]", "2[:, 4:6]"),
    ("0[:, 0:5]", "3[:, (1, 3)]"),
]
ACTIVATIONS: list[Any] = [nn.ReLU, lambda: nn.LeakyReLU(-1.5), nn.GELU, nn.SiLU, nn.Tanh]


@cache
def chain(kind: int) -> CapturedNetwork:
    torch.manual_seed(kind)
    parts: list[nn.Module] = []
    for below, here in pairwise((3, 12, 9, 9, 9, 2)):
        parts += [nn.Linear(below, here), ACTIVATIONS[kind]()]
    return capture(nn.Sequential(*parts[:-1]).eval(), torch.randn(2, 3))


def prepared(
    graph: CapturedNetwork, texts: tuple[str, ...]
) -> tuple[Reused | None, Suffix, CleanRuns, list[Tensor]]:
    inputs = torch.randn(INPUTS, 3)
    sites = {str(k): graph.site(text) for k, text in enumerate(texts)}
    suffix = Suffix.of(graph, sites.values())
    clean = run_clean(graph, [inputs], sites, suffix.frontier, ROWS)
    held = list(clean.held.values())
    (output,) = graph.outputs.values()
    return Reused.of(suffix, clean, held, output, ROWS), suffix, clean, held


def fresh(
    suffix: Suffix, clean: CleanRuns, held: list[Tensor], bases: slice, sources: list[Tensor]
) -> Tensor:
    """The twin: every row made anew, the last of a tile filled up with the first."""
    each = len(sources[0])
    base = torch.arange(bases.start, bases.stop).repeat_interleave(each)
    chosen = [base, *(s.repeat(bases.stop - bases.start) for s in sources)]
    at = [torch.cat([x, x[:1].expand(ROWS - len(x))]) for x in chosen]
    values = suffix.run(
        clean.frontier(suffix.frontier, at[0]),
        [h[s] for h, s in zip(held, at[1:], strict=True)],
    )
    found: Tensor = values[suffix.steps[-1]]
    return found[: len(base)]


@pytest.mark.parametrize("texts", SITES)
@pytest.mark.parametrize("kind", range(len(ACTIVATIONS)))
def test_every_tile_has_the_bits_of_a_fresh_one(texts: tuple[str, ...], kind: int) -> None:
    reused, suffix, clean, held = prepared(chain(kind), texts)
    assert reused is not None
    generator = torch.Generator().manual_seed(kind)
    several = [torch.randint(INPUTS, (5,), generator=generator) for _ in held]
    others = [torch.randint(INPUTS, (7,), generator=generator) for _ in held]
    tiles = [(0, 2, several), (2, 6, several), (6, 7, others), (7, 9, others), (3, 7, several)]
    for start, stop, sources in tiles:
        bases = slice(start, stop)
        expected = fresh(suffix, clean, held, bases, sources)
        assert torch.equal(expected, reused.outputs(bases, sources))


def test_several_tiles_come_together() -> None:
    reused, suffix, clean, held = prepared(chain(0), SITES[0])
    assert reused is not None
    assert reused.tiles > 1
    sources = [torch.arange(5)]
    expected = [
        fresh(suffix, clean, held, slice(k, min(k + 4, INPUTS)), sources)
        for k in range(0, INPUTS, 4)
    ]
    assert torch.equal(torch.cat(expected), reused.outputs(slice(0, INPUTS), sources))


def test_entries_left_by_other_sources_are_caught() -> None:
    """What is read of the bases covers entries of the site: they must be set for every tile."""
    reused, suffix, clean, held = prepared(chain(0), ("1[:, (2, 5, 9)]",))
    assert reused is not None
    assert reused.mixed
    reused.mixed = False
    sources = [torch.arange(5)]
    reused.outputs(slice(0, 4), sources)
    expected = fresh(suffix, clean, held, slice(4, 8), sources)
    assert not torch.equal(expected, reused.outputs(slice(4, 8), sources))


def test_other_networks_are_left_to_the_plain_replay() -> None:
    class Skipping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            h = self.first(x)
            result: Tensor = self.second(h) + h
            return result

    normed = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    unbiased = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2, bias=False))
    for module, text in ((Skipping(), "first"), (normed, "0"), (unbiased, "0")):
        assert prepared(capture(module.eval(), torch.randn(2, 3)), (text,))[0] is None


@pytest.mark.parametrize("seed", range(3))
def test_differing_labels_are_found_whatever_the_numbers(seed: int) -> None:
    """Beside reading every label: clear rows, ties, infinities, no numbers, labels that are no place."""
    torch.manual_seed(seed)
    clear, odd = torch.randn(50, 4), torch.randint(-1, 2, (50, 4)).float()
    odd[::7, 1], odd[::5, 2], odd[::11] = float("inf"), float("-inf"), float("nan")
    odd[::3, 3] = float("nan")
    for value in (clear, odd, clear[:, :1]):
        for least, most in ((0, value.shape[1]), (-1, 3), (0, 6)):
            expected = torch.randint(least, most, (len(value),))
            for readout in (Argmax(), Above(0.0)):
                wanted = readout.labels(value) != expected
                found = differing(readout, value, expected, range(least, most))
                assert torch.equal(wanted, found)
