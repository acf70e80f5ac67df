"""z3: interventions as data, with values symbolic; for reals, intervals and integers too.

Every query runs in a child process that is killed at the deadline. What z3 refutes is replayed here by
exact evaluation; what it proves is printed as "on z3's word".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import comb
from typing import Any, final

import z3

from tauomega.theory.defect import ContextMaps, Defect, Inf
from tauomega.theory.definition import context_map, high_model
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, BlocksAndSilence, Family, Given, Single, TauMax
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Domain, Value, evaluate, parse_value
from tauomega.theory.policy import OmegaPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import INFINITE, Trusted

from .child import Answered, Crashed, run_in_child
from .engine import Answer, Budget, Problem
from .expression_to_z3 import Encoder, NotEncodedError
from .grids import target_patterns
from .omega import any_value, check_unambiguous
from .ranging import low_interventions, require_blocks
from .settled import hard, nothing_to_check
from .shapes import is_tau_onto, is_tau_u_onto, square_family
from .smt_onto import map_onto, require_onto, z3_version
from .smt_second import cvc5_version, second_answer

__all__ = ["CVC5", "SMT", "Smt"]

ONE, ZERO = Fraction(1), Fraction(0)
FEW = 64
"""Sets of targets that are asked about one by one; more are one question, with a mask for each."""


@final
@dataclass(frozen=True, slots=True)
class Masked:
    """Any of these groups of targets, each as a whole, with symbolic values; at most so many."""

    groups: tuple[tuple[str, ...], ...]
    most: int


Pattern = tuple[str, ...] | Hard | Masked
"""Targets with symbolic values, or one intervention, or any of several groups of targets."""


@final
@dataclass(frozen=True, slots=True)
class Smt:
    """Decides squares with a fixed τ_U, and whether τ and τ_U are onto, over any domains.

    Up to `few` sets of targets are asked about one by one. With `second`, cvc5 is asked in place of z3,
    about squares only.
    """

    few: int = FEW
    second: bool = False

    @property
    def name(self) -> str:
        """`smt`, or `cvc5`."""
        return "cvc5" if self.second else "smt"

    def accepts(self, problem: Problem) -> str | None:
        """Refuses a searched τ_U (it asks for one), laws, interchanges, and partly set blocks."""
        if problem.semantics not in ("exact", "real"):
            return f"reasons about real numbers; {problem.semantics} is another semantics"
        defect = problem.part.defect
        if isinstance(defect, Inf) and isinstance(defect.space, ContextMaps):
            return (
                "τ_U is searched, which z3 is not asked; where contexts are infinite or too many "
                "to list it must be given: write "
                '[abstraction.tau_u], or tau_u = "identity" or "inputs"'
            )
        if self.second and cvc5_version() is None:
            return "cvc5 is not installed; it comes with an extra: pip install 'tauomega[cvc5]'"
        if _is_onto(defect):
            return "cvc5 is asked about squares only" if self.second else None
        family = _family(defect)
        if family is None:
            return "only squares with a fixed τ_U, and maps being onto, are put to z3"
        if problem.omega is OmegaPolicy.SEARCHED:
            return "ω is searched"
        if problem.omega is OmegaPolicy.GIVEN and not isinstance(family, Given):
            return "a given ω is put to z3 for listed interventions only"
        if problem.omega is OmegaPolicy.DERIVED and not problem.facts.is_block_map:
            return "ω_τ of a map that is no block map is not put to z3"
        if isinstance(family, TauMax | BlocksAndSilence | All) and not _single_blocks(problem):
            return "partly set blocks are not put to z3"
        if not isinstance(family, Given | Block | Single | All | TauMax | BlocksAndSilence):
            return f"the family {family} is not put to z3"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 if every query is unsatisfiable; 1 with the square that z3 found."""
        try:
            if _is_onto(problem.part.defect):
                return map_onto(problem, budget)
            return _squares(problem, budget, self.few, second=self.second)
        except NotEncodedError as error:
            return Answer(reason=str(error))


def _is_onto(defect: Defect) -> bool:
    return is_tau_onto(defect) or is_tau_u_onto(defect)


def _family(defect: Defect) -> Family | None:
    space = square_family(defect)
    return None if space is None else space.family


def _single_blocks(problem: Problem) -> bool:
    """Whether every block is one variable, so that no block can be set in part."""
    return all(len(block) <= 1 for block in problem.facts.supports.values())


# ---------------------------------------------------------------- squares


