"""All 65,536 interchanges of two small networks: sweeps beside pyvene and plain forward hooks.

    pip install pyvene==0.1.8 'transformers>=4.50'
    python tests/benchmarks/interchange_speed.py                       # both networks, minutes
    python tests/benchmarks/interchange_speed.py --network mlp

The networks are a perceptron 16-64-64-4, half of its first hidden layer swapped, and a GPT-2 of 4 layers
of width 64 with 8 positions and a vocabulary of 64, position 3 swapped after block 0 and after block 2.

Seconds are of one thread's processor time. The methods take turns, round after round; a turn lasts at least
a tenth of a second, and its mean counts, whoever's it is. Printed are the median and the least over the rounds
of each, and how many times as fast as the fastest of pyvene's batches a method is: the medians' ratio, and
the lowest and the median of the ratios within a round. The labels of all pairs are compared. The peers run a
part of the GPT-2's pairs, evenly spread (`--pairs`): theirs cost the same each.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from math import ceil
from os import cpu_count
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from tauomega import SCM
from tauomega.bridge.exhaustive.equivalence import interchange_labels
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture

HIGH = SCM.from_text("input P, Q : 0..15\nA = P mod 4\nB = Q mod 4\nout = (A + B) mod 4")
TURN = 0.1
COUNT = 256
UNITS = 32
PLACE = 3


class Mlp(nn.Module):
    """16-64-64-4, with modules that can be named and hooked."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.act = nn.Linear(16, 64), nn.ReLU()
        self.second, self.act2, self.last = nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4)

    def forward(self, x: Tensor) -> Tensor:
        """The logits."""
        result: Tensor = self.last(self.act2(self.second(self.act(self.first(x)))))
        return result


@dataclass
class Method:
    """A way to run pairs: what it found, the seconds of each turn, and how many pairs it runs."""

    name: str
    run: Callable[[], Any]
    pairs: int
    turns: list[float] = field(default_factory=list)
    repeats: int = 1
    found: Any = field(default=None)

    def turn(self) -> float:
        """The processor time of a run, the mean of a turn."""
        start = time.process_time()
        for _ in range(self.repeats):
            self.found = self.run()
        return (time.process_time() - start) / self.repeats

    def each(self, of: Callable[[list[float]], float]) -> float:
        """Seconds a pair: the median or the least of the turns."""
        return of(self.turns) / self.pairs


def take_turns(methods: Sequence[Method], rounds: int) -> None:
    """Two turns to warm up, which settle how often a turn repeats a run; then all in turn."""
    for method in methods:
        method.turn()
        method.repeats = max(1, ceil(TURN / max(method.turn(), 1e-6)))
    for _ in range(rounds):
        for method in methods:
            method.turns.append(method.turn())


