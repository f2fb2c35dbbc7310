"""``explain`` says what a kernel is given and returns; what it prints of the numbers is what Fortran computes."""

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.foreign.explain import explained
from pysces_harness.kernels.catalogue import registry

pytest.importorskip("pysces_reference")


def numbers(lines, head):
    """The rows of numbers under the line that begins so."""
    start = next(n for n, line in enumerate(lines) if line.strip().startswith(head)) + 1
    rows = []
    for line in lines[start:]:
        try:
            rows.append([float(word) for word in line.split()])
        except ValueError:
            break
    return np.array([row for row in rows if row])


def test_an_operator_is_explained_with_its_numbers(capsys):
    assert cli.main(["explain", "gradient_sphere"]) == 0
    lines = capsys.readouterr().out.splitlines()
    text = "\n".join(lines)
    case = registry()["gradient_sphere"].cases()[0]
    ds = registry()["gradient_sphere"].port(case.inputs, case.grid, {})["ds"]
    np.testing.assert_allclose(numbers(lines, "ds[0, 0, :, :, 0]"), ds[0, 0, :, :, 0], rtol=1e-6)
    np.testing.assert_allclose(numbers(lines, "s[0, :, :, 0]"), case.inputs["s"][0, :, :, 0], rtol=1e-6)
    assert "s  [1]  (elem, i, j, lev) = (54, 4, 4, 3)" in text
    assert "ds  [m-1]  (component, elem, i, j, lev) = (2, 54, 4, 4, 3)" in text
    assert "right-handed" in text and "(eastward, northward)" in text and "0 at the top" in text
    assert "pysces-verify run gradient_sphere --port" in text


def test_the_port_that_it_prints_is_python_with_every_name():
    lines = list(explained("eos_nonhydrostatic"))
    start = next(n for n, line in enumerate(lines) if line.startswith("    def "))
    names = {}
    exec("\n".join(line[4:] for line in lines[start : start + 8] if line.startswith("    ")), names)
    x = dict.fromkeys(("hyai", "hybi", "vtheta_dp", "dp3d", "phinh_i"))
    with pytest.raises(NameError, match="pnh"):  # the only thing left to write
        names["eos_nonhydrostatic"](x, None, {})


@pytest.mark.parametrize("kernel", ["remap1", "tracer_limiter", "cam_se_tendency", "moist_thermodynamics"])
def test_every_kind_of_kernel_has_units_and_an_example(kernel):
    text = "\n".join(explained(kernel))
    assert "[?]" not in text and "Example: case" in text and "conventions" in text


@pytest.mark.parametrize("words", [["explain"], ["explain", "gradient_spher"], ["explain", "dss", "--json", "x.json"]])
def test_what_cannot_be_explained_is_one_sentence(words, capsys):
    assert cli.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1
