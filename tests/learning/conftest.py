"""A small truth with its history, and a lesson made of it."""

from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("jax")
pytest.importorskip("optax")

from pysces.driver.forced import forced_config
from pysces.driver.kept_run import KeptRun, kept_run
from pysces.driver.simulation import Simulation, simulation
from pysces.learning.network import ColumnNetwork, untrained
from pysces.learning.rollout import pushed, with_network_alone
from pysces.learning.training import Lesson
from pysces.learning.windows import Recorded, column_scales, recorded

HOURS, CALLS = 0.5, 1


@dataclass
class Made:
    config: Any
    kept: KeptRun
    run: Simulation
    truth: Recorded
    lesson: Lesson
    network: ColumnNetwork


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Five calls at ne2, marched by numpy; what is learned from them is what physics alone would have done."""
    config = forced_config(2, 5 * HOURS / 24.0, HOURS).with_options(backend="numpy")
    kept = kept_run(config, "truth", tmp_path_factory.mktemp("kept"), record=True, say=lambda _: None)
    run = simulation(config.with_options(backend="jax"))
    truth = recorded(kept.history, run)
    windows, validation = (truth.windows(days, HOURS, 1) for days in (truth.days[:4], truth.days[4:5]))
    lesson = Lesson(run.dycore, CALLS, windows, validation, pushed, with_network_alone)
    return Made(config, kept, run, truth, lesson, untrained(column_scales(windows, run.dycore), (8,)))
