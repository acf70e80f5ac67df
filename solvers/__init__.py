"""How a question is decided.

| module | what it holds |
|---|---|
| `checking` | `check`: a claim and a definition to a verdict |
| `portfolio` | which engine decides |
| `engine` | what an engine is: problem, budget, answer |
| `interpreter`, `enumeration` | the literal interpreter, the meaning of every defect; its engine |
| `table` and `columns`, `machine`, `grids`, … | vectorised complete enumeration |
| `smt` | z3, for reals, integers and families of values |
| `omega_search`, `quotient_search` | search for ω, for a high-level model |
| `search/` | `find`, `enumerate_all`, `count_all`; `coarsest`, `repair`, `common` |
| `reductions/` | rewrites, each with its theorem |
| `explaining` | from a failing point to a counterexample |
"""
