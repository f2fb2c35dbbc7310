"""Parameterizations, on columns."""
