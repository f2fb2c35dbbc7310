"""Defects planted by hand into copies of pysces, to show who catches each and where it is located."""
