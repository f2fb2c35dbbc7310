"""How well pysces, our Fortran and the real models agree, and how small a defect each check would have seen."""
