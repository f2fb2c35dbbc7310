"""Tracers in a wind that is given for all time: HOMME's prescribed_wind = 1."""
