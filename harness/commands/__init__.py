"""The commands of ``pysces-verify``, one file a group."""
