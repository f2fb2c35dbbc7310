"""Sets of equations that can be run, one package each, and what they share."""
