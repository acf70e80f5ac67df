"""What a benchmark task is: declared before any method runs, hashed, with labels to be decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Expression, format_expression, format_program
from tauomega.theory.policy import Depth
from tauomega.theory.scm import SCM

from ..counterfactuals import Counterfactual, Counterfactuals
from ..explanation import Explanation, Place, Subspace, Units
from ..map_class import MapClass
from ..network_model import NetworkModel
from ..subject import Subject

__all__ = ["BenchmarkTask", "Case", "CaseKind", "Setting", "explanation_to_json"]

Json = Any


class CaseKind(Enum):
    """Why an explanation is in a task."""

    TRUE = "true"
    WRONG_PLACE = "wrong place"
    WRONG_ALGORITHM = "wrong algorithm"
    NEEDLE = "needle"
    """True but for one (base, source) pair."""
    GIVEN = "given"
    """A user's own claim, of which nothing is announced."""


@final
@dataclass(frozen=True, eq=False)
class Setting:
    """A network, a high-level model, and what is asked about them.

    Attributes:
        name: how results call it.
        network: the captured network, or a subject that was not captured (no verdicts then).
        high: the high-level model; its roots are the network's inputs.
        tau: compared variable -> expression in `output[k]`.
        variables: those to be located.
        map_class: where they may be.
        pairs: interchanges to learn from and to sample with, in place of drawn ones.
    """

    name: str
    network: NetworkModel | Subject
    high: SCM
    tau: Mapping[str, Expression]
    variables: tuple[str, ...]
    map_class: MapClass
    pairs: tuple[Counterfactual, ...] | None = None

    @classmethod
    def from_text(
        cls,
        name: str,
        network: NetworkModel,
        high: SCM,
        tau: Mapping[str, str],
        variables: Sequence[str],
        map_class: MapClass,
    ) -> Setting:
        """A setting whose τ is text, such as `{"out": "output[0] > 1/2"}`.

        Args:
            name: how tables call it.
            network: the network below.
            high: the algorithm that is to be found in it.
            tau: scored high-level variable -> what it is in the outputs.
            variables: the high-level variables that are to be localised.
            map_class: where a variable may be.

        Raises:
            InputError: text of τ that names no unit, or is no expression.
        """
        read = Abstraction.from_text(network, high, tau).tau
        chosen = {key: read[key] for key in tau}
        return cls(name, network, high, chosen, tuple(variables), map_class)

    @property
    def exact(self) -> NetworkModel | None:
        """The network as `check` decides about it."""
        return self.network if isinstance(self.network, NetworkModel) else self.network.exact

    def subject(self, limit: int | None = None) -> Subject:
        """A fresh subject, its counter of runs at 0."""
        if isinstance(self.network, NetworkModel):
            return Subject.from_model(self.network, self.tau, limit=limit)
        given = self.network
        return Subject(
            given.runner,
            given.inputs,
            given.encode,
            self.tau,
            exact_model=given.exact,
            limit=limit,
        )

    @property
    def counterfactuals(self) -> Counterfactuals:
        """What the high-level model says of interchanges."""
        inputs = (
            self.network.domains if isinstance(self.network, NetworkModel) else self.network.inputs
        )
        return Counterfactuals(self.high, inputs, tuple(self.tau))


@final
@dataclass(frozen=True, slots=True)
class Case:
    """An explanation with the label that the task announces; `check` decides it.

    `announced` is `holds` or `fails`, or `None` for a user's own claim.
    """

    name: str
    kind: CaseKind
    setting: str
    explanation: Explanation
    announced: str | None


@final
@dataclass(frozen=True, eq=False)
class BenchmarkTask:
    """A task.

    Attributes:
        name: how results call it.
        summary: one line.
        settings: networks with high-level models.
        cases: labelled explanations.
        definition: what `holds` means; interchange consistency of every subset of sites by default.

    Raises:
        InputError: names twice, or a case about no setting; all at once.
    """

    name: str
    summary: str
    settings: tuple[Setting, ...]
    cases: tuple[Case, ...]
    definition: Definition = InterchangeConsistency(joint=Depth(None))

    def __post_init__(self) -> None:
        names = [setting.name for setting in self.settings]
        faults = [
            f"{self.name}: two settings {n!r}"
            for n in sorted({n for n in names if names.count(n) > 1})
        ]
        titles = [case.name for case in self.cases]
        faults += [
            f"{self.name}: two cases {n!r}"
            for n in sorted({n for n in titles if titles.count(n) > 1})
        ]
        faults += [
            f"{self.name}: the case {case.name!r} is about {case.setting!r}, no setting of the task"
            for case in self.cases
            if case.setting not in names
        ]
        if faults:
            raise InputError(faults)

    def setting(self, name: str) -> Setting:
        """The setting of this name."""
        return next(setting for setting in self.settings if setting.name == name)

    def of(self, setting: Setting) -> tuple[Case, ...]:
        """The cases about a setting."""
        return tuple(case for case in self.cases if case.setting == setting.name)

    def with_pairs(self, pairs: Mapping[str, tuple[Counterfactual, ...]]) -> BenchmarkTask:
        """The task with given interchanges in some of its settings."""
        changed = tuple(
            replace(s, pairs=pairs[s.name]) if s.name in pairs else s for s in self.settings
        )
        return BenchmarkTask(self.name, self.summary, changed, self.cases, self.definition)

    @cached_property
    def hash(self) -> str:
        """sha256 of everything that an answer may depend on."""
        content = {
            "name": self.name,
            "definition": [self.definition.name, repr(self.definition)],
            "settings": [_setting_to_json(setting) for setting in self.settings],
            "cases": [
                [c.name, c.kind.value, c.setting, explanation_to_json(c.explanation), c.announced]
                for c in self.cases
            ],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def explanation_to_json(explanation: Explanation) -> Json:
    """Variables with their places, exact."""
    return [[name, _place_to_json(place)] for name, place in explanation.places]


def _place_to_json(place: Place) -> Json:
    match place:
        case Units(layer=layer, units=units):
            return {"layer": layer, "units": list(units)}
        case Subspace(layer=layer, basis=basis):
            return {"layer": layer, "basis": [[str(x) for x in row] for row in basis]}


def _setting_to_json(setting: Setting) -> Json:
    network = setting.network
    pairs = None
    if setting.pairs is not None:
        pairs = [[repr(pair.swap), repr(pair.expected)] for pair in setting.pairs]
    domains = network.domains if isinstance(network, NetworkModel) else network.inputs
    return {
        "name": setting.name,
        "network": _network_to_json(network),
        "inputs": [[name, str(domain)] for name, domain in domains.items()],
        "encode": {n: format_expression(e) for n, e in network.encode.items()},
        "high": format_program(setting.high.program),
        "tau": {name: format_expression(e) for name, e in setting.tau.items()},
        "variables": list(setting.variables),
        "class": str(setting.map_class),
        "pairs": pairs,
    }


def _network_to_json(network: NetworkModel | Subject) -> Json:
    if isinstance(network, NetworkModel):
        found = hashlib.sha256()
        for layer in network.network.layers:
            for array in (layer.weight, layer.bias):
                found.update(f"{array.dtype}{array.shape}".encode())
                found.update(array.tobytes())
            found.update(f"{layer.activation.name} {layer.activation.slope}".encode())
        return {"sha256": found.hexdigest(), "semantics": network.semantics}
    probe = network.runner.outputs(network.tensor(network.points))  # what it does on its domain
    return {"outputs": hashlib.sha256(probe.detach().numpy().tobytes()).hexdigest()}
