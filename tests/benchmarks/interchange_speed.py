"""All 65,536 interchanges of a 16-64-64-4 network: sweeps beside pyvene and plain forward hooks.

    pip install pyvene==0.1.8
    python tests/benchmarks/interchange_speed.py

Seconds are of one thread's processor time, the least of several runs, so that a busy machine tells
less; every method gives the labels of the same pairs, which are compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from tauomega import SCM
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture

HIGH = SCM.from_text("input P, Q : 0..15\nA = P mod 4\nB = Q mod 4\nout = (A + B) mod 4")
COUNT = 256
UNITS = 32


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


def least(action: Callable[[], Any], repeat: int) -> float:
    """The least processor time of several runs, after one to warm up."""
    best = float("inf")
    for _ in range(repeat + 1):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def by_hooks(module: Mlp, inputs: Tensor, batch: int) -> Tensor:
    """Sources run for every pair, bases patched by a forward hook."""
    seen: dict[str, Tensor] = {}
    found = []

    def keep(m: Any, i: Any, o: Tensor) -> None:
        seen["value"] = o

    def patch(m: Any, i: Any, o: Tensor) -> Tensor:
        changed = o.clone()
        changed[:, :UNITS] = seen["value"][:, :UNITS]
        return changed

    number = torch.arange(COUNT * COUNT)
    with torch.no_grad():
        for pair in torch.split(number, batch):
            handle = module.act.register_forward_hook(keep)
            module(inputs[pair % COUNT])
            handle.remove()
            handle = module.act.register_forward_hook(patch)
            found.append(module(inputs[pair // COUNT]).argmax(dim=-1))
            handle.remove()
    return torch.cat(found)


def by_pyvene(pyvene: Any, module: Mlp, inputs: Tensor, batch: int) -> Callable[[], Tensor]:
    """An intervenable model on the units of the first layer."""
    kind = type(module)
    mapping = pyvene.models.intervenable_modelcard
    mapping.type_to_module_mapping[kind] = {"hidden": ("act", "register_forward_hook")}
    mapping.type_to_dimension_mapping[kind] = {"hidden": ("h_dim",)}
    module.config = type("Config", (), {"h_dim": 64, "to_dict": lambda self: {}})()
    module.device = torch.device("cpu")  # type: ignore[assignment]
    configured = pyvene.IntervenableConfig(
        representations=[
            pyvene.RepresentationConfig(
                0, "hidden", "pos", 1, subspace_partition=[[0, UNITS], [UNITS, 64]]
            )
        ],
        intervention_types=pyvene.VanillaIntervention,
    )
    model = pyvene.IntervenableModel(configured, module)

    def run() -> Tensor:
        found = []
        with torch.no_grad():
            for pair in torch.split(torch.arange(COUNT * COUNT), batch):
                size = len(pair)
                _, patched = model(
                    {"x": inputs[pair // COUNT][:, None]},
                    [{"x": inputs[pair % COUNT][:, None]}],
                    {"sources->base": ([[[0]] * size], [[[0]] * size])},
                    subspaces=[[[0]] * size],
                )
                found.append(patched[:, 0].argmax(dim=-1))
        return torch.cat(found)

    return run


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    module, inputs = Mlp().eval(), torch.randn(COUNT, 16)
    graph = capture(module, inputs[:2])
    sites = {"A": graph.site(f"act[:, 0:{UNITS}]")}
    contexts: list[dict[str, Any]] = [{"P": k % 16, "Q": k // 16} for k in range(COUNT)]
    expectation = Expectation(HIGH, contexts, "out")
    rows: list[tuple[str, float]] = []
    labels: list[Tensor] = []
    swept: list[Sweep] = []

    def hooks(batch: int) -> None:
        labels.append(by_hooks(module, inputs, batch))

    def peer_labels(run: Callable[[], Tensor]) -> None:
        labels.append(run())

    def ours(filtered: bool) -> None:
        swept.append(next(sweep(graph, inputs, sites, Argmax(), expectation, filtered=filtered)))

    for batch in (256, 4096):
        rows.append((f"forward hooks, batch {batch}", least(partial(hooks, batch), given.repeat)))
    try:
        import pyvene
    except ModuleNotFoundError:
        print("pyvene is not installed (pip install pyvene==0.1.8): its rows are left out")  # noqa: T201
    else:
        for batch in (256, 4096):
            run = by_pyvene(pyvene, copied(module), inputs, batch)
            rows.append((f"pyvene, batch {batch}", least(partial(peer_labels, run), given.repeat)))
    rows.append(("sweep, bit-faithful", least(partial(ours, False), given.repeat)))
    rows.append(("sweep, filtered", least(partial(ours, True), given.repeat)))
    assert all(torch.equal(labels[0], other) for other in labels), "the methods differ"
    assert len({(s.agreeing, s.failing) for s in swept}) == 1, "the sweeps differ"
    best = min(
        [s for n, s in rows if n.startswith("pyvene")] or [s for n, s in rows if "hooks" in n]
    )
    peer = "pyvene's best" if any(n.startswith("pyvene") for n, _ in rows) else "the best hooks"
    print(f"| method | processor seconds | interchanges/s | of {peer} |\n|---|---|---|---|")  # noqa: T201
    for name, seconds in rows:
        print(f"| {name} | {seconds:.4f} | {COUNT**2 / seconds:,.0f} | {best / seconds:.1f}× |")  # noqa: T201
    last = swept[-1]
    share, left = last.accuracy, last.rerun
    print(f"{share} of the pairs agree; the filter left {left:,} to the faithful path")  # noqa: T201
    return 0


def copied(module: Mlp) -> Mlp:
    """A copy with the same weights: pyvene hangs attributes on the module that it is given."""
    made = Mlp().eval()
    made.load_state_dict(module.state_dict())
    return made


if __name__ == "__main__":
    raise SystemExit(main())
