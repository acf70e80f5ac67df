"""What has to be read to believe a certificate: for each kind of evidence, fewer than 2,000 lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tauomega import check, load
from tauomega.loading import example_text
from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.document import canonical
from tauomega.proofs.certificates.trusted import lines_of_code, trusted_modules
from tauomega.proofs.certificates.verifying import verify
from tauomega.proofs.certificates.writing import (
    certificate_of,
    certificate_of_distance,
    composed,
)
from tauomega.proofs.testing.damage import resealed
from tauomega.proofs.testing.scaling import scaled
from tauomega.solvers.distance import distance
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.metric import Metric
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM

from .test_checker import ABOVE, LINEAR, with_diagram

TRUSTED_LINES = 1_975
"""Lines of code, without comments and docstrings, that checking one certificate may load."""
ALL_LINES = 2_550
"""And those of all kinds of certificates together."""


def certified(claim: Abstraction, definition: Definition) -> bytes:
    return certificate_of(claim, definition, check(claim, definition))


def example(name: str) -> bytes:
    task = load(name)
    verdict = check(task.claim, task.definition)
    return certificate_of(task.claim, task.definition, verdict, task=example_text(name))


@cache
def of_family(family: str, size: int) -> bytes:
    member = scaled(family, size)
    return certified(member.claim, member.definition)


def linear() -> bytes:
    low, high = SCM.from_text(LINEAR.format("0")), SCM.from_text(ABOVE)
    maps = {"V[1]": "U[1] + 1/2", "V[2]": "0 - U[2]"}
    claim = Abstraction.from_text(low, high, {"A": "X/2", "B": "Y", "C": "Z/2"}, tau_u=maps)
    return certified(claim, TauAbstraction(tau_u=TauUPolicy.GIVEN))


def composition() -> bytes:
    member = scaled("adder", 10)
    first = certified(member.claim, TauAbstraction(tau_u=TauUPolicy.IDENTITY))
    high = member.claim.high
    assert high is not None
    names = {v: v for v in high.endogenous}
    second = Abstraction.from_text(high, high, names)
    return composed(first, certified(second, TauAbstraction(tau_u=TauUPolicy.IDENTITY)))


def diagram() -> bytes:
    return canonical(resealed(with_diagram(json.loads(of_family("adder", 10)))))


def far(name: str, definition: Definition | None = None) -> bytes:
    task = load(name)
    asked = definition or task.definition
    return certificate_of_distance(task.claim, asked, distance(task.claim, asked))


def circuits() -> bytes:
    claim, asked = scaled("adder", 10, holds=False).claim, Similar(metric=Metric.HAMMING)
    return certificate_of_distance(claim, asked, distance(claim, asked))


def too_few() -> bytes:
    low, high = SCM.from_text("U : bool\nX = U"), SCM.from_text("V : bool\nW : bool\nA = V")
    return certified(Abstraction.from_text(low, high, {"A": "X"}), TauAbstraction())


KINDS: dict[str, Callable[[], bytes]] = {
    "enumeration": lambda: example("ce8_single"),
    "linear identity": linear,
    "construction": lambda: of_family("sum", 8),
    "clausal proof": lambda: of_family("adder", 10),
    "decision diagram": diagram,
    "a τ_U that is listed": lambda: example("ce3"),
    "composition": composition,
    "trees of boxes": lambda: example("equality_near"),
    "inputs in boxes": lambda: example("equality_wide"),
    "a square": lambda: example("ce8"),
    "no context": lambda: example("ce2_uniform"),
    "a missed value": lambda: example("ce3_tau_abstraction"),
    "a variable that is shared": lambda: example("ce5_constructive"),
    "a distance": lambda: far("ce19"),
    "a distance of circuits": circuits,
    "too few contexts": too_few,
    "a share": lambda: far("ce8", InterchangeAccuracy(tau_u=TauUPolicy.IDENTITY)),
}
"""Each kind of evidence, with a certificate that has it."""
SAID: dict[str, str] = {
    "enumeration": "complete enumeration of",
    "linear identity": "linear identity",
    "construction": "construction:",
    "clausal proof": "clausal proof of",
    "decision diagram": "decision diagram of",
    "a τ_U that is listed": "τ_U, listed",
    "composition": "clausal proof of",
    "trees of boxes": "branch and bound:",
    "inputs in boxes": "inputs in their boxes",
    "a square": "a square that does not commute",
    "no context": "a low-level context that none",
    "a missed value": "a value that τ misses",
    "a variable that is shared": "is read by the τ of",
    "a distance": "high-level contexts is near enough under",
    "a distance of circuits": "clausal proof of",
    "too few contexts": "low-level contexts for 2 high-level ones",
    "a share": "16 do not commute",
}


def loaded_by(data: bytes, folder: Path) -> dict[str, int]:
    """The modules of ours that are loaded to accept a certificate, with their lines of code."""
    file = folder / "certificate.json"
    file.write_bytes(data)
    script = (
        "import sys\n"
        "from tauomega.proofs.certificates.checker.checking import check_certificate\n"
        "check_certificate(open(sys.argv[1], 'rb').read())\n"
        "for name, module in sorted(sys.modules.items()):\n"
        "    print(name, getattr(module, '__file__', None) or '-', sep='\\t')\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=True
    ).stdout
    found = dict(line.split("\t") for line in out.splitlines())
    ours = {name: Path(path) for name, path in found.items() if name.startswith("tauomega")}
    trusted = set(trusted_modules())
    packages = {"tauomega", "tauomega.proofs", "tauomega.proofs.certificates", "tauomega.theory"}
    assert packages == set(ours) - trusted
    return {name: lines_of_code(path) for name, path in ours.items() if name in trusted}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_evidence_is_checked_by_few_lines(kind: str, tmp_path: Path) -> None:
    data = KINDS[kind]()
    assert any(SAID[kind] in how for _, how in check_certificate(data).shown)
    loaded = loaded_by(data, tmp_path)
    assert {name: n for name, n in loaded.items() if n} == dict(verify(data).trusted)
    total = sum(loaded.values())
    print(f"{kind}: {total:,} lines of code in {len(loaded)} modules")  # noqa: T201
    assert 900 < total < TRUSTED_LINES
    boxes = {name for name in loaded if name.endswith((".boxes", ".enclosing"))}
    assert bool(boxes) == ("boxes" in kind)


def test_all_kinds_together_are_counted() -> None:
    modules = trusted_modules()
    untrusted = ("parsing", "reading", "imaging", "printing", "errors", "law", "public")
    for name in (*untrusted, "halfspaces", "product_network", "relu_bounds"):
        assert f"tauomega.theory.kernel.{name}" not in modules
    checker = Path(modules["tauomega.proofs.certificates.checker"]).parent
    assert {p.stem for p in checker.glob("*.py")} - {"__init__"} == {
        name.rpartition(".")[2] for name in modules if ".checker." in name
    }
    total = sum(map(lines_of_code, modules.values()))
    print(f"{total:,} lines of code in {len(modules)} modules")  # noqa: T201
    assert ALL_LINES - 25 < total <= ALL_LINES
