"""Every interchange of every base with every source, streamed: counted, not sampled.

| module | what it does |
|---|---|
| `readout` | what is read off an output: the largest entry, or whether one is above a threshold |
| `expectation` | the label that a high-level model gives, for every base and every source |
| `clean` | each input run once; equal site values found once |
| `sweep` | all pairs, in tiles of a fixed number of rows: the bits are those of the module at that batch |
| `fused` | a filter: the first linear map after a site split into a base part and a source part |
| `equivalence` | the coarsest variable that a site can carry, read off the table without a hypothesis |
"""
