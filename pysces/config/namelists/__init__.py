"""Fortran namelists of HOMME and CAM-SE as configurations, and configurations as namelists of HOMME."""

from .reading import namelist_table, read_namelist, translate

__all__ = ["namelist_table", "read_namelist", "translate"]