def by_hooks(
    module: Any, part: nn.Module, index: tuple[Any, ...], given: Tensor, pairs: Tensor, batch: int
) -> Tensor:
    """Sources run for every pair, bases patched by a forward hook: labels."""
    seen: dict[str, Tensor] = {}

    def keep(m: Any, i: Any, o: Any) -> None:
        seen["value"] = o[0] if isinstance(o, tuple) else o

    def patch(m: Any, i: Any, o: Any) -> Any:
        changed = (o[0] if isinstance(o, tuple) else o).clone()
        changed[index] = seen["value"][index]
        return (changed, *o[1:]) if isinstance(o, tuple) else changed

    found = []
    with torch.no_grad():
        for pair in torch.split(pairs, batch):
            handle = part.register_forward_hook(keep)
            module(given[pair % COUNT])
            handle.remove()
            handle = part.register_forward_hook(patch)
            found.append(labels_of(module(given[pair // COUNT])))
            handle.remove()
    return torch.cat(found)


def labels_of(output: Any) -> Tensor:
    """The largest logit, at the last position of a sequence."""
    logits: Tensor = getattr(output, "logits", output)
    return (logits[:, -1] if logits.dim() == 3 else logits).argmax(dim=-1)


def pyvene_of_mlp(pyvene: Any, module: Mlp) -> Callable[[Tensor, Tensor], Tensor]:
    """Labels of a batch of pairs; pyvene wants inputs of a name, and a position."""
    known = pyvene.models.intervenable_modelcard
    known.type_to_module_mapping[Mlp] = {"hidden": ("act", "register_forward_hook")}
    known.type_to_dimension_mapping[Mlp] = {"hidden": ("hidden_size",)}
    made = Mlp().eval()  # pyvene hangs attributes on the module that it is given
    made.load_state_dict(module.state_dict())
    made.config = type("Config", (), {"hidden_size": 64, "to_dict": lambda self: {}})()
    made.device = torch.device("cpu")  # type: ignore[assignment]
    model = pyvene.IntervenableModel(
        pyvene.IntervenableConfig(
            representations=[
                pyvene.RepresentationConfig(
                    0, "hidden", "pos", 1, subspace_partition=[[0, UNITS], [UNITS, 64]]
                )
            ],
            intervention_types=pyvene.VanillaIntervention,
        ),
        made,
    )

    def run(base: Tensor, source: Tensor) -> Tensor:
        size = len(base)
        _, patched = model(
            {"x": base[:, None]},
            [{"x": source[:, None]}],
            {"sources->base": ([[[0]] * size], [[[0]] * size])},
            subspaces=[[[0]] * size],
        )
        found: Tensor = patched[:, 0].argmax(dim=-1)
        return found

    return run


def pyvene_of_gpt2(pyvene: Any, module: Any, block: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Labels of a batch of pairs of sequences."""
    model = pyvene.IntervenableModel(
        pyvene.IntervenableConfig(
            model_type=type(module),
            representations=[pyvene.RepresentationConfig(block, "block_output", "pos", 1)],
            intervention_types=pyvene.VanillaIntervention,
        ),
        module,
    )

    def run(base: Tensor, source: Tensor) -> Tensor:
        size = len(base)
        _, patched = model(
            {"input_ids": base},
            [{"input_ids": source}],
            {"sources->base": ([[[PLACE]] * size], [[[PLACE]] * size])},
        )
        return labels_of(patched)

    return run


def in_batches(
    run: Callable[[Tensor, Tensor], Tensor], given: Tensor, pairs: Tensor, batch: int
) -> Tensor:
    """Labels of pairs, batch after batch."""
    with torch.no_grad():
        return torch.cat(
            [run(given[p // COUNT], given[p % COUNT]) for p in torch.split(pairs, batch)]
        )


def swept(graph: Any, given: Tensor, site: str, readout: Argmax, **options: Any) -> Sweep:
    """A sweep of one site."""
    found: Sweep = next(sweep(graph, given, {"A": graph.site(site)}, readout, EXPECTED, **options))
    return found


EXPECTED = Expectation(HIGH, [{"P": k % 16, "Q": k // 16} for k in range(COUNT)], "out")


def wrong_pairs(labels: Tensor) -> int:
    """How many of all pairs have another label than the high model's."""
    codes = EXPECTED.codes(("A",))
    wanted = codes.table[codes.sources[0][None, :], codes.bases[:, None]]
    return int((labels.reshape(COUNT, COUNT) != wanted).sum())


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{text}\n")


def table(title: str, methods: Sequence[Method]) -> None:
    """Print times, and how many times as fast as the peer's best they are."""
    peers = [m for m in methods if m.name.startswith("pyvene")] or [
        m for m in methods if "hooks" in m.name
    ]
    name = peers[0].name.split(",")[0]
    best = min(m.each(median) for m in peers)
    bests = [min(m.turns[i] / m.pairs for m in peers) for i in range(len(peers[0].turns))]
    say(f"\n{title}; {len(bests)} rounds\n")
    say(f"| method | µs a pair: median | least | of {name}'s best | in a round: median | lowest |")
    say("|---|---|---|---|---|---|")
    for m in methods:
        within = [peer / (own / m.pairs) for peer, own in zip(bests, m.turns, strict=True)]
        say(
            f"| {m.name} | {m.each(median) * 1e6:.4f} | {m.each(min) * 1e6:.4f} | "
            f"{best / m.each(median):.1f}× | {median(within):.1f}× | {min(within):.1f}× |"
        )


def compare(methods: Sequence[Method]) -> None:
    """Refuse to print what disagrees: labels of the peers, and counts of the sweeps."""
    labels = [m.found for m in methods if isinstance(m.found, Tensor)]
    sweeps = [m.found for m in methods if isinstance(m.found, Sweep)]
    assert all(torch.equal(labels[0], other) for other in labels), "the methods differ"
    assert len({(s.agreeing, s.failing) for s in sweeps}) == 1, "the sweeps differ"
    if len(labels[0]) == COUNT**2:
        assert COUNT**2 - sweeps[0].agreeing == wrong_pairs(labels[0]), "sweeps and peers differ"


def perceptron(pyvene: Any, rounds: int) -> None:
    """16-64-64-4."""
    torch.manual_seed(0)
    module, given = Mlp().eval(), torch.randn(COUNT, 16)
    graph = capture(module, given[:2])
    pairs, site = torch.arange(COUNT**2), f"act[:, 0:{UNITS}]"
    index = (slice(None), slice(0, UNITS))
    methods = [
        Method(
            f"forward hooks, batch {batch}",
            partial(by_hooks, module, module.act, index, given, pairs, batch),
            len(pairs),
        )
        for batch in (256, 1024, 4096)
    ]
    if pyvene is not None:
        run = pyvene_of_mlp(pyvene, module)
        methods += [
            Method(f"pyvene, batch {b}", partial(in_batches, run, given, pairs, b), len(pairs))
            for b in (256, 1024, 2048, 4096, 8192)
        ]
    methods += [
        Method(name, partial(swept, graph, given, site, Argmax(), filtered=filtered), len(pairs))
        for name, filtered in (("sweep, bit-faithful", False), ("sweep, filtered", True))
    ]
    take_turns(methods, rounds)
    compare(methods)
    table("MLP 16-64-64-4, 32 units of the first hidden layer", methods)
    last = methods[-1].found
    how = "compiled" if find_spec("numba") else "on tensors: the extra 'fast' compiles it"
    say(
        f"\n{last.accuracy} of the pairs agree; the filter ({how}) left {last.rerun:,} to the faithful path"
    )


def decoder(pyvene: Any, rounds: int, count: int) -> None:
    """GPT-2 after blocks 0 and 2."""
    import transformers as hf

    torch.manual_seed(0)
    config = hf.GPT2Config(
        vocab_size=64, n_positions=8, n_embd=64, n_layer=4, n_head=4, bos_token_id=0, eos_token_id=0
    )
    module: Any = hf.GPT2LMHeadModel(config).eval()
    given = torch.randint(0, 64, (COUNT, 8))
    graph = capture(module, given[:2])
    readout = Argmax("logits", at=(-1,))
    pairs = torch.arange(0, COUNT**2, COUNT**2 // count)
    for block in (0, 2):
        site = f"transformer.h.{block}[:, {PLACE}]"
        part = module.transformer.h[block]
        hooks = partial(by_hooks, module, part, (slice(None), PLACE), given, pairs)
        methods = [
            Method(f"forward hooks, batch {b}", partial(hooks, b), len(pairs)) for b in (64, 256)
        ]
        if pyvene is not None:
            run = pyvene_of_gpt2(pyvene, module, block)
            methods += [
                Method(f"pyvene, batch {b}", partial(in_batches, run, given, pairs, b), len(pairs))
                for b in (64, 256, 1024)
            ]
        plain = partial(swept, graph, given, site, readout, rows=256)
        methods += [
            Method("sweep, every position", partial(plain, pruned=False), COUNT**2),
            Method("sweep", plain, COUNT**2),
        ]
        take_turns(methods, rounds)
        compare(methods)
        whole = interchange_labels(graph, given, graph.site(site), readout, rows=256).T.flatten()
        assert torch.equal(whole[pairs], methods[0].found), "the replay differs from the peers"
        assert wrong_pairs(whole) == COUNT**2 - methods[-1].found.agreeing, "the sweep differs"
        table(f"GPT-2 (64 tokens, 4 layers, width 64, 8 positions) after block {block}", methods)
        say("\n" + "\n".join(methods[-1].found.relies_on or ["every position was computed"]))


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=("mlp", "gpt2", "all"), default="all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=2048, help="of the GPT-2, for the peers")
    given = parser.parse_args()
    torch.set_num_threads(1)
    try:
        import pyvene
    except ModuleNotFoundError as error:
        pyvene = None
        say(
            f"pyvene cannot be imported ({error}): pip install pyvene==0.1.8; its rows are left out"
        )
    say("# All interchanges of two small networks, beside pyvene and forward hooks\n")
    options = f"--network {given.network} --rounds {given.rounds} --pairs {given.pairs}"
    say(
        f"Written by `python tests/benchmarks/interchange_speed.py {options} > FILE`: microseconds of one"
    )
    say(
        f"processor's time (of {cpu_count()}), PyTorch {torch.__version__}, on a machine that may be shared."
    )
    if given.network in ("mlp", "all"):
        perceptron(pyvene, 4 * given.rounds)
    if given.network in ("gpt2", "all"):
        if find_spec("transformers") is None:
            say(
                "transformers is not installed: pip install 'tauomega[huggingface]'; GPT-2 is left out"
            )
        else:
            decoder(pyvene, max(1, given.rounds // 2), given.pairs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
