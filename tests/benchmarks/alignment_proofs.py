"""What a sampled accuracy of DAS suggests, decided: networks on which it is proved, and one where it is false.

    python tests/benchmarks/alignment_proofs.py               # eleven networks, trained here
    pip install pyvene==0.1.8                                 # the refuting pair is then replayed by it too
    python tests/benchmarks/alignment_proofs.py --classes       # what classes reach on a random network
    python tests/benchmarks/alignment_proofs.py --classes --rows FILE   # a class a row; rows that FILE has are kept

4-16-16-2 networks trained for (A = B) = (C = D) over A, …, D in {-3, -1, 1, 3}, on the task alone: 256
contexts, 131,072 interchanges of either equality. DAS is one round of training with eight features each; its
sampled accuracy is of 2,000 pairs. It is then decided on all pairs, and learns from those that fail.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from tauomega import SCM, Abstraction
from tauomega.bridge.alignment import alignment_classes, find_alignment_class
from tauomega.bridge.alignment.exchange import PYVENE, Exchange, exchange_of
from tauomega.bridge.alignment.guided import Aligned, Guidance, Outcome, align
from tauomega.bridge.alignment.orders import settle_orders
from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.alignment.scoring import score
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import sweep
from tauomega.bridge.graph.mlp import graph_of_mlp
from tauomega.bridge.graph.sites import Subspace
from tauomega.bridge.interchange_training import InterchangeTraining
from tauomega.theory.kernel import Scope, parse_expression

HIGH = SCM.from_text("input A, B, C, D : 0..3\nleft = A == B\nright = C == D\nsame = left == right")
SEEDS = (6, 17, 19, 30, 34, 71, 76, 79, 88, 99, 104)
REFUTED = 17

HEADING = """# What a sampled accuracy of DAS suggests, decided

