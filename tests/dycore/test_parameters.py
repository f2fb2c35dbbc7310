"""A dycore with other numbers is the one that a set-up makes of them, leaf by leaf, and what cannot be is refused."""

from dataclasses import replace

import numpy as np
import pytest

from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.dycore.parameters import parameters_of, with_parameters
from pysces.models.model import world
from pysces.models.registry import find_model
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES
from pysces.vertical.coordinate import coordinate_from_interfaces

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 5, "eta_top": 0.0005}}}
OF_MODEL = {
    "theta_l": {
        "viscosity": {"nu_top": 1e4, "hypervis_subcycle_tom": 1, "hv_theta_correction": 1},
        "physics": {"suite": "held_suarez"},
    },
    "theta_l nonhydrostatic": {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"tstep_type": 9}},
    "cam_se": {"physics": {"suite": "kessler_reed_jablonowski"}},
    "shallow_water": {"case": {"name": "williamson5"}},
}
FACTORS = {"omega": 1.1, "radius": 0.9, "R_dry": 1.01, "cp": 0.99, "gravity": 1.02, "p0": 1.001}


@pytest.fixture(scope="module", params=list(OF_MODEL))
def made(request):
    """(model, configuration, its set-up)"""
    name = request.param.split()[0]
    config = preset(name).with_options(ne=2, tstep=100.0, nu=1e17, hypervis_subcycle=2)
    config = config.with_table(OF_MODEL[request.param])
    if name != "shallow_water":
        config = config.with_table(LEVELS)
    model = find_model(name)
    return model, config, model.setup(config)


def far(one, other):
    """The largest difference of two trees, leaf by leaf, over the leaf's own size."""
    pairs = list(zip(tree_leaves(one), tree_leaves(other), strict=True))
    return max(
        np.abs(np.subtract(a, b)).max() / (np.abs(b).max() or 1.0) for a, b in pairs if np.asarray(a).dtype.kind == "f"
    )


def test_numbers_given_as_they_are_leave_every_bit(made):
    dycore = made[2].dycore
    same = with_parameters(dycore, **parameters_of(dycore))
    assert all(np.array_equal(a, b) for a, b in zip(tree_leaves(dycore), tree_leaves(same), strict=True))


@pytest.mark.parametrize("name", FACTORS)
def test_a_changed_constant_makes_what_a_set_up_with_it_makes(made, name):
    model, config, setup = made
    numbers = parameters_of(setup.dycore)
    if name not in numbers:
        with pytest.raises(ValueError, match=f"{name} is not a parameter of this run"):
            with_parameters(setup.dycore, **{name: 1.0})
        return
    changed = {name: FACTORS[name] * numbers[name]}
    planet = setup.where.constants.replace(**changed)
    where = world(config, planet) if model.name != "shallow_water" else None
    if where is None:
        config, where = config.with_options(**{"rearth" if name == "radius" else name: changed[name]}), None
    elif name == "p0":
        where = replace(where, coordinate=where.coordinate.replace(p0=planet.p0))
    ours, theirs = with_parameters(setup.dycore, **changed), model.setup(config, where).dycore
    theirs = with_parameters(theirs, phis=numbers["phis"])  # a set-up's mountain and start follow its planet
    assert far(ours, theirs) < 1e-12


def test_changed_levels_make_what_a_set_up_with_them_makes(made):
    model, config, setup = made
    coordinate = setup.where.coordinate
    if coordinate is None:
        return
    a, b = coordinate.hyai, coordinate.hybi
    a, b = a * (1.0 + 0.05 * (1.0 - a)), b + 0.1 * b * (1.0 - b)
    levels = coordinate_from_interfaces(a, b, p0=coordinate.p0)
    theirs = model.setup(config, replace(world(config, setup.where.constants), coordinate=levels)).dycore
    assert far(with_parameters(setup.dycore, hyai=a, hybi=b), theirs) < 1e-12


def test_what_cannot_be_is_refused_in_a_sentence(made):
    dycore = made[2].dycore
    for changes, said in (
        ({"kappa": 0.3}, "R_dry / cp; change one"),
        ({"nu": 1e25}, r"nu = 1e\+25 is unstable in the 2 substep"),
        ({"rotation": 1.0}, "is not a parameter of this run"),
    ):
        with pytest.raises(ValueError, match=said):
            with_parameters(dycore, **changes)
    with pytest.raises(ValueError, match=r"nu = 1e\+25 is unstable"):
        dycore.replace(dissipation=dycore.dissipation.replace(nu=1e25 + 0.0 * dycore.dissipation.nu))


def test_half_a_change_is_refused(made):
    dycore = made[2].dycore
    equations, constants = dycore.equations, dycore.equations.constants
    with pytest.raises(ValueError, match=r"equations\.constants was replaced"):
        dycore.replace(equations=equations.replace(constants=constants.replace(omega=1e-4)))
    with pytest.raises(ValueError, match=r"equations\.phis was replaced"):
        dycore.replace(equations=equations.replace(phis=equations.phis + 1.0))
    with pytest.raises(ValueError, match=r"grid\.radius was replaced"):
        dycore.replace(grid=dycore.grid.replace(radius=1.0))
    assert dycore.replace(equations=equations.replace(constants=constants)).dt == dycore.dt


def test_fast_terms_and_the_scheme_that_steps_them_go_together(made):
    dycore = made[2].dycore
    if not hasattr(dycore.equations, "fast_terms"):
        pytest.skip("has no fast terms")
    with pytest.raises(ValueError, match=r"the tendency has them, and the scheme solves for them too; replace both"):
        dycore.replace(equations=dycore.equations.replace(fast_terms=True))
    with pytest.raises(ValueError, match=r"neither of the two steps them; replace both"):
        dycore.replace(scheme=HOMME_TSTEP_TYPES[5])
    both = dycore.replace(equations=dycore.equations.replace(fast_terms=True), scheme=HOMME_TSTEP_TYPES[5])
    assert both.scheme is HOMME_TSTEP_TYPES[5]


def test_half_a_slope_is_refused(made):
    equations = made[2].dycore.equations
    if hasattr(equations, "gradphis"):
        with pytest.raises(ValueError, match=r"equations\.gradphis was replaced"):
            made[2].dycore.replace(equations=equations.replace(gradphis=equations.gradphis + 1.0))
