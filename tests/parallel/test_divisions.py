"""No program divides by an array that it has spread over more axes, but by ``quotient``.

XLA makes x * (1 / y) of such a division, one ulp off, in the program of one device and not in that of several.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

jax = pytest.importorskip("jax")

sys.path.append(str(Path(__file__).parent))
from jax._src import source_info_util
from waves import MODELS

from pysces.arrays.compiler import quotient
from pysces.config.presets import preset
from pysces.models.registry import find_model

SPREAD = ("broadcast_in_dim", "reshape", "squeeze")


def spread_divisors(jaxpr) -> list[str]:
    """Shapes of the quotients whose divisor is an array that was spread over more axes, in all inner programs too."""
    found, made = [], {}
    for equation in jaxpr.eqns:
        made |= {id(out): equation for out in equation.outvars}
        if equation.primitive.name == "div" and _is_spread(equation, made):
            found.append(f"{equation.outvars[0].aval.str_short()} {source_info_util.summarize(equation.source_info)}")
        for inner in jax.tree.leaves(equation.params, is_leaf=lambda p: hasattr(p, "eqns")):
            found += spread_divisors(inner) if hasattr(inner, "eqns") else []
    return found


def _is_spread(division, made) -> bool:
    """Whether the divisor was made of an array of fewer elements than the quotient has, but for a number."""
    source, equation = division.invars[1], made.get(id(division.invars[1]))
    while equation is not None and equation.primitive.name in SPREAD:
        source = equation.invars[0]
        equation = made.get(id(source))
    return 1 < source.aval.size < division.outvars[0].aval.size


@pytest.mark.parametrize("model", MODELS)
def test_a_call_of_a_model_divides_by_nothing_that_was_spread(model):
    tables = {"case": {"tracers": True, "options": {"moist": True}}, "backend": {"name": "jax"}}
    setting = find_model(model).setup(preset(model).with_options(ne=2, nu_top=2.5e5).with_table(tables))
    state = setting.state.replace(tracer_mass=np.concatenate([setting.state.tracer_mass] * 2))
    jaxpr = jax.make_jaxpr(lambda d, s: d.step(s))(*jax.tree.map(jax.numpy.asarray, (setting.dycore, state)))
    assert spread_divisors(jaxpr) == []


def test_a_spread_divisor_is_found_unless_quotient_hides_it():
    x, y = np.ones((2, 3)), np.ones(3)
    inside = jax.jit(lambda x, y: x / y)
    assert len(spread_divisors(jax.make_jaxpr(lambda x, y: inside(x, y))(x, y))) == 1
    assert spread_divisors(jax.make_jaxpr(quotient)(x, y)) == []
    assert spread_divisors(jax.make_jaxpr(lambda x: x / 3.0)(x)) == []
