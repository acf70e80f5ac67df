"""How a question is decided: engines, reductions, search."""
