"""The vertical coordinate, hydrostatic sums and remap."""
