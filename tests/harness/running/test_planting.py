"""What a port makes of planted defects: judged outputs, a refusal, or a crash, which proves nothing."""

import numpy as np
import pytest
from pysces_harness.errors import BadInput
from pysces_harness.foreign import verify_port
from pysces_harness.judging import detection
from pysces_harness.judging.compare import DIFFERENT, VACUOUS
from pysces_harness.kernels.catalogue import registry
from pysces_harness.registry import Case
from pysces_harness.running import planting
from pysces_harness.running.mutate import Defect

KERNEL = "divergence_sphere"
RADIUS = Defect("coefficient", 1e-8, "settings.a")


def _raises(error):
    raise error


def sown(port, *defects):
    case = Case("x", {"q": np.ones(3)}, {"a": 1.0})
    evaluate = lambda kernel, x, grid, settings: {"q": port(x["q"], settings["a"])}  # noqa: E731
    before = evaluate(None, case.inputs, None, case.settings)
    return planting.sow(evaluate, registry()["dss"], case, defects or (RADIUS,), before)


def test_outputs_refusals_and_crashes_are_kept_apart():
    assert set(sown(lambda q, a: a * q).outputs) == {RADIUS}
    for refusal in (BadInput("a must be 1"), NotImplementedError("a must be 1"), ValueError("a must be 1")):
        found = sown(lambda q, a, refusal=refusal: q if a == 1.0 else _raises(refusal))
        assert "a must be 1" in found.refused[RADIUS] and not found.outputs and not found.crashed
    for crash in (lambda q: q[5], lambda q: q + np.ones(4), lambda q: _raises(RuntimeError("?"))):
        found = sown(lambda q, a, crash=crash: q if a == 1.0 else crash(q))
        assert set(found.crashed) == {RADIUS} and not found.outputs and not found.refused


def test_a_port_that_a_defect_leaves_broken_fails():
    calls = iter(range(9))
    with pytest.raises(BadInput, match="no longer gives its earlier bits"):
        sown(lambda q, a: q if next(calls) == 0 else _raises(RuntimeError("?")))


@pytest.fixture(scope="module")
def own():
    pytest.importorskip("pysces_reference")
    return registry()[KERNEL].port


def _given(own, error):
    """A port that holds the mesh that it was given first for the only one."""
    first = []

    def port(x, grid, settings):
        first.append(grid.derivative_matrix) if not first else None
        return own(x, grid, settings) if np.array_equal(grid.derivative_matrix, first[0]) else _raises(error)

    return port


def test_a_port_that_crashes_on_all_that_is_changed_proves_nothing(own):
    found = verify_port(KERNEL, _given(own, RuntimeError("boom")), mutation=True)
    assert found and {r.verdict for r in found} == {VACUOUS}
    assert all("ended the port, which proves nothing: RuntimeError: boom" in r.reason for r in found)
    assert all(r.smallest_detected["coefficient"] is None for r in found)
    assert any("ends the port: RuntimeError: boom" in said for said in detection.weaknesses(found))


def test_a_refusal_is_no_size_that_a_check_notices(own):
    found = verify_port(KERNEL, _given(own, ValueError("another mesh")), mutation=True)
    assert found and all(r.ok and "coefficient" not in r.smallest_detected for r in found)
    assert all("another mesh" in r.refused["coefficient grid.derivative_matrix 1e-15"] for r in found)
    assert all(r.smallest_detected["bad_point"] for r in found)


def test_a_port_that_runs_once_fails(own):
    calls = iter(range(1000))
    once = lambda x, grid, settings: own(x, grid, settings) if next(calls) == 0 else _raises(RuntimeError("?"))  # noqa: E731
    found = verify_port(KERNEL, once)
    assert all(r.verdict == DIFFERENT for r in found) and "no longer gives its earlier bits" in found[0].reason
