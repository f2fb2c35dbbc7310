"""Processor time of all that a run does before its first step but compiling it, on stretched meshes of growing size.

    python benchmarks/set_up.py            # three sizes, two minutes of one core
    python benchmarks/set_up.py 15 21 30 60

Each is ``pysces run examples/topographic_wave.toml --dry-run`` in a process of its own, user and system time of all
its threads, the smaller of two; what it prints stands in docs/evidence/meshes.md.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "topographic_wave.toml"


def processor_seconds(*words: str) -> tuple[float, float]:
    """Of ``pysces WORDS``: user and system time of its process and its threads, and time on the clock."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "pysces.driver.cli", *words], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, time.perf_counter() - start


def main(sizes: list[int]) -> None:
    """A row for each size."""
    nothing = min(processor_seconds("--help")[0] for _ in range(2))
    print(f"start of python and pysces alone: {nothing:.1f} s\n")
    print("| mesh | elements | processor time [s] | of that each 1,000 elements, less the start [s] | clock [s] |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for ne in sizes:
            mesh = f"{folder}/{ne}.g"
            processor_seconds("mesh", "stretch", "--ne", str(ne), "--factor", "2", "--lat", "45", "--lon", "106", mesh)
            used, clock = min(processor_seconds("run", str(EXAMPLE), "--mesh", mesh, "--dry-run") for _ in range(2))
            each = 1000 * (used - nothing) / (6 * ne**2)
            print(f"| ne{ne} stretched by 2 | {6 * ne**2:,} | {used:.1f} | {each:.2f} | {clock:.1f} |", flush=True)


if __name__ == "__main__":
    main([int(ne) for ne in sys.argv[1:]] or [15, 21, 30])
