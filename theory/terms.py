"""The terms of a defect: contexts, interventions, states, laws and maps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .family import Family
from .policy import Undefined

__all__ = [
    "HIGH",
    "LOW",
    "OMEGA",
    "TAU",
    "TAU_U",
    "ApplyMap",
    "Background",
    "Base",
    "BlockImage",
    "Drawn",
    "Gather",
    "Image",
    "Interchange",
    "Interventions",
    "Joined",
    "Joint",
    "Law",
    "Map",
    "Marginal",
    "Mixed",
    "Push",
    "Read",
    "Relabelled",
    "Restriction",
    "Run",
    "Side",
    "Solutions",
    "Spread",
    "Step",
    "Term",
    "Var",
]


class Side(Enum):
    """Which of the two models."""

    LOW = "low"
    HIGH = "high"


LOW, HIGH = Side.LOW, Side.HIGH


@dataclass(frozen=True, slots=True)
class Var:
    """A bound variable."""

    name: str


class Map(Enum):
    """A map that the claim carries or determines: τ, ω (given or derived), τ_U (given or forced)."""

    TAU = "τ"
    OMEGA = "ω"
    SOFT_OMEGA = "ω of Theorem 14"
    TAU_U = "τ_U"


TAU, OMEGA, TAU_U = Map.TAU, Map.OMEGA, Map.TAU_U


@dataclass(frozen=True, slots=True)
class Run:
    """The solution of a model in a context under an intervention (`None`: the empty one).

    `model` names a bound high-level model, where one is bound.
    """

    side: Side
    context: Term
    intervention: Term | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """The law of a model's solution under an intervention.

    `contexts` names a bound law of contexts; without it the model's own law is meant.
    """

    side: Side
    intervention: Term | None = None
    contexts: str | None = None


@dataclass(frozen=True, slots=True)
class ApplyMap:
    """A map at a point. τ at a state; ω at an intervention; τ_U at a context."""

    map: Map | Var
    argument: Term


@dataclass(frozen=True, slots=True)
class Push:
    """The push-forward of a law under a map."""

    map: Map
    law: Term


@dataclass(frozen=True, slots=True)
class Base:
    """The context in which an interchange happens: the base of a swap."""

    swap: Term


@dataclass(frozen=True, slots=True)
class Interchange:
    """The hard intervention of a swap on one side: its sites at the values they have in its sources.

    Below, the variables of each swapped site; above, the high-level variables themselves.
    """

    side: Side
    swap: Term


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What a setting of labels is in relabelled layers: the hard intervention below, in a context.

    Layer by layer the hidden state, as it is there by then, gets the labels that are set, and keeps the others and
    its rest. Layers in which no label is set stay as they are.
    """

    context: Term
    labels: Term
    relabelling: str


@dataclass(frozen=True, slots=True)
class Read:
    """The values of some high-level variables in a high-level state, in this order."""

    names: tuple[str, ...]
    state: Term


@dataclass(frozen=True, slots=True)
class Marginal:
    """The law of a query's targets: above the variables themselves, below all of their blocks."""

    side: Side
    query: Term
    law: Term


@dataclass(frozen=True, slots=True)
class Gather:
    r"""$\alpha_B \mu$: the push-forward of a law of the targets' blocks under their τ."""

    query: Term
    law: Term


@dataclass(frozen=True, slots=True)
class Spread:
    r"""$\alpha_B^+ \nu$: a law of the targets, spread uniformly over the fibres of their τ."""

    query: Term
    law: Term


@dataclass(frozen=True, slots=True)
class BlockImage:
    """The high-level setting that a setting of whole blocks stands for: τ of each block."""

    setting: Term


@dataclass(frozen=True, slots=True)
class Mixed:
    r"""The low-level law when a high-level setting is realised at random.

    Each block is drawn from the claim's kernel for its variable, or uniformly from the fibre of its τ
    (the Moore-Penrose inverse $\alpha_A^+$), independently; then the blocks are set. With `uniform` the
    kernels do not count.
    """

    setting: Term
    uniform: bool = False


@dataclass(frozen=True, slots=True)
class Interventions:
    """The low-level interventions of a family.

    With a derived ω, those that ω_τ gives no meaning to are an error, or left out.
    """

    family: Family
    undefined: Undefined = Undefined.ERROR


@dataclass(frozen=True, slots=True)
class Joint:
    """The joint law of the outcomes under all interventions of a family, in one context.

    Below, of τ of the low-level solutions; above, of the solutions under their images under ω.
    """

    side: Side
    family: Interventions


@dataclass(frozen=True, slots=True)
class Step:
    r"""$F^i(x, u)$: one simultaneous step of all mechanisms at any state, realised or not."""

    side: Side
    state: Term
    context: Term
    intervention: Term | None = None


@dataclass(frozen=True, slots=True)
class Solutions:
    """The set of all solutions of a model in a context under an intervention; a model may be cyclic."""

    side: Side
    context: Term
    intervention: Term | None = None


@dataclass(frozen=True, slots=True)
class Restriction:
    r"""$\mathrm{Rst}(i)$: the set of states that an intervention allows, realised or not."""

    side: Side
    intervention: Term


@dataclass(frozen=True, slots=True)
class Image:
    """The image of a set of low-level states under τ; states where τ is undefined are left out."""

    map: Map
    states: Term


@dataclass(frozen=True, slots=True)
class Background:
    """Some context of a model, where the intervention is known to leave nothing to it."""

    side: Side


@dataclass(frozen=True, slots=True)
class Drawn:
    """The hard intervention of a draw on one side."""

    side: Side
    draw: Term


@dataclass(frozen=True, slots=True)
class Joined:
    """Two hard interventions at once; where both set a variable, the second counts."""

    first: Term
    second: Term


Term = (
    Joint
    | Step
    | Solutions
    | Restriction
    | Image
    | Background
    | Drawn
    | Joined
    | Var
    | Run
    | Law
    | ApplyMap
    | Push
    | Base
    | Interchange
    | Read
    | Relabelled
    | Marginal
    | Gather
    | Spread
    | BlockImage
    | Mixed
)
