"""What a night is made of: commands that each end within minutes, so that one that is cut off loses little."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ..defects.edits import defects
from ..golden.record import test_data
from ..judging.plan import Check
from ..kernels.catalogue import registry
from ..registry import Case, Kernel
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
    """Every kernel in each configuration where it runs, with so many seeds of inputs and ensembles."""
    places = [(kernel.name, c) for kernel in registry().values() if kernel.cases for c in OF_SEEDS if runs(kernel, c)]
    command = lambda name, c: (*VERIFY, "run", name, "--seeds", str(count), *_in([c]))  # noqa: E731
    return [Piece("seeds", f"{name}-{c}", command(name, c)) for name, c in places]


def runs(kernel: Kernel, configuration: str) -> bool:
    """Whether the generated cases of a kernel are judged in a configuration."""
    return Check(kernel, Case("", {}, {})).runs_in(configuration)


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


def pieces(parts: Sequence[str], count: int, pattern: str = "*") -> list[Piece]:
    """The pieces of some parts whose names match a pattern; count : of seeds."""
    found = (piece for part in parts for piece in (seeds(count) if part == "seeds" else PARTS[part]()))
    return [piece for piece in found if fnmatch(piece.name, pattern)]
