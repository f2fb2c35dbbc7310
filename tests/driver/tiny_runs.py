"""Tiny runs from the command line, for tests."""

from pysces.driver.cli import main

TINY = ["run", "--ne", "2", "--nlev", "6", "--every-hours", "1.5"]


def run_tiny(folder, name: str, *arguments: str) -> int:
    """The status of a run that writes folder/name.nc."""
    return main([*TINY, "--output", str(folder / f"{name}.nc"), *arguments])
