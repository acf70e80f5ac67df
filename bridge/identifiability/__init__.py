"""How many explanations a network has: all of them, counted and ordered.

| module | what it is |
|---|---|
| `gates` | the gates, as truth tables |
| `options` | the two conventions, and every switch between them |
| `counted_network` | one output of a network: floats with a certified bound, exact integers |
| `correctness` | when an output is right |
| `circuits` | circuits: closed form, count, list |
| `circuit_scan`, `circuit_kernel`, `circuit_numpy` | their scan: its input, compiled (extra `fast`), its twin |
| `circuit_set` | a set of circuits as a decision diagram: members, minimal ones, samples |
| `interpretations` | thresholds and gates for a circuit's units, by transfer matrices |
| `formulas` | formulas that compute a gate, and where their NOTs go |
| `requirements` | what a formula demands of the units at its nodes; formulas up to relabelling |
| `patched_runs` | a network under interchanges |
| `mappings`, `joint`, `silence` | where formulas may be in a network; joint tests; unread units |
| `explanations` | explanations ordered by refinement; coarsest valid labels |
| `discovery` | algorithms without a hypothesis, by interchange equivalence |
| `refinement` | labels that every site keeps, by partition refinement |
| `counting` | all of it in one call: `count` |
| `plain` | the published procedure, literally: the twin that all of this is tested against |
| `training` | the study's training recipe |
| `study`, `study_page` | the basic experiment, redone, and its results as a page |
| `weight_grid` | the exact law of every count over all networks of a grid of weights |
| `finite_models` | the same questions for finite structural causal models |
| `drawing` | counts of many networks, and the order on explanations, as SVG |

Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914.
"""

from __future__ import annotations

from .counting import Counts, count
from .options import Convention, Options

__all__ = ["Convention", "Counts", "Options", "count"]
