"""What things are, exactly: models, interventions, claims, definitions, defects, verdicts.

| module | what it is |
|---|---|
| `kernel` | the grammar and exact numbers, on the standard library alone |
| `scm`, `intervention`, `abstraction` | models, what is done to them, claims about two of them |
| `family`, `policy` | what a claim quantifies over, and what it leaves to be found |
| `defect`, `definition`, `definitions` | how far a square is from commuting; one file a definition |
| `verdict`, `counterexample` | what comes out |
| `symbolic` | the face to sympy |
| `examples` | the counterexample models and classics, as data |
"""
