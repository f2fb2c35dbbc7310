"""What -1 stands for among theta-l's coefficients."""

import pytest

from pysces.config.presets import homme
from pysces.models.theta_l.chosen_viscosity import same_as_nu


@pytest.mark.parametrize(("rsplit", "nu_p"), [(3, 1e17), (0, 0.0)])
def test_layers_that_are_fixed_are_not_damped_by_themselves(rsplit, nu_p):
    """HOMME: namelist_mod, nu_p < 0 is nu, but 0 where rsplit is 0."""
    config = homme(ne=4).with_table({"viscosity": {"nu": 1e17}, "time": {"rsplit": rsplit, "qsplit": 3}})
    v = same_as_nu(config)
    assert (v.nu_p, v.nu_div, v.nu_s, v.nu_q) == (nu_p, 1e17, 1e17, 1e17)
