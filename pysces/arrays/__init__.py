"""Arrays, trees of arrays and what may be done with them, the same on NumPy and on JAX."""

from .backend import Array, Backend, namespace
from .fields import field
from .pytree import Tree, pytree, static

__all__ = ["Array", "Backend", "Tree", "field", "namespace", "pytree", "static"]
