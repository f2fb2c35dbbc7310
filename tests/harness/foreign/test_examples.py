"""The foreign ports of examples/: the small NumPy core holds from end to end; pySEs is judged where it is installed.

pySEs is somebody else's and changes: what is asserted of it is what must be so in any version, and that the harness
names the mistakes that version 0.1.3.3 has.
"""

import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import pytest
from pysces_harness.foreign import verify_port
from pysces_harness.foreign.page import page
from pysces_harness.judging.compare import BITWISE, DIFFERENT, NOT_OFFERED, ROUNDOFF

pytest.importorskip("pysces_reference")
FOLDER = Path(__file__).parents[3] / "examples" / "foreign_ports"


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_core_of_less_than_sixty_lines_holds_everywhere():
    core = loaded("numpy_core")
    lines = [line for line in (FOLDER / "numpy_core.py").read_text().splitlines() if line.strip()]
    found = [r for kernel, port in core.PORTS.items() for r in verify_port(kernel, port)]
    assert len(lines) < 60 and len(core.PORTS) >= 7
    assert {r.verdict for r in found} <= {BITWISE, ROUNDOFF}, [(r.kernel, r.reason) for r in found if not r.ok]


def test_a_page_says_what_agrees_what_differs_and_what_is_lacking():
    core = loaded("numpy_core")
    port = lambda x, grid, settings: {"s": -core.dss(x["s"], grid)}  # noqa: E731
    text = page(verify_port("dss", port), "numpy_core:PORTS", "", {"dss": "read here."})
    assert "| Fortran | rough |" in text and "s: the sign of the field is reversed" in text
    assert "not from the harness: read here." in text and "outputs of `dss` that it does not return: v, s_sum" in text


@pytest.fixture(scope="module")
def pyses():
    pytest.importorskip("pyses", reason="pySEs is not installed: pip install --no-deps pyses frozendict")
    return loaded("pyses_port")


@pytest.mark.parametrize("kernel", ["gradient_sphere", "divergence_sphere", "vorticity_sphere", "eos_hydrostatic"])
def test_what_pyses_has_right_is_found_right(pyses, kernel):
    assert all(r.ok and r.verdict != NOT_OFFERED for r in verify_port(kernel, pyses.PORTS[kernel]))


@pytest.mark.parametrize(
    ("kernel", "case", "words"),
    [
        ("laplace_sphere_wk", "smooth_tensor", "it is as if tensorVisc had its rows and columns for north first"),
        (
            "vlaplace_sphere_wk",
            "rough",
            "in the northward component the difference is 0.5 times the one there would be",
        ),
    ],
)
def test_what_pyses_0_1_3_3_has_wrong_is_named(pyses, kernel, case, words):
    if importlib.metadata.version("pyses") != "0.1.3.3":
        pytest.skip("another version of pySEs than the one whose mistakes are known")
    (found,) = verify_port(kernel, pyses.PORTS[kernel], cases=[case])
    assert found.verdict == DIFFERENT and words in found.reason
