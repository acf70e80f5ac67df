"""Whether a proof stands, seen without the checker: the claim read from its text, models run one solution at a time.

For certificates that somebody changed and that the checker still accepts: then there must be another proof of
the claim in them. A clausal proof is checked without its hints, by unit propagation alone (as DRUP is); a
counterexample by running the models that the task's text gives. What has but one form is not looked at: a
listed τ_U or a transcript that differs from the right one proves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import Any

from tauomega.solvers.distance import distance
from tauomega.solvers.metrics import state_distance
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.family import Block, Given, Single
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Expression, Value, evaluate, free_names
from tauomega.theory.metric import Metric
from tauomega.theory.quantity import Ball, lower
from tauomega.theory.scm import SCM
from tauomega.theory.task import read_task

from ..certificates.exporting import clauses_and_proof

__all__ = ["is_refutation", "stands"]

LISTED = "listed intervention"
Items = list[list[str]]


def stands(document: Any) -> bool:
    """Whether the proof in a certificate shows what it claims, as far as it has more than one form."""
    proof, verdict = document["proof"], document["verdict"]
    refuted = verdict == "fails" or "counterexample" in proof
    task = read_task(document["task"])
    if refuted and not _refutes(document, task.claim, task.definition):
        return False
    squares = proof.get("squares") or {}
    if verdict == "fails":
        return True
    if squares.get("kind") == "clausal proof":
        clauses, steps = clauses_and_proof(document)
        return is_refutation(_numbers(clauses.splitlines()[1:]), _numbers(steps.splitlines()))
    if "tau_u" in proof and not squares:
        return _is_map(document, task.claim, task.definition)
    if verdict == "distance":
        value = distance(task.claim, task.definition).value
        written = value.form if isinstance(value, Ball) else str(value)
        return bool(written == document["parameters"]["distance"])
    return False


def _refutes(document: Any, claim: Abstraction, definition: Definition) -> bool:
    """Whether a counterexample shows that the claim fails, or that the distance is no less."""
    found, far = document["proof"]["counterexample"], _far(document)
    match found["kind"]:
        case "missed value":
            return _is_missed(claim, dict(found["value"]))
        case "shared":
            readers = found["readers"]
            reads = [_depends(claim, claim.tau[name], found["variable"]) for name in readers]
            return len(set(readers)) > 1 and all(reads)
        case "no context":
            return _has_no_context(claim, definition, found, far)
        case "square":
            return _does_not_commute(claim, definition, found, far)
        case "too few contexts":
            near = _nearness(claim, definition, far)
            rare = set(found["above"])
            return sum(bool(rare & places) for places in near) < len(rare)
    return False


# ---------------------------------------------------------------- distances


Far = Callable[[Mapping[str, Value], Mapping[str, Value]], bool]
"""Whether τ of a low-level solution is farther from a high-level one than is allowed, or as far as is claimed."""


def _far(document: Any) -> Far:
    parameters = document["parameters"]
    bound = parameters.get("distance") or parameters.get("at_most") or "0"
    exact, metric = "distance" in parameters, Metric(parameters.get("metric", "discrete"))
    root = bound.startswith("√")
    limit = Fraction(bound.strip("√()")) if root else Fraction(bound) ** 2

    def is_far(image: Mapping[str, Value], result: Mapping[str, Value]) -> bool:
        names = list(image)
        above = {name: result[name] for name in names}
        if metric is Metric.EUCLIDEAN:
            squared = Fraction(lower(state_distance(Metric.SQUARED, image, above)))
        else:
            squared = Fraction(lower(state_distance(metric, image, above))) ** 2
        return squared >= limit if exact else squared > limit

    return is_far


def _is_map(document: Any, claim: Abstraction, definition: Definition) -> bool:
    """Whether a listed τ_U keeps all squares within what is allowed, and is onto if it should be."""
    given, parameters = document["proof"]["tau_u"], dict(document["parameters"])
    bound = parameters.pop("distance", parameters.get("at_most", "0"))
    allowed = {"parameters": parameters | {"at_most": bound}}
    near = _nearness(claim, definition, _far(allowed))
    assert claim.high is not None
    onto = parameters["tau_u"] == "searched-onto"
    whole = len(set(given)) == len(list(claim.high.contexts())) or not onto
    return whole and all(w in places for w, places in zip(given, near, strict=True))


def _nearness(claim: Abstraction, definition: Definition, far: Far) -> list[set[int]]:
    """For each low-level context the high-level ones that are not far under any intervention of the family."""
    low, high = claim.scm, claim.high
    assert high is not None
    family: Any = getattr(definition, "family", None)
    pairs: list[Pair] = []
    if isinstance(family, Given):
        for number in range(len(claim.omega or family.interventions or ())):
            pair = _listed(claim, family, next(iter(low.contexts())), [[LISTED, str(number)]])
            pairs += [pair] if pair is not None else []
    else:
        for count in range(len(claim.tau) + 1):
            for names in combinations(claim.tau, count):
                members = sorted({v for name in names for v in _block(claim, name)})
                for values in _states(low, members):
                    below = Hard.from_mapping(values)
                    context = next(iter(low.contexts()))
                    pairs.append((below, _derived(claim, context, below, names)))
    above = list(enumerate(high.contexts()))
    return [
        {
            place
            for place, w in above
            if not any(far(claim.read(low.run(u, i)), high.run(w, j)) for i, j in pairs)
        }
        for u in low.contexts()
    ]


# ---------------------------------------------------------------- clauses


def _numbers(lines: Iterable[str]) -> list[list[int]]:
    return [[int(word) for word in line.split()[:-1]] for line in lines]


def is_refutation(clauses: Sequence[Sequence[int]], steps: Sequence[Sequence[int]]) -> bool:
    """Whether each step follows by unit propagation from what comes before, and the last is empty."""
    known: list[Sequence[int]] = []
    where: dict[int, list[int]] = defaultdict(list)  # literal -> the clauses with it
    units: list[int] = []

    def add(clause: Sequence[int]) -> None:
        for literal in set(clause):
            where[literal].append(len(known))
        known.append(clause)
        if len(set(clause)) == 1:
            units.append(clause[0])

    def follows(clause: Sequence[int]) -> bool:
        true: set[int] = set()
        pending = [*(-literal for literal in clause), *units]
        while pending:
            literal = pending.pop()
            if -literal in true:
                return True
            if literal in true:
                continue
            true.add(literal)
            for number in where[-literal]:
                if not any(f in true for f in known[number]):
                    free = {f for f in known[number] if -f not in true}
                    if not free:
                        return True
                    pending += free if len(free) == 1 else ()
        return False

    for clause in clauses:
        add(clause)
    for step in steps:
        if not follows(step):
            return False
        add(step)
    return bool(steps) and not steps[-1]


# ---------------------------------------------------------------- models


def _typed(model: SCM, name: str, text: str) -> Value:
    """The value of a variable's domain that is written so."""
    domain: Any = model.domain(name)
    found: Value = next(value for value in domain if str(value) == text)
    return found


