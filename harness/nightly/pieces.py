"""What a night is made of: commands that each end within minutes, so that one that is cut off loses little."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..defects.edits import defects
from ..golden.record import test_data
from ..kernels.catalogue import registry
from ..whole_runs.assembled.made_up import WORD

VERIFY = (sys.executable, "-m", "pysces_harness.start")
PLANT = (sys.executable, "-m", "pysces_harness.defects")
OF_SEEDS = ("numpy-f64", "numpy-f32", "jax-cpu-f64", "jax-cpu-f32")
OF_NUMBERS = ("numpy-f64", "jax-cpu-f64")
RUNS = ("theta_l_run", "theta_l_run_daily", "cam_se_step")
TOGETHER = 6  # defects that share one trial of their tests without a defect


@dataclass(frozen=True)
class Piece:
    """A part of the night, what it is about, and its command; results go to a file of its own where it writes some."""

    part: str
    name: str
    command: tuple[str, ...]
    writes: bool = True

    def results(self, folder: Path) -> Path:
        """Where its results lie."""
        return folder / self.part / f"{self.name}.json"

    def words(self, folder: Path) -> list[str]:
        """The whole command."""
        return [*self.command, *(["--json", str(self.results(folder))] if self.writes else [])]


def seeds(count: int) -> list[Piece]:
    """Every kernel with so many seeds of inputs and ensembles."""
    names = [kernel.name for kernel in registry().values() if kernel.cases]
    return [Piece("seeds", n, (*VERIFY, "run", n, "--seeds", str(count), *_in(OF_SEEDS))) for n in names]


def levels() -> list[Piece]:
    """Every level of every golden record wrong by a little, kernel by kernel, whole runs last."""
    runs = {name for name, kernel in registry().items() if kernel.long}
    folders = sorted({path.parent for path in test_data().rglob("*.nc")}, key=lambda f: (f.name in runs, f))
    command = lambda folder: (*VERIFY, "golden", str(folder), "--levels", *_in(["numpy-f64"]))  # noqa: E731
    return [Piece("levels", f"{f.parent.name}-{f.name}", command(f)) for f in folders]


def assembled() -> list[Piece]:
    """What pysces run makes of every record of a run, to its end, and of made-up settings."""
    paths = sorted(path for path in test_data().rglob("*.nc") if path.parent.name in RUNS)
    found = [Piece("assembled", f"{p.parent.name}-{p.stem}", (*VERIFY, "assembled", str(p))) for p in paths]
    return [*found, Piece("assembled", WORD, (*VERIFY, "assembled", WORD))]


def numbers() -> list[Piece]:
    """How small a defect of every number of every kernel is noticed."""
    names = [kernel.name for kernel in registry().values() if kernel.cases or not kernel.long]
    return [Piece("numbers", n, (*VERIFY, "mutate", n, *_in(OF_NUMBERS))) for n in names]


def planted() -> list[Piece]:
    """Every defect of edits.toml."""
    names = list(defects())
    groups = [names[n : n + TOGETHER] for n in range(0, len(names), TOGETHER)]
    return [Piece("defects", group[0], (*PLANT, *group), writes=False) for group in groups]


def _in(configurations: Sequence[str]) -> list[str]:
    return [word for name in configurations for word in ("--config", name)]


PARTS: dict[str, Callable[..., list[Piece]]] = {
    "seeds": seeds,
    "numbers": numbers,
    "levels": levels,
    "assembled": assembled,
    "defects": planted,
}


def pieces(parts: Sequence[str], count: int) -> list[Piece]:
    """The pieces of some parts; count : of seeds."""
    return [piece for part in parts for piece in (seeds(count) if part == "seeds" else PARTS[part]())]
