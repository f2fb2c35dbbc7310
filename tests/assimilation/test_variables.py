"""There and back: fields of a state and the state of fields, for every model; what has no such fields is refused."""

import numpy as np
import pytest

jnp = pytest.importorskip("jax.numpy")

from pysces.arrays.backend import Backend, to_numpy
from pysces.arrays.pytree import tree_leaves
from pysces.assimilation.observations import column_vapor
from pysces.assimilation.variables import change_of_variables
from pysces.config.presets import preset
from pysces.models.registry import find_model
from pysces.models.theta_l.on_file import theta_l_air

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 5, "eta_top": 0.05}}}
MOIST = {"case": {"name": "baroclinic_wave", "options": {"moist": True}}}


def start(model, table):
    """Dycore and state of a model at ne2, on jax."""
    made = find_model(model).setup(preset(model).with_options(ne=2).with_table(table))
    return (Backend("jax").asarray(x) for x in (made.dycore, made.state))


AIR = {
    "dry theta_l": ("theta_l", LEVELS),
    "moist theta_l": ("theta_l", LEVELS | {"case": MOIST["case"] | {"tracers": True}}),
    "moist cam_se": ("cam_se", LEVELS | {"case": MOIST["case"] | {"options": {}}}),
    "dry theta_l with tracers": ("theta_l", LEVELS | {"case": MOIST["case"] | {"tracers": True, "moisture": False}}),
    "shallow_water": ("shallow_water", {"case": {"name": "galewsky"}}),
}


@pytest.mark.parametrize("which", AIR)
def test_state_of_the_fields_of_a_state_is_that_state(which):
    dycore, state = start(*AIR[which])
    variables = change_of_variables(dycore)
    back = variables.state(variables.fields(state), state)
    for one, other in zip(tree_leaves(back), tree_leaves(state)):
        assert np.abs(one - other).max() <= 1e-13 * np.abs(other).max()


@pytest.mark.parametrize("which", ["moist theta_l", "moist cam_se"])
def test_fields_of_the_state_of_changed_fields_are_those_fields(which):
    """Surface pressure, temperature, wind and vapor are changed by themselves; each is found again."""
    dycore, state = start(*AIR[which])
    variables = change_of_variables(dycore)
    fields = variables.fields(state)
    assert float(fields.ps.min()) > 9e4 and 180.0 < float(fields.temperature.min()) < 250.0
    changed = fields.replace(
        wind=fields.wind + 1.0,
        temperature=fields.temperature * 1.01,
        ps=fields.ps + 300.0 * jnp.sin(dycore.grid.lon),
        vapor=fields.vapor + 1e-3,
    )
    found = variables.fields(variables.state(changed, state))
    for name in ("wind", "temperature", "ps", "vapor"):
        one, other = getattr(found, name), getattr(changed, name)
        assert np.abs(one - other).max() <= 1e-13 * np.abs(other).max(), name


def test_a_first_tracer_that_is_no_vapor_leaves_temperature_alone():
    """[case] moisture = false: temperature is that of the same state without tracers, in a file too."""
    dycore, state = start(*AIR["dry theta_l with tracers"])
    assert float(state.tracer_mass[0].max()) > 0.0
    fields = change_of_variables(dycore).fields(state)
    dry = change_of_variables(dycore).fields(state.replace(tracer_mass=None))
    assert fields.vapor is None and np.array_equal(fields.temperature, dry.temperature)
    host, on_host = to_numpy((dycore.equations, state))
    one, other = (
        theta_l_air(host, s, names) for s, names in ((on_host, ("Q",)), (on_host.replace(tracer_mass=None), ()))
    )
    assert np.array_equal(one.temperature, other.temperature)
    with pytest.raises(ValueError, match="no water vapor to observe"):
        column_vapor(state, dycore)


def test_leapfrogs_and_other_models_are_refused():
    dycore, state = start("shallow_water", {"case": {"name": "galewsky"}, "time": {"integration": "explicit"}})
    with pytest.raises(ValueError, match="leapfrogs"):
        change_of_variables(dycore).fields(state)
    with pytest.raises(ValueError, match="cannot be assimilated"):
        change_of_variables(dycore.replace(equations=None))
