"""Search that is complete: everything in a class, with the proof when there is nothing.

| module | what it holds |
|---|---|
| `finding` | `find`, `enumerate_all`, `count_all` |
| `sketch` | a class of candidates: a claim with holes; every unknown is a finite table |
| `plan` | what a definition asks, as far as circuits can say it |
| `tables`, `demands` | unknown tables as literals; each square as a circuit over them |
| `settings` | which squares: all, the local ones, those that a candidate breaks |
| `growing`, `searching` | the formula that grows; the search, cheapest solutions first |
| `relabelling` | solutions that differ by names only |
| `literal` | every candidate decided: what a search means |
| `counting`, `results` | the number of solutions; what a search says |
| `partitions` | stable partitions of finite tables: the coarsest, the finest |
| `tabulated` | a model's blocks as tables, and classes as a claim |
| `coarsest`, `common` | the coarsest valid abstraction of given blocks; what two models share |
"""
