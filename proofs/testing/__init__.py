"""Help for tests: strategies, laws of a new definition, and the plugins for pytest and hypothesis.

| module | what it is |
|---|---|
| `worked_example` | a new definition in thirty lines, and what its laws say of it: begin here |
| `laws` | `definition_laws`: identity, composition, renaming, implications; counterexamples are shrunk |
| `strategies` | hypothesis strategies for models, maps, families, claims, networks |
| `pytest_plugin` | the fixture `assert_abstracts` |
| `random_claims`, `claim_makers` | random claims from a seed |
| `agreement`, `twins` | every engine against every other, the literal interpreter, and the printed formula |
| `damage` | damaged certificates, which must be refused |
"""
