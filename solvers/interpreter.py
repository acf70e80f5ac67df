"""The literal interpreter: every word of a defect, read as it is written, in exact arithmetic.

Slow and obvious on purpose. It is what a defect means; every other engine and every reduction is
tested against it. The engine `enumerate` runs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never, final

from tauomega.theory.defect import (
    ApplyMap,
    Average,
    Background,
    Base,
    ContextMaps,
    Coupled,
    Couplings,
    Defect,
    Dist,
    Drawn,
    DrawnSettings,
    Exchanges,
    Expected,
    Image,
    Images,
    InertSettings,
    Inf,
    Interchange,
    Joined,
    Joint,
    LabelSettings,
    Law,
    Map,
    Max,
    Mean,
    Metric,
    Models,
    OmegaMaps,
    Preimages,
    Push,
    Read,
    Relabelled,
    Relabellings,
    Relation,
    Restriction,
    Run,
    Sampled,
    Settings,
    Side,
    Solutions,
    Space,
    Step,
    Sup,
    Swaps,
    Term,
    Var,
    Via,
    Violated,
)
from tauomega.theory.definition import high_model
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import NOTHING, Compound, Hard, Intervention
from tauomega.theory.kernel import Expression, Value
from tauomega.theory.quantity import INFINITE, Number, greatest, least, lower, mean, upper
from tauomega.theory.scm import SCM

from .averaging import Reader, average, over_couplings
from .ceilings import ceiling, nothing_in
from .draws import draw_term, drawn_space
from .engine import Budget, Problem
from .graphs import graph_faults
from .joint_laws import joint_law
from .latents import Layers
from .listing import listed_space
from .metrics import law_distance, state_distance
from .query_terms import Blocks, query_term
from .quotient import QuotientModel
from .ranging import Swap, as_context
from .relations import violated
from .settled import context_value, fixed_context_map, settled_omega
from .state_terms import state_term

__all__ = ["Interpreter", "OutOfTimeError"]

Environment = dict[str, object]
ONE, ZERO = Fraction(1), Fraction(0)
OF_LAWS = (Metric.TV, Metric.KL, Metric.SQRT_JSD, Metric.W1)


class OutOfTimeError(Exception):
    """The budget is spent; `examined` squares were computed."""


def _size(found: tuple[Number, Environment]) -> Fraction | float:
    return upper(found[0])


@final
@dataclass(slots=True)
class Interpreter:
    """One problem under interpretation, with the runs and images under ω that are known so far."""

    problem: Problem
    budget: Budget
    parameters: Mapping[str, Value]
    examined: int = 0
    _ticks: int = 0
    _runs: dict[object, dict[str, Value]] = field(default_factory=dict)
    _spaces: dict[object, list[object]] = field(default_factory=dict)
    images: dict[Intervention, Intervention | None] = field(default_factory=dict)
    _reads: dict[tuple[Value, ...], dict[str, Value] | None] = field(default_factory=dict)
    _tau_u: Mapping[str, Expression] | None = None
    _blocks: Blocks | None = None
    _layers: Layers | None = None

    def value(self, defect: Defect, env: Environment) -> tuple[Number, Environment]:
        """The value of a defect, and the bindings at which it is attained.

        The bindings are those of suprema from the outside in, up to the first infimum; of a mean, those of
        its largest term.

        Raises:
            InputError: a supremum or a mean over nothing, which has no value.
        """
        match defect:
            case Dist(metric=metric, left=left, right=right):
                return self._distance(metric, left, right, env), {}
            case Violated(relation=relation, arguments=arguments):
                return self._violated(relation, arguments, env), {}
            case Max(parts=parts):
                best: tuple[Number, Environment] = (ZERO, {})
                for part in parts:
                    value, where = self.value(part.defect, env)
                    chosen = where if upper(value) > upper(best[0]) else best[1]
                    best = greatest((best[0], value)), chosen
                return best
            case Sup(variable=name, space=space, body=body):
                return self._supremum(name, space, body, env)
            case Via() | Average() | Sampled() | Coupled():
                return average(self._reader(), defect, env), {}
            case Inf(variable=name, space=Couplings() as space, body=body):
                return over_couplings(self._reader(), name, space, body, env), {}
            case Inf(variable=name, space=space, body=body):
                low: Number = INFINITE
                for element in self.elements(space, env):
                    value, _ = self.value(body, env | {name: element})
                    low = least(low, value)
                    if low == 0:
                        break
                return low, {}
            case Mean(variable=name, space=space, body=body):
                values: list[Number] = []
                worst: tuple[Number, Environment] = (ZERO, {})
                for element in self.elements(space, env):
                    found = self._at(body, env, name, element)
                    values.append(found[0])
                    worst = max(worst, found, key=_size)
                if not values:
                    raise InputError([nothing_in(space)])
                return mean((Fraction(1, len(values)), value) for value in values), worst[1]
            case Expected(variable=name, side=side, body=body):
                model, worst, weighted = self._model(side), (ZERO, {}), []
                for context in model.contexts():
                    found = self._at(body, env, name, tuple(context.values()))
                    weighted.append((model.probability(context), found[0]))
                    worst = max(worst, found, key=_size)
                return mean(weighted), worst[1]
            case _:
                assert_never(defect)

    def _at(
        self, body: Defect, env: Environment, name: str, element: object
    ) -> tuple[Number, Environment]:
        value, inside = self.value(body, env | {name: element})
        return value, {name: element, **inside}

    def _supremum(
        self, name: str, space: Space, body: Defect, env: Environment
    ) -> tuple[Number, Environment]:
        best: Number = ZERO
        where: Environment = {}
        most, empty = ceiling(body), True
        for element in self.elements(space, env):
            empty = False
            value, inside = self.value(body, env | {name: element})
            if upper(value) > upper(best):
                where = {name: element, **inside}
                best = greatest((best, value))
                if lower(best) >= most:
                    break
        if empty:
            raise InputError([nothing_in(space)])
        return best, where

    # ------------------------------------------------------------ leaves

    def _distance(self, metric: Metric, left: Term, right: Term, env: Environment) -> Number:
        self.examined += 1
        self.tick()
        if self.examined % 1024 == 0 and self.budget.progress is not None:
            self.budget.progress(self.examined, None)
        first, second = self.term(left, env), self.term(right, env)
        if metric is Metric.DISCRETE:
            return ZERO if first == second else ONE
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        if metric in OF_LAWS:
            return law_distance(metric, first, second)
        return state_distance(metric, first, second)

    def tick(self) -> None:
        """Stop when the time is over; asked everywhere where time is spent."""
        self._ticks += 1
        if self._ticks % 256 == 0 and self.budget.spent:
            raise OutOfTimeError

    def _violated(
        self, relation: Relation, arguments: Iterable[Term | Map], env: Environment
    ) -> Number:
        self.examined += 1
        if relation in (Relation.CLUSTER_GRAPH, Relation.GRAPH_MAP):
            return ONE if graph_faults(self.problem, relation) else ZERO
        values = [self.term(a, env) for a in arguments if not isinstance(a, Map)]
        return ONE if violated(relation, values, self.problem) else ZERO

    # ------------------------------------------------------------ terms

    def term(self, term: Term, env: Environment) -> object:
        """The value of a term: a context, an intervention, a state, a law."""
        match term:
            case Var(name=name):
                return env[name]
            case Run(side=side, context=context, intervention=intervention, model=model):
                hard = NOTHING if intervention is None else self.term(intervention, env)
                where = self.term(context, env)
                if model is not None:
                    quotient = env[model]
                    assert isinstance(quotient, QuotientModel)
                    return quotient.run(where, hard)  # type: ignore[arg-type]  # by construction
                return self.run(side, where, hard)  # type: ignore[arg-type]  # by construction
            case ApplyMap(map=Map.TAU, argument=argument):
                return self._read(self.term(argument, env))
            case ApplyMap(map=Map.OMEGA | Map.SOFT_OMEGA, argument=argument):
                return self._image(self.term(argument, env))
            case ApplyMap(map=Map.TAU_U, argument=argument):
                return self.high_context(self.term(argument, env))
            case ApplyMap(map=Var(name=name), argument=argument):
                found = env[name]
                assert isinstance(found, dict)
                return found[self.term(argument, env)]
            case Law(side=side, intervention=intervention, contexts=contexts):
                hard = NOTHING if intervention is None else self.term(intervention, env)
                return self._law(side, hard, None if contexts is None else env[contexts])
            case Push(law=law):
                pushed: dict[object, Fraction] = {}
                for state, p in self.term(law, env).items():  # type: ignore[attr-defined]  # a law
                    read = tuple(self.problem.claim.read(dict(state)).items())
                    pushed[read] = pushed.get(read, ZERO) + p
                return pushed
            case Base(swap=swap):
                found = self.term(swap, env)
                assert isinstance(found, Swap)
                return found.base
            case Interchange(side=side, swap=swap):
                found = self.term(swap, env)
                assert isinstance(found, Swap)
                return self.interchange(side, found)
            case Relabelled(context=context, labels=labels, relabelling=name):
                where, setting = self.term(context, env), self.term(labels, env)
                return self.layers.relabelled(where, setting, env[name])  # type: ignore[arg-type]  # by construction
            case Read(names=names, state=state):
                values = self.term(state, env)
                assert isinstance(values, dict)
                return {name: values[name] for name in names}
            case Step() | Solutions() | Restriction() | Image():
                claim, own = self.problem.claim, self.parameters
                return state_term(claim, term, own, lambda part: self.term(part, env))
            case Background() | Drawn() | Joined():
                return draw_term(term, lambda part: self.term(part, env), self._model)
            case Joint(side=side, family=family):
                return joint_law(self.problem, side is Side.LOW, family, self.run)
            case _:
                return query_term(self.blocks, term, lambda part: self.term(part, env))

    @property
    def blocks(self) -> Blocks:
        """The claim's blocks, for the words of queries."""
        if self._blocks is None:
            self._blocks = Blocks(self.problem.claim, self.problem.facts, self.parameters)
        return self._blocks

    @property
    def layers(self) -> Layers:
        """The hidden layers that the claim's sites form."""
        if self._layers is None:
            self._layers = Layers(
                self.problem.claim,
                lambda u, i: self.run(Side.LOW, u, i),
                lambda u, j: self.run(Side.HIGH, self.high_context(u), j),
                self.tick,
            )
        return self._layers

    def _image(self, hard: object) -> Intervention:
        assert isinstance(hard, Hard | Compound)
        if hard not in self.images:
            self.images[hard] = settled_omega(self.problem, hard)
        image = self.images[hard]
        assert image is not None, "outside dom ω: excluded when the family was listed"
        return image

    def _reader(self) -> Reader:
        return Reader(self.blocks, self.value, self.elements, self._model, self.tick)

    def _read(self, state: object) -> dict[str, Value] | None:
        assert isinstance(state, dict)
        key = tuple(state.values())
        if key not in self._reads:
            self._reads[key] = self.problem.claim.read_where_defined(state)
        return self._reads[key]

    def run(
        self, side: Side, context: tuple[Value, ...], intervention: Intervention
    ) -> dict[str, Value]:
        """The solution of a model; each is computed once."""
        key = (side, context, intervention)
        if key not in self._runs:
            model = self._model(side)
            if len(self._runs) > 2**17:
                self._runs.clear()
            own = {name: self.parameters[name] for name in model.parameters}
            self._runs[key] = model.run(as_context(model, context), intervention, parameters=own)
        return self._runs[key]

    def _model(self, side: Side) -> SCM:
        claim = self.problem.claim
        return claim.scm if side is Side.LOW else high_model(claim)

    def high_context(self, context: object) -> tuple[Value, ...]:
        """The image of a low-level context under the fixed τ_U."""
        claim = self.problem.claim
        if self._tau_u is None:
            self._tau_u = fixed_context_map(self.problem)
        state = as_context(claim.scm, context)  # type: ignore[arg-type]  # a tuple of values
        high = self._model(Side.HIGH)
        tau_u = self._tau_u
        return tuple(context_value(claim, name, tau_u[name], state) for name in high.roots)

    def interchange(self, side: Side, swap: Swap) -> Hard:
        """The hard intervention of a swap on one side."""
        items: list[tuple[str, Value]] = []
        for name, source in swap.sources:
            if side is Side.LOW:
                state = self.run(side, source, NOTHING)
                items += [(v, state[v]) for v in self.problem.claim.sites[name]]
            else:
                state = self.run(side, self.high_context(source), NOTHING)
                items.append((name, state[name]))
        return Hard(tuple(items))

    def _law(self, side: Side, intervention: object, context: object) -> dict[object, Fraction]:
        assert isinstance(intervention, Hard | Compound)
        if context is not None:  # a point mass
            return {tuple(self.run(side, context, intervention).items()): ONE}  # type: ignore[arg-type]  # by construction
        return dict(self.blocks.law(side is Side.LOW, intervention).items())

    # ------------------------------------------------------------ spaces

    def elements(self, space: Space, env: Environment) -> Iterable[object]:
        """The elements of a space, in the canonical order."""
        match space:
            case Settings(side=side, query=query):
                return self.blocks.settings(side is Side.LOW, self.term(query, env))  # type: ignore[arg-type]  # by construction
            case Preimages(family=family, image=image):
                wanted = self.term(image, env)
                return [i for i in self.elements(family, env) if self._image(i) == wanted]
            case Images(family=family):
                return dict.fromkeys(map(self._image, self.elements(family, env)))
            case DrawnSettings() | InertSettings():
                return drawn_space(self.blocks, space)
            case Relabellings():
                return self.layers.relabellings()
            case LabelSettings():
                return self.layers.settings
            case ContextMaps() | OmegaMaps() | Models() | Swaps() | Exchanges():
                return listed_space(self.problem, space, self.tick)
            case _:
                pass
        if space not in self._spaces:
            listed: list[object] = []
            for element in listed_space(self.problem, space, self.tick):
                self.tick()
                listed.append(element)
            self._spaces[space] = listed
        return self._spaces[space]
