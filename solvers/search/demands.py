r"""What every solution must satisfy, as circuits over the unknown cells: one demand a square.

For one context $u$ and one intervention, $\tau(M_L(u, i)) = M_H(\tau_U(u), \omega(i))$ is a circuit over
the cells of the unknown tables: whatever does not depend on them is computed and gone. Which low-level
variables a union of blocks sets depends on τ, which may be unknown; so a setting is made of masks,
literals that say whether the τ of a chosen high-level variable reads the variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import final

from tauomega.theory.definition import high_model
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Hole, Value, evaluate, free_names
from tauomega.theory.kernel.circuit import FALSE, TRUE
from tauomega.theory.scm import SCM

from ..deciding_facts import decide_facts
from ..engine import Budget
from ..omega import values_of
from .plan import NotPlannedError, Plan
from .sketch import ALIGNMENT, NOWHERE, OMEGA, Place, Sketch
from .tables import Known, Tables

__all__ = ["Demands", "Setting", "Swapped"]

MOST_STATES = 2**14
Items = tuple[tuple[str, Value], ...]
MOST_CONTEXTS = 2**12


@final
@dataclass(frozen=True, slots=True)
class Setting:
    """A square to demand: a context, high-level variables whose blocks are set, and a low-level state.

    The state says what the blocks are set to, whichever they are. A listed intervention has `pair`
    instead, the low-level and the high-level targets with their values; the latter are absent where ω
    is to be found.
    """

    context: tuple[Value, ...]
    chosen: tuple[str, ...] = ()
    state: tuple[Value, ...] = ()
    pair: tuple[Items, Items | None] | None = None


@final
@dataclass(frozen=True, slots=True)
class Swapped:
    """An interchange to demand: a base, and the source of every swapped site."""

    base: tuple[Value, ...]
    sources: tuple[tuple[str, tuple[Value, ...]], ...]


class Demands:
    """The demands of a plan on a sketch.

    `always` are the literals that do not belong to a square: block map, onto, τ_U onto, sites.

    Raises:
        NotPlannedError: something is too large to be written down.
    """

    __slots__ = (
        "_contexts_above",
        "_parents",
        "_runs",
        "always",
        "claim",
        "high",
        "low",
        "plan",
        "reads",
        "tables",
    )

    def __init__(self, sketch: Sketch, plan: Plan, budget: Budget) -> None:
        self.claim, self.plan = sketch.claim, plan
        self.low: SCM = sketch.claim.scm
        self.high: SCM = high_model(sketch.claim)
        self.tables = Tables(sketch)
        self.reads = self._reads(budget)
        self._contexts_above: dict[tuple[Value, ...], dict[str, Known]] = {}
        self._parents: dict[tuple[str, ...], frozenset[str]] = {}
        self._runs: dict[tuple[str, tuple[Value, ...]], dict[str, Known]] = {}
        self.always = list(self._always())

    # ------------------------------------------------------------ what τ reads

    def _reads(self, budget: Budget) -> dict[str, dict[str, int]]:
        """High-level variable -> low-level variable -> whether its τ depends on it."""
        fixed = {n: e for n, e in self.claim.tau.items() if not isinstance(e, Hole)}
        found: dict[str, dict[str, int]] = {}
        if self.plan.squares is None:
            return found
        bare = replace(self.claim, high=None, tau=fixed, tau_u=None, omega=None, sites={})
        known = decide_facts(bare, budget)
        for name, expression in self.claim.tau.items():
            if isinstance(expression, Hole):
                found[name] = dict(self._hole_reads(name, expression))
            else:
                found[name] = dict.fromkeys(known.supports[name], TRUE)
        return found

    def _hole_reads(self, name: str, hole: Hole) -> Iterator[tuple[str, int]]:
        used = [v for v in self.low.endogenous if v in free_names(hole)]
        if len(used) == 1 and self.plan.onto and len(list(values_of(self.high.domain(name)))) > 1:
            yield used[0], TRUE  # a map that takes two values reads something
            return
        domains = [values_of(self.low.domain(v)) for v in used]
        if prod(d.size for d in domains) > MOST_STATES:
            raise NotPlannedError(
                f"the hole of {name!r} depends on more than {MOST_STATES:,} states"
            )
        c = self.tables.blaster.circuit
        cells: dict[tuple[Value, ...], Known] = {}
        for values in product(*domains):
            state = dict(zip(used, values, strict=True))
            cells[values] = self.tables.value(Place.TAU, name, hole, state)
        for position, variable in enumerate(used):
            pairs = set()
            first = domains[position]
            for values, here in cells.items():
                if values[position] != next(iter(first)):
                    base = (*values[:position], next(iter(first)), *values[position + 1 :])
                    pairs.add(-self.tables.equal(cells[base], here))
            yield variable, c.any(sorted(pairs))

    # ------------------------------------------------------------ not about squares

    def _always(self) -> Iterator[int]:
        c = self.tables.blaster.circuit
        if self.plan.block_map:
            readers: dict[str, list[int]] = {}
            for reads in self.reads.values():
                for variable, f in reads.items():
                    readers.setdefault(variable, []).append(f)
            for literals in readers.values():
                for k, f in enumerate(literals):
                    yield from (-c.land(f, g) for g in literals[:k])
        if self.plan.onto:
            yield from self._onto()
        if self.plan.tau_u_onto:
            yield from self._tau_u_onto()
        yield from self._sites()

    def _onto(self) -> Iterator[int]:
        """τ takes every value; of a block map every factor does."""
        c = self.tables.blaster.circuit
        if not self.plan.block_map:
            yield from self._jointly_onto()
            return
        for name, expression in self.claim.tau.items():
            values = values_of(self.high.domain(name))
            if isinstance(expression, Hole):
                cells = list(self.tables.trees[Place.TAU, name].values())
                yield from (c.any(cell.get(value, FALSE) for cell in cells) for value in values)
                continue
            used = sorted(free_names(expression))
            domains = [values_of(self.low.domain(v)) for v in used]
            if prod(d.size for d in domains) <= MOST_STATES:  # else whoever decides finds it out
                states = (dict(zip(used, v, strict=True)) for v in product(*domains))
                if {evaluate(expression, state) for state in states} != set(values):
                    yield FALSE

    def _jointly_onto(self) -> Iterator[int]:
        c, tau = self.tables.blaster.circuit, self.claim.tau
        used = [v for v in self.low.endogenous if any(v in free_names(e) for e in tau.values())]
        below = [values_of(self.low.domain(v)) for v in used]
        above = [values_of(self.high.domain(name)) for name in tau]
        if prod(d.size for d in below) * prod(d.size for d in above) > MOST_STATES:
            raise NotPlannedError("a τ that is to be onto over many states")
        images = [
            [
                self.tables.value(Place.TAU, n, e, dict(zip(used, values, strict=True)))
                for n, e in tau.items()
            ]
            for values in product(*below)
        ]
        for wanted in product(*above):
            yield c.any(
                c.all(self.tables.equal(a, b) for a, b in zip(image, wanted, strict=True))
                for image in images
            )

    def _tau_u_onto(self) -> Iterator[int]:
        count, above = self.low.context_count(), self.high.context_count()
        if count is None or above is None or max(count, above) > MOST_CONTEXTS:
            return  # whoever decides the candidate finds it out
        c = self.tables.blaster.circuit
        below = [self.context_above(tuple(u.values())) for u in self.low.contexts()]
        for w in self.high.contexts():
            yield c.any(
                c.all(self.tables.equal(found[root], value) for root, value in w.items())
                for found in below
            )

    def _sites(self) -> Iterator[int]:
        c = self.tables.blaster.circuit
        for name in self.tables.sketch.sites:
            yield c.any(self.belongs(variable, name) for variable in self.low.endogenous)

    def belongs(self, variable: str, site: str) -> int:
        """Whether a low-level variable is in the site of a high-level variable."""
        if site in self.claim.sites:
            return TRUE if variable in self.claim.sites[site] else FALSE
        cell = self.tables.trees[Place.SITES, ALIGNMENT].get((variable,), {})
        return cell.get(site, FALSE)

    def costs(self) -> list[int]:
        """What makes a candidate large: each low-level variable read or in a site, each argument read."""
        c = self.tables.blaster.circuit
        found: list[int] = []
        for variable in self.low.endogenous:
            read = [
                reads.get(variable, FALSE)
                for name, reads in self.reads.items()
                if isinstance(self.claim.tau[name], Hole)
            ]
            cell = self.tables.trees.get((Place.SITES, ALIGNMENT), {}).get((variable,), {})
            found.append(c.any([*read, *(f for site, f in cell.items() if site != NOWHERE)]))
        for unknown, cells in zip(self.tables.sketch.unknowns, self.tables.cells, strict=True):
            if unknown.place in (Place.LOW, Place.HIGH):
                by_key = dict(zip(unknown.keys, cells, strict=True))
                found += (self._is_read(by_key, place) for place in range(len(unknown.arguments)))
        return [f for f in found if f not in (TRUE, FALSE)]

    def _is_read(self, table: Mapping[tuple[Value, ...], dict[Value, int]], place: int) -> int:
        """That two entries of a table differ whose keys do so at this place alone."""
        c = self.tables.blaster.circuit
        firsts: dict[object, dict[Value, int]] = {}
        differ = []
        for key, cell in table.items():
            first = firsts.setdefault((*key[:place], *key[place + 1 :]), cell)
            if first is not cell:
                same = c.any(c.land(first.get(v, FALSE), f) for v, f in cell.items())
                differ.append(-same)
        return c.any(differ)

    # ------------------------------------------------------------ squares

    def context_above(self, context: tuple[Value, ...]) -> dict[str, Known]:
        """τ_U of a context: given, with holes, or altogether unknown."""
        found = self._contexts_above.get(context)
        if found is not None:
            return found
        found = {}
        if self.plan.tau_u is None:
            for root in self.high.roots:
                cell = self.tables.cell(
                    f"τ_U{context}.{root}", tuple(values_of(self.high.domain(root)))
                )
                found[root] = self.tables.known(cell)
        else:
            state: Mapping[str, Known] = dict(zip(self.low.roots, context, strict=True))
            for root, expression in self.plan.tau_u:
                found[root] = self.tables.value(Place.TAU_U, root, expression, state)
        self._contexts_above[context] = found
        return found

    def square(self, setting: Setting) -> int:
        """Whether the two ways round a square agree."""
        low: dict[str, tuple[int, Known]] = {}
        high: dict[str, tuple[int, Known]] = {}
        if setting.pair is not None:
            low = {name: (TRUE, value) for name, value in setting.pair[0]}
            if setting.pair[1] is None:
                high = self._image(Hard(setting.pair[0]))
            else:
                high = {name: (TRUE, value) for name, value in setting.pair[1]}
        elif setting.chosen:
            c = self.tables.blaster.circuit
            state = dict(zip(self.low.endogenous, setting.state, strict=True))
            for variable, value in state.items():
                mask = c.any(self.reads[name].get(variable, FALSE) for name in setting.chosen)
                if mask != FALSE:
                    low[variable] = (mask, value)
            read = self._parents_of_the_rest(setting.chosen)
            for name in setting.chosen:
                if name in read:
                    tau = self.claim.tau[name]
                    high[name] = (TRUE, self.tables.value(Place.TAU, name, tau, state))
                else:
                    high[name] = (TRUE, 0)  # nobody reads it, and it is not compared
        below = self.run(Place.LOW, dict(zip(self.low.roots, setting.context, strict=True)), low)
        above = self.run(Place.HIGH, self.context_above(setting.context), high)
        rest = [name for name in self.claim.tau if name not in high]  # what is set is equal
        return self._agree(rest if setting.pair is None else self.claim.tau, below, above)

    def _parents_of_the_rest(self, chosen: tuple[str, ...]) -> frozenset[str]:
        """What the mechanisms read of the high-level variables that are not set."""
        found = self._parents.get(chosen)
        if found is None:
            rest = (self.high[n].mechanism for n in self.high.endogenous if n not in chosen)
            found = frozenset().union(*(free_names(e) for e in rest if e is not None))
            self._parents[chosen] = found
        return found

    def _image(self, intervention: Hard) -> dict[str, tuple[int, Known]]:
        """The high-level targets of an ω that is to be found."""
        c, sketch = self.tables.blaster.circuit, self.tables.sketch
        cell = self.tables.trees[Place.OMEGA, OMEGA][str(intervention),]
        options = sketch.high_interventions
        found: dict[str, tuple[int, Known]] = {}
        for name in self.high.endogenous:
            setting = {
                j: f for text, f in cell.items() if (j := options[str(text)]).get(name) is not None
            }
            if not setting:
                continue
            mask = c.any(setting.values())
            values: dict[Value, int] = {}
            for j, f in setting.items():
                value = dict(j.items)[name]
                values[value] = c.lor(values.get(value, FALSE), f)
            first = next(iter(values))
            values[first] = c.lor(values[first], -mask)  # whatever it is, it is not set
            found[name] = (mask, self.tables.known(values))
        return found

    def interchange(self, swap: Swapped) -> int:
        """Whether an interchange has the same outcome below and above."""
        below: dict[str, tuple[int, Known]] = {}
        above: dict[str, tuple[int, Known]] = {}
        c = self.tables.blaster.circuit
        for name, source in swap.sources:
            run = self._undisturbed(Place.LOW, source)
            for variable in self.low.endogenous:
                mask = self.belongs(variable, name)
                if mask != FALSE:
                    before, value = below.get(variable, (FALSE, run[variable]))
                    below[variable] = (
                        c.lor(mask, before),
                        self.tables.mux(mask, run[variable], value),
                    )
            above[name] = (TRUE, self._undisturbed(Place.HIGH, source)[name])
        low = self.run(Place.LOW, dict(zip(self.low.roots, swap.base, strict=True)), below)
        high = self.run(Place.HIGH, self.context_above(swap.base), above)
        return self._agree(self.plan.scored, low, high)

    def _undisturbed(self, side: Place, context: tuple[Value, ...]) -> dict[str, Known]:
        found = self._runs.get((side.value, context))
        if found is None:
            roots: Mapping[str, Known]
            if side is Place.LOW:
                roots = dict(zip(self.low.roots, context, strict=True))
            else:
                roots = self.context_above(context)
            found = self._runs[side.value, context] = self.run(side, roots, {})
        return found

    def _agree(
        self, names: Iterable[str], below: Mapping[str, Known], above: Mapping[str, Known]
    ) -> int:
        c, tables = self.tables.blaster.circuit, self.tables
        result = TRUE
        for name in names:
            read = tables.value(Place.TAU, name, self.claim.tau[name], below)
            result = c.land(result, tables.equal(read, above[name]))
            if result == FALSE:
                break
        return result

    def run(
        self,
        side: Place,
        roots: Mapping[str, Known],
        setting: Mapping[str, tuple[int, Known]],
    ) -> dict[str, Known]:
        """A solution, with every target's mask and value."""
        model, tables = (self.low if side is Place.LOW else self.high), self.tables
        values: dict[str, Known] = dict(roots)
        for name in model.order:
            mask, forced = setting.get(name, (FALSE, 0))
            if mask == TRUE:
                values[name] = forced
                continue
            variable = model[name]
            if variable.mechanism is not None:
                natural = tables.value(side, name, variable.mechanism, values)
                values[name] = tables.within(natural, variable.domain)
            values[name] = tables.mux(mask, forced, values[name])
        return values
