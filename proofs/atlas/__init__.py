"""The implication atlas: for every ordered pair of notions a proof, a smallest counterexample, or "open".

| module | what it holds |
|---|---|
| `notion` | what a notion is: a definition with its parameters, as `check` and as the search read it |
| `entries` | the notions, a file for each definition, with their proved arrows |
| `facts` | conditions on a claim: where a notion applies, what is known where it holds |
| `space` | the search space: small claims in order of size, and one of them as a claim |
| `models`, `meeting` | all models of a shape as arrays, and one τ met with all of them |
| `kernels`, `graphs` | what notions of stochastic kernels and of graphs are read from |
| `renaming` | maps up to renaming, so that each class is searched once |
| `deciding` | all notions decided at once on all claims with one τ, as bits |
| `searching` | the profiles that occur, each with its first claim |
| `larger` | counterexamples beyond the search space, for what it leaves open |
| `proved` | the implications that are proved, closed under composition |
| `building` | the cells, and the data file `atlas.json` |
| `layered` | places for the boxes of an order |
| `drawing` | the order as a picture, and the page |
| `placing` | a user's notion among those of the atlas |
| `claims` | one claim among all notions |
"""
