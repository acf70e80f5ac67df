"""`tauomega doctor`: versions, engines, memory, and small claims put to every engine."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

import click

import tauomega
from tauomega.loading import load
from tauomega.theory.errors import AbstractionError

from .exit_code import ExitCode
from .line import Line, write
from .report_json import canonical

__all__ = ["command"]

TRIALS = (
    ("voting", "holds"),
    ("ce1", "fails"),
    ("ce14", "fails"),
    ("xor_twice", "holds"),
    ("xor_almost", "fails"),
    ("linear_blocks", "holds"),
    ("ce18", "fails"),
    ("ce19", "fails"),
    ("xor_nand_or", "holds"),
    ("xor_half_test", "fails"),
    ("equality_near", "holds"),
    ("xor_float32", "holds"),
)
"""Shipped examples, small enough to decide at once, with their verdicts; many engines decide the first."""
NOT_COVERED, NOT_TRIED = "not covered", "not tried"


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def command(as_json: bool) -> ExitCode:
    """Show what is installed, and decide small shipped claims with every engine.

    An engine is asked until it has decided one that holds and one that fails.
    Exit status 0 if everything is there and no engine gives a wrong verdict, 4 otherwise.
    """
    packages = dict(_packages())
    engines = _engines()
    healthy = all(packages.values()) and all(_is_well(tried) for tried in engines.values())
    if as_json:
        click.echo(
            canonical(
                {
                    "schema": "tauomega/doctor/1",
                    "tauomega": tauomega.__version__,
                    "python": platform.python_version(),
                    "platform": platform.platform(),
                    "cores": os.cpu_count(),
                    "memory_bytes": _memory(),
                    "packages": packages,
                    "optional": _optional(),
                    "engines": engines,
                    "healthy": healthy,
                }
            )
        )
    else:
        write(_lines(packages, engines, healthy))
    return ExitCode.HOLDS if healthy else ExitCode.DISAGREEMENT


def _lines(
    packages: dict[str, str | None], engines: dict[str, dict[str, str]], healthy: bool
) -> Iterator[Line]:
    memory = _memory()
    size = "unknown memory" if memory is None else f"{memory / 2**30:.1f} GiB of memory"
    yield Line(f"tauomega {tauomega.__version__}", "bold")
    yield Line(f"Python {platform.python_version()} ({sys.executable})")
    yield Line(f"{platform.platform()}, {os.cpu_count()} cores, {size}")
    yield Line("")
    yield Line("packages", "bold")
    width = max(len(name) for name in packages)
    for name, found in packages.items():
        yield Line(f"  {name:<{width}}  {found or 'missing'}", "" if found else "bold red")
    yield Line("")
    yield Line("optional packages", "bold")
    for extra, optional in _optional().items():
        for name, found in optional.items():
            missing = f"not installed; pip install 'tauomega[{extra}]'"
            yield Line(f"  {name:<{width}}  {found or missing}")
    yield Line("")
    yield Line("engines, in the order in which they are asked", "bold")
    width = max(len(name) for name in engines)
    for name, tried in engines.items():
        nothing = (NOT_COVERED, NOT_TRIED)
        decided = [(e, result) for e, result in tried.items() if result not in nothing]
        said = ", ".join(f"{example} {result}" for example, result in decided)
        said = said or "loads; none of the trial claims is of its kind"
        yield Line(f"  {name:<{width}}  {said}", "" if _is_well(tried) else "bold red")
    yield Line("")
    yield Line("all is well" if healthy else "something is wrong (see above)", "bold")


def _packages(extra: str = "") -> Iterator[tuple[str, str | None]]:
    """Every package that tauomega, or one of its extras, needs, with its version if it is there."""
    for requirement in sorted(requires("tauomega") or []):
        needed, _, condition = requirement.partition(";")
        if (f'"{extra}"' in condition.replace("'", '"')) if extra else not condition:
            name = re.split(r"[^A-Za-z0-9._-]", needed, maxsplit=1)[0]
            try:
                yield name, version(name)
            except PackageNotFoundError:
                yield name, None


def _optional() -> dict[str, dict[str, str | None]]:
    """Extra -> its packages; what tests and releases need is no concern of a user."""
    extras = metadata("tauomega").get_all("Provides-Extra") or []
    return {extra: dict(_packages(extra)) for extra in sorted(extras) if extra != "dev"}


def _engines() -> dict[str, dict[str, str]]:
    """Engine -> example -> what the engine said of it."""
    from tauomega.solvers.checking import check
    from tauomega.solvers.portfolio import engine_names

    found: dict[str, dict[str, str]] = {name: {} for name in engine_names()}
    for example, expected in TRIALS:
        try:
            task = load(example)
        except AbstractionError as error:
            for tried in found.values():
                tried[example] = f"wrong: {_first_line(error)}"
            continue
        for name, tried in found.items():
            if {"holds", "fails"} <= set(tried.values()):
                tried[example] = NOT_TRIED
                continue
            try:
                verdict = check(task.claim, task.definition, engines=[name], timeout=30.0)
            except (AbstractionError, ImportError) as error:
                tried[example] = f"wrong: {_first_line(error)}"
                continue
            said = {expected: verdict.name, "unknown": NOT_COVERED}
            tried[example] = said.get(verdict.name, f"wrong: {verdict.name}, not {expected}")
    return found


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _is_well(tried: dict[str, str]) -> bool:
    return not any(result.startswith("wrong") for result in tried.values())


def _memory() -> int | None:
    """Bytes of physical memory, where the system says so."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
