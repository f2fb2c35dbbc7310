"""A run's whole configuration, and reading it from TOML."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .section import suggest
from .sections import (
    BackendOptions,
    CaseOptions,
    DynamicsOptions,
    GridOptions,
    OutputOptions,
    PhysicsOptions,
    TimeOptions,
    VerticalOptions,
    ViscosityOptions,
)

SECTIONS = {
    "grid": GridOptions,
    "vertical": VerticalOptions,
    "time": TimeOptions,
    "viscosity": ViscosityOptions,
    "dynamics": DynamicsOptions,
    "physics": PhysicsOptions,
    "case": CaseOptions,
    "backend": BackendOptions,
    "output": OutputOptions,
}


@dataclass(frozen=True)
class RunConfig:
    """Everything that defines a run; presets.homme() and presets.cam_se() start from each model's usual choices."""

    grid: GridOptions = field(default_factory=GridOptions)
    vertical: VerticalOptions = field(default_factory=VerticalOptions)
    time: TimeOptions = field(default_factory=TimeOptions)
    viscosity: ViscosityOptions = field(default_factory=ViscosityOptions)
    dynamics: DynamicsOptions = field(default_factory=DynamicsOptions)
    physics: PhysicsOptions = field(default_factory=PhysicsOptions)
    case: CaseOptions = field(default_factory=CaseOptions)
    backend: BackendOptions = field(default_factory=BackendOptions)
    output: OutputOptions = field(default_factory=OutputOptions)

    def with_table(self, table: dict, source: str = "") -> RunConfig:
        """A copy in which the entries of {section: {option: value}} are changed; source names their file in errors."""
        place = f" (in {source})" if source else ""
        changed = {}
        for name, entries in table.items():
            if name not in SECTIONS:
                raise ValueError(f"There is no section [{name}]{place}; {suggest(name, SECTIONS)}")
            if not isinstance(entries, dict):
                raise ValueError(f"Expected a section [{name}]{place}, found {name} = {entries!r}.")
            known = [f.name for f in dataclasses.fields(SECTIONS[name])]
            for key in entries:
                if key not in known:
                    raise ValueError(f"Section [{name}] has no option {key!r}{place}; {suggest(key, known)}")
            changed[name] = dataclasses.replace(getattr(self, name), **entries)
        return dataclasses.replace(self, **changed)

    def table(self) -> dict:
        """{section: {option: value}}, the inverse of with_table; JSON-ready."""
        return dataclasses.asdict(self)


def read_toml(path, start: RunConfig | None = None) -> RunConfig:
    """A configuration from a TOML file whose tables are the sections; start supplies what it does not say."""
    table = load_toml(path)
    config = (start or RunConfig()).with_table(table, str(path))
    return _resolve_files(config, Path(path).parent, table.get("vertical", {}))


def load_toml(path) -> dict:
    """The tables of a TOML file, unchecked."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"Cannot read configuration {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"Configuration {path} is not valid TOML: {error}.") from None


def _resolve_files(config: RunConfig, folder: Path, entries: dict) -> RunConfig:
    """Vertical files named in a configuration lie relative to it."""
    found = {key: str(folder / entries[key]) for key in ("vfile_int", "vfile_mid") if entries.get(key)}
    return dataclasses.replace(config, vertical=dataclasses.replace(config.vertical, **found))
