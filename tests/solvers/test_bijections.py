"""Bijections of hidden layers, searched: against the literal interpreter, and where listing them is hopeless."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import islice, product
from typing import Any

import networkx as nx
import pytest

from tauomega import SCM, Abstraction, check, distance, load
from tauomega.proofs.testing.drawn_claims import problems
from tauomega.solvers.bijections import BIJECTIONS
from tauomega.solvers.engine import Budget, Problem
from tauomega.solvers.enumeration import ENUMERATE
from tauomega.solvers.latent_layouts import Layouts, saturated
from tauomega.solvers.latent_room import Room
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.definitions.distributed import Distributed

SEED = 20261125


# ---------------------------------------------------------------- random claims


def tabled(name: str, domain: str, parents: dict[str, int], value: Any) -> str:
    """A mechanism given by a function of its parents' values."""
    rows = "; ".join(
        f"{', '.join(map(str, key))}: {value(*key)}"
        for key in product(*(range(n) for n in parents.values()))
    )
    return f"{name} : {domain} = table({', '.join(parents)}) {{{rows}}}"


def random_claim(rng: random.Random) -> Abstraction:
    """One layer or two of few hidden states, with inputs that pass by them or not; often what is read is planted.

    Planted means: the output below is that above of labels read off the hidden state by a random map, so that
    a bijection is right as far as there is room.
    """
    inputs = rng.randint(2, 3)
    sizes = [rng.randint(2, 5)]
    labels = [rng.randint(1, min(3, sizes[0]))]
    two = rng.random() < 0.4
    if two:
        sizes, labels = [rng.randint(2, 4), rng.randint(2, 3)], [2, rng.randint(1, 2)]
    bypass = rng.random() < 0.4
    chosen = [
        [rng.randrange(count) for _ in range(size)]
        for size, count in zip(sizes, labels, strict=True)
    ]
    known: dict[tuple[Any, ...], int] = {}

    def drawn(count: int, *key: Any) -> int:
        return known.setdefault(key, rng.randrange(count))

    planted = rng.random() < 0.7
    low, high = [f"input x : 0..{inputs - 1}"], [f"input x : 0..{inputs - 1}"]
    above, below = {"x": inputs}, {"x": inputs}
    for k, (size, count) in enumerate(zip(sizes, labels, strict=True)):
        name, own = f"a{k}", f"h{k}"
        high.append(
            tabled(name, f"0..{count - 1}", above, lambda *v, k=k, n=count: drawn(n, "a", k, v))
        )

        def state(*v: int, k: int = k, size: int = size) -> int:
            wanted = drawn(labels[k], "a", k, read_of(v, k))
            fitting = [h for h in range(size) if chosen[k][h] == wanted]
            if planted and fitting and rng.random() < 0.9:
                return fitting[drawn(len(fitting), "h", k, v) % len(fitting)]
            return drawn(size, "g", k, v)

        def read_of(v: tuple[int, ...], k: int) -> tuple[int, ...]:
            if k == 0:
                return v
            return (chosen[0][v[0]], *v[1:])

        low.append(tabled(own, f"0..{size - 1}", below, state))
        above = {name: count} | ({"x": inputs} if bypass else {})
        below = {own: size} | ({"x": inputs} if bypass else {})
    last = len(sizes) - 1
    high.append(tabled("out", "bool", above, lambda *v: drawn(2, "out", v)))
    noise = rng.choice((0, 0, 0.1))

    def output(h: int, *v: int) -> int:
        if planted and rng.random() >= noise:
            return drawn(2, "out", (chosen[last][h], *v))
        return drawn(2, "low", h, v)

    low.append(tabled("out", "bool", below, output))
    sites = {f"a{k}": [f"h{k}"] for k in range(len(sizes)) if k == 0 or rng.random() < 0.9}
    first, second = (SCM.from_text("\n".join(lines)) for lines in (low, high))
    return Abstraction.from_text(first, second, {"out": "out"}, sites=sites)


