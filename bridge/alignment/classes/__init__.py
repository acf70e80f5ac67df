"""Classes of alignment maps, one file each; `bridge.alignment.alignment_classes()` lists them.

A file here that has a frozen dataclass with a `name`, a `summary`, `orthogonal` and `start` in its `__all__` is a class.
"""
