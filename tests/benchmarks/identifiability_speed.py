"""Counting explanations beside the published procedure, written plainly, in the same run.

    python tests/benchmarks/identifiability_speed.py [--write README.md] [--largest 5]

CPU seconds of one process, the least of three runs where they are short; the plain procedure
(`bridge/identifiability/plain.py`) stops after some seconds and is then scaled by what is left (marked ~).
Of width 3 it is the network that the authors ship, wider ones are trained by the study's recipe, the first
seed that converges. Writes the table between the
marks in the file that is given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tauomega.bridge.identifiability import Options, plain
from tauomega.bridge.identifiability.circuits import checked, count_circuits, list_circuits
from tauomega.bridge.identifiability.counted_network import CountedNetwork
from tauomega.bridge.identifiability.counting import count, prepare
from tauomega.bridge.identifiability.interpretations import Interpreter
from tauomega.bridge.identifiability.mappings import Mapper
from tauomega.bridge.identifiability.options import Convention
from tauomega.bridge.identifiability.patched_runs import PatchedRuns
from tauomega.bridge.identifiability.requirements import requirements
from tauomega.bridge.identifiability.training import Recipe, train
from tauomega.bridge.network import Network
from tauomega.bridge.network_model import NetworkModel
from tauomega.loading import load

START, STOP = "<!-- identifiability-speed -->", "<!-- /identifiability-speed -->"
PATIENCE = 8.0
"""CPU seconds that the plain procedure gets for a row."""
Row = tuple[str, str, str, str, str]


def network_of(width: int) -> Network:
    """The shipped network, or the first of two hidden layers of a width that converges on XOR."""
    if width == 3:
        low = load("xor_nand_or").claim.low
        assert isinstance(low, NetworkModel)
        return low.network
    for run in train("XOR", range(8), Recipe((width, width))):
        if run.converged:
            return run.network
    raise SystemExit(f"no network of width {width} converged")


def least(work: Callable[[], object], times: int = 3) -> float:
    """CPU seconds of a call: the least of some, or of one if that is long."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
        if found[0] > 2:
            break
    return min(found)


def circuits(network: CountedNetwork, table: tuple[int, ...], options: Options) -> Row:
    """All circuits of an architecture: evaluated one by one, and counted."""
    most = options.most_active(network.hidden)
    total = checked(network.inputs, network.hidden, most)
    start, done = time.process_time(), 0
    for circuit in plain.all_circuits(network.inputs, network.hidden, most):
        plain.is_perfect(network, circuit, table)
        done += 1
        if done % 100 == 0 and time.process_time() - start > PATIENCE:
            break
    slow = (time.process_time() - start) * total / done
    count_circuits(network, table, Options())  # compiled before it is timed
    fast = least(lambda: count_circuits(network, table, options))
    perfect = count_circuits(network, table, options).perfect if fast < 2 else None
    what = f"circuits {network.hidden}, {total:,} checked"
    if options.full_mask:
        what += ", all masks"
    return row(what, "" if perfect is None else f"{perfect:,} perfect", slow, fast, done < total)


def interpretations(network: CountedNetwork, table: tuple[int, ...]) -> Row:
    """Interpretations of all perfect circuits: listed, smallest first, and counted."""
    perfect = list_circuits(network, table, Options())
    counted = Interpreter(network, table, Options())
    totals = {circuit: counted.count(circuit) for circuit in perfect}
    total = sum(totals.values())
    start, done = time.process_time(), 0
    for circuit in sorted(perfect, key=lambda c: totals[c]):
        if time.process_time() - start > PATIENCE or totals[circuit] > 200_000:
            break
        assert len(plain.list_interpretations(network, circuit)) == totals[circuit]
        done += totals[circuit]
    slow = (time.process_time() - start) * total / max(done, 1)

    def again() -> None:
        fresh = Interpreter(network, table, Options())
        for circuit in perfect:
            fresh.count(circuit)

    what = f"interpretations {network.hidden}, {len(perfect):,} perfect circuits"
    return row(what, f"{total:,}", slow, least(again), done < total)


def mappings(network: CountedNetwork, table: tuple[int, ...]) -> Row:
    """Minimal mappings of the formulas to depth 3: sets tried one by one, and looked up."""
    supposed = requirements(table, 3)
    start, done, found = time.process_time(), 0, 0
    for requirement in supposed:
        found += len(plain.minimal_mappings(network, requirement.formula, Options()))
        done += 1
        if time.process_time() - start > PATIENCE:
            break
    slow = (time.process_time() - start) * len(supposed) / done

    def again() -> int:
        return sum(one.total for one in Mapper(PatchedRuns(network), table, Options()).count())

    total = again()
    assert done < len(supposed) or found == total
    what = f"mappings {network.hidden}, {len(supposed)} formulas"
    return row(what, f"{total:,}", slow, least(again), done < len(supposed))


def experiment() -> Row:
    """All published counts of the 100-seed experiment on XOR; the plain side is the rows' rates."""
    networks = [run.network for run in train("XOR", range(100)) if run.converged]
    start = time.process_time()
    total = sum(
        counts.interpretations.total
        for counts in (count(network, "XOR") for network in networks)
        if counts.interpretations is not None
    )
    fast = time.process_time() - start
    what = f"all counts of {len(networks)} XOR networks (3, 3), of 100 seeds"
    return what, f"{total:,} interpretations", "", f"{fast:.2f} s", ""


def row(what: str, found: str, slow: float, fast: float, scaled: bool) -> Row:
    """A row of the table."""
    mark = "~" if scaled else ""
    return (
        what,
        found,
        f"{mark}{slow:,.2f} s",
        f"{fast:.4f} s" if fast < 1 else f"{fast:.1f} s",
        f"{mark}{slow / fast:,.0f}×",
    )


def rows(largest: int) -> Iterator[Row]:
    """All measurements, width by width."""
    everything = replace(
        Options(), full_mask=True, min_sparsity=Convention.EXACT.options().min_sparsity
    )
    for width in range(3, largest + 1):
        network, table = prepare(network_of(width), "XOR")
        yield circuits(network, table, Options())
        yield circuits(network, table, everything)
        yield interpretations(network, table)
        yield mappings(network, table)
    yield experiment()


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="a file with the marks")
    parser.add_argument("--largest", type=int, default=5, help="the largest width")
    chosen = parser.parse_args()
    lines = [
        "| what | found | plain procedure | here | ratio |",
        "|---|---|---|---|---|",
    ]
    for measured in rows(chosen.largest):
        lines.append("| " + " | ".join(measured) + " |")
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
    if chosen.write:
        text = chosen.write.read_text(encoding="utf-8")
        before, rest = text.split(START)
        _, after = rest.split(STOP)
        table = "\n".join(lines)
        chosen.write.write_text(f"{before}{START}\n{table}\n{STOP}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
