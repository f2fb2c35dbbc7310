"""Arrays, trees of arrays and what may be done with them, the same on NumPy and on JAX."""
