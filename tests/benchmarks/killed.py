# ruff: noqa: T201  # it is a command
"""Commands killed with SIGKILL at random moments: `python tests/benchmarks/killed.py --count 200`.

Three commands that leave something behind, in turn. `check --certificate`: the file named is absent, or what
it was before, or the new certificate in full, and whatever was printed about it is true of it. `find --all
--output`: what was printed is in the file, and a search that goes on from there ends with what one in peace
ends with. `bench run`: no whole line of a result is lost or changed, and the sweep that goes on reports what
one in peace reports. Prints its seed; exit status 0 iff nothing was lost.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, final

from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.document import RefusedError
from tauomega.proofs.testing.damage import example_text, task_text
from tauomega.proofs.testing.scaling import scaled

ALIGNMENTS = '''
definition = "interchange"
joint = true
[low]
text = """
input A, B : bool
n1 = not (A and B)
o1 = A or B
z[1..8] : bool
z[i] = A
y = n1 and o1
"""
[high]
text = """
input A, B : bool
n = not (A and B)
o = A or B
out = n and o
"""
[abstraction.tau]
out = "y"
[abstraction.sites]
n = ["?"]
o = ["?", "o1", "z[1]"]
'''
SWEEP = ("--method", "random", "--method", "always-yes", "--workers", "2")


class Work(Protocol):
    """A command, run again and again in one folder."""

    def killed(self, rng: random.Random) -> str:
        """Run it, kill it at some moment, and say what is there; a fault begins with `LOST`."""


@final
@dataclass(slots=True)
class Certificates:
    """`check --certificate FILE`, where FILE may be there already."""

    folder: Path
    whole: dict[str, float] = field(default_factory=dict)
    number: int = 0

    def killed(self, rng: random.Random) -> str:
        """Check one of two tasks."""
        self._prepare()
        name = rng.choice(sorted(self.whole))
        file = self.folder / "certificate.json"
        before = (self.folder / f"{name}.json").read_bytes() if self.number % 2 else None
        self.number += 1
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_bytes(before)
        after = _moment(rng, self.whole[name])
        run = _run(self.folder, self._command(name, file), after, group=rng.random() < 0.5)
        return _certificate_state(file, before, run.told)

    def _prepare(self) -> None:
        if self.whole:
            return
        tasks = {"adder": task_text(scaled("adder", 24)), "ce9": example_text("ce9")}
        for name, text in tasks.items():
            (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")
            command = self._command(name, self.folder / f"{name}.json")
            self.whole[name] = _run(self.folder, command).seconds

    def _command(self, name: str, file: Path) -> list[str]:
        return ["check", str(self.folder / f"{name}.toml"), "--certificate", str(file)]


def _certificate_state(file: Path, before: bytes | None, told: str) -> str:
    said = "accepted by the checker" in told
    if not file.exists():
        return "LOST: told of a certificate that is not there" if said else "none yet"
    data = file.read_bytes()
    try:
        check_certificate(data)
    except RefusedError as error:
        return f"LOST: a certificate that is refused: {error}"
    if before is not None and data == before:
        return "in full, and told" if said else "in full, the one before or the same again"
    return "in full, and told" if said else "in full, not told"


@final
@dataclass(slots=True)
class Searches:
    """`find --all --output FILE`, gone on with until it ends."""

    folder: Path
    every: frozenset[bytes] = frozenset()
    whole: float = 0.0

    def killed(self, rng: random.Random) -> str:
        """Search for all 384 alignments of two variables with ten units."""
        self._prepare()
        file = self.folder / "found.jsonl"
        old = _lines(file)
        after = _moment(rng, self.whole)
        run = _run(self.folder, self._command(file), after, group=rng.random() < 0.5)
        now = _lines(file)
        printed = [int(line.split(".")[0]) for line in run.told.splitlines() if ". reads " in line]
        if now[: len(old)] != old:
            return "LOST: a solution that was in the file"
        if printed and max(printed) > len(now) - 1:
            return "LOST: a solution that was printed is not in the file"
        if not run.ended:
            return "stopped, all that was printed is in the file"
        file.unlink()
        same = len(now) == len(set(now)) and frozenset(now) == self.every
        return "ended as in peace" if same else "LOST: other solutions than in peace"

    def _prepare(self) -> None:
        if self.every:
            return
        (self.folder / "find.toml").write_text(ALIGNMENTS, encoding="utf-8")
        file = self.folder / "peace.jsonl"
        self.whole = _run(self.folder, self._command(file)).seconds
        self.every = frozenset(_lines(file))

    def _command(self, file: Path) -> list[str]:
        resume = ["--resume"] if file.exists() else []
        return ["find", str(self.folder / "find.toml"), "--all", "--output", str(file), *resume]


@final
@dataclass(slots=True)
class Sweeps:
    """`bench run`, gone on with until it ends."""

    folder: Path
    report: str = ""
    whole: float = 0.0

    def killed(self, rng: random.Random) -> str:
        """Run two methods on all tasks, in two processes."""
        self._prepare()
        results = self.folder / "results"
        old = _results(results)
        after = _moment(rng, self.whole)
        run = _run(self.folder, self._command(results), after, group=rng.random() < 0.5)
        now = _results(results)
        for name, lines in old.items():
            if now.get(name, [])[: len(lines)] != lines:
                return f"LOST: a result of {name}"
        if not run.ended:
            return "stopped, every whole line is there"
        again = self._report(results)
        shutil.rmtree(results)
        return "ended as in peace" if again == self.report else "LOST: another report than in peace"

    def _prepare(self) -> None:
        if self.report:
            return
        peace = self.folder / "peace"
        self.whole = _run(self.folder, self._command(peace)).seconds
        self.report = self._report(peace)

    def _report(self, results: Path) -> str:
        return _run(self.folder, ["bench", "report", str(results), "--json"]).told

    def _command(self, results: Path) -> list[str]:
        resume = ["--resume"] if results.exists() else []
        return ["bench", "run", "smoke", *SWEEP, "--output", str(results), *resume]


def _results(folder: Path) -> dict[str, list[bytes]]:
    return {file.name: _lines(file) for file in sorted(folder.glob("worker-*.jsonl"))}


def _lines(file: Path) -> list[bytes]:
    """The whole lines of a file."""
    return file.read_bytes().split(b"\n")[:-1] if file.exists() else []


def _moment(rng: random.Random, whole: float) -> float:
    return rng.uniform(0.3, 1.1) * whole


@final
@dataclass(frozen=True, slots=True)
class Run:
    """What a command printed, for how many seconds it ran, and whether it came to its end."""

    told: str
    seconds: float
    ended: bool


def _run(
    folder: Path, arguments: list[str], seconds: float | None = None, *, group: bool = False
) -> Run:
    """Run a command and kill it after some seconds, alone or with what it started.

    It prints to a file, so that nobody waits for what it started and left behind.
    """
    start = time.monotonic()
    told = folder / "told.txt"
    with (
        told.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            [sys.executable, "-m", "tauomega", *arguments],
            stdout=out,
            stderr=out,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            if group:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            process.wait()
    ended = process.returncode != -signal.SIGKILL
    return Run(told.read_text(encoding="utf-8"), time.monotonic() - start, ended)


def killed(folder: Path, count: int, seed: int) -> Counter[str]:
    """What was there after each of `count` kills; anything that begins with `LOST` is a fault."""
    rng = random.Random(seed)
    works: dict[str, Work] = {
        "check": Certificates(folder),
        "find": Searches(folder),
        "bench": Sweeps(folder),
    }
    seen: Counter[str] = Counter()
    for number in range(count):
        name = list(works)[number % len(works)]
        seen[f"{name}: {works[name].killed(rng)}"] += 1
    for part in folder.glob(".*.part"):
        seen["a temporary file left"] += 1
        part.unlink()
    return seen


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, look, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        seen = killed(Path(folder), asked.count, asked.seed)
    print(f"seed {asked.seed}, {asked.count} kills")
    for state in sorted(seen):
        print(f"  {seen[state]:>4}  {state}")
    return int(any("LOST" in state for state in seen))


if __name__ == "__main__":
    sys.exit(main())
