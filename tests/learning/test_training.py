"""Training lowers the loss, goes on with the same bits where it was stopped, and shares a batch among devices.

What is trained here pushes states by physics alone, which compiles in a second; examples/hybrid.py, which is run by
tests/docs/test_examples.py, trains through the dycore.
"""

from dataclasses import replace

import jax
import numpy as np
import pytest

from pysces.learning.checkpoint import read_leaves, write_leaves
from pysces.learning.gradient import loss_and_gradient, on_devices
from pysces.learning.rollout import misfit
from pysces.learning.training import Stage, train
from pysces.learning.windows import air_of

STAGES = (Stage(1, 12, 2), Stage(1, 12, 4, 3e-3))


def test_training_lowers_the_loss_and_resumes_bit_for_bit(made, tmp_path):
    whole = train(made.network, made.lesson, STAGES, say=lambda _: None)
    assert whole.losses.shape == (24,) and whole.losses[-4:].mean() < whole.losses[:4].mean()
    assert whole.validation[1] < whole.validation[0]

    def stop(line):
        if line.startswith("step 20"):
            raise KeyboardInterrupt

    path, lines = tmp_path / "training.npz", []
    with pytest.raises(KeyboardInterrupt):
        train(made.network, made.lesson, STAGES, path, stop)
    resumed = train(made.network, made.lesson, STAGES, path, lines.append)
    assert lines[0] == f"going on after step 20, kept in {path}"
    np.testing.assert_array_equal(resumed.losses, whole.losses)
    for one, other in zip(jax.tree.leaves(resumed.network), jax.tree.leaves(whole.network)):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(ValueError, match="keeps a training of other stages"):
        train(made.network, made.lesson, STAGES[:1], path)
    with pytest.raises(ValueError, match="keeps a training of other windows"):
        train(made.network, replace(made.lesson, seed=1), STAGES, path)


def test_an_error_of_one_deviation_is_a_misfit_of_one(made):
    """Of both components of wind and of temperature, everywhere; of one component alone, half."""
    dycore, scales = made.run.dycore, made.network.scales
    air = air_of(dycore, made.run.state)
    wind = air.wind + scales.wind[:, None, None, None]
    there = wind, air.temperature - scales.temperature
    np.testing.assert_allclose(misfit(dycore, made.run.state, there, scales), [1.0, 1.0], rtol=1e-10)
    there = air.wind.at[0].set(wind[0]), air.temperature
    np.testing.assert_allclose(misfit(dycore, made.run.state, there, scales), [0.5, 0.0], atol=1e-10)


def test_two_devices_find_the_gradient_of_one(made):
    lesson, found = made.lesson, []
    for n in (1, 2):
        network, dycore = (on_devices(tree, n) for tree in (made.network, lesson.dycore))
        found.append(loss_and_gradient(network.layers, network, dycore, lesson.windows, replace(lesson, devices=n).way))
    for one, other in zip(*(jax.tree.leaves(x) for x in found)):
        scale = np.abs(one).max() + 1e-300
        np.testing.assert_allclose(np.asarray(other), np.asarray(one), rtol=0, atol=1e-13 * scale)


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Stage(2, 1, 2), "A stage has 2 leads, the windows 1"),
        (Stage(1, 1, 5), "A batch of 5 must be a multiple"),
        (Stage(1, 1, 2, float("nan")), "learning_rate must be above 0, found nan"),
    ],
)
def test_stages_that_do_not_fit_the_windows_are_refused(made, stage, said):
    with pytest.raises(ValueError, match=said):
        train(made.network, made.lesson, (stage,))


def test_no_call_between_leads_is_refused(made):
    with pytest.raises(ValueError, match="found calls=0"):
        train(made.network, replace(made.lesson, calls=0), (Stage(1, 1, 2),))


def test_a_loss_that_is_no_number_ends_a_training(made):
    blank = made.lesson.windows.replace(temperature=np.nan * made.lesson.windows.temperature)
    with pytest.raises(ValueError, match="The loss of step 1 is nan; look for NaN in the windows"):
        train(made.network, replace(made.lesson, windows=blank), (Stage(1, 1, 2),))


def test_a_file_of_other_arrays_is_refused(tmp_path):
    path = tmp_path / "leaves.npz"
    write_leaves(path, {"a": np.ones(3)}, {"said": 1})
    assert read_leaves(path, {"a": np.zeros(3)})[1] == {"said": 1}
    with pytest.raises(ValueError, match="arrays of other shapes"):
        read_leaves(path, {"a": np.zeros(4)})
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match="Cannot read"):
        read_leaves(path, {"a": np.zeros(3)})
