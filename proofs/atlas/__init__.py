"""The implication atlas: for every ordered pair of notions a proof, a smallest counterexample, or "open".

| module | what it holds |
|---|---|
| `notions` | the notions: definitions with their families, as `check` decides them |
| `space` | the search space: small claims in order of size, and one of them as a claim |
| `deciding` | all notions decided at once on all claims with one τ, by numpy |
| `searching` | the first claim in the order that separates a pair |
| `larger` | counterexamples beyond the search space, for what it leaves open |
| `proved` | the implications that are proved, each with its script |
| `building` | the cells, and the data file `atlas.json` |
| `drawing` | the order as a picture, and the page |
"""