def _states(model: SCM, names: Sequence[str]) -> Iterable[dict[str, Value]]:
    domains: Any = [model.domain(name) for name in names]
    return (dict(zip(names, values, strict=True)) for values in product(*domains))


def _is_missed(claim: Abstraction, wanted: Mapping[str, str]) -> bool:
    high, low = claim.high, claim.scm
    if high is None or not wanted:
        return False
    for name, text in wanted.items():
        _typed(high, name, text)
    read = sorted({v for name in wanted for v in free_names(claim.tau[name])})
    return not any(
        all(str(evaluate(claim.tau[n], state)) == text for n, text in wanted.items())
        for state in _states(low, read)
    )


def _depends(claim: Abstraction, expression: Expression, variable: str) -> bool:
    read = sorted(free_names(expression) - {variable})
    domain: Any = claim.scm.domain(variable)
    return any(
        len({evaluate(expression, state | {variable: value}) for value in domain}) > 1
        for state in _states(claim.scm, read)
    )


Pair = tuple[Hard, Hard]


def _has_no_context(claim: Abstraction, definition: Definition, found: Any, far: Far) -> bool:
    """Whether no high-level context does what a low-level one does under some interventions."""
    low, high = claim.scm, claim.high
    if high is None or getattr(definition, "tau_u", None) is not None:
        return False
    context = _context(low, found["context"])
    pairs = [_pair(claim, definition, context, items) for items in found["separators"]]
    if not all(pairs):
        return False
    seen = [(claim.read(low.run(context, i)), j) for i, j in filter(None, pairs)]
    return all(
        any(far(image, high.run(above, j)) for image, j in seen) for above in high.contexts()
    )


