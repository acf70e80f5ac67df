"""The sympy face of models and maps: objects in, objects out, never strings.

| module | what it does |
|---|---|
| `expression_to_sympy` | an exact tree as a sympy expression |
| `sympy_to_expression` | a sympy expression as an exact tree |
| `solution` | every variable in closed form, under an intervention |
| `equations` | a model from `sympy.Eq` |
| `latex` | models, maps and interventions as LaTeX |
"""
