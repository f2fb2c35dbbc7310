"""Whole runs: cases, ensembles, growth of round-off, conservation."""
