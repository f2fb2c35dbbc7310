"""pytest: ``--pysces-config C`` runs every test that asks for ``pysces_config`` once in each configuration named.

    def test_a_gradient_of_a_constant_is_zero(pysces_config):
        outputs = pysces_config.evaluate("gradient_sphere", {"s": np.ones((54, 4, 4, 1))}, grid)
        assert not outputs["ds"].any()

    pytest --pysces-config numpy-f64 --pysces-config jax-cpu-f32

Installed with pysces (entry point pytest11); a test run that does not ask for it imports nothing but this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import numpy as np

    from .judging.results import Result
    from .running.configurations import Configuration

DEFAULT = "numpy-f64"
FIXTURE = "pysces_config"


@dataclass(frozen=True)
class PyscesConfig:
    """A configuration and what evaluates kernels in it, each time in a process that has its flags."""

    configuration: Configuration

    @property
    def name(self) -> str:
        """Of the configuration, such as jax-cpu-f64."""
        return self.configuration.name

    @property
    def dtype(self) -> np.dtype:
        """Of its floats."""
        return self.configuration.dtype

    @property
    def eps(self) -> float:
        """The spacing of numbers at 1, to scale a tolerance by."""
        import numpy as np

        return float(np.finfo(self.dtype).eps)

    def evaluate(self, kernel: str, inputs: dict, grid: Any = None, settings: dict | None = None) -> dict:
        """Outputs of a registered kernel as NumPy arrays; inputs by their golden names."""
        from .kernels.catalogue import lookup
        from .registry import Case
        from .running import runner
        from .running.worker import Task

        wanted = {"outputs": tuple(lookup(kernel).outputs), **(settings or {})}
        answer = runner.run_configuration(self.configuration, {0: Task(kernel, Case("pytest", inputs, wanted, grid))})[
            0
        ]
        if answer.not_run:
            pytest.skip(f"{kernel} in {self.name}: {answer.not_run}")
        if answer.failed or answer.lacking:
            pytest.fail(
                f"{kernel} in {self.name}: {answer.failed or f'input or setting {answer.lacking!r} is missing'}"
            )
        return answer.outputs

    def verify(self, kernel: str) -> list[Result]:
        """Verdicts on a registered kernel's generated cases against live Fortran."""
        from .judging import plan, verify

        return verify.verify(plan.live_checks([kernel]), [self.configuration])


def pytest_addoption(parser: pytest.Parser) -> None:
    """--pysces-config."""
    group = parser.getgroup("pysces")
    group.addoption(
        "--pysces-config", action="append", metavar="C", help=f"a configuration of {FIXTURE} (repeatable; {DEFAULT})"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes pysces_config runs once in each configuration asked for."""
    if FIXTURE in metafunc.fixturenames:
        from .errors import BadInput
        from .running.configurations import configuration

        try:
            chosen = [configuration(name) for name in metafunc.config.getoption("--pysces-config") or [DEFAULT]]
        except BadInput as error:
            raise pytest.UsageError(f"--pysces-config: {error}") from None
        metafunc.parametrize(FIXTURE, chosen, indirect=True, ids=lambda c: c.name)


@pytest.fixture
def pysces_config(request: pytest.FixtureRequest) -> PyscesConfig:
    """One of the configurations that --pysces-config names; skipped where this machine lacks it."""
    if reason := request.param.missing():
        pytest.skip(f"{request.param.name}: {reason}")
    return PyscesConfig(request.param)
