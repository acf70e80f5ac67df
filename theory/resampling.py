r"""Resample ablation: what is outside a circuit takes its value from a run on another context.

The other context $u'$ is an independent draw from the law of contexts, so that a circuit has a law of outputs in
each context and its error is $\mathbb{E}_{u,u'}\, d(\tau M(u), C(u,u'))$, or the supremum over pairs. There are two
notions, which differ as soon as two things are ablated:

`shared`: one u' for all, an interchange of everything outside with one other run, as circuits are patched from one
counterfactual input (Conmy et al. (2023), arXiv:2304.14997). `each`: every ablated variable or edge has a u' of its
own, as causal scrubbing (Chan et al. 2022, Alignment Forum) resamples what a hypothesis says does not matter.

The values are those of the whole model on u', nothing ablated. Both models get the drawn roots as further exogenous
variables, each with the law of the root that it is drawn like; the model does not read them, the circuit does. So
the definition `circuit`, with its engines and its witness, is about pairs of contexts: a mean over them by their law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from .abstraction import Abstraction, LowModel
from .errors import InputError
from .kernel import (
    Declaration,
    Expression,
    FiniteLaw,
    Kind,
    Reference,
    complete,
    free_names,
    parse_expression,
    substitute,
)
from .kernel.errors import nearest
from .scm import SCM

__all__ = ["Draws", "resampled_claim"]

Item = tuple[str, str | None]
"""A variable; or a variable and the one child for which it is drawn."""


class Draws(Enum):
    """Which of the things that are ablated come from one other run."""

    SHARED = "resample"
    EACH = "resample-each"


def resampled_claim(
    low: LowModel,
    outside: Sequence[str],
    outputs: Mapping[str, str | Expression],
    *,
    draws: Draws = Draws.SHARED,
    laws: Mapping[str, FiniteLaw] | None = None,
) -> Abstraction:
    r"""The claim that a circuit gives the outputs of its model whatever the rest is resampled to.

    For the definition `circuit`, `weighted` (by the law of pairs of contexts) or `worst` (at every pair).

    Args:
        low: the whole model; a network is taken as its exact finite model.
        outside: what is ablated: variables `"X"` and edges `"X -> Z"`.
        outputs: new name -> what is read off the model.
        draws: whether all of it is of one other run, or each thing of one of its own.
        laws: laws of roots, where the model has none of its own: a network's inputs.

    Raises:
        InputError: a root that is drawn has no law; a variable has no mechanism, so that it has no value in another
            context (conditional laws), or models are cyclic; something outside is not there; a name is taken.

    Example:
        >>> from tauomega import distance
        >>> from tauomega.theory.definitions.circuit import Circuit
        >>> model = SCM.from_text("input a : bool ~ 1/4\nX = a\nZ = X")
        >>> distance(resampled_claim(model, ["X"], {"out": "Z"}), Circuit(weighted=True)).value
        Fraction(3, 8)
    """
    scm = low.as_scm()
    faults = _faults(low, outside, outputs)
    items = [_item(text) for text in dict.fromkeys(outside)]
    if faults:
        raise InputError(faults)
    copies = _copies(scm, items, draws, laws or {})
    other = {d.name: d for own in copies for d in own.values()}
    taken = [name for name in other if name in scm or name in outputs]
    if taken:
        raise InputError([f"{name!r} is needed for another context; rename it" for name in taken])
    drawn = [d for d in other.values() if d.kind is Kind.EXOGENOUS]
    run = [d for d in other.values() if d.kind is not Kind.EXOGENOUS]
    by_child = _by_child(items, copies)
    circuit = [_ablated(d, by_child) for d in _declared(scm)]
    read = {
        n: parse_expression(e, scm.scope) if isinstance(e, str) else e for n, e in outputs.items()
    }
    circuit += [Declaration(n, Kind.ENDOGENOUS, None, None, e) for n, e in read.items()]
    tau: dict[str, Expression] = {name: Reference(name) for name in scm.inputs}
    below = SCM(complete([*_declared(scm, laws), *drawn]))
    above = SCM(complete([*_with_laws(circuit, laws), *drawn, *run]))
    return Abstraction(below, above, tau | read)


def _faults(
    low: LowModel, outside: Sequence[str], outputs: Mapping[str, str | Expression]
) -> list[str]:
    scm = low.as_scm()
    faults = [
        f"{name!r} is a variable of the model; give the output a name of its own"
        for name in outputs
        if name in scm
    ]
    if not outputs:
        faults.append('nothing is read off the model; give outputs, such as {"out": "Z"}')
    if scm.conditional:
        listed = ", ".join(map(repr, scm.conditional))
        faults.append(
            f"the model gives {listed} by a conditional law (layer 2): they have no values in another context"
        )
    if scm.cyclic:
        faults.append(
            "the model is declared cyclic; what is outside is resampled in acyclic models"
        )
    semantics = getattr(low, "semantics", "real")
    if semantics != "real":
        faults.append(
            f"outside is resampled exactly, not under {semantics}; leave the semantics out"
        )
    inner = [n for n in scm.endogenous if scm[n].mechanism is not None]
    for text in outside:
        parent, child = _item(text)
        target = parent if child is None else child
        if target not in inner:
            faults.append(
                f"there is no variable with a mechanism {target!r}{nearest(target, inner)}"
            )
        elif child is not None and parent not in free_names(_mechanism(scm, child)):
            faults.append(f"there is no edge '{parent} -> {child}': {child} does not read {parent}")
    return faults


def _item(text: str) -> Item:
    parent, arrow, child = (part.strip() for part in text.partition("->"))
    return (parent, child) if arrow else (parent, None)


def _mechanism(scm: SCM, name: str) -> Expression:
    found = scm[name].mechanism
    assert found is not None
    return found


def _declared(scm: SCM, laws: Mapping[str, FiniteLaw] | None = None) -> list[Declaration]:
    found = [Declaration(v.name, v.kind, v.domain, v.law, v.mechanism) for v in scm.variables]
    return _with_laws(found, laws)


def _with_laws(
    declared: Sequence[Declaration], laws: Mapping[str, FiniteLaw] | None
) -> list[Declaration]:
    """What has no law of its own gets the one that is given."""
    return [
        Declaration(d.name, d.kind, d.domain, d.law or (laws or {}).get(d.name), d.mechanism)
        for d in declared
    ]


def _copies(
    scm: SCM, items: Sequence[Item], draws: Draws, laws: Mapping[str, FiniteLaw]
) -> list[dict[str, Declaration]]:
    """For each item the variables of the other run that its value comes from; of one run, or of one each.

    Raises:
        InputError: a root of these has no finite law.
    """
    groups = [items] if draws is Draws.SHARED else [[item] for item in items]
    found: list[dict[str, Declaration]] = []
    faults: dict[str, None] = {}
    for number, group in enumerate(groups, 1):
        prefix = "other_" if draws is Draws.SHARED else f"other_{number}_"
        needed = _upstream(scm, [parent for parent, _ in group])
        own: dict[str, Declaration] = {}
        for variable in scm.variables:
            name = variable.name
            if name not in needed:
                continue
            if variable.mechanism is not None:
                renamed = {n: Reference(f"{prefix}{n}") for n in needed}
                rule = substitute(variable.mechanism, renamed)
                own[name] = Declaration(
                    f"{prefix}{name}", Kind.ENDOGENOUS, variable.domain, None, rule
                )
                continue
            law = variable.law if isinstance(variable.law, FiniteLaw) else laws.get(name)
            if law is None:
                faults[
                    f"a context is drawn from its law, and {name!r} has none; write ~ uniform"
                ] = None
            own[name] = Declaration(f"{prefix}{name}", Kind.EXOGENOUS, variable.domain, law)
        found += [own] if draws is Draws.EACH else [own for _ in items]
    if faults:
        raise InputError(list(faults))
    return found


def _upstream(scm: SCM, names: Sequence[str]) -> set[str]:
    """The variables that mechanisms read, directly or not, to give these values; parameters are not drawn."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in found or name in scm.parameters:
            continue
        found.add(name)
        mechanism = scm[name].mechanism
        pending += free_names(mechanism) if mechanism is not None else ()
    return found


def _by_child(
    items: Sequence[Item], copies: Sequence[Mapping[str, Declaration]]
) -> dict[str, dict[str | None, Expression]]:
    """Variable -> what of its mechanism is drawn: a parent, or the whole value (under `None`)."""
    found: dict[str, dict[str | None, Expression]] = {}
    for (parent, child), own in zip(items, copies, strict=True):
        drawn = Reference(own[parent].name)
        if child is None:
            found.setdefault(parent, {})[None] = drawn
        else:
            found.setdefault(child, {})[parent] = drawn
    return found


def _ablated(
    declared: Declaration, by_child: Mapping[str, Mapping[str | None, Expression]]
) -> Declaration:
    change = by_child.get(declared.name)
    if not change or declared.mechanism is None:
        return declared
    rule = change.get(None)
    if rule is None:
        edges = {parent: drawn for parent, drawn in change.items() if parent is not None}
        rule = substitute(declared.mechanism, edges)
    return Declaration(declared.name, declared.kind, declared.domain, declared.law, rule)
