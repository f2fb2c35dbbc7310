"""Every option of every model acts: another value changes what is built, or is refused, or gets a sentence."""

import dataclasses
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from config.option_values import (
    BESIDE,
    BESIDE_OF_A_MODEL,
    FILES,
    LEVELS,
    MOIST,
    ON_THE_RUN,
    REFUSED,
    TRACERS,
    WITHOUT_TABLE,
    base_of,
    every_option,
    other_value,
)
from config.written_files import is_of_files, usually_written, with_files, written
from exodus import write_exodus
from refined import refined_corners

from pysces.arrays.backend import to_numpy
from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.config.run import RunConfig
from pysces.config.sections import TimeOptions
from pysces.driver import session
from pysces.driver import simulation as simulations
from pysces.driver.simulation import OptionNote, simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.io.layouts import ElementLayout
from pysces.models.registry import MODELS
from pysces.models.theta_l import parts
from pysces.vertical.coordinate_files import coordinate_from_table
from tests.columns import hill, write_columns


def built(config) -> tuple[list, object, list[str]]:
    """What a run is, the run, and the notes of its options."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = simulation(config)
    plan = [run.calls_in_all, run.config.calls_per_record, run.layout.backend, run.layout.name]
    return plan, run, [str(w.message) for w in caught if issubclass(w.category, OptionNote)]


def after_a_call(run) -> list[bytes]:
    """The bits of the state after one call, or as many as a leapfrog needs to begin: what a user would see."""
    return bits(to_numpy(run.dycore.run(run.state, 3 if hasattr(run.dycore, "lftfreq") else 1)))


def bits(tree) -> list[bytes]:
    """Of every number in a tree."""
    return [np.asarray(leaf).tobytes() for leaf in tree_leaves(tree)]


def expected_refusal(model: str, name: str, sentence: str) -> bool:
    """Whether it is one sentence, about this option, for the reason that is known."""
    reason = REFUSED.get(name) or REFUSED.get(f"{model}.{name}")
    one = sentence.endswith((".", "?")) and "\n" not in sentence
    return bool(reason) and one and reason in sentence and f"{name.split('.')[1]} " in sentence


def tried_on(model: str, name: str) -> RunConfig:
    """The small run on which an option is tried."""
    without = ("vertical",) if name in WITHOUT_TABLE else ("grid",) if name == "grid.mesh" else ()
    config = preset(model)
    config = config.with_table(base_of(model, without)).with_table(beside(config, name))
    config = config.with_table(BESIDE_OF_A_MODEL.get(f"{model}.{name}", {}))
    if config.case.name == "baroclinic_wave" and name != "case.name":
        config = config.with_table(MOIST)
    return config.with_table({"case": {"tracers": True}}) if name in TRACERS.get(model, ()) else config


def beside(config: RunConfig, name: str) -> dict:
    """What an option is tried beside, as far as the model has it."""
    wanted = {s: entries for s, entries in BESIDE.get(name, {}).items() if s in config.sections()}
    return {s: {n: v for n, v in entries.items() if hasattr(getattr(config, s), n)} for s, entries in wanted.items()}


def acts(model: str, name: str, f: dataclasses.Field) -> str:
    """How an option answers to another value, in a word; nothing if it does not."""
    section, option = name.split(".")
    config = tried_on(model, name)
    value = other_value(model, name, f, getattr(getattr(config, section), option))
    answer = acts_on_files if is_of_files(name) else acts_on_a_run
    try:
        return answer(model, name, config, {section: {option: value}})
    except (ValueError, ImportError) as refused:
        return "refused" if expected_refusal(model, name, str(refused)) else ""


def acts_on_files(model: str, name: str, config: RunConfig, other: dict) -> str:
    """Other files, or something else in them than the configuration that they repeat."""
    config = with_files(config)
    return "written" if written(config.with_table(other)) != usually_written(json.dumps(config.table())) else ""


def acts_on_a_run(model: str, name: str, config: RunConfig, other: dict) -> str:
    """Other results, another plan, or a note.

    "levels": layer advection has no use for midpoints, and five levels have no thin clouds, but histories have them.
    """
    section, option = name.split(".")
    other_plan, other, other_notes = built(config.with_table(other))
    plan, run, notes = built(config)
    if any(option in note for note in set(other_notes) - set(notes)):
        return "noted"
    if section in ON_THE_RUN or other_plan != plan:
        return "planned" if other_plan != plan else ""
    if after_a_call(other) != after_a_call(run):
        return "results"
    other_levels = bits(other.where.coordinate) != bits(run.where.coordinate)
    without_use = model in ("layer_advection", "prescribed_wind") and name == "vertical.vfile_mid"
    return "levels" if other_levels and without_use else ""


def write_files(folder, model):
    """What options name, into a folder; fields on the nodes of a model's usual mesh."""
    for file, text in FILES.items():
        (folder / file).write_text(text)
    points, corners = refined_corners()
    write_exodus(folder / "mesh.g", points, [corners])
    grid, coordinate = (
        cubed_sphere_grid(2, cubed_sphere_map=0 if model == "cam_se" else 2),
        coordinate_from_table(LEVELS),
    )
    surface = 0.0 * grid.lat
    layers = surface + np.zeros(coordinate.nlev)
    air = {"U": 10.0 * np.cos(grid.lat) + layers, "V": layers, "T": 280.0 + layers, "Q": 0.01 + layers}
    air |= {"SMOKE": 0.5 + layers, "PS": 1e5 + surface, "PHIS": surface}
    write_columns(folder / "air.nc", grid, air, coordinate, records=(1e-3,))
    write_columns(folder / "topography.nc", grid, {"PHIS": hill(grid)})