def _squares(problem: Problem, budget: Budget, few: int, *, second: bool) -> Answer:
    family = _family(problem.part.defect)
    assert family is not None
    if problem.omega is OmegaPolicy.DERIVED:
        check_unambiguous(problem.facts)
        require_onto(problem, budget)
    patterns = _patterns(problem, family, few)
    if not patterns:
        raise nothing_to_check(family)
    images = {p: _image(problem, p) for p in patterns if isinstance(p, Hard)}
    for number, pattern in enumerate(patterns):
        if budget.spent:
            return _late(budget, number, len(patterns))
        image = images.get(pattern) if isinstance(pattern, Hard) else None
        outcome = run_in_child(
            partial(_query, problem, pattern, image, second=second, seconds=budget.left),
            seconds=budget.left,
            memory=budget.memory * 4,
        )
        if isinstance(outcome, Crashed):
            reason = f"{'cvc5' if second else 'z3'} stopped: {outcome.reason}"
            return Answer(examined=number, total=len(patterns), reason=reason)
        if not isinstance(outcome, Answered):
            return _late(budget, number, len(patterns))
        found = outcome.value
        if found == "unsat":
            if budget.progress is not None:
                budget.progress(number + 1, len(patterns))
            continue
        if not isinstance(found, dict):
            reason = (
                f"{'cvc5' if second else 'z3'} answers {found!r} for the targets {_shown(pattern)}"
            )
            return Answer(examined=number, total=len(patterns), reason=reason)
        point = _point(problem, found, image)
        minimal = isinstance(pattern, Hard) and not problem.claim.scm.roots
        return Answer(ONE, INFINITE, number + 1, len(patterns), point=point, minimal=minimal)
    count = len(patterns)
    word = (cvc5_version() if second else None) or z3_version()
    return Answer(ZERO, ZERO, count, count, Trusted(word, count))


def _late(budget: Budget, done: int, total: int) -> Answer:
    reason = f"{budget.seconds:g} s are over, after {done} of {total} sets of targets"
    return Answer(examined=done, total=total, reason=reason)


def _shown(pattern: Pattern) -> str:
    match pattern:
        case Hard():
            return str(pattern)
        case Masked(groups=groups):
            return f"any of {len(groups)} groups"
        case _:
            return "{" + ", ".join(pattern) + "}"


def _patterns(problem: Problem, family: Family, few: int) -> list[Pattern]:
    if isinstance(family, Given):
        return list(map(hard, low_interventions(problem.claim, problem.facts, family)))
    require_blocks(problem.facts, str(family))
    blocks = tuple(block for block in problem.facts.supports.values() if block)
    free = isinstance(family, All | TauMax | BlocksAndSilence)
    groups = blocks + (tuple((name,) for name in problem.facts.inert) if free else ())
    most = family.k if isinstance(family, Single) else len(groups)
    if sum(comb(len(groups), k) for k in range(most + 1)) > few:
        return [Masked(groups, most)]
    found = target_patterns(problem, family)
    assert found is not None
    return list(found)


def _image(problem: Problem, intervention: Hard) -> Hard | None:
    """ω at a listed intervention; `None` where whole blocks let z3 work it out."""
    if problem.omega is OmegaPolicy.GIVEN:
        assert problem.claim.omega is not None
        image = dict(problem.claim.omega).get(intervention)
        if image is None:
            raise InputError(
                [
                    f"ω is given, but not at {intervention.describe()}; list it under [[abstraction.omega]]"
                ]
            )
        return hard(image)
    for name, block in problem.facts.supports.items():
        inside = [v for v in block if v in intervention.targets]
        if inside and len(inside) < len(block):
            raise NotEncodedError(f"{intervention.describe()} sets the block of {name!r} in part")
    return None


def _query(
    problem: Problem, pattern: Pattern, image: Hard | None, *, second: bool, seconds: float
) -> Any:
    """In the child: `unsat`, another answer of the solver's, or the square that does not commute, as text."""
    scm, high = problem.claim.scm, high_model(problem.claim)
    encoder, solver = Encoder(), z3.Solver()
    solver.set("random_seed", 0)
    domains = {
        v.name: v.domain for v in (*high.variables, *scm.variables)
    }  # a name of both: as below
    context, fixed, masks = _free(encoder, solver, problem, pattern, second=second)
    solver.add(_differing(encoder, problem, image, context, fixed, masks))
    answer = second_answer(solver, seconds) if second else str(solver.check())
    if answer != "sat":
        known = second or answer == "unsat"
        return answer if known else f"unknown ({solver.reason_unknown()})"
    model = solver.model()
    made = {n: t for n, t in fixed.items() if n not in masks or z3.is_true(model.eval(masks[n]))}

    def read(terms: Mapping[str, Any]) -> dict[str, str]:
        return {n: str(encoder.value(model, term, domains[n])) for n, term in terms.items()}

    try:
        return {
            "u": read({name: context[name] for name in scm.roots}),
            "i": read(made),
            "p": read({name: context[name] for name in (*scm.parameters, *high.parameters)}),
        }
    except NotEncodedError as error:
        return str(error)


