"""Every interchange of every base with every source, streamed: counted, not sampled.

| module | what it does |
|---|---|
| `readout` | what is read off an output: the largest entry, or whether one is above a threshold |
| `expectation` | the label that a high-level model gives, for every base and every source |
| `clean` | each input run once; equal site values found once |
| `distinct` | sources whose sites hold the same bits, found once |
| `sweep`, `sweeping` | all pairs, in tiles of a fixed number of rows: the bits are those of the module at that batch |
| `replaying` | one tile, whole or pruned |
| `reused` | of linear maps and activations, tiles that write over the tensors of the tile before |
| `pruned`, `pruned_run` | of sequences, only the positions that a patch changes and the label needs |
| `fused`, `fused_radius` | a filter: the first linear map after a site split into a base part and a source part |
| `fused_scan` | what its compiled forms have in common |
| `fused_numba`, `fused_numba_kernel` | compiled for the processor (the extra `fast`) |
| `fused_triton`, `fused_triton_kernel` | one kernel of a GPU |
| `equivalence` | the coarsest variable that a site can carry, read off the table without a hypothesis |
"""
