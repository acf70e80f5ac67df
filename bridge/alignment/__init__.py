"""Alignments: maps of a layer to features that carry variables; learnt, then decided.

| file | what |
|---|---|
| `question.py` | a network, a layer, a high-level model, how many features a variable has |
| `alignment.py`, `alignment_class.py` | a frozen map in rational numbers; what a class of maps is |
| `classes/` | the classes, one file each |
| `lesson.py`, `fitting.py` | interchanges to learn from; training |
| `deciding.py`, `guided.py` | all interchanges, exactly; training on what fails until none does |
| `over_boxes.py` | the same at all inputs near the codes |
| `ceiling.py`, `ball.py` | upper bounds for any map, and for orthogonal subspaces |
| `orders.py` | an alignment in floating point, for every order of summation |
| `scoring.py` | a score beside those of its class's controls |
| `exchange.py` | one interchange as tensors, for other tools |
| `search_file.py`, `aligned_task.py` | a search on disk; an alignment as a task |

An interchange accuracy is the accuracy of a map of some class, and says nothing without it: the class's
name, and its scores on a random network and on a permuted algorithm, stand beside every score.
"""

from __future__ import annotations

from ..plugins import found_in, named
from . import classes
from .alignment_class import AlignmentClass

__all__ = ["alignment_classes", "find_alignment_class"]


def alignment_classes() -> tuple[AlignmentClass, ...]:
    """All classes that ship, by name."""
    kinds = found_in(
        classes.__name__,
        classes.__path__,
        lambda thing: isinstance(thing, type) and hasattr(thing, "start"),
    )
    return tuple(sorted((kind() for kind in kinds), key=lambda known: known.name))


def find_alignment_class(name: str) -> AlignmentClass:
    """The class of this name.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    return named(name, alignment_classes(), "class of alignment maps")
