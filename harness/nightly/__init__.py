"""Everything that takes a night: ten seeds, every level, every defect, every number, whole runs to their ends."""
