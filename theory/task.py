"""Tasks: a claim and a definition in one TOML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, final

from .abstraction import Abstraction, LowModel
from .circuit_table import is_resampled, read_circuit
from .definition import Definition
from .definitions import definitions, find_definition
from .errors import Fault, InputError, Source
from .exact_text import exact_number
from .intervention import Hard, Intervention
from .kernel import Expression, Scope, parse_expression
from .kernel.errors import nearest
from .kernel_tables import read_kernels
from .network_reader import NetworkReader
from .omega_table import HOLE, read_omega
from .parameters import build_definition, parameter_names
from .scm import SCM
from .toml_source import Faults, Locate, read_toml

__all__ = ["NetworkReader", "Task", "read_task"]

SCHEMA = "tauomega/task/1"
_GENERAL = (
    "schema",
    "definition",
    "at_most",
    "semantics",
    "interventions",
    "low",
    "high",
    "abstraction",
    "circuit",
)
_LOW = ("text", "kind")
_HIGH = ("text", "interventions")
_CLAIM = ("tau", "omega", "tau_u", "sites", "inert", "internal", "ignore", "partial", "kernels")


@final
@dataclass(frozen=True, slots=True)
class Task:
    """A claim, the definition to decide, and the tolerance."""

    name: str
    claim: Abstraction
    definition: Definition
    at_most: Fraction = Fraction(0)
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The sites that are to be found, each with the low-level variables that it may consist of."""
    wanted_omega: tuple[Hard, ...] = ()
    """The low-level interventions whose ω is to be found."""


def read_task(
    text: str,
    *,
    name: str = "task",
    directory: Path | None = None,
    network: NetworkReader | None = None,
    family: str | None = None,
    definition: type[Definition] | None = None,
    holes: bool = False,
) -> Task:
    """Read a task.

    Args:
        text: the TOML text.
        name: what messages call the file.
        directory: where relative paths start.
        network: the reader of networks; without it, tasks about networks are refused.
        family: a family that replaces the task's.
        definition: a definition that replaces the task's.
        holes: whether sites and ω may be left to be found.

    Raises:
        InputError: every fault that was found, with its place.
    """
    table, locate = read_toml(text, name)
    task = _Reader(table, locate, directory or Path(), network).task(name, family, definition)
    if not holes and (task.wanted or task.wanted_omega):
        what = f"the sites of {', '.join(task.wanted)} are" if task.wanted else "ω is"
        raise InputError([f"{what} to be found; run tauomega find {name}"])
    return task


