"""What the behaviour of a network can mean, and how each meaning is decided.

| module | semantics |
|---|---|
| `semantics` | the names: `real`, `exact-grid`, `all-orders(dtype)`, `ieee(dtype, cpu, batch=B)` |
| `formats` | floating-point formats: precision, range, rounding of arrays, the constants of their sums |
| `sums` | how far a sum can be from its value, whatever the order: constants and their derivation |
| `enclosure`, `orders` | `all-orders`: a network's values enclosed, errors kept with their signs |
| `orders_engine` | interchange claims under `all-orders` |
| `grid`, `grid_engine` | `exact-grid`: an audit that every partial sum is exact, so that every order is |
| `machine` | one evaluation, as PyTorch does it: `ieee`, and the witness of what `all-orders` refutes |
| `integers`, `compiling` | int8 networks with int32 sums, the same on any device; compiling, with what it costs |
| `extraction` | the behaviour of some sites on some inputs as a finite causal model |
| `real_extraction` | the same in real arithmetic, by certified balls, for networks with softmax |
| `readings`, `enclosures_engine` | captured networks under `real`, `exact-grid` and `all-orders`, one file each |
| `boxes` | what an expression can be when its variables lie in intervals |
| `adversarial` | sums that are made to err, which no enclosure may miss |
"""
