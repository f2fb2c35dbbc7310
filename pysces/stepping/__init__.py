"""Time stepping; it does not know that a sphere exists."""