@final
class _Reader(Faults):
    """One file being read; faults gather until the end of each stage."""

    def __init__(
        self,
        table: Mapping[str, Any],
        locate: Locate,
        directory: Path,
        network: NetworkReader | None,
    ) -> None:
        super().__init__(locate)
        self.table, self.directory, self.network = table, directory, network
        self.wanted: dict[str, tuple[str, ...]] = {}
        self.wanted_omega: list[Hard] = []

    def task(self, name: str, family: str | None, definition: type[Definition] | None) -> Task:
        """The task, or all faults of the first stage that has any."""
        table = self.table
        if table.get("schema", SCHEMA) != SCHEMA:
            self.fault(f"schema is {SCHEMA!r}, not {table['schema']!r}", "schema")
        kind = definition or self.attempt(self._definition)
        keys = {key: value for key, value in table.items() if key not in _GENERAL}
        meant = self._meant_for(definition)
        keys = {key: value for key, value in keys.items() if key not in meant}
        for section in ("low", "high", "abstraction"):
            if not isinstance(table.get(section, {}), dict):
                self.fault(f"[{section}] is a table", section)
                keys.clear()
                raise InputError(self.faults)
        if "low" not in table:
            self.faults.append("a task needs a low-level model; write [low] with text = …")
        high = self.attempt(self._high) if "high" in table else None
        if "circuit" in table:
            self._only_inputs(high)
        low = self.attempt(lambda: self._low(high)) if "low" in table else None
        at_most = self._tolerance()
        if family is not None:
            keys["family"] = family
        claim = None
        if low is not None and "circuit" in table:
            if is_resampled(table["circuit"]) and not keys.get("worst"):
                keys.setdefault("weighted", True)  # the other context is drawn from the law
                if keys["weighted"] is False:
                    self.fault(
                        "contexts are resampled by their law; leave weighted out", "weighted"
                    )
            claim = self.attempt(lambda: read_circuit(table["circuit"], low, self, high))
        elif low is not None:
            claim = self.attempt(lambda: self._claim(low, high))
        interventions = None
        listed = "interventions" in table and family in (None, "given")
        if low is not None and listed and "family" not in meant:
            interventions = self._interventions(low.as_scm(), ("interventions",))
        built = None
        if kind is not None:
            found = kind
            self._exclusive(keys)
            built = self.attempt(
                lambda: build_definition(
                    found, keys, interventions=interventions, source=lambda key: self.locate(key)
                )
            )
        if self.faults:
            raise InputError(self.faults)
        assert claim is not None
        assert built is not None
        return Task(name, claim, built, at_most, self.wanted, tuple(self.wanted_omega))

    # ------------------------------------------------------------ pieces

    def _definition(self) -> type[Definition] | None:
        name = self.table.get("definition", "circuit" if "circuit" in self.table else None)
        if name is None:
            raise InputError(['a task names its definition; write definition = "constructive"'])
        if not isinstance(name, str):
            self.fault(f"definition is a name, not {name!r}", "definition")
            return None
        return find_definition(name)

    def _meant_for(self, definition: type[Definition] | None) -> frozenset[str]:
        """Parameters of the task's own definition that the one in its place does not have."""
        own = [kind for kind in definitions() if kind.name == self.table.get("definition")]
        if definition is None or not own:
            return frozenset()
        return frozenset(parameter_names(own[0])) - set(parameter_names(definition))

    def _tolerance(self) -> Fraction:
        value = self.table.get("at_most", 0)
        try:
            found = exact_number(value)
        except ValueError:
            found = Fraction(-1)
        if found < 0:
            self.fault(f'at_most is an exact number such as "1/10", not {value!r}', "at_most")
        return max(found, Fraction(0))

    def _high(self) -> SCM:
        table = self.table["high"]
        self.know_only(table, _HIGH, "high")
        if not isinstance(table.get("text"), str):
            raise InputError(["[high] needs text = …, the high-level model"])
        return SCM.from_text(table["text"], source=self.locate("high", "text"))

    def _low(self, high: SCM | None) -> LowModel:
        table = self.table["low"]
        semantics = self.table.get("semantics")
        if table.get("kind", "scm") == "network":
            if self.network is None:
                raise InputError(
                    ["this reader decides SCMs only; load networks with tauomega.load"]
                )
            claim = self.table.get("abstraction", {})
            sites = claim.get("sites", {}) if isinstance(claim, dict) else {}
            return self.network.read(
                table,
                high,
                self.directory,
                semantics,
                self.locate,
                sites if isinstance(sites, dict) else {},
            )
        self.know_only(table, _LOW, "low")
        if table.get("kind", "scm") != "scm":
            self.fault(f'kind is "scm" or "network", not {table["kind"]!r}', "low", "kind")
        if semantics not in (None, "exact"):
            self.fault(
                f'an SCM has exact semantics; leave semantics = "{semantics}" out', "semantics"
            )
        if not isinstance(table.get("text"), str):
            raise InputError(["[low] needs text = …, the low-level model"])
        return SCM.from_text(table["text"], source=self.locate("low", "text"))

    def _only_inputs(self, high: SCM | None) -> None:
        """A circuit makes the claim; above, only the inputs of a network may be declared."""
        if "abstraction" in self.table:
            self.fault("[circuit] makes the claim; leave [abstraction] out", "abstraction")
        if high is not None and set(high.endogenous) != set(high.inputs):
            self.fault(
                "[circuit] makes the claim; [high] declares the inputs of a network, and nothing else",
                "high",
            )

    def _claim(self, low: LowModel, high: SCM | None) -> Abstraction | None:
        table = self.table.get("abstraction", {})
        self.know_only(table, _CLAIM, "abstraction")
        partial = table.get("partial", False)
        if not isinstance(partial, bool):
            self.fault(f"partial is true or false, not {partial!r}", "abstraction", "partial")
        scm = low.as_scm()
        scope = replace(scm.scope, network=not isinstance(low, SCM))
        roots = replace(scm.scope, domains={name: scm.domain(name) for name in scm.roots})
        before = len(self.faults)
        above = None if high is None else high.endogenous
        tau = self._expressions(table, "tau", scope, above, partial=partial is True)
        tau_u = None
        if "tau_u" in table:
            tau_u = self._expressions(table, "tau_u", roots, None if high is None else high.roots)
        omega = self._omega(table, scm, high) if "omega" in table else None
        sites = self._sites(table, low)
        kernels = read_kernels(table.get("kernels", {}), high, self.fault)
        internal = (*self._names(table, "internal"), *self._names(table, "ignore"))
        inert = self._names(table, "inert")
        declared = None
        if high is not None and "interventions" in self.table["high"]:
            declared = self._interventions(high, ("high", "interventions"))
        if len(self.faults) > before:
            return None
        return Abstraction(
            low,
            high,
            tau,
            omega=omega,
            tau_u=tau_u,
            sites=sites,
            inert=frozenset(inert),
            internal=frozenset(internal),
            high_interventions=declared,
            partial=partial is True,
            kernels=kernels,
        )

    def _expressions(
        self,
        table: Mapping[str, Any],
        key: str,
        scope: Scope,
        names: Sequence[str] | None,
        *,
        partial: bool = False,
    ) -> dict[str, Expression]:
        found: dict[str, Expression] = {}
        given = table.get(key, {})
        if not isinstance(given, dict):
            self.fault(f"[abstraction.{key}] is a table of strings", "abstraction", key)
            return {}
        for name, text in given.items():
            where = ("abstraction", key, name)
            if names is not None and name not in names:
                self.fault(f"{name!r} is no high-level variable{nearest(name, names)}", *where)
            if not isinstance(text, str):
                self.fault(f"{key} of {name!r} is a string, not {text!r}", *where)
                continue
            try:
                found[name] = parse_expression(text, scope, self.locate(*where), partial=partial)
            except InputError as error:
                self.faults.extend(error.faults)
        return found

    def _omega(
        self, table: Mapping[str, Any], scm: SCM, high: SCM | None
    ) -> tuple[tuple[Intervention, Intervention], ...] | None:
        read = read_omega(table["omega"], scm, high, self)
        if read is None:
            return None
        self.wanted_omega += read[1]
        return tuple(read[0])

    def _sites(self, table: Mapping[str, Any], low: LowModel) -> dict[str, tuple[str, ...]]:
        given = table.get("sites", {})
        if not isinstance(given, dict):
            self.fault("[abstraction.sites] is a table of lists of strings", "abstraction", "sites")
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for name, texts in given.items():
            where = ("abstraction", "sites", name)
            if (
                not isinstance(texts, list)
                or not all(isinstance(t, str) for t in texts)
                or not texts
            ):
                self.fault(f"the site of {name!r} is a list of at least one string", *where)
                continue
            units: list[str] = []
            to_find = texts[0] == HOLE
            for index, text in enumerate(texts[to_find:], start=to_find):
                try:
                    units += self._site(text, low, self.locate(*where, index))
                except InputError as error:
                    self.faults.extend(error.faults)
            if to_find:
                self.wanted[name] = tuple(units)
            else:
                found[name] = tuple(units)
        return found

    def _site(self, text: str, low: LowModel, source: Source) -> tuple[str, ...]:
        if not isinstance(low, SCM) and self.network is not None:
            return self.network.site(text, low, source)
        scm = low.as_scm()
        if text not in scm.endogenous:
            hint = nearest(text, scm.endogenous)
            message = f"{text!r} is no low-level variable{hint}"
            raise InputError([Fault(message, text, (0, len(text)), source)])
        return (text,)

    def _interventions(self, model: SCM, where: tuple[str, ...]) -> tuple[Intervention, ...]:
        value: Any = self.table
        for key in where:
            value = value[key]
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.fault('interventions is a list of strings such as ["", "X = 1"]', *where)
            return ()
        found = []
        for index, text in enumerate(value):
            try:
                found.append(model.intervention(text, source=self.locate(*where, index)))
            except InputError as error:
                self.faults.extend(error.faults)
        return tuple(found)

    def _names(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.fault(f"{key} is a list of names", "abstraction", key)
            return ()
        return tuple(value)

    def _exclusive(self, keys: dict[str, Any]) -> None:
        table = self.table.get("abstraction", {})
        for key in ("omega", "tau_u"):
            if key in keys and key in table:
                self.fault(f"[abstraction.{key}] gives {key}; leave the key {key} = … out", key)
                del keys[key]
