"""HOMME theta-l."""
