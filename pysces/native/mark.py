"""A number of elements by which their axis is known."""

MARK = 7919  # no other axis is as long
