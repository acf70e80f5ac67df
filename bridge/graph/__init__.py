"""The graph of any PyTorch network: one form, read by replay, bounds, exact evaluation and solvers.

`CapturedNetwork` (in `network`) is a topologically ordered tuple of `Node`s with the tensors that they
read. Everything else is a function of it:

| module | what it does |
|---|---|
| `node`, `operations` | a value of the network; the operations that are supported, by kind |
| `capture` | from a module to a graph, by `torch.export`; what cannot be captured is refused by name |
| `screening` | what is wrong with a module or with example inputs before anything is captured |
| `network` | the graph: names of values by module path, networkx, descendants |
| `computing` | what one node computes from the values that it reads |
| `sites` | `Slice`, `Subspace`, `Featurizer`: the part of a value that an interchange sets |
| `site_text`, `index_text` | sites by name: `transformer.h.1.mlp[:, 3, :16]`, or `[position=3, unit=:16]` |
| `axes` | what the dimensions of a value run over: rows, heads, positions, units |
| `positions` | where the positions of a sequence lie in every value, followed through the operations |
| `replay` | runs, patched runs of the descendants only, and path patching |
| `site_check` | what must hold of a site before anything is claimed about it |
| `arithmetic`, `evaluation` | exact values, certified balls, interval bounds, terms for solvers |
| `rules`, `window_rules`, `rule_parts`, `sums` | what each operation does with numbers; which are sums of products |
| `affine`, `curves`, `linear_bounds` | linear bounds over boxes of inputs, rounded outward |
| `mlp` | perceptrons (`bridge.network`) as graphs and back |

An engine on top of the graph needs three things: `CapturedNetwork.values` (run each input once),
`replay.Suffix` (the plan that replays the descendants of sites; its `frontier` is what to cache, and
`Node.rows` says along which dimension a cached value has the rows of the batch), and `Site.read` and
`Site.write`.
"""
