"""The dynamical core put together, the protocols of its parts, and how long a step may be."""