def problem_of(claim: Abstraction) -> Problem:
    (problem,) = problems(claim, Distributed())
    return replace(problem, whole=True)


def values(seed: int, count: int) -> Counter[str]:
    """How often the two engines say what, of so many claims; they say the same."""
    rng = random.Random(seed)
    said: Counter[str] = Counter()
    for number in range(count):
        claim = random_claim(rng)
        problem = problem_of(claim)
        assert BIJECTIONS.accepts(problem) is None
        literal = ENUMERATE.bounds(problem, Budget(20))
        found = BIJECTIONS.bounds(problem, Budget(20))
        if literal.value is None:
            said["not listed"] += 1
            continue
        assert found.value == literal.value, (seed, number)
        assert (found.lo, found.hi) == (literal.lo, literal.hi), (seed, number)
        said[f"{literal.value} in {len(claim.sites)}"] += 1
    return said


def test_the_search_has_the_value_of_the_literal_interpreter() -> None:
    said = values(SEED, 400)
    assert not said["not listed"]
    assert all(said[f"{value} in {count}"] > 5 for value in ("0", "1", "inf") for count in (1, 2))


@pytest.mark.slow
def test_the_search_has_the_value_of_the_literal_interpreter_thousands_of_times() -> None:
    assert not values(SEED + 1, 4000)["not listed"]


def one_way() -> Abstraction:
    """In the first layer 3 and 4 are both right beside 0 or 1; 3 is one more state with b = 1 in the second, which has no
    room for it: k = 3 does not give 0."""
    low = SCM.from_text(
        "input x : 0..2\nh : 0..4 = x\nk : 0..3 = table(h) {0: 0; 1: 0; 2: 1; 3: 2; 4: 1}\nm = h == 4\nout = k > 0"
    )
    high = SCM.from_text("input x : 0..2\na = x == 2\nb = a\nout = b")
    return Abstraction.from_text(low, high, {"out": "out"}, sites={"a": ["h"], "b": ["k"]})


def agrees(claim: Abstraction) -> bool:
    problem = problem_of(claim)
    return (
        BIJECTIONS.bounds(problem, Budget(20)).value == ENUMERATE.bounds(problem, Budget(20)).value
    )


def test_a_choice_is_taken_back_where_the_next_layer_has_no_room() -> None:
    assert agrees(one_way())
    assert check(one_way(), Distributed()).name == "holds"


BUGS: dict[str, tuple[Any, str, Any]] = {
    "a class takes two of one label": (
        Layouts, "_join", lambda own, self, c, s: own(self, (c[0], tuple(None for _ in c[1])), s)),
    "whoever joins is not asked": (
        Layouts, "_join", lambda own, self, c, s: own(self, c, replace(s, allowed=tuple(-1 for _ in s.allowed)))),
    "the first division is the only one": (
        Layouts, "_from", lambda own, self, *a: islice(own(self, *a), 1)),
    "states are alike for later layers": (Room, "_followed", lambda own, self, x: None),
    "outputs are not asked": (
        Room, "_allowed", lambda own, self, x: tuple(-1 for _ in self._labels)),
    "one run of a state stands for all": (
        Room, "_seen", lambda own, self, phi: list({r.state: r for r in own(self, phi)}.values())),
}  # fmt: skip


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, wrong = BUGS[bug]
    own = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda self, *given: wrong(own, self, *given))
    with pytest.raises((AssertionError, KeyError, StopIteration)):
        assert agrees(one_way())
        values(SEED, 400)


# ---------------------------------------------------------------- where listing is hopeless


INPUTS = 16


