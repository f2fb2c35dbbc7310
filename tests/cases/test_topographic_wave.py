"""The wave behind two ridges: HOMME's own initial states over them, and the numbers of its definition."""

WIDE = {"height": 1500.0, "along": 17.404, "across": 15.0}  # what a mesh like ne4 resolves
