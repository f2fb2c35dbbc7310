"""Element-local functions as loops over elements in C, made from their own jaxpr: one numerics, two compilers.

XLA's CPU compiler runs an operation, or a few of them, over the whole mesh before the next one begins, and beyond ne4 a
field has left the cache by then. Here everything is done for one element before the next is begun. What is compiled is
the very function that XLA would compile, so there is no second copy of the numerics that could be out of step.

    call        element_local, the way in
    trace walk  a function's operations on one element, as a list
    views       where numbers lie; arithmetic that is not done yet
    loops       the list as C; sums, joins and blocks write the operations that are no plain arithmetic
    source      a whole file of C, with handler.h behind XLA's interface
    gather      sums over shared nodes
    library     compiled, kept, loaded
"""
