"""Golden cases: their arithmetic, and what the engine and the oracle make of them."""