def _free(
    encoder: Encoder, solver: z3.Solver, problem: Problem, pattern: Pattern, *, second: bool
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What a query ranges over: contexts with parameters, values that are set, and masks of whole groups."""
    scm, high = problem.claim.scm, high_model(problem.claim)
    context: dict[str, Any] = {}
    for name in (*scm.roots, *scm.parameters, *(p for p in high.parameters if p not in scm)):
        domain = scm.domain(name) if name in scm else high.domain(name)
        context[name], bounds = encoder.constant(domain)
        solver.add(bounds)
    masks: dict[str, Any] = {}
    if isinstance(pattern, Masked):
        bits = [z3.Bool(f"m{k}") for k in range(len(pattern.groups))]
        masks = {v: m for group, m in zip(pattern.groups, bits, strict=True) for v in group}
        if pattern.most < len(bits):
            total = z3.Sum([z3.If(m, 1, 0) for m in bits]) <= pattern.most  # as SMT-LIB says it
            solver.add(total if second else z3.PbLe([(m, 1) for m in bits], pattern.most))
    fixed: dict[str, Any] = {}
    for name in _targets(pattern):
        if isinstance(pattern, Hard):
            fixed[name] = encoder.literal(dict(pattern.items)[name], scm.domain(name))
        else:
            fixed[name], bounds = encoder.constant(scm.domain(name))
            solver.add(bounds)
    return context, fixed, masks


def _differing(
    encoder: Encoder,
    problem: Problem,
    image: Hard | None,
    context: Mapping[str, Any],
    fixed: Mapping[str, Any],
    masks: Mapping[str, Any],
) -> Any:
    """That τ of the run below is not the run above, under ω of what is set."""
    claim, scm, high = problem.claim, problem.claim.scm, high_model(problem.claim)
    below = {v.name: v.domain for v in scm.variables}
    above = {v.name: v.domain for v in high.variables}
    low = _solve(encoder, scm, context, fixed, below, masks)
    read = {name: encoder.term(e, low, below) for name, e in claim.tau.items()}
    roots: dict[str, Any] = {p: context[p] for p in high.parameters}
    for root, expression in context_map(claim, problem.tau_u).items():
        roots[root] = encoder.term(expression, context, below)
    setting: dict[str, Any] = {}
    masks_above: dict[str, Any] = {}
    if image is not None:
        setting = {name: encoder.literal(v, above[name]) for name, v in image.items}
    else:
        for name, block in problem.facts.supports.items():
            if block and all(v in fixed for v in block):
                setting[name] = read[name]
                masks_above |= {name: masks[block[0]]} if masks else {}
    result = _solve(encoder, high, roots, setting, above, masks_above)
    return z3.Or([read[name] != result[name] for name in claim.tau])


def _targets(pattern: Pattern) -> list[str]:
    match pattern:
        case Hard():
            return sorted(pattern.targets)
        case Masked(groups=groups):
            return sorted(v for group in groups for v in group)
        case _:
            return sorted(pattern)


def _solve(
    encoder: Encoder,
    model: SCM,
    context: Mapping[str, Any],
    fixed: Mapping[str, Any],
    domains: Mapping[str, Domain],
    masks: Mapping[str, Any],
) -> dict[str, Any]:
    """The solution; what is fixed is so where its mask holds, if it has one."""
    values = dict(context)
    for name in model.order:
        mechanism = model[name].mechanism
        if name in fixed and name not in masks:
            values[name] = fixed[name]
            continue
        if mechanism is not None:
            values[name] = encoder.term(mechanism, values, domains)
        if name in masks:
            values[name] = z3.If(masks[name], fixed[name], values[name])
    return values


def _point(
    problem: Problem, found: Mapping[str, Mapping[str, str]], image: Hard | None
) -> dict[str, object]:
    values = {key: {n: _value(t) for n, t in part.items()} for key, part in found.items()}
    scm = problem.claim.scm
    if image is None:  # the high-level variables of whole blocks, at their τ
        state = {name: any_value(scm.domain(name)) for name in scm.endogenous} | values["i"]
        image = Hard(
            tuple(
                (name, evaluate(problem.claim.tau[name], state))
                for name, block in problem.facts.supports.items()
                if block and all(v in values["i"] for v in block)
            )
        )
    point: dict[str, object] = {
        "i": Hard(tuple(values["i"].items())),
        "j": image,
        "u": tuple(values["u"][name] for name in scm.roots),
    }
    if values["p"]:
        point["parameters"] = values["p"]
    return point


def _value(text: str) -> Value:
    return parse_value(text)


SMT = Smt()
CVC5 = Smt(second=True)
"""The second opinion."""
