"""Time and memory traffic against Fortran."""
