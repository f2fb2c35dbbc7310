"""The path of a GPU run, on CPU devices: the same code with another platform."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pysces_harness.golden import record as golden
from pysces_harness.registry import Case, Kernel
from pysces_harness.running import configurations, worker

from tests.daily import turn

ROOT = Path(__file__).resolve().parents[3]
NO_NETCDF4 = "import sys; sys.modules['netCDF4'] = sys.modules['pysces_reference'] = None; "


def test_a_second_run_with_other_bits_is_a_failure_before_anything_else():
    runs = iter([1.0, 1.0 + 1e-16, 1.0, 1.0 + 4e-16])

    def evaluate(kernel, inputs, grid, settings):
        return {"c": np.array([next(runs)])}

    kernel = Kernel("made_up", port=None, outputs={"c": "1"})
    task = worker.Task("made_up", Case("case", {}), twice=True)
    assert not worker.work(evaluate, kernel, task).failed
    assert "a second run" in worker.work(evaluate, kernel, task).failed


def test_a_platform_that_jax_has_not_is_a_reason():
    pytest.importorskip("jax")
    assert configurations.accelerator_missing("cpu") == ""
    assert configurations.accelerator_missing("no_such_platform").startswith("no GPU")


def test_records_read_without_netcdf4_are_the_same():
    pytest.importorskip("h5py")
    records = [golden.test_data() / name for name in ("homme/dss/discontinuous.nc", "homme/mesh/ne4_map2.nc")]
    records += sorted(golden.test_data().glob("homme/theta_l_run/*moist*.nc"))
    code = NO_NETCDF4 + "from pysces_harness.golden import record as golden; import pickle; "
    code += f"pickle.dump([golden.read(p) for p in {[str(p) for p in records]}], sys.stdout.buffer)"
    ours = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    for found, expected in zip(pickle.loads(ours.stdout), map(golden.read, records), strict=True):
        assert (found.settings, found.provenance) == (expected.settings, expected.provenance)
        for ours, theirs in ((found.inputs, expected.inputs), (found.outputs, expected.outputs)):
            assert list(ours) == list(theirs)
            for name, field in theirs.items():
                assert (ours[name].axes, ours[name].units) == (field.axes, field.units)
                assert np.array_equal(ours[name].values, field.values)


NOT_INSTALLED = """
from importlib import metadata

from tests.daily import turn
found = metadata.distribution

def distribution(name):
    if name == "pysces-dycore":
        raise metadata.PackageNotFoundError(name)
    return found(name)

metadata.distribution = distribution
"""


@turn(0, 2)
def test_the_command_for_an_accelerator_runs_from_a_plain_checkout(tmp_path):
    """No netCDF4, no Fortran, no rich, nothing installed: golden records, device named, taken by ``report``."""
    pytest.importorskip("jax")
    pytest.importorskip("h5py")
    missing = "dict.fromkeys(('netCDF4', 'pysces_reference', 'pysces_harness', 'rich', 'scipy'))"
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules.update({missing})\n{NOT_INSTALLED}")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    options = ["--platform", "cpu", "--json", str(tmp_path / "device.json"), "--kernel", "divergence_sphere", "--ne"]
    command = [sys.executable, str(ROOT / "ci" / "device_check.py"), *options]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "device.json").read_text())
    assert {row["configuration"] for row in rows} == {"jax-gpu-f64", "jax-gpu-f32"}
    assert all(row["verdict"] in ("BITWISE", "ROUNDOFF") and row["reference"] == "golden" for row in rows)
    devices = {row["provenance"]["device"] for row in rows}
    assert all("(cpu)" in device and "jax " in device and "driver" in device for device in devices)
    report = [sys.executable, "-m", "pysces_harness.cli", "report", str(tmp_path / "device.json")]
    assert subprocess.run(report, capture_output=True).returncode == 0


def test_the_runs_that_are_timed_are_what_they_are_called(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "ci")
    import device_timings

    made = {name: device_timings.wave(name, 2) for name in device_timings.RUNS}
    tracers = {name: 0 if s.tracer_mass is None else len(s.tracer_mass) for name, (_, s) in made.items()}
    assert [tracers[f"hydrostatic{more}"] for more in ("", ", 4 tracers", ", 10 tracers")] == [0, 4, 10]
    assert hasattr(made["nonhydrostatic"][1].dynamics, "w_i")
    assert hasattr(made["cam_se, 3 subcycles"][1].dynamics, "temperature")
    assert all((d.rsplit, d.qsplit) == (3, 1) for d, _ in made.values())
    assert [d.dissipation.hypervis_subcycle for d, _ in made.values()] == [2, 2, 2, 2, 3]
