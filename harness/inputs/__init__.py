"""Generated inputs of the live checks."""
