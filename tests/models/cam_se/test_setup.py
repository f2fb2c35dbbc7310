"""What CAM-SE's setup makes of options: stability by the strongest level, energy under its own name."""

from __future__ import annotations

import numpy as np
import pytest

from pysces import cam_se
from pysces.config.presets import preset
from pysces.driver.request import levels_of_nlev
from pysces.models.cam_se.level_viscosities import chosen_del4
from pysces.models.cam_se.setup import CAM_SE
from pysces.vertical.coordinate import even_pressure

HIGH_TOP = "e3sm_l72"  # 10 Pa: the hyperviscosity of its upper levels is enhanced


def stable_substep(setup):
    """What the run prints as the longest stable substep of hyperviscosity [s]."""
    row = next(line for line in setup.report.splitlines() if line.startswith("hyperviscosity"))
    return float(row.split("stable to")[1].split()[0])


def test_steps_are_judged_by_the_strongest_level():
    """Of what the dycore applies, wherever it lies; forward Euler's limit goes with one over the coefficient."""
    setups = [CAM_SE.setup(cam_se(ne=4, levels=levels, nu=1e18)) for levels in (HIGH_TOP, "cam_l30")]
    applied = [s.dycore.dissipation for s in setups]
    high, low = (max(np.max(d.nu), np.max(d.nu_t), np.max(d.nu_div), d.nu_p) for d in applied)
    assert high > 1.3 * low
    assert stable_substep(setups[0]) * high == pytest.approx(stable_substep(setups[1]) * low, rel=1e-3)


def test_a_history_says_that_enthalpy_is_watched():
    setup = CAM_SE.setup(cam_se(ne=2))
    curves = {curve.name: curve for curve in CAM_SE.watch(setup.dycore, setup.state).curves()}
    assert "enthalpy" in curves["internal_energy"].long_name


@pytest.mark.parametrize("word, alg", [("vert_remap_u_alg", -9), ("vert_remap_q_alg", -40)])
def test_parabolas_of_fv3_on_fewer_than_four_layers_are_refused(word, alg):
    levels = {name: value for (_, name), value in levels_of_nlev(3).items()}
    tables = {"grid": {"ne": 2}, "vertical": levels, "dynamics": {"vert_remap_u_alg": 10, word: alg}}
    with pytest.raises(ValueError, match=rf"{word} = {alg} .* at least 4 layers, found 3; choose more levels"):
        CAM_SE.setup(preset("cam_se").with_table(tables))


def test_a_sponge_of_ones_own_stands_where_it_is_told():
    """Half of what is added at the top is left at the level; what is not told goes by model top, each by itself."""
    words = {"sponge_del4_lev": 6, "sponge_del4_nu_fac": 2.0, "sponge_del4_nu_div_fac": 5.0}
    usual = cam_se(ne=2, levels=HIGH_TOP, nu=1e17, nu_div=3e17, nu_p=1e17)
    ours = CAM_SE.setup(usual.with_options(**words)).dycore.dissipation
    assert ours.nu[5] == pytest.approx(0.5 * (1e17 + 2.0 * 1e17)) and ours.nu_div[5] == pytest.approx(0.5 * 8e17)
    by_top = CAM_SE.setup(usual).dycore.dissipation
    half = CAM_SE.setup(usual.with_options(sponge_del4_lev=4, sponge_del4_nu_fac=3.375)).dycore.dissipation
    np.testing.assert_array_equal(half.nu, by_top.nu)
    np.testing.assert_array_equal(half.nu_div, by_top.nu_div)
    with pytest.raises(ValueError, match="is below the lowest of 72 levels"):
        CAM_SE.setup(usual.with_options(sponge_del4_lev=73))


@pytest.mark.parametrize(("top", "nlev", "wanted"), [(50.0, 4, (4, 3.375, 3.375)), (0.05, 20, (20, 5.0, 10.0))])
def test_a_sponge_goes_by_the_model_top_and_needs_its_level(top, nlev, wanted):
    options = cam_se().viscosity
    assert chosen_del4(options, even_pressure(nlev, top / 1e5)) == wanted
    with pytest.raises(ValueError, match=f"by model top, is below the lowest of {nlev - 1} levels; .* or more levels"):
        chosen_del4(options, even_pressure(nlev - 1, top / 1e5))
