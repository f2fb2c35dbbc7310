"""Small parts: where a point lies, which differences are known, how sure a ratio is."""

import numpy as np
import pytest
from pysces_harness.errors import BadInput
from pysces_harness.inputs.fields import sphere
from pysces_harness.judging import known_differences
from pysces_harness.judging.nodes import node_class, place
from pysces_harness.measuring import perf


def test_a_cubed_sphere_has_eight_cube_corners_and_every_class_of_node():
    grid = sphere(2)
    classes = {
        (e, i, j): node_class(grid, e, i, j)
        for e in range(grid.nelem)
        for i in range(grid.npts)
        for j in range(grid.npts)
    }
    corners = {int(grid.global_id[where]) for where, kind in classes.items() if kind == "cube corner"}
    assert len(corners) == 8
    assert set(classes.values()) == {"interior", "edge", "vertex", "cube corner"}
    assert sum(kind == "interior" for kind in classes.values()) == 4 * grid.nelem


def test_a_point_is_placed_by_the_names_of_its_axes():
    grid = sphere(2)
    where = place((1, 5, 0, 2, 7), ("comp", "elem", "i", "j", "lev"), grid)
    assert (where["elem"], where["i"], where["j"], where["lev"], where["node_class"]) == (5, 0, 2, 7, "edge")
    assert where["lat"] == pytest.approx(np.degrees(grid.lat[5, 0, 2, 0]))
    column = place((3, 4), ("sample", "lev"), None)
    assert column["elem"] is None and column["lev"] == 4 and column["node_class"] is None


def toml(tmp_path, text):
    path = tmp_path / "known_differences.toml"
    path.write_text(text)
    return path


def test_a_known_difference_covers_what_its_patterns_say(tmp_path):
    text = '[[difference]]\nkernels = ["theta_*"]\nfields = ["w_i"]\nbound = 1e-9\nreason = "Newton"\nexpires = "9.0"\n'
    (entry,) = known_differences.load(toml(tmp_path, text))
    assert entry.covers(kernels="theta_l_step", fields="w_i", configurations="jax-cpu-f64")
    assert not entry.covers(kernels="theta_l_step", fields="v", configurations="jax-cpu-f64")
    assert not entry.covers(kernels="theta_l_step", fields="w_i", configurations="jax-cpu-f32")


def test_an_expired_difference_no_longer_counts(tmp_path):
    (entry,) = known_differences.load(toml(tmp_path, '[[difference]]\nbound = 1\nreason = "old"\nexpires = "0.0.1"\n'))
    assert entry.expired and not entry.covers(kernels="dss")


@pytest.mark.parametrize("text", ['[[difference]]\nbound = 1e-9\nexpires = "1"\n', "[[difference]]\nnonsense = 1\n"])
def test_a_difference_needs_a_reason_and_no_unknown_key(tmp_path, text):
    with pytest.raises(BadInput, match="reason"):
        known_differences.load(toml(tmp_path, text))


def test_every_known_difference_of_the_project_has_a_reason_and_has_not_expired():
    assert all(len(entry.reason) > 20 and not entry.expired for entry in known_differences.load())


def test_a_known_difference_of_more_than_last_bits_names_its_fields():
    """One for all fields of a run would loosen its constants, its mesh and its times, too."""
    wide = [entry.kernels for entry in known_differences.load() if "*" in entry.fields and entry.bound > 1e-15]
    assert not wide


def test_the_interval_of_a_steady_ratio_is_narrow_and_holds_it():
    rng = np.random.default_rng(0)
    low, high = perf.interval(1.5 + 0.02 * rng.normal(size=15))
    assert low < 1.5 < high and high - low < 0.05
    low, high = perf.interval(np.exp(rng.normal(size=15)))
    assert high - low > 0.2
