"""A DIFFERENT of somebody else's port says what it looks like: a mistake planted in a port is the one that is named."""

import numpy as np
import pytest
from pysces_harness.foreign import verify_port
from pysces_harness.judging.compare import DIFFERENT
from pysces_harness.kernels.catalogue import registry

pytest.importorskip("pysces_reference")
EYE = np.eye(2).reshape(2, 2, 1, 1, 1, 1)


def ours(kernel, x, grid, settings):
    return registry()[kernel].port(x, grid, settings)


def undamped_north(x, grid, settings):
    """Half of the damping of solid-body rotation northward, where there is any."""
    full, none = (
        ours("vlaplace_sphere_wk", x, grid, s)["laplace"] for s in (settings, {**settings, "undamprrcart": True})
    )
    return {"laplace": none + np.array([1.0, 0.5]).reshape(2, 1, 1, 1, 1) * (full - none)}


def rounded(x, grid, settings):
    """A gradient that was kept in single precision."""
    return {"ds": ours("gradient_sphere", x, grid, settings)["ds"].astype(np.float32).astype(float)}


PLANTED = {
    "every number has the digits of single precision alone": ("gradient_sphere", rounded),
    "the sign of the field is reversed": (
        "gradient_sphere",
        lambda x, g, s: {"ds": -ours("gradient_sphere", x, g, s)["ds"]},
    ),
    "it is as if the derivative matrix were transposed": (
        "curl_sphere",
        lambda x, g, s: ours("curl_sphere", x, g.replace(derivative_matrix=g.derivative_matrix.T), s),
    ),
    "it is as if the metric terms off the diagonal were missing": (
        "gradient_sphere",
        lambda x, g, s: ours("gradient_sphere", x, g.replace(sphere_to_contra=g.sphere_to_contra * EYE), s),
    ),
    "it is as if the jacobian (metdet) were missing": (
        "divergence_sphere",
        lambda x, g, s: ours(
            "divergence_sphere", x, g.replace(jacobian=g.jacobian**0, inverse_jacobian=g.jacobian**0), s
        ),
    ),
    "it is as if v had its northward component first": (
        "divergence_sphere",
        lambda x, g, s: ours("divergence_sphere", {"v": x["v"][::-1]}, g, s),
    ),
    "v: it is as if the Coriolis parameter had the other sign": (
        "theta_l_hydrostatic_tendency",
        lambda x, g, s: ours("theta_l_hydrostatic_tendency", x, g.replace(coriolis_parameter=-g.coriolis_parameter), s),
    ),
    "it is as if nu_ratio were 1": (
        "vlaplace_sphere_wk",
        lambda x, g, s: ours("vlaplace_sphere_wk", x, g, {**s, "nu_ratio": 1.0}),
    ),
    "in the northward component the difference is 0.5 times the one there would be if undamprrcart were True": (
        "vlaplace_sphere_wk",
        undamped_north,
    ),
    "as if p0 (100000) were 1 +1e-05 times what it is": (
        "phi_from_eos",
        lambda x, g, s: ours("phi_from_eos", x, g, {**s, "p0": s["p0"] * (1 + 1e-5)}),
    ),
}


@pytest.mark.parametrize("words", PLANTED)
def test_the_mistake_that_was_made_is_named(words):
    kernel, port = PLANTED[words]
    wrong = [r for r in verify_port(kernel, port, cases=["rough*", "thin_layers"]) if r.verdict == DIFFERENT]
    assert wrong and all(words in r.reason for r in wrong), [r.reason for r in wrong]


def test_a_difference_of_no_known_kind_is_given_no_name():
    rng = np.random.default_rng(3)
    noise = lambda x, g, s: {"ds": rng.normal(size=(2, *x["s"].shape))}  # noqa: E731
    assert all("looks like" not in r.reason for r in verify_port("gradient_sphere", noise))
