"""Gases, condensates and planets have the very numbers that CAM-SE and HOMME wrote into their records."""

import numpy as np
import pytest

from pysces.arrays.fields import to_record
from pysces.constants import CAM, E3SM
from pysces.thermodynamics.species import active_species, molecular_constants
from tests import records

WITH_SPECIES = [("cam_se_step", "moist_wave"), ("moist_thermodynamics", "waccmx_composition")]
STATED = "thermodynamic_active_species_"


LAST_BIT = 3e-16  # CAM multiplies powers of ten apart


@pytest.mark.parametrize(("kernel", "name"), WITH_SPECIES)
def test_active_species_are_those_of_cam(kernel, name):
    said = records.case(kernel, name).settings
    air = active_species(said[f"{STATED}name"][1:])
    np.testing.assert_allclose([air.cp_base, *air.cp], said[f"{STATED}cp"], rtol=LAST_BIT)
    np.testing.assert_allclose([air.R_base, *air.R], said[f"{STATED}R"], rtol=LAST_BIT)


def test_molecular_constants_of_gases_are_those_of_cam():
    said = records.case("moist_thermodynamics", "waccmx_composition").settings
    gases = ["N2", *said[f"{STATED}name"][1 : said["dry_air_species_num"] + 1]]
    molar_mass, viscosity, conductivity = np.transpose([molecular_constants(gas) for gas in gases])
    np.testing.assert_allclose(viscosity, said[f"{STATED}kv"], rtol=LAST_BIT)
    np.testing.assert_allclose(conductivity, said[f"{STATED}kc"], rtol=LAST_BIT)
    np.testing.assert_allclose(1.0 / molar_mass, said[f"{STATED}mwi"], rtol=LAST_BIT)


@pytest.mark.parametrize(
    ("constants", "model", "kernel", "name", "unsaid"),
    [
        (CAM, "cam", "cam_se_step", "moist_wave", []),
        (E3SM, "homme", "theta_l_run", "ne4_hydrostatic", ["Cpwater_vapor"]),
    ],
)
def test_every_constant_that_a_model_states_is_ours(constants, model, kernel, name, unsaid):
    said, ours = records.case(kernel, name).settings, to_record(constants, model)
    assert [constant for constant in ours if constant not in said] == unsaid
    assert {name: value for name, value in ours.items() if name not in unsaid} == {
        n: said[n] for n in ours if n in said
    }
