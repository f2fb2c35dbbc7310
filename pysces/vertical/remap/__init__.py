"""Vertical remap between two sets of layers: splines, PPM and FV3's profiles."""