def _does_not_commute(claim: Abstraction, definition: Definition, found: Any, far: Far) -> bool:
    """Whether the two ways round a square differ, and in the values that are written down."""
    low, high = claim.scm, claim.high
    if high is None:
        return False
    roots = set(low.roots)
    base = [item for item in found["at"] if item[0] in roots]
    rest = [item for item in found["at"] if item[0] not in roots]
    context = _context(low, base)
    above = _above(claim, context)
    swapped = [name.removeprefix("swap ") for name, _ in rest if name.startswith("swap ")]
    pair: Pair | None
    if swapped:
        pair = _swap(claim, swapped, {item[0]: item[1] for item in rest})
    else:
        pair = _pair(claim, definition, context, rest)
    if pair is None:
        return False
    image, result = claim.read(low.run(context, pair[0])), high.run(above, pair[1])
    written = [dict(found[side]) for side in ("image", "result")]
    same = all(str(image[n]) == text for n, text in written[0].items())
    same = same and all(str(result[n]) == text for n, text in written[1].items())
    return same and far({name: image[name] for name in written[0]}, result)


def _context(low: SCM, items: Items) -> dict[str, Value]:
    found = {name: _typed(low, name, text) for name, text in items}
    return found if set(found) == set(low.roots) else {}


def _above(claim: Abstraction, context: Mapping[str, Value]) -> dict[str, Value]:
    """The high-level context: by the given τ_U, else of the same names."""
    assert claim.high is not None
    given = claim.tau_u or {}
    return {n: evaluate(given[n], context) if n in given else context[n] for n in claim.high.roots}


def _pair(
    claim: Abstraction, definition: Definition, context: Mapping[str, Value], items: Items
) -> Pair | None:
    """A low-level intervention of the family, and what it stands for; nothing if it is none."""
    low, family = claim.scm, getattr(definition, "family", None)
    if isinstance(family, Given):
        return _listed(claim, family, context, items)
    blocks = [name.removeprefix("do ") for name, _ in items if name.startswith("do ")]
    values = {name.removeprefix("set "): text for name, text in items if name.startswith("set ")}
    members = {v for name in blocks for v in _block(claim, name)}
    allowed = isinstance(family, Block) or (isinstance(family, Single) and len(blocks) <= family.k)
    if not allowed or members != set(values) or len(items) != len(blocks) + len(values):
        return None
    below = Hard.from_mapping({name: _typed(low, name, text) for name, text in values.items()})
    return below, _derived(claim, context, below, blocks)


def _listed(
    claim: Abstraction, family: Given, context: Mapping[str, Value], items: Items
) -> Pair | None:
    """One of the interventions that are listed, with what is listed for it, or what its blocks become."""
    if [name for name, _ in items] != [LISTED]:
        return None
    number = int(items[0][1])
    if claim.omega is not None:
        below, above = claim.omega[number]
        return (below, above) if isinstance(below, Hard) and isinstance(above, Hard) else None
    below = (family.interventions or ())[number]
    if not isinstance(below, Hard):
        return None
    read = sorted({v for tree in claim.tau.values() for v in free_names(tree)})
    fixed = dict(below.items)
    states = _states(claim.scm, [v for v in read if v not in fixed])
    seen = {tuple(evaluate(t, s | fixed) for t in claim.tau.values()) for s in states}
    columns = dict(zip(claim.tau, map(set, zip(*seen, strict=True)), strict=True))
    assert claim.high is not None
    domains: Any = [claim.high.domain(n) for n, column in columns.items() if len(column) > 1]
    if len(seen) != prod(domain.size for domain in domains):
        return None
    return below, Hard.from_mapping({n: c.pop() for n, c in columns.items() if len(c) == 1})


def _derived(
    claim: Abstraction, context: Mapping[str, Value], below: Hard, blocks: Sequence[str]
) -> Hard:
    """What whole blocks that are set become: τ of what they are set to."""
    image = claim.read(claim.scm.run(context, below))
    return Hard.from_mapping({name: image[name] for name in blocks})


def _block(claim: Abstraction, name: str) -> set[str]:
    tree = claim.tau[name]
    return {v for v in free_names(tree) if _depends(claim, tree, v)}


def _swap(claim: Abstraction, sites: Sequence[str], items: Mapping[str, str]) -> Pair | None:
    """An interchange: sites set to their values in runs on sources, below and above."""
    low, high = claim.scm, claim.high
    assert high is not None
    below: dict[str, Value] = {}
    above: dict[str, Value] = {}
    for name in sites:
        source = _context(low, [[v, items[f"{name} from {v}"]] for v in low.roots])
        run = low.run(source)
        below |= {v: run[v] for v in claim.sites[name]}
        above[name] = high.run(_above(claim, source))[name]
    return Hard.from_mapping(below), Hard.from_mapping(above)
