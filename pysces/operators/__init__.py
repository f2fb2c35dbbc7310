"""Horizontal operators: element-local derivatives, Laplacians, DSS and integrals."""

from .dss import dss, dss_wk
from .laplacians import (
    biharmonic_wk,
    laplace_sphere_wk,
    vbiharmonic_wk,
    vlaplace_sphere_wk_cartesian,
    vlaplace_sphere_wk_contra,
)
from .strong import curl_sphere, divergence_sphere, gradient_sphere, ugradv_sphere, vorticity_sphere
from .vectors import from_cartesian, to_cartesian
from .weak import (
    curl_sphere_wk_testcov,
    divergence_sphere_wk,
    gradient_sphere_wk_testcontra,
    gradient_sphere_wk_testcov,
)

__all__ = [
    "biharmonic_wk",
    "curl_sphere",
    "curl_sphere_wk_testcov",
    "divergence_sphere",
    "divergence_sphere_wk",
    "dss",
    "dss_wk",
    "from_cartesian",
    "gradient_sphere",
    "gradient_sphere_wk_testcontra",
    "gradient_sphere_wk_testcov",
    "laplace_sphere_wk",
    "to_cartesian",
    "ugradv_sphere",
    "vbiharmonic_wk",
    "vlaplace_sphere_wk_cartesian",
    "vlaplace_sphere_wk_contra",
    "vorticity_sphere",
]
