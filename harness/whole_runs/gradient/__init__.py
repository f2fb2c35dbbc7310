"""Derivatives of whole runs: whether they are slopes, and the same in both modes."""
