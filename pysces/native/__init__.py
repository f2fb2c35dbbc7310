"""Element-local functions as loops over elements in C, made from their own jaxpr: one numerics, two compilers.

XLA's CPU compiler runs every operation, or every few of them, over the whole mesh before the next one begins, and beyond
ne4 a field has left the cache by then. Here all of a function is done for one element before the next is begun. What is
compiled is the very function that XLA would compile (``trace``), so there is nothing that could be out of step with it.
"""
