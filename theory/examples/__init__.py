"""Shipped tasks: the counterexample models and classics, as data. `tauomega examples` lists them.

CE1-CE22 are the models that separate the notions of the field; `voting` is after Beckers & Halpern
(2019); the XOR network is the authors' own of Méloux et al. (2025), arXiv:2502.20914 (MIT licence).
"""
