"""Test cases: initial states, one file each."""
