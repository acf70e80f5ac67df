"""Names of sites in other libraries, translated into ours and back: text alone, nothing is imported.

| module | whose names |
|---|---|
| `transformer_lens` | `blocks.1.hook_mlp_out`, `blocks.0.attn.hook_z[:, 3, 2]` (rows, positions, heads, width) |
| `pyvene` | `{"layer": 1, "component": "mlp_output", "unit": "pos"}`, or `layer.1.comp.mlp_output.unit.pos[3]` |
| `nnsight` | `model.transformer.h[1].mlp.output[:, 3]`, `….attn.output[0]`, `….mlp.input` |
| `naming` | any of them in a task: `P = ["transformer-lens: blocks.1.hook_mlp_out[:, 3]"]` |
| `layout` | where the modules of GPT-2 and of Llama lie, and what a module reads |

A name that has no counterpart is refused, with the reason. The extras `pyvene`, `nnsight` and
`transformer-lens` install what the translations were tested against.
"""
