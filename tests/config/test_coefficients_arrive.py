"""Options that could stand in for one another, each with a number of its own: where they are in what is built."""

import numpy as np
import pytest
from config.option_values import BASE

from pysces.config.presets import preset
from pysces.driver.simulation import simulation

WIRED = {  # options that could stand in for one another, each another number and none its default
    "theta_l": {
        "nu": 1.1e15,
        "nu_div": 1.2e15,
        "nu_p": 1.3e15,
        "nu_s": 1.6e15,
        "nu_q": 1.4e15,
        "nu_top": 1.5e5,
        "hypervis_subcycle": 6,
        "hypervis_subcycle_tom": 7,
        "hypervis_subcycle_q": 5,
        "limiter_option": 4,
        "rsplit": 2,
        "qsplit": 3,
        "vert_remap_u_alg": 11,
        "vert_remap_q_alg": 1,
        "theta_advect_form": 0,
        "pgrad_correction": 0,
        "hv_theta_correction": 1,
        "dcmip16_mu": 1.1e3,
        "dcmip16_mu_s": 1.2e3,
        "dcmip16_mu_q": 1.3e3,
    },
    "cam_se": {
        "nu": 1.1e15,
        "nu_div": 1.2e15,
        "nu_p": 1.3e15,
        "nu_q": 1.4e15,
        "nu_top": 1.5e5,
        "hypervis_subcycle": 6,
        "hypervis_subcycle_tom": 7,
        "hypervis_subcycle_q": 5,
        "limiter_option": 4,
        "rsplit": 2,
        "qsplit": 3,
        "vert_remap_u_alg": -10,
        "vert_remap_q_alg": 2,
        "se_pgf_formulation": 2,
    },
}
HOMES = {  # where an option is found in the dycore, where not under its own name
    "vert_remap_u_alg": {"cam_se": "options.vert_remap_uvTq_alg"},
    "vert_remap_q_alg": {"cam_se": "options.vert_remap_tracer_alg"},
    "hypervis_subcycle_tom": {"cam_se": "hypervis_subcycle_sponge"},
    **{f"dcmip16_{name}": {"theta_l": name} for name in ("mu", "mu_s", "mu_q")},
}


@pytest.mark.parametrize("model", WIRED)
def test_every_coefficient_reaches_its_own_place(model):
    base = preset(model).with_table(BASE).with_options(tracers=True, **WIRED[model])
    host = simulation(base).host
    for word, value in WIRED[model].items():
        path = HOMES.get(word, {}).get(model, word).split(".")
        homes = (host.dissipation, host.transport, host.remap, host.equations, host, host.mixing)
        found = next(part for part in homes if hasattr(part, path[0]))
        for name in path:
            found = getattr(found, name)
        assert np.ravel(found)[-1] == value, word