@pytest.mark.parametrize(
    "model, section, f", [pytest.param(*o, id=f"{o[0]}-{o[1]}.{o[2].name}") for o in every_option()]
)
def test_another_value_acts_or_is_refused(model, section, f, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, model)
    if f.name == "devices":
        pytest.importorskip("jax")
    assert acts(model, f"{section}.{f.name}", f)


def test_every_refusal_that_is_expected_happens():
    """No name in REFUSED that could run by now."""
    found = {
        key
        for model, section, f in every_option()
        for key in (f"{section}.{f.name}", f"{model}.{section}.{f.name}")
        if key in REFUSED and acts(model, f"{section}.{f.name}", f) == "refused"
    }
    assert found == set(REFUSED)


def test_an_option_that_nobody_reads_would_be_noticed(monkeypatch):
    """The test above can fail: without its line in the builder, the correction of steep levels is found out."""
    (f,) = (f for m, s, f in every_option() if (m, f.name) == ("theta_l", "hv_theta_correction"))
    assert acts("theta_l", "viscosity.hv_theta_correction", f) == "results"
    real = parts.hyperviscosity
    monkeypatch.setattr(parts, "hyperviscosity", lambda *args: real(*args).replace(hv_theta_correction=False))
    assert acts("theta_l", "viscosity.hv_theta_correction", f) == ""


@pytest.mark.parametrize("option", ["start_date", "layout"])
def test_an_option_of_files_that_nobody_reads_would_be_noticed(option, tmp_path, monkeypatch):
    """That a file repeats the configuration is not enough: its dates and its columns must be those that were asked."""
    monkeypatch.chdir(tmp_path)
    ((section, f),) = ((s, f) for m, s, f in every_option() if (m, f.name) == ("shallow_water", option))
    assert acts("shallow_water", f"{section}.{option}", f) == "written"
    monkeypatch.setattr(TimeOptions, "units", preset("shallow_water").time.units)
    monkeypatch.setattr(session, "_history_layout", lambda run: ElementLayout(run.where.grid, run.where.coordinate))
    monkeypatch.setattr(simulations, "fields_of_history", lambda run: None)
    usually_written.cache_clear()
    assert acts("shallow_water", f"{section}.{option}", f) == ""
    usually_written.cache_clear()


def test_what_options_are_tried_beside_is_had_by_some_model():
    for name in BESIDE:
        there = [beside(preset(model), name) for model in MODELS]
        assert BESIDE[name] in there, name
