"""A record's arrays and settings handed to reference_fortran."""
