"""A user's own claim about a network as a benchmark task."""

from __future__ import annotations

from pathlib import Path

from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.task import read_task

from ..counterfactuals import read_counterfactuals
from ..explanation import Explanation, Units
from ..map_class import UnitSets
from ..network_model import NetworkModel
from ..network_task import NETWORK_READER
from .task import BenchmarkTask, Case, CaseKind, Setting

__all__ = ["task_from_file", "with_pairs_from"]

LARGEST = 1_000_000


def task_from_file(path: Path) -> BenchmarkTask:
    """An interchange claim about a network, as a task with one case and nothing announced.

    Single units are the declared class of places; the claim's own sites are its candidate.

    Raises:
        InputError: what is wrong with the file; another definition than interchange; no network below;
            a semantics other than `real`; a site that spans layers.
    """
    if not path.is_file():
        raise InputError([f"there is no file {str(path)!r}"])
    if path.stat().st_size > LARGEST:
        raise InputError([f"{path}: more than {LARGEST:,} bytes"])
    text = path.read_text(encoding="utf-8", errors="replace")
    task = read_task(text, name=str(path), directory=path.parent, network=NETWORK_READER)
    claim = task.claim
    if not isinstance(task.definition, InterchangeConsistency):
        raise InputError([f'{path}: the definition is {task.definition.name}; write "interchange"'])
    if not isinstance(claim.low, NetworkModel) or claim.high is None:
        raise InputError([f'{path}: methods explain networks; write kind = "network" under [low]'])
    if claim.low.semantics != "real":
        raise InputError(
            [f'{path}: semantics is {claim.low.semantics}; leave it out, or write "real"']
        )
    place = {
        name: (k, j)
        for k in range(len(claim.low.network.layers) - 1)
        for j, name in enumerate(claim.low.network.unit_names(k))
    }
    faults, places = [], []
    for name, site in claim.sites.items():
        layers = {place[unit][0] for unit in site if unit in place}
        if len(layers) != 1 or any(unit not in place for unit in site):
            faults.append(f"{path}: the site of {name!r} is not inside one hidden layer")
            continue
        places.append((name, Units(layers.pop(), tuple(place[unit][1] for unit in site))))
    if faults:
        raise InputError(faults)
    tau = {name: e for name, e in claim.tau.items() if name not in claim.high.inputs}
    tau = {name: e for name, e in tau.items() if name not in claim.sites}
    setting = Setting("given", claim.low, claim.high, tau, tuple(claim.sites), UnitSets(1))
    case = Case("given", CaseKind.GIVEN, "given", Explanation(tuple(places)), None)
    return BenchmarkTask(
        path.stem, f"the claim of {path.name}", (setting,), (case,), task.definition
    )


def with_pairs_from(task: BenchmarkTask, path: Path) -> BenchmarkTask:
    """The task with the counterfactual pairs of a JSON-lines file in each of its settings.

    Raises:
        InputError: what is wrong with the lines.
    """
    return task.with_pairs(
        {
            setting.name: read_counterfactuals(path, setting.counterfactuals, setting.variables)
            for setting in task.settings
        }
    )
