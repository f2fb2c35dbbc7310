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
FOLDERS = 8  # of records that share their processes


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
    """Every level of every golden record wrong by a little: kernels that are quick together, whole runs last."""
    long = {name for name, kernel in registry().items() if kernel.long}
    folders = sorted({path.parent for path in test_data().rglob("*.nc")})
    short = [folder for folder in folders if folder.name not in long]
    groups = [*_groups(short, FOLDERS), *([folder] for folder in folders if folder.name in long)]
    command = lambda group: (*VERIFY, "golden", *map(str, group), "--levels", *_in(["numpy-f64"]))  # noqa: E731
    return [Piece("levels", f"{g[0].parent.name}-{g[0].name}", command(g)) for g in groups]


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
    groups = _groups(list(defects()), TOGETHER)
    return [Piece("defects", group[0], (*PLANT, *group), writes=False) for group in groups]


def _groups(items: list, size: int) -> list[list]:
    return [items[n : n + size] for n in range(0, len(items), size)]


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
