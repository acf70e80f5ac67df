"""The table [circuit] of a task: what is left of the model, and at what the rest is held.

```
[circuit]
nodes = ["X", "Z"]        # or edges = ["a -> X", "X -> Z"]: what is kept
ablation = "zero"         # or "mean", over all contexts; "resample", "resample-each": values of runs on other contexts
# ablate = "X -> Z = 0"   # instead of these: an intervention in full
[circuit.outputs]
out = "Z"                 # names of their own, and what is read off the model
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from .ablating import circuit_claim
from .abstraction import Abstraction, LowModel
from .errors import InputError
from .intervening import parents_of
from .kernel import Expression, FiniteLaw, Kind, Value, free_names, parse_expression
from .kernel.errors import nearest
from .resampling import Draws, resampled_claim
from .scm import SCM
from .toml_source import Faults

__all__ = ["is_resampled", "read_circuit"]

KEYS = ("nodes", "edges", "ablation", "ablate", "outputs")
HELD = ("zero", "mean")
ABLATIONS = (*HELD, *(draws.value for draws in Draws))
MOST_CONTEXTS = 2**16
"""Contexts over which a mean is taken exactly."""
Edge = tuple[str, str]


def is_resampled(table: object) -> bool:
    """Whether what is outside takes values of runs on other contexts, which are drawn by their law."""
    return isinstance(table, dict) and table.get("ablation") in ABLATIONS[len(HELD) :]


def read_circuit(
    table: object, low: LowModel, noted: Faults, high: SCM | None = None
) -> Abstraction | None:
    """The claim that the circuit gives the outputs of its model, for the definition `circuit`.

    What is wrong is noted; the claim is `None` then. A network's inputs have the laws of the variables of their names
    in `high`.
    """
    before = len(noted.faults)
    if not isinstance(table, dict):
        noted.fault("[circuit] is a table", "circuit")
        return None
    noted.know_only(table, KEYS, "circuit")
    if sum(key in table for key in ("nodes", "edges", "ablate")) != 1:
        noted.fault(
            "[circuit] says what is kept, nodes = [...] or edges = [...], or in full what is held, "
            'ablate = "X = 0"; one of them',
            "circuit",
        )
    outputs = table.get("outputs")
    if not isinstance(outputs, dict) or not all(isinstance(t, str) for t in outputs.values()):
        noted.fault('[circuit.outputs] reads the model, such as out = "Z"', "circuit", "outputs")
    if "ablate" in table and "ablation" in table:
        noted.fault("ablate says itself at what is held; leave ablation out", "circuit", "ablation")
    if table.get("ablation", "zero") not in ABLATIONS:
        noted.fault(
            'ablation is "zero", "mean", "resample" or "resample-each", not '
            f'{table["ablation"]!r}; any other: ablate = "…"',
            "circuit",
            "ablation",
        )
    if len(noted.faults) > before:
        return None
    assert isinstance(outputs, dict)
    scm = low.as_scm()
    read: dict[str, Expression] = {}
    for name, text in outputs.items():
        source = noted.locate("circuit", "outputs", name)
        scope = replace(scm.scope, network=not isinstance(low, SCM))
        found = noted.attempt(partial(parse_expression, text, scope, source))
        if found is not None:
            read[name] = found
    if is_resampled(table):
        outside = _outside(table, scm, read, noted)
        if len(noted.faults) > before:
            return None
        draws, laws = Draws(table["ablation"]), _laws(low, high)
        return noted.attempt(lambda: resampled_claim(low, outside, read, draws=draws, laws=laws))
    held = str(table["ablate"]) if "ablate" in table else _held(table, scm, read, noted)
    where = ("circuit", "ablate" if "ablate" in table else "ablation")
    ablation = noted.attempt(lambda: scm.intervention(held, source=noted.locate(*where)))
    if ablation is None or len(noted.faults) > before:
        return None
    return circuit_claim(low, ablation, read)


def _laws(low: LowModel, high: SCM | None) -> dict[str, FiniteLaw]:
    """The laws of a network's inputs, which are declared above."""
    if isinstance(low, SCM) or high is None:
        return {}
    laws = {name: high[name].law for name in high.inputs}
    return {name: law for name, law in laws.items() if isinstance(law, FiniteLaw)}


def _held(
    table: Mapping[str, Any], scm: SCM, outputs: Mapping[str, Expression], noted: Faults
) -> str:
    """The intervention that holds all that is not kept."""
    value = _zero if table.get("ablation", "zero") == "zero" else _mean_of(scm)
    outside = _outside(table, scm, outputs, noted)
    return ", ".join(f"{text} = {value(text.partition(' ->')[0])}" for text in outside)


def _outside(
    table: Mapping[str, Any], scm: SCM, outputs: Mapping[str, Expression], noted: Faults
) -> list[str]:
    """The variables, or edges, that are not kept."""
    if "nodes" in table:
        inner = [n for n in scm.endogenous if scm[n].kind is not Kind.INPUT]
        kept = set(_names(table["nodes"], "nodes", inner, noted))
        read = {name for expression in outputs.values() for name in free_names(expression)}
        for name in sorted(read & set(inner) - kept):
            noted.fault(
                f"an output reads {name!r}, which is outside the circuit", "circuit", "nodes"
            )
        return [n for n in inner if n not in kept]
    every = [f"{parent} -> {child}" for parent, child in _edges(scm)]
    kept = set(_names(table["edges"], "edges", every, noted))
    return [text for text in every if text not in kept]


def _names(given: object, key: str, known: list[str], noted: Faults) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        noted.fault(f"{key} is a list of strings", "circuit", key)
        return []
    found = [" -> ".join(part.strip() for part in text.split("->")) for text in given]
    for index, name in enumerate(found):
        if name not in known:
            what = "edge" if key == "edges" else "variable with a mechanism"
            noted.fault(f"there is no {what} {name!r}{nearest(name, known)}", "circuit", key, index)
    return found


def _edges(scm: SCM) -> Iterator[Edge]:
    """The edges between endogenous variables, children in order of declaration."""
    for child in scm.endogenous:
        if scm[child].kind is not Kind.INPUT:
            parents = parents_of(scm.program, child)
            yield from ((parent, child) for parent in scm.endogenous if parent in parents)


def _zero(name: str) -> Value:
    return 0


def _mean_of(scm: SCM) -> Callable[[str], Value]:
    """The mean of each variable over all contexts, uniform.

    Raises:
        InputError: there are too many contexts, or a variable has labels.
    """
    count = scm.context_count()
    if count is None or count > MOST_CONTEXTS:
        shown = "infinitely many" if count is None else f"{count:,}"
        raise InputError(
            [
                f"means are taken over at most {MOST_CONTEXTS:,} contexts, not {shown}; write ablate = …"
            ]
        )
    totals: dict[str, Fraction] = dict.fromkeys(scm.endogenous, Fraction(0))
    for context in scm.contexts():
        for name, value in scm.run(context).items():
            if isinstance(value, str):
                raise InputError([f"{name!r} has labels, which have no mean; write ablate = …"])
            totals[name] += Fraction(value)
    return lambda name: totals[name] / count
