"""Somebody else's port: the example agrees with Fortran, the same example with a fault planted in it does not."""

import runpy
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.errors import BadInput
from pysces_harness.foreign import verify_port
from pysces_harness.golden import record as golden
from pysces_harness.judging.compare import DIFFERENT, ROUNDOFF

pytest.importorskip("pysces_reference")
EXAMPLES = Path(__file__).parents[2] / "examples"
my_gradient = runpy.run_path(str(EXAMPLES / "foreign_port.py"))["my_gradient"]
RECORDS = golden.test_data() / "homme" / "gradient_sphere"


def swapped_axes(x, grid, settings):
    return my_gradient({"s": x["s"].swapaxes(1, 2)}, grid, settings)


def transposed_matrix(x, grid, settings):
    return my_gradient(x, grid.replace(derivative_matrix=grid.derivative_matrix.T), settings)


def short_radius(x, grid, settings):
    return my_gradient(x, grid.replace(radius=grid.radius * (1 - 1e-13)), settings)


def no_metric_term(x, grid, settings):
    diagonal = np.eye(2).reshape(2, 2, 1, 1, 1, 1)
    return my_gradient(x, grid.replace(sphere_to_contra=grid.sphere_to_contra * diagonal), settings)


def single_constant(x, grid, settings):
    return my_gradient(x, grid.replace(derivative_matrix=grid.derivative_matrix.astype(np.float32)), settings)


FAULTS = [swapped_axes, transposed_matrix, short_radius, no_metric_term, single_constant]


def test_the_example_agrees_with_live_fortran_and_with_homme():
    found = verify_port("gradient_sphere", my_gradient) + verify_port("gradient_sphere", my_gradient, records=[RECORDS])
    assert [r.reference for r in found] == ["r8_strict"] * 3 + ["golden"] * 3
    assert all(r.verdict == ROUNDOFF and r.configuration == "foreign-f64" for r in found), [asdict(r) for r in found]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_a_fault_in_it_is_caught(fault):
    found = verify_port("gradient_sphere", fault)
    assert len(found) == 3 and all(r.verdict == DIFFERENT for r in found)


def test_a_radius_short_by_1e_13_is_caught_on_homme_s_numbers():
    found = verify_port("gradient_sphere", short_radius, records=[RECORDS])
    assert len(found) == 3 and all(r.verdict == DIFFERENT for r in found)


def test_single_precision_is_judged_by_single_precision_fortran():
    (smooth, rough, patch) = verify_port("gradient_sphere", my_gradient, precision=32)
    assert smooth.verdict == rough.verdict == patch.verdict == ROUNDOFF and smooth.reference == "r4_strict"


def test_a_port_that_stops_or_returns_other_names_is_different():
    def stops(x, grid, settings):
        raise ZeroDivisionError("of my own")

    assert "of my own" in verify_port("gradient_sphere", stops)[0].reason
    found = verify_port("gradient_sphere", lambda x, g, s: {"grad": x["s"]})[0]
    assert found.verdict == DIFFERENT and found.reason == "The port returned 'grad', but gradient_sphere has 'ds'."


@pytest.mark.parametrize(("name", "status"), [("my_gradient", 0), ("my_wrong_gradient", 1)])
def test_the_command_line_judges_a_function_by_its_name(name, status, tmp_path, monkeypatch):
    source = (EXAMPLES / "foreign_port.py").read_text()
    wrong = source.split("def ")[1].replace("my_gradient", "my_wrong_gradient").replace("+ to_sphere", "- to_sphere")
    (tmp_path / "my_port.py").write_text(source.split("if __name__")[0] + "\n\ndef " + wrong.split("if __name__")[0])
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "my_port", raising=False)
    assert cli.main(["run", "gradient_sphere", "--port", f"my_port:{name}"]) == status


@pytest.mark.parametrize(
    "words",
    [
        ["run", "gradient_sphere", "--port", "no_such_module:f"],
        ["run", "gradient_sphere", "--port", "math:no_such_function"],
        ["run", "gradient_sphere", "--port", "math:pi"],
        ["run", "gradient_sphere", "--port", "math:sin", "--precision", "16"],
        ["run", "gradient_sphere", "curl_sphere", "--port", "math:sin"],
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_sentence(words, capsys):
    assert cli.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_kernel_without_records_is_refused():
    with pytest.raises(BadInput, match="record"):
        verify_port("curl_sphere", my_gradient, records=[RECORDS])
