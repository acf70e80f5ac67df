r"""Distributed alignment search: learn a linear subspace that acts like a variable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, final

from tauomega.theory.kernel import Value
from tauomega.theory.scm import SCM

from ..counterfactuals import Counterfactual
from ..explanation import Explanation, Subspace
from ..subject import Subject
from .method import Answer, Budget, Data, Says

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["DistributedAlignmentSearch"]


@final
@dataclass(frozen=True, slots=True)
class DistributedAlignmentSearch:
    r"""Learn an orthonormal $R$ (dimension, units) so that exchanging $R h$ acts as the variable.

    The layer becomes $h_b + (h_s - h_b) R^\top R$; $R$ is the Q factor of a free matrix, trained by
    Adam with the outputs' squared distance to the mean clean output of the expected answer (pairs whose
    expected answer no clean run gives are tested on, not learnt from). One
    variable at a time, one subspace of each hidden layer, the best on the training pairs proposed: said
    to hold if every held-out pair agrees. What is claimed is the span of R rounded to multiples of
    2^-`grid`, an exact subspace. It has no opinion on candidates that are sets of units.

    Source: Geiger et al. (2024), arXiv:2303.02536, Section 3 (there: several subspaces at once).
    """

    name: ClassVar[str] = "das"
    summary: ClassVar[str] = "learn one linear subspace for each variable"

    share: Fraction = Fraction(1, 2)
    steps: int = 150
    rate: float = 0.05
    grid: int = 12

    def propose(
        self, network: Subject, high: SCM, data: Data, budget: Budget
    ) -> tuple[Answer, ...]:
        """One explanation for each variable."""
        import torch

        targets = _centroids(network)
        answers = []
        for number, name in enumerate(data.variables):
            pairs = data.about([name])
            if not any(pair.expected in targets for pair in pairs):
                continue
            trials: list[tuple[float, int, Subspace]] = []
            for layer in range(len(network.widths)):
                seed = 1_000_003 * budget.seed + 1_009 * number + layer
                generator = torch.Generator().manual_seed(seed)
                place = self._learn(network, layer, name, pairs, targets, generator)
                agreed = network.agreement(Explanation.of({name: place}), pairs)
                trials.append((sum(agreed) / len(agreed), -layer, place))
            share, _, place = max(trials, key=lambda trial: trial[:2])
            explanation = Explanation.of({name: place})
            tested = [pair for pair in data.held_out if pair.variables == (name,)]
            agreed = network.agreement(explanation, tested)
            says = Says.HOLDS if share == 1 and agreed and all(agreed) else Says.UNKNOWN
            score = sum(agreed) / len(agreed) if agreed else share
            answers.append(Answer(explanation, says, score=score))
        return tuple(answers)

    def _learn(
        self,
        network: Subject,
        layer: int,
        name: str,
        pairs: Sequence[Counterfactual],
        targets: dict[tuple[Value, ...], Tensor],
        generator: object,
    ) -> Subspace:
        import torch

        pairs = [pair for pair in pairs if pair.expected in targets]
        width = network.widths[layer]
        dimension = max(1, int(width * self.share))
        bases = network.tensor([pair.swap.base for pair in pairs])
        sources = network.activations(layer, [dict(pair.swap.sources)[name] for pair in pairs])
        wanted = torch.stack([targets[pair.expected] for pair in pairs])
        free = torch.randn(width, dimension, generator=generator).requires_grad_()  # type: ignore[call-overload]  # a Generator
        optimiser = torch.optim.Adam([free], lr=self.rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self.steps)
        for _ in range(self.steps):
            network.spend(len(pairs))
            orthonormal = torch.linalg.qr(free).Q
            projector = orthonormal @ orthonormal.T
            outputs = network.runner.resumed(bases, [(layer, sources @ projector, projector)])
            loss = ((outputs - wanted) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
            optimiser.step()
            schedule.step()
        with torch.no_grad():
            learnt = torch.linalg.qr(free).Q.T.double()
        scale = 2**self.grid
        rows = (learnt * scale).round().long().tolist()
        return Subspace(layer, tuple(tuple(Fraction(int(x), scale) for x in row) for row in rows))


def _centroids(network: Subject) -> dict[tuple[Value, ...], Tensor]:
    """The mean output of clean runs for each answer that they give."""
    import torch

    points = network.points
    with torch.no_grad():
        network.spend(len(points))
        outputs = network.runner.outputs(network.tensor(points))
    images = network.images(outputs)
    found = {}
    for image in dict.fromkeys(images):
        chosen = [i for i, other in enumerate(images) if other == image]
        found[image] = outputs[chosen].mean(dim=0)
    return found