def skewed(states: int, room: int) -> Abstraction:
    """16 inputs, of which one has the label 1: fifteen rests, so that fifteen hidden states have to give 1."""
    giving = {0, *range(INPUTS, INPUTS + room - 1)}
    rows = "; ".join(f"{h}: 1" for h in sorted(giving))
    low = SCM.from_text(
        f"input x : 0..{INPUTS - 1}\nh : 0..{states - 1} = x\nout : bool = table(h) {{{rows}; else: 0}}"
    )
    high = SCM.from_text(f"input x : 0..{INPUTS - 1}\na : bool = x == 0\nout = a")
    return Abstraction.from_text(low, high, {"out": "out"}, sites={"a": ["h"]})


@pytest.mark.parametrize("states", [128, 512, 1000])
def test_hundreds_of_hidden_states_are_decided_by_how_many_give_each_output(states: int) -> None:
    for room, verdict in ((INPUTS - 1, "holds"), (INPUTS - 2, "fails")):
        found = check(skewed(states, room), Distributed())
        assert found.name == verdict
        assert "bijections" in found.run.engines


def colouring(graph: nx.Graph[int], colours: int) -> Abstraction:
    """A claim that holds iff the graph has a colouring with so many colours: rests are colours.

    Inputs are the vertices, and one more; each has a label of its own, and above the output is the label. Of each
    label there are so many spare states as there are colours. A state that stands for the last label gives it
    for the inputs of an independent set only, and there is one for each maximal one and each colour.
    """
    n = graph.number_of_nodes()
    independent = [sorted(c) for c in nx.find_cliques(nx.complement(graph))]
    sets: list[list[int]] = [[] for _ in range(n)] + [[n]]
    gives = [*range(n), n]
    for label in range(n):
        gives += [label] * colours
        sets += [[] for _ in range(colours)]
    for members in independent:
        gives += [n] * colours
        sets += [members for _ in range(colours)]
    rows = "; ".join(
        f"{x}, {h}: {gives[h] if gives[h] < n or x in sets[h] else n + 1}"
        for x in range(n + 1)
        for h in range(len(gives))
    )
    low = SCM.from_text(
        f"input x : 0..{n}\nh : 0..{len(gives) - 1} = x\nout : 0..{n + 1} = table(x, h) {{{rows}}}"
    )
    high = SCM.from_text(f"input x : 0..{n}\na : 0..{n} = x\nout : 0..{n + 1} = a")
    return Abstraction.from_text(low, high, {"out": "out"}, sites={"a": ["h"]})


