"""Variational and ensemble data assimilation over any model of pysces; docs/use/assimilation.md. Needs jax."""
