"""The two sides of a check: reference_fortran and pysces, from a record's names and settings."""
