"""The verification harness: every kernel, on every side, how well it agrees and how small a defect would be noticed."""
