"""The walk along theta-l's step."""
