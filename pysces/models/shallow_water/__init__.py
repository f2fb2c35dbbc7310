"""Shallow water, as HOMME's sweqx solves it."""