GRAPHS: dict[str, tuple[nx.Graph[int], int]] = {
    "Petersen": (nx.petersen_graph(), 3),
    "Groetzsch": (nx.mycielski_graph(4), 4),
    "cycle of 7": (nx.cycle_graph(7), 3),
    "complete bipartite": (nx.complete_bipartite_graph(4, 5), 2),
    "complete": (nx.complete_graph(5), 5),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_rests_are_the_colours_of_a_graph(name: str) -> None:
    """So that deciding is as hard as colouring; chromatic numbers are those of the literature."""
    graph, chromatic = GRAPHS[name]
    assert check(colouring(graph, chromatic), Distributed()).name == "holds"
    assert check(colouring(graph, chromatic - 1), Distributed()).name == "fails"


def coded(width: int, seed: int, short: bool) -> Abstraction:
    """Two layers of width² states, each a pair (label, rest) in a shuffled order; in `short` one row of out is wrong."""
    rng = random.Random(seed)
    pairs = list(product(range(width), repeat=2))
    first, second = (rng.sample(range(len(pairs)), len(pairs)) for _ in range(2))
    h, k = (dict(zip(pairs, code, strict=True)) for code in (first, second))
    inputs = width
    start = "; ".join(f"{x}: {h[(x * x) % width, x]}" for x in range(inputs))
    step = "; ".join(f"{h[a, r]}: {k[(a + r) % width, r]}" for a, r in pairs)
    out = {k[b, r]: b for b, r in pairs}
    if short:
        out[k[0, 0]] = 1
    last = "; ".join(f"{state}: {b}" for state, b in out.items())
    top = len(pairs) - 1
    low = f"input x : 0..{inputs - 1}\nh : 0..{top} = table(x) {{{start}}}\nk : 0..{top} = table(h) {{{step}}}\n"
    low += f"out : 0..{width - 1} = table(k) {{{last}}}"
    high = f"input x : 0..{inputs - 1}\na : 0..{width - 1} = (x * x) mod {width}\n"
    high += f"b : 0..{width - 1} = (a + x) mod {width}\nout : 0..{width - 1} = b"
    below, top_model = SCM.from_text(low), SCM.from_text(high)
    return Abstraction.from_text(below, top_model, {"out": "out"}, sites={"a": ["h"], "b": ["k"]})


def test_two_layers_of_many_states_have_their_bijections() -> None:
    assert check(coded(5, SEED, short=False), Distributed()).name == "holds"
    assert check(coded(3, SEED, short=True), Distributed()).name == "fails"


# ---------------------------------------------------------------- parts, and refusals


def test_a_flow_is_found_iff_halls_condition_holds() -> None:
    rng = random.Random(SEED)
    for _ in range(400):
        places = rng.randint(1, 4)
        room = [rng.randint(0, 3) for _ in range(places)]
        wanted = {rng.randrange(2**places): rng.randint(1, 3) for _ in range(rng.randint(0, 4))}
        flow = saturated(wanted, room)
        hall = all(
            sum(count for mask, count in wanted.items() if not mask & ~subset)
            <= sum(r for p, r in enumerate(room) if subset >> p & 1)
            for subset in range(2**places)
        )
        assert (flow is not None) == hall
        for mask, takes in (flow or {}).items():
            assert sum(takes.values()) == wanted[mask]
            assert all(mask >> place & 1 for place, count in takes.items() if count)
        for place in range(places):
            assert sum(takes.get(place, 0) for takes in (flow or {}).values()) <= room[place]


def test_what_the_search_does_not_cover_is_said_by_name() -> None:
    claim = skewed(128, 15)
    problem = problem_of(claim)
    other = replace(problem, semantics="ieee(float32, cpu, batch=1)")
    assert BIJECTIONS.accepts(other) == (
        "evaluates exactly; ieee(float32, cpu, batch=1) is another semantics"
    )
    wide = problem_of(skewed(2**17, 15))
    assert BIJECTIONS.accepts(wide) == (
        "a hidden layer has 131,072 states, with 16 contexts more than 1,048,576 runs"
    )
    real = SCM.from_text("input x : 0..1\nh : real = x\nout : bool = h > 1/2")
    above = SCM.from_text("input x : 0..1\na : bool = x\nout = a")
    infinite = Abstraction.from_text(real, above, {"out": "out"}, sites={"a": ["h"]})
    assert BIJECTIONS.accepts(problem_of(infinite)) == "a hidden layer has infinitely many states"
    (square,) = problems(load("xor_almost").claim, Circuit())
    assert BIJECTIONS.accepts(square) == "only bijections of hidden layers are searched"


def test_time_that_is_over_is_said() -> None:
    found = BIJECTIONS.bounds(problem_of(skewed(512, 14)), Budget(0))
    assert found.evidence is None
    assert found.reason == "0 s are over"


def test_distances_are_1_if_there_are_bijections_and_infinite_if_there_are_none() -> None:
    assert distance(skewed(64, 14), Distributed()).value == 1
    assert distance(skewed(64, 15), Distributed()).value == 0
    short = SCM.from_text("input x : 0..2\nh : 0..1 = min(x, 1)\nout : bool = h")
    above = SCM.from_text("input x : 0..2\na : 0..2 = x\nout : bool = a == 2")
    claim = Abstraction.from_text(short, above, {"out": "out"}, sites={"a": ["h"]})
    assert distance(claim, Distributed()).value == float("inf")
    assert check(skewed(64, 14), Distributed(), at_most=1).name == "holds"
