"""What a supremum, an infimum or a mean of a defect ranges over."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .draws import Draws
from .policy import Depth, HighFamily, Sources
from .terms import Interventions, Side, Term

__all__ = [
    "BoxSwaps",
    "ContextMaps",
    "Contexts",
    "Couplings",
    "DrawnSettings",
    "Exchanges",
    "FullStates",
    "HighInterventions",
    "Images",
    "InertSettings",
    "Interventions",
    "LabelSettings",
    "Laws",
    "Models",
    "OmegaMaps",
    "Preimages",
    "Queries",
    "Relabellings",
    "Settings",
    "Space",
    "States",
    "Swaps",
]


@dataclass(frozen=True, slots=True)
class Contexts:
    """All contexts of a model."""

    side: Side


@dataclass(frozen=True, slots=True)
class States:
    """All combinations of values of a model's endogenous variables (below: of the mapped ones)."""

    side: Side


@dataclass(frozen=True, slots=True)
class FullStates:
    """All combinations of values of all endogenous variables of a model, unread ones included."""

    side: Side


@dataclass(frozen=True, slots=True)
class HighInterventions:
    """I_H: the declared high-level interventions, or all hard ones."""

    family: HighFamily


@dataclass(frozen=True, slots=True)
class ContextMaps:
    """Maps τ_U from low-level to high-level contexts, onto them or not.

    On the hidden copies of high-level inputs a compatible τ_U has no choice as soon as the empty
    intervention is in the family.
    """

    onto: bool


@dataclass(frozen=True, slots=True)
class OmegaMaps:
    """Order-preserving maps ω from the low-level family to I_H, onto it unless I_H is the image."""

    family: Interventions
    high: HighFamily


@dataclass(frozen=True, slots=True)
class Swaps:
    """Interchanges: a base, a non-empty set of sites within the depth, a source for each site."""

    depth: Depth
    sources: Sources


@dataclass(frozen=True, slots=True)
class BoxSwaps:
    """Interchanges of a network at any inputs near the codes of contexts.

    A base context and a source context for each of a non-empty set of sites within the depth, and for
    each an input of the network at most `radius` away from what encodes the context, in every
    coordinate. Infinitely many: no engine lists them.
    """

    depth: Depth
    radius: Fraction


@dataclass(frozen=True, slots=True)
class Laws:
    """Laws of the contexts of a model. A supremum or infimum over them is that over point masses.

    For point masses this is exact where the body is a supremum of 0/1 distances of laws: the set
    of good pairs is convex (Lemma U; proofs/lemma_u.py).
    """

    side: Side


@dataclass(frozen=True, slots=True)
class Models:
    """High-level models over the claimed blocks with the low-level contexts: one mechanism a variable.

    Cyclic ones are included when every block intervention has exactly one solution.
    """


@dataclass(frozen=True, slots=True)
class Queries:
    """Pairs (sources, targets) of disjoint sets of high-level variables.

    `pairs` is `all` (both non-empty, disjoint), `singles` (one variable each), `directed` (a directed
    path above from some source to some target), `parental` (a variable and all its parents above),
    `boxes` (the same, variables without parents included),
    `interventions` (every set of sources, the empty one included; every variable a target), or a list.
    """

    pairs: str | tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a query's sources: above the variables, below the whole of their blocks."""

    side: Side
    query: Term


@dataclass(frozen=True, slots=True)
class Relabellings:
    r"""For each layer a bijection φ of its hidden states to latents: a label for each site, and a rest.

    The sites are in one layer, or in several: the levels of their graph, in which a site is before another if a
    variable of it is an ancestor of one of the other; sites that reach each other are together. A hidden state
    is what the variables of all sites of a layer are.

    Under every setting of labels, the hidden state of each layer has the labels that the high-level model gives
    there; every combination of `LabelSettings` with the rest of a run is the latent of
    some hidden state. What no setting meets is left out.
    """


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """Hard interventions above on variables with a site, at values that runs on inputs produce, again and again.

    Values in runs on the contexts, in runs under such interventions, and so on; setting nothing is among them.
    """


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Interchanges of exactly these sites at once (all of them, if none is named)."""

    sites: tuple[str, ...]
    sources: Sources


@dataclass(frozen=True, slots=True)
class Couplings:
    """Couplings of the two models' laws of contexts; `maps`: only those by a map of contexts."""

    maps: bool


@dataclass(frozen=True, slots=True)
class Images:
    """The high-level interventions that those of a family stand for."""

    family: Interventions


@dataclass(frozen=True, slots=True)
class Preimages:
    """The low-level interventions of a family that stand for one high-level intervention."""

    family: Interventions
    image: Term


@dataclass(frozen=True, slots=True)
class DrawnSettings:
    """The interventions that draws may give, whatever their probabilities."""

    draws: Draws


@dataclass(frozen=True, slots=True)
class InertSettings:
    """All settings of the inert low-level variables together."""


Space = (
    Contexts
    | Couplings
    | DrawnSettings
    | Exchanges
    | Images
    | InertSettings
    | Preimages
    | Queries
    | Relabellings
    | LabelSettings
    | Settings
    | States
    | FullStates
    | Interventions
    | HighInterventions
    | ContextMaps
    | OmegaMaps
    | Swaps
    | BoxSwaps
    | Laws
    | Models
)
