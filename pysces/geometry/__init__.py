"""The grid: metric terms, masses and tensors at every node."""
