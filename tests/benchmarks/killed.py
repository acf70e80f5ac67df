# ruff: noqa: T201  # it is a command
"""`check --certificate` killed with SIGKILL, at a random moment: `python tests/benchmarks/killed.py --count 200`.

The file named is then absent, or what it was before, or the new certificate in full; and whatever was
printed about a certificate is true of the file. Prints its seed; exit status 0 iff nothing was lost.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.document import RefusedError
from tauomega.proofs.testing.damage import example_text, task_text
from tauomega.proofs.testing.scaling import scaled


def killed(folder: Path, count: int, seed: int) -> Counter[str]:
    """What was there after each of `count` kills; anything that begins with `LOST` is a fault."""
    rng = random.Random(seed)
    tasks = {"adder": task_text(scaled("adder", 24)), "ce9": example_text("ce9")}
    for name, text in tasks.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    seen: Counter[str] = Counter()
    whole = {name: _run(folder, name, None)[1] for name in tasks}
    for number in range(count):
        name = rng.choice(sorted(tasks))
        file = folder / "certificate.json"
        before = None
        if number % 2:
            before = whole_bytes(folder, name)
            file.write_bytes(before)
        else:
            file.unlink(missing_ok=True)
        told, _ = _run(folder, name, rng.uniform(0.3, 1.1) * whole[name], file)
        seen[_state(file, before, told)] += 1
    for part in folder.glob(".*.part"):
        seen["a temporary file left"] += 1
        part.unlink()
    return seen


def whole_bytes(folder: Path, name: str) -> bytes:
    """The certificate that a run in peace has written."""
    return (folder / f"{name}.json").read_bytes()


def _run(
    folder: Path, name: str, seconds: float | None, file: Path | None = None
) -> tuple[str, float]:
    """Run `check`, kill it after some seconds, and give what it told and how long it ran."""
    target = folder / f"{name}.json" if file is None else file
    command = [sys.executable, "-m", "tauomega", "check", str(folder / f"{name}.toml")]
    start = time.monotonic()
    with subprocess.Popen(
        [*command, "--certificate", str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            out, err = process.communicate()
    return out + err, time.monotonic() - start


def _state(file: Path, before: bytes | None, told: str) -> str:
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
    return int(any(state.startswith("LOST") for state in seen))


if __name__ == "__main__":
    sys.exit(main())
