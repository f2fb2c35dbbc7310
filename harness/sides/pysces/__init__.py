"""A record's arrays and settings as pysces objects."""
