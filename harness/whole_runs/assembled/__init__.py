"""Level ``run``: what ``pysces run`` makes of a golden record's settings, end to end, against the record."""
