"""Runs: from a configuration to a marched, watched and written simulation, and the command line."""
