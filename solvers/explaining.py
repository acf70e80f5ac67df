"""From the point where a clause fails to a counterexample with everything needed to replay it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from tauomega.theory.counterexample import (
    Collision,
    Counterexample,
    GraphGap,
    LawGap,
    NoOmega,
    NotABlockMap,
    NotMonotone,
    NotOnto,
    NotSolvable,
    Square,
    Way,
    as_values,
)
from tauomega.theory.defect import (
    HIGH,
    LOW,
    TAU,
    BoxSwaps,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    DrawnSettings,
    HighInterventions,
    Inf,
    Interventions,
    Law,
    Models,
    OmegaMaps,
    Push,
    Relation,
    States,
    Sup,
    Swaps,
    Var,
    Violated,
)
from tauomega.theory.definition import high_model
from tauomega.theory.intervention import NOTHING, Hard, Intervention
from tauomega.theory.kernel import Finite, Range, Value
from tauomega.theory.scm import SCM

from .context_gaps import missing_context
from .engine import Answer, Budget, Problem
from .gaps import gap_at
from .graphs import graph_faults
from .interpreter import Interpreter
from .literal_only import is_quantitative, literal_only
from .moment_gaps import moment_gap
from .omega_search import OMEGA_SEARCH
from .onto import missed_by_factor
from .quotient_search import QUOTIENT
from .ranging import Swap, as_context
from .settled import settled_family, settled_omega
from .shapes import square_family
from .state_terms import lacks_soft_image, shared_roots
from .unsolved import not_solvable

__all__ = ["explain"]

Values = tuple[Value, ...]


def explain(problem: Problem, answer: Answer, budget: Budget) -> Counterexample:
    """The counterexample at the point of a failing clause.

    Args:
        problem: the clause as it was decided (after reductions).
        answer: an engine's answer with `lo` above the tolerance.
        budget: time for finding separators.
    """
    point = answer.point or {}
    parameters = cast("Mapping[str, Value]", point.get("parameters", {}))
    interpreter = Interpreter(problem, budget, parameters)
    defect = problem.part.defect
    if is_quantitative(defect):
        return gap_at(problem, answer)
    match defect:
        case Sup(body=Sup(body=Violated(relation=Relation.SOLVED | Relation.SOLVED_ONCE))):
            return not_solvable(interpreter, defect.body, point)
        case Sup(body=Violated(relation=Relation.SOLVED | Relation.SOLVED_ONCE)):
            return not_solvable(interpreter, defect, point)
        case Violated(relation=Relation.BLOCK_MAP):
            return NotABlockMap(problem.facts.shared)
        case Sup(body=Violated(relation=Relation.SOFT_IMAGE)):
            i = cast("Intervention", point["i"])
            return NoOmega((i,), lacks_soft_image(problem, i))
        case Violated(relation=Relation.CONTEXT_BLOCKS):
            return NotABlockMap(shared_roots(problem), map="τ_U")
        case Violated(relation=Relation.CLUSTER_GRAPH | Relation.GRAPH_MAP as relation):
            return GraphGap(tuple(graph_faults(problem, relation)))
        case Sup(space=DrawnSettings()):
            return gap_at(problem, answer)
        case Sup(space=States(), body=Inf()):
            return _not_onto(problem, cast("Mapping[str, Value]", point["y"]))
        case Sup(space=Contexts(side=side), body=Inf(space=Contexts())) if side is HIGH:
            high = high_model(problem.claim)
            return NotOnto("τ_U", tuple(zip(high.roots, cast("Values", point["w"]), strict=True)))
        case Sup(space=Interventions(), body=Sup(body=Violated(relation=Relation.ORDER_PRESERVED))):
            return _not_monotone(problem, point)
        case Sup(space=HighInterventions()):
            return NotOnto("ω", cast("Hard", point["j"]).items)
        case Sup(space=Interventions(), body=Inf(space=HighInterventions())):
            intervention = cast("Hard", point["i"])
            image = settled_omega(problem, intervention)
            shown = "" if image is None else f" ({image.describe()})"
            return NoOmega((intervention,), f"its image{shown} is not in the declared I_H")
        case Sup(space=BoxSwaps()):
            # the engine's own: its rows are points of boxes, which no context names
            return cast("Counterexample", point["found"])
        case Sup(space=Swaps(), body=Sup()):
            return _labels_collide(interpreter, cast("Swap", point["x"]), cast("Swap", point["y"]))
        case Sup(space=Swaps()):
            swap = cast("Swap", point["x"])
            floats = cast("Mapping[str, Value] | None", point.get("float"))
            read = cast("Mapping[str, Value] | None", point.get("read"))
            return _interchange_square(interpreter, swap, floats, read, minimal=answer.minimal)
        case Inf(space=Models()):
            return _no_quotient(interpreter, point)
        case Inf(space=OmegaMaps(family=family)):
            if "core" not in point and literal_only(problem):
                point = {"core": tuple(settled_family(problem, family))}
            elif "core" not in point:  # the literal interpreter found none; look for the reason
                found = OMEGA_SEARCH.bounds(problem, budget).point or {}
                point = {"core": found.get("core", ())}
            core = cast("tuple[Hard, ...]", point["core"])
            reason = "no order-preserving ω into I_H makes these commute together"
            return NoOmega(core, reason, not literal_only(problem))
        case Inf(space=ContextMaps()):
            return missing_context(interpreter, point)
        case _ if "moments" in point:
            return moment_gap(problem, point)
        case _ if _is_law(defect):
            return _law_gap(interpreter, point)
        case _ if square_family(defect) is not None:
            return _square(interpreter, point, minimal=answer.minimal)
        case _:  # a clause of the user's own: where it is attained, and its value there
            return gap_at(problem, answer)


def _is_law(defect: Defect) -> bool:
    match defect:
        case Dist(left=Push()) | Sup(body=Dist(left=Push())):
            return True
        case _:
            return False


def _not_onto(problem: Problem, missed: Mapping[str, Value]) -> NotOnto:
    if problem.facts.is_block_map:
        for name in problem.facts.supports:
            value = missed_by_factor(problem, name)
            if value is not None:
                return NotOnto(f"τ of {name}", ((name, value[0]),))
    return NotOnto("τ", as_values(missed))


def _not_monotone(problem: Problem, point: Mapping[str, object]) -> NotMonotone:
    lower, upper = cast("Hard", point["i"]), cast("Hard", point["k"])
    images = settled_omega(problem, lower), settled_omega(problem, upper)
    assert images[0] is not None
    assert images[1] is not None
    return NotMonotone(lower, upper, images[0], images[1])


# ---------------------------------------------------------------- squares


def _way(model: SCM, context: Values, intervention: Hard, result: Mapping[str, Value]) -> Way:
    return Way(as_values(as_context(model, context)), intervention, as_values(result))


def _square(interpreter: Interpreter, point: Mapping[str, object], *, minimal: bool) -> Square:
    problem = interpreter.problem
    intervention = cast("Hard", point["i"])
    context = cast("Values", point["u"])
    image = cast(
        "Hard | None", point["j"] if "j" in point else settled_omega(problem, intervention)
    )
    assert image is not None
    above = interpreter.high_context(context)
    return _compare(interpreter, context, intervention, above, image, minimal=minimal)


def _interchange_square(
    interpreter: Interpreter,
    swap: Swap,
    floats: Mapping[str, Value] | None,
    read: Mapping[str, Value] | None,
    *,
    minimal: bool,
) -> Square:
    """The square of a swap.

    `floats` are the low-level values where these are a machine's; `read` is what τ certainly gives where they are
    no rational numbers.
    """
    scm = interpreter.problem.claim.scm
    sources = tuple((name, as_values(as_context(scm, source))) for name, source in swap.sources)
    high = interpreter.interchange(HIGH, swap)
    above = interpreter.high_context(swap.base)
    match interpreter.problem.part.defect:
        case Sup(body=Dist(left=left)):
            names = getattr(left, "names", None)
        case _:
            names = None
    if floats is None:
        low = interpreter.interchange(LOW, swap)
    else:
        sites = interpreter.problem.claim.sites
        low = Hard(tuple((unit, floats[unit]) for name, _ in swap.sources for unit in sites[name]))
    return _compare(
        interpreter,
        swap.base,
        low,
        above,
        high,
        names=names,
        sources=sources,
        floats=floats,
        read=read,
        minimal=minimal,
    )


def _compare(
    interpreter: Interpreter,
    context: Values,
    intervention: Hard,
    above: Values,
    image: Hard,
    *,
    minimal: bool,
    names: tuple[str, ...] | None = None,
    sources: tuple[tuple[str, tuple[tuple[str, Value], ...]], ...] = (),
    floats: Mapping[str, Value] | None = None,
    read: Mapping[str, Value] | None = None,
) -> Square:
    """Both runs and what τ reads of the lower one; all scored variables are compared, or those that are named."""
    claim = interpreter.problem.claim
    high = high_model(claim)
    if floats is None:
        state: Mapping[str, Value] = interpreter.run(LOW, context, intervention)
    else:
        state = dict(zip(claim.scm.roots, context, strict=True)) | dict(floats)
    read = claim.read(state) if read is None else read
    result = interpreter.run(HIGH, above, image)
    differs = tuple(n for n in (names or tuple(read)) if n in read and read[n] != result[n])
    return Square(
        _way(claim.scm, context, intervention, state),
        as_values(read),
        _way(high, above, image, result),
        differs,
        sources,
        minimal,
    )


# ---------------------------------------------------------------- laws


def _law_gap(interpreter: Interpreter, point: Mapping[str, object]) -> LawGap:
    problem = interpreter.problem
    low = cast("Hard", point.get("i", NOTHING))
    image = settled_omega(problem, low) if "i" in point else NOTHING
    assert image is not None
    if "event" in point:
        event, p, q = cast(
            "tuple[tuple[tuple[str, Value], ...], Fraction, Fraction]", point["event"]
        )
        return LawGap(low, image, event, p, q)
    pushed = cast(
        "dict[object, Fraction]", interpreter.term(Push(TAU, Law(LOW, Var("i"))), {"i": low})
    )
    law = cast("dict[object, Fraction]", interpreter.term(Law(HIGH, Var("j")), {"j": image}))
    zero = Fraction(0)
    high = high_model(problem.claim)
    events = [e for e in pushed.keys() | law.keys() if pushed.get(e, zero) != law.get(e, zero)]

    def place(event: object) -> tuple[int, ...]:
        found = []
        for name, value in cast("tuple[tuple[str, Value], ...]", event):
            domain = high.domain(name)
            assert isinstance(domain, Finite | Range)
            found.append(domain.index(value))
        return tuple(found)

    first = min(events, key=place)
    event = cast("tuple[tuple[str, Value], ...]", first)
    return LawGap(low, image, event, pushed.get(first, zero), law.get(first, zero))


# ---------------------------------------------------------------- quotients and labels


def _no_quotient(interpreter: Interpreter, point: Mapping[str, object]) -> Counterexample:
    problem = interpreter.problem
    scm = problem.claim.scm
    if "unsolved" in point:
        context, intervention, count = cast("tuple[Values, Hard, int]", point["unsolved"])
        return NotSolvable(as_values(as_context(scm, context)), intervention, count)
    if "collision" not in point:  # the literal interpreter found no model; look for the reason
        found = QUOTIENT.bounds(problem, interpreter.budget)
        assert found.point is not None, "the quotient engine disagrees with the literal interpreter"
        return _no_quotient(interpreter, found.point)
    name, context, first, second = cast("tuple[str, Values, Hard, Hard]", point["collision"])
    states = [interpreter.run(LOW, context, setting) for setting in (first, second)]
    reads = [problem.claim.read(state) for state in states]
    ways = [
        _way(scm, context, setting, state)
        for setting, state in zip((first, second), states, strict=True)
    ]
    equal = {other: value for other, value in reads[0].items() if other != name}
    return Collision(ways[0], ways[1], as_values(equal), name, (reads[0][name], reads[1][name]))


def _labels_collide(interpreter: Interpreter, first: Swap, second: Swap) -> Collision:
    claim = interpreter.problem.claim
    ways, above = [], []
    for swap in (first, second):
        hard = interpreter.interchange(LOW, swap)
        state = interpreter.run(LOW, swap.base, hard)
        ways.append(_way(claim.scm, swap.base, hard, state))
        context = interpreter.high_context(swap.base)
        above.append(interpreter.run(HIGH, context, interpreter.interchange(HIGH, swap)))
    states = [dict(way.result) for way in ways]
    for name, site in claim.sites.items():
        alike = all(states[0][v] == states[1][v] for v in site)
        if alike and above[0][name] != above[1][name]:
            equal = tuple((v, states[0][v]) for v in site)
            return Collision(ways[0], ways[1], equal, name, (above[0][name], above[1][name]))
    raise AssertionError("the two runs do not collide")
