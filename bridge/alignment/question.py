"""What an alignment is asked for: a network, a layer, a high-level model, and how many features a variable has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, final

import numpy as np

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import context_map, high_model, tau_u_policy
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Domain, Expression, Finite, Range, Value, evaluate, free_names
from tauomega.theory.kernel.halfspaces import Condition, Form, NotAffineError, condition_of
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM

from ..network import Activation, Layer, Network
from ..network_model import NetworkModel

if TYPE_CHECKING:
    from .alignment import Alignment

__all__ = ["AlignmentQuestion"]


@final
@dataclass(frozen=True, eq=False)
class AlignmentQuestion:
    """Is there a map of a layer's units to features that carry these variables?

    Attributes:
        model: the network with finite inputs, in exact arithmetic, without features.
        high: the high-level model.
        tau: compared variable -> Boolean formula over affine forms of the outputs.
        layer: the hidden layer.
        sizes: variable -> how many features it may have.
        contexts: the high-level context of each of the network's, in canonical order.
        joint: the largest number of variables exchanged together.
        tau_u: the map of contexts, where the claim gives one.

    Raises:
        InputError: whatever is wrong with the layer, the numbers of features, or τ; all at once.
    """

    model: NetworkModel
    high: SCM
    tau: Mapping[str, Expression]
    layer: int
    sizes: Mapping[str, int]
    contexts: Sequence[Mapping[str, Value]]
    joint: int
    tau_u: Mapping[str, Expression] | None = None

    def __post_init__(self) -> None:
        faults = []
        network = self.model.network
        hidden = len(network.layers) - 1
        if not 0 <= self.layer < hidden:
            faults.append(f"there is no hidden layer {self.layer}; there are 0 to {hidden - 1}")
        else:
            width, wanted = network.widths[self.layer], sum(self.sizes.values())
            if not self.sizes or min(self.sizes.values()) < 1:
                faults.append("every variable to be aligned has at least one feature")
            elif wanted > width:
                faults.append(f"{wanted} features of layers.{self.layer}, which has {width} units")
        if self.model.semantics != "real" or self.model.features:
            faults.append("alignments are decided in exact arithmetic: write the semantics 'real'")
        outputs = set(network.unit_names(hidden))
        for name, expression in self.tau.items():
            domain: Domain = self.high.domain(name)
            if not (isinstance(domain, Finite | Range) and set(domain) <= {0, 1}):
                faults.append(f"{name!r} is compared, so it must have values in {{0, 1}}")
            if set(free_names(expression)) - outputs:
                faults.append(f"τ of {name!r} reads something else than outputs")
        try:
            _ = self.conditions
        except NotAffineError as error:
            faults.append(f"τ must compare affine forms of outputs: {error}")
        if faults:
            raise InputError(faults)

    @classmethod
    def from_claim(
        cls, claim: Abstraction, *, joint: int | None = None, sizes: Mapping[str, int] | None = None
    ) -> AlignmentQuestion:
        """The question of a claim about sites: their layer, and as many features as they have units.

        Args:
            claim: an interchange claim about a network, all of whose sites lie in one layer.
            joint: how many variables are exchanged together; all by default.
            sizes: the numbers of features, if others are wanted.

        Raises:
            InputError: a claim of another kind, sites in several layers, and as the class says.
        """
        model, high = claim.low, claim.high
        faults = []
        if not isinstance(model, NetworkModel):
            faults.append('an alignment is of a network: write kind = "network" under [low]')
        if high is None:
            faults.append("an alignment needs a high-level model")
        if not claim.sites:
            faults.append(
                "an alignment needs [abstraction.sites]: the layer, and as many units as features"
            )
        if faults:
            raise InputError(faults)
        assert isinstance(model, NetworkModel)
        assert high is not None
        plain = replace(model, features={})
        layers = {
            unit.rsplit("[", 1)[0].removesuffix(".features")
            for n in claim.sites.values()
            for unit in n
        }
        if len(layers) > 1:
            raise InputError([f"the sites lie in several layers: {', '.join(sorted(layers))}"])
        known = {f"layers.{k}": k for k in range(len(model.network.layers) - 1)}
        (place,) = layers
        if place not in known:
            raise InputError([f"{place} is no hidden layer; there are {', '.join(known)}"])
        contexts = _contexts(claim)
        scored = InterchangeConsistency().scored_variables(claim)
        counts = sizes or {name: len(units) for name, units in claim.sites.items()}
        return cls(
            plain,
            high,
            {name: claim.tau[name] for name in scored},
            known[place],
            dict(counts),
            contexts,
            len(counts) if joint is None else joint,
            claim.tau_u,
        )

    @property
    def width(self) -> int:
        """The number of units of the layer."""
        return self.model.network.widths[self.layer]

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables to be aligned."""
        return tuple(self.sizes)

    @property
    def kinds(self) -> tuple[tuple[str, ...], ...]:
        """The sets of variables that are exchanged together, smallest first."""
        most = min(self.joint, len(self.sizes))
        return tuple(c for k in range(1, most + 1) for c in combinations(self.sizes, k))

    @property
    def forms(self) -> tuple[Form, ...]:
        """The affine forms of the outputs that τ compares with 0."""
        return self._read()[0]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """τ of the compared variables, over the forms."""
        return self._read()[1]

    def _read(self) -> tuple[tuple[Form, ...], tuple[Condition, ...]]:
        forms: list[Form] = []
        conditions = tuple(condition_of(expression, forms) for expression in self.tau.values())
        return tuple(forms), conditions

    def claim(self, alignment: Alignment) -> Abstraction:
        """An alignment as a claim that `check` decides.

        Raises:
            InputError: the contexts were permuted, so that no map of contexts says what they are.
        """
        model = replace(self.model, features={self.layer: alignment.map})
        sites = alignment.sites(self.layer)
        found = Abstraction(model, self.high, dict(self.tau), tau_u=self.tau_u, sites=sites)
        if _contexts(found) != list(self.contexts):
            raise InputError(["the contexts are permuted: a control is scored, not claimed"])
        return found

    def on_random_network(self, seed: int) -> AlignmentQuestion:
        """The same question about a network of the same shape with weights at random (He)."""
        rng = np.random.default_rng([seed, 1])
        layers = []
        for layer in self.model.network.layers:
            scale = np.sqrt(2 / layer.weight.shape[1])
            weight = (scale * rng.standard_normal(layer.weight.shape)).astype(np.float32)
            bias = (0.1 * rng.standard_normal(layer.bias.shape)).astype(np.float32)
            layers.append(
                Layer(weight, bias, Activation(layer.activation.name, layer.activation.slope))
            )
        return replace(self, model=replace(self.model, network=Network(tuple(layers))))

    def on_permuted_algorithm(self, seed: int) -> AlignmentQuestion:
        """The same question with the contexts of the high-level model permuted at random."""
        order = np.random.default_rng([seed, 2]).permutation(len(self.contexts))
        return replace(self, contexts=[self.contexts[int(k)] for k in order])


def _contexts(claim: Abstraction) -> list[Mapping[str, Value]]:
    """The high-level context of each of the low level's, in canonical order."""
    high = high_model(claim)
    maps = context_map(claim, tau_u_policy(claim, None, TauUPolicy.INPUTS))
    states = [dict(context) for context in claim.scm.contexts()]
    return [{r: evaluate(maps[r], s) for r in high.roots} for s in states]
