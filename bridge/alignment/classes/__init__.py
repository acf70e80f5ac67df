"""Classes of alignment maps, one file each; `bridge.alignment.alignment_classes()` lists them.

A file here that lists a frozen dataclass with a `name`, a `summary`, `orthogonal` and `start` in `__all__` is a class.
"""
