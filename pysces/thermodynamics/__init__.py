"""Equations of state and the composition of moist air."""
