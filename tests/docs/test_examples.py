"""Every example runs, small; those that learn, tune and assimilate do so, one of them a day."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from daily import turn

EXAMPLES = Path(__file__).parents[2] / "examples"
SLOW = ("learned_physics", "fourdvar", "hybrid", "tuning")  # below: they compile long
NOT_PLAIN = (*SLOW, "foreign_port")  # test_foreign.py
PLAIN = sorted(path for path in EXAMPLES.glob("*.py") if path.stem not in NOT_PLAIN)
SMALL = {"EXAMPLE_NE": "2", "EXAMPLE_DAYS": "0.0625", "EXAMPLE_BACKEND": "numpy", "EXAMPLE_STEPS": "2"}


def run_small(path, tmp_path, monkeypatch, **settings):
    """The example's names after it has run in an empty folder; it must leave a picture."""
    pytest.importorskip("matplotlib").use("agg")
    monkeypatch.chdir(tmp_path)
    for name, value in (SMALL | settings).items():
        monkeypatch.setenv(name, value)
    names = runpy.run_path(str(path), run_name="__main__")
    assert any(tmp_path.glob("*.png"))
    return names


@pytest.mark.parametrize("path", PLAIN, ids=lambda p: p.stem)
def test_example_runs(path, tmp_path, monkeypatch):
    run_small(path, tmp_path, monkeypatch)


@turn(0, len(SLOW))
def test_network_learns_through_the_dycore(tmp_path, monkeypatch, quick_compilation):
    """Ten steps of Adam leave less than a third of the misfit; the gradient is the slope of the forecast's misfit."""
    pytest.importorskip("jax")
    path = EXAMPLES / "learned_physics.py"
    example = run_small(path, tmp_path, monkeypatch, EXAMPLE_DAYS="0.0208333333", EXAMPLE_STEPS="10")
    losses, network, step = example["losses"], example["network"], example["step"]
    assert losses[-1] < losses[0] / 3.0
    rng, setting = np.random.default_rng(1), (example["dycore"], example["start"], example["truth"])
    direction = network.map(lambda w: rng.normal(size=w.shape))
    _, gradient = step(network, *setting)
    slope = sum(float((g * d).sum()) for g, d in zip(vars(gradient).values(), vars(direction).values()))
    ends = [float(step(network + direction * h, *setting)[0]) for h in (1e-4, -1e-4)]
    assert (ends[0] - ends[1]) / 2e-4 == pytest.approx(slope, rel=1e-5)


@turn(1, len(SLOW))
def test_four_d_var_brings_wind_and_thickness_nearer_to_the_truth(tmp_path, monkeypatch, quick_compilation):
    pytest.importorskip("jax")
    example = run_small(EXAMPLES / "fourdvar.py", tmp_path, monkeypatch)
    analysis, ratios = example["analysis"], example["ratios"]
    assert 0.7 < analysis.chi_squared < 1.3 and analysis.gradients[1] < 0.02 * analysis.gradients[0]
    assert all(ratio < 0.9 for hours in (0, 24) for ratio in ratios[hours].values())


@turn(2, len(SLOW))
def test_tuning_finds_both_viscosities(tmp_path, monkeypatch, quick_compilation):
    example = run_small(EXAMPLES / "tuning.py", tmp_path, monkeypatch)
    fit, known = example["fit"], example["known"]
    off = fit.z - np.log(example["TRUE"])
    assert fit.converged and np.all(np.abs(off) < 3.0 * known.deviations) and np.all(np.abs(off) < 0.01)


@turn(3, len(SLOW))
def test_a_hybrid_learns_by_the_slope_of_its_forecasts(tmp_path, monkeypatch, quick_compilation):
    """A few steps lower the error of days not seen, offline and further online; both gradients are slopes of losses."""
    loss_and_gradient = pytest.importorskip("pysces.learning.gradient").loss_and_gradient
    example = run_small(EXAMPLES / "hybrid.py", tmp_path, monkeypatch, EXAMPLE_SCHEME="1")
    error = example["error"]
    assert error["trained online"] < error["trained offline"] < error["model"]
    lesson, network = example["lesson"], example["online"].network
    batch = lesson.windows.chosen(slice(0, example["batch"]), 1)
    direction = network.map(np.cos).layers

    def found(h):
        layers = tuple(one + other * h for one, other in zip(network.layers, direction))
        return loss_and_gradient(layers, network, lesson.dycore, batch, lesson.way)

    parts = zip(vars_of(found(0.0)[1]), vars_of(direction))
    slope = sum(float((one * other).sum()) for one, other in parts)
    assert (found(1e-5)[0] - found(-1e-5)[0]) / 2e-5 == pytest.approx(slope, rel=1e-5)


def vars_of(layers):
    return [array for layer in layers for array in vars(layer).values()]
