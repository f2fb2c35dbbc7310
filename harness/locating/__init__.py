"""What ``pysces-verify locate`` walks along: savepoints of both cores, walks, judgement, what is left behind."""
