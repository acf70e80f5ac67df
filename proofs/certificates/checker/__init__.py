"""The checker: the standard library and the kernel, nothing else.

| module | what it does |
|---|---|
| `document` | bytes to JSON, in canonical form, with limits |
| `decoding` | JSON to models, expressions and claims, each well formed |
| `factors` | which low-level variables a τ reads, and whether it takes every value |
| `asking` | what any definition asks of a claim: each kind of question loads its own module |
| `statements` | what is asked about squares, as statements of the kernel |
| `interchanges` | the same of interchanges |
| `squares` | the squares of a statement, one by one |
| `distances` | squares that commute up to a distance: equal sides of another kind |
| `shares` | the share of interchanges that do not commute |
| `evidence` | that squares commute: enumeration; the rest in |
| `affine` | equal affine forms |
| `gates` | a clausal proof or a decision diagram of their circuit |
| `matching` | a τ_U that is to be found: listed, or impossible |
| `refuting` | counterexamples, evaluated again |
| `boxes` | interchange over boxes of inputs: squares of networks, trees with leaves bounded in integers |
| `composing` | two abstractions in a row |
| `checking` | the whole: accepted with what it rests on, or refused |
"""