Written by `python tests/benchmarks/alignment_proofs.py > FILE`. Of each network: DAS's accuracy sampled on 2,000 pairs,
and exactly; the rounds of learning from failing pairs until the alignment is proved in exact arithmetic; how many
interchanges agree in a sweep of what PyTorch computes, and how many whatever the order of summation.
"""


def question(seed: int, *, features: int = 8) -> AlignmentQuestion:
    """A network trained for the task alone, about 2 s, and where its two equalities are asked to be."""
    recipe = InterchangeTraining(
        HIGH, "same", (16, 16), sites={}, encode={0: -3.0, 1: -1.0, 2: 1.0, 3: 3.0}, seed=seed
    )
    network = recipe.train()
    encode = {n: parse_expression(f"2*{n} - 3", Scope({n: HIGH.domain(n)})) for n in HIGH.inputs}
    model = network.as_model(dict.fromkeys(HIGH.inputs, "0..3"), encode=encode)
    names = network.unit_names(0)
    sites = {"left": names[:features], "right": names[features : 2 * features]}
    tau = {"same": "output[1] > output[0]"}
    return AlignmentQuestion.from_claim(
        Abstraction.from_text(model, HIGH, tau, sites=sites), joint=1
    )


def guided(asked: AlignmentQuestion, rounds: int) -> Aligned:
    """DAS, and counterexamples for so many rounds."""
    return align(asked, find_alignment_class("orthogonal"), Guidance(rounds=rounds))


def refutation(asked: AlignmentQuestion) -> tuple[Aligned, Exchange]:
    """One round of DAS, and the first pair that refutes it."""
    found = guided(asked, 1)
    return found, exchange_of(asked, found.alignment, found.decided.failures[0])


def by_pyvene(exchange: Exchange) -> torch.Tensor | None:
    """The five lines, run; `None` if pyvene is not installed."""
    try:
        with redirect_stdout(sys.stderr):  # pyvene prints as it is imported
            import pyvene
    except ModuleNotFoundError:
        return None
    names: dict[str, Any] = {"pyvene": pyvene, "torch": torch, "SimpleNamespace": SimpleNamespace}
    names |= {field.name: getattr(exchange, field.name) for field in fields(exchange)}
    exec(PYVENE.replace("print(patched)", ""), names)  # the constant that is shown
    result: torch.Tensor = names["patched"]
    return result


def machine_agrees(asked: AlignmentQuestion, found: Aligned) -> str:
    """How many pairs of `left` agree on this machine: a sweep in float32 by other code."""
    matrix = found.alignment.map.forward[0].weight
    chosen = dict(found.alignment.features)["left"]
    basis = torch.tensor([[float(x) for x in matrix[k]] for k in chosen]).T
    graph = graph_of_mlp(asked.model.network)
    site = Subspace(graph.site("layers.0[:, :]"), basis, "left")
    points = [tuple(c.values()) for c in asked.model.as_scm().contexts()]
    inputs = torch.tensor([[float(x) for x in asked.model.row(point)] for point in points])
    expectation = Expectation(HIGH, asked.contexts, "same")
    swept = next(sweep(graph, inputs, {"left": site}, Argmax(), expectation))
    return f"{swept.agreeing:,} of {swept.total:,}"


def show(seeds: Sequence[int], rounds: int) -> int:
    """The table of networks, a row at a time; how many were proved."""
    say(HEADING)
    say(
        "| seed | sampled | exact | failing of 131,072 | rounds | outcome | float32 sweep | seconds | "
        "every order of float32 |"
    )
    say("|---|---|---|---|---|---|---|---|---|")
    proved = 0
    for seed in seeds:
        asked = question(seed)
        start = time.process_time()
        found = guided(asked, rounds)
        seconds = time.process_time() - start
        proved += found.outcome is Outcome.PROVED
        first = found.rounds[0]
        shown = (
            f"{seed} | {float(first.sampled):.4f} | {float(first.accuracy):.6f} | {first.failing}"
        )
        ending = f"{len(found.rounds)} | {found.outcome.value} | {machine_agrees(asked, found)}"
        orders = settle_orders(asked, found.alignment)
        settled = f"{orders.agreeing:,} of {orders.total:,}"
        say(f"| {shown} | {ending} | {seconds:.1f} | {settled} |")
    return proved


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201


def show_refuted() -> None:
    """The sampled accuracy, the pair that refutes it, and its replays."""
    asked = question(REFUTED)
    found, exchange = refutation(asked)
    failure, first = found.decided.failures[0], found.rounds[0]
    say(
        f"\nseed {REFUTED}: DAS's sampled accuracy is {float(first.sampled):.4f}; exactly it is "
        f"{first.accuracy} = {float(first.accuracy):.6f}.\nSetting {failure.variables[0]} to its value at "
        f"{exchange.source.tolist()[0]} in the run of {exchange.base.tolist()[0]},\nthe high-level model has "
        f"same = {int(failure.expected[0])}; the network's outputs are, by a forward hook, "
        f"{exchange.by_hook().tolist()[0]}"
    )
    patched = by_pyvene(exchange)
    if patched is None:
        say("pyvene is not installed (pip install pyvene==0.1.8); it would run these five lines:")
    else:
        say(f"and by these five lines of pyvene {patched.tolist()[0]}:")
        assert torch.allclose(patched, exchange.by_hook(), atol=1e-4)
    say("\n" + PYVENE)


def show_classes(seed: int, rows: Path | None) -> None:
    """What each class reaches on a network, on a random one, and for a permuted algorithm.

    A row is written as soon as it is known, and one that the file already has is not computed again.
    """
    heading = (
        "| class | network | nothing exchanged | random network | permuted algorithm | seconds |",
        "|---|---|---|---|---|---|",
    )
    kept = rows.read_text(encoding="utf-8").splitlines() if rows and rows.exists() else []
    once = Guidance(rounds=1)
    asked: AlignmentQuestion | None = None

    def tell(line: str) -> None:
        say(line)
        if rows is not None and line not in kept:
            with rows.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    for line in heading:
        tell(line)
    for kind in alignment_classes():
        before = [line for line in kept if line.startswith(f"| {kind.name} |")]
        if before:
            say(before[0])
            continue
        asked = asked or question(seed)
        start = time.process_time()
        found = score(asked, kind, align(asked, kind, once), once)
        seconds = time.process_time() - start
        values = (found.accuracy, found.nothing, found.random_network, found.permuted_algorithm)
        shown = " | ".join(f"{float(v):.4f}" for v in values)
        tell(f"| {kind.name} | {shown} | {seconds:.1f} |")


def main() -> int:
    """Print what was asked for; the exit status says whether five networks or more were proved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--classes", action="store_true")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="where --classes keeps its rows")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.classes:
        show_classes((given.seed or [6])[0], given.rows)
        return 0
    proved = show(given.seed or SEEDS, given.rounds)
    show_refuted()
    return 0 if given.seed or proved >= 5 else 1


if __name__ == "__main__":
    raise SystemExit(main())
