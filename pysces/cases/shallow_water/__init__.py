"""Initial states of shallow water."""
