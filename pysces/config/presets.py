"""Configurations to start from: each model's usual choices, with any option changed by its namelist word.

>>> homme(ne=8, ndays=10, backend="jax").grid.ne
8
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from ..models.registry import find_model
from .run import RunConfig
from .sections import FILES


def homme(**options: Any) -> Any:
    """HOMME theta-l, hydrostatic, with the choices of its standard cases: RK5, remap every third step, limiter 9."""
    return preset("theta_l").with_options(**options)


def cam_se(**options: Any) -> Any:
    """CAM-SE as CAM sets it by default: gnomonic map, CAM's constants, RK5, three hyperviscosity substeps, a sponge."""
    return preset("cam_se").with_options(**options)


def preset(model: str) -> RunConfig:
    """The usual choices of a model by its [dynamics] name."""
    return find_model(model).config()


def read_toml(path: str | os.PathLike, start: RunConfig | None = None) -> RunConfig:
    """A configuration from a TOML file whose tables are the sections; start supplies what it does not say.

    Without start, what it does not say are the usual choices of the model that it names, or of theta_l.
    """
    table = toml_table(path)
    return (start or preset(model_of(table) or "theta_l")).with_table(table, str(path))


def toml_table(path: str | os.PathLike) -> dict:
    """The tables of a TOML file, unchecked but for their being TOML; files that it names lie relative to it."""
    table = load_toml(path)
    for section, key in FILES:
        entries = table.get(section)
        if isinstance(entries, dict) and isinstance(entries.get(key), str) and entries[key]:
            entries[key] = str(Path(path).parent / entries[key])
    return table


def load_toml(path: str | os.PathLike) -> dict:
    """The tables of a TOML file, unchecked; a ValueError of one sentence where it cannot be read or is no TOML."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"Cannot read configuration {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ValueError(f"Configuration {path} is no text file; give a file of TOML.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"Configuration {path} is not valid TOML: {error}.") from None


def model_of(table: dict) -> str:
    """What [dynamics] model says, empty if nothing."""
    dynamics = table.get("dynamics", {})
    model = dynamics.get("model") if isinstance(dynamics, dict) else None
    return model if isinstance(model, str) else ""
