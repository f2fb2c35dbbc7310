"""Runs on machines that are not here, on paper: ``python -m pysces_harness.measuring.scaling.paper`` makes the tables
of docs/evidence/scaling.md (ne30, ne120, ne1024; minutes and some gigabytes of memory for the last).

A step on n parts takes floor + cost x elements x levels + messages x neighbours x latency + bytes / bandwidth, of the
part that has most of each; nothing is credited to messages that travel while sums are formed.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .exchanges import Exchanges, exchanges
from .volume import Volume, topology, volume

LEVELS = {30: 72, 120: 72, 1024: 128}
RANKS = (1, 10, 100, 1000, 10_000, 100_000)
WORD = 8  # bytes of a number


@dataclass(frozen=True)
class Machine:
    """floor, latency [s]; cost [s] of an element and level; bandwidth [bytes/s] that one part has to itself."""

    name: str
    floor: float
    cost: float
    latency: float
    bandwidth: float


# Network: one 200 Gb/s port a CPU node of 128 cores, one a GPU (docs.nersc.gov, Perlmutter architecture).
# Latencies are assumed. Costs: CPU, one core, NumPy, measured here; GPU, one H100, float64, from docs/use/parallel.md.
CPU = Machine("NumPy rank on a core", floor=4e-3, cost=2.3e-5, latency=2e-6, bandwidth=25e9 / 128)
GPU = Machine("JAX device, an H100", floor=0.2e-3, cost=5.0e-8, latency=1e-5, bandwidth=25e9)


@dataclass(frozen=True)
class Estimate:
    """A dynamics step of the slowest part: bytes it sends, messages it sends, and seconds."""

    bytes: float
    messages: float
    compute: float
    latency: float
    transfer: float

    @property
    def total(self) -> float:
        """Seconds of a step."""
        return self.compute + self.latency + self.transfer


def estimate(v: Volume, e: Exchanges, nlev: int, machine: Machine, padded: bool = False) -> Estimate:
    """A step on a machine; padded: every part sends its longest message to every other part (all_to_all)."""
    neighbours, nodes = (v.ranks - 1, v.ranks * v.widest) if padded else (v.neighbours_max, v.nodes_max)
    sent = (nodes * e.node_fields + v.items_max * e.item_fields) * nlev * WORD
    messages = e.messages * neighbours
    compute = machine.floor + machine.cost * v.elements * nlev
    return Estimate(sent, messages, compute, messages * machine.latency, sent / machine.bandwidth)


def table(volumes: list[Volume], e: Exchanges, machine: Machine, padded: bool = False) -> str:
    """Markdown: one row for each number of parts."""
    head = "| parts | elements | on the rim | neighbours | messages | sent | compute | latency | transfer | speed-up |"
    rows = [head, "|" + "---:|" * 10]
    first = estimate(volumes[0], e, LEVELS[volumes[0].ne], machine)
    for v in volumes:
        t = estimate(v, e, LEVELS[v.ne], machine, padded)
        cells = [
            f"{v.ranks:,}",
            f"{v.elements:,}",
            f"{100 * v.rim:.0f} %",
            f"{v.neighbours_mean:.1f} ({v.neighbours_max})",
        ]
        cells += [f"{t.messages:,.0f}", _size(t.bytes), *map(_time, (t.compute, t.latency, t.transfer))]
        rows.append("| " + " | ".join([*cells, f"{first.total / t.total:,.0f}"]) + " |")
    return "\n".join(rows)


def _size(n: float) -> str:
    return f"{n / 1e6:.1f} MB" if n >= 1e6 else f"{n / 1e3:.1f} kB"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.2f} ms"


def main() -> None:
    """Print counts and estimates for the meshes and ranks of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--ne", type=int, nargs="*", default=list(LEVELS), choices=LEVELS)
    parser.add_argument("--ranks", type=int, nargs="*", default=RANKS)
    parser.add_argument("--tracers", type=int, default=0)
    parser.add_argument("--json", type=Path, help="counts and estimates as JSON")
    options = parser.parse_args()
    e, rows = exchanges(options.tracers), []
    print(f"A step with {options.tracers} tracers: {e}")
    for ne in options.ne:
        mesh = topology(ne)
        volumes = [volume(mesh, n) for n in options.ranks if n <= len(mesh.curve)]
        for machine, padded in ((CPU, False), (GPU, False), (GPU, True)):
            sending = ", every device to every other" if padded else ""
            print(
                f"\nne{ne} L{LEVELS[ne]}: {machine.name}{sending}\n\n{table(volumes, e, machine, padded)}", flush=True
            )
        rows += [asdict(v) | {"nlev": LEVELS[ne]} for v in volumes]
    if options.json:
        options.json.write_text(json.dumps({"exchanges": asdict(e), "volumes": rows}, indent=1))


if __name__ == "__main__":
    main()
