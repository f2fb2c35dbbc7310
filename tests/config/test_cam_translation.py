"""What CAM's words become."""

from pathlib import Path

from pysces.config.namelists import read_namelist


def test_cams_physics_step_is_that_many_dynamics_steps(tmp_path):
    """nsplit remaps of rsplit tracer steps of qsplit dynamics steps each, as CAM-SE divides dtime."""
    file = tmp_path / "atm_in"
    file.write_text(
        "&dyn_se_inparm\n se_ne = 2, se_nsplit = 2, se_rsplit = 3, se_qsplit = 5\n/\n&cam_inparm\n dtime = 1800\n/\n"
        "&analytic_ic_nl\n analytic_ic_type = 'held_suarez_1994'\n/\n"
    )
    time = read_namelist(file)[0].time
    assert (time.tstep, time.rsplit, time.qsplit) == (1800.0 / 30.0, 3, 5)


def test_each_word_of_the_sponge_is_its_own():
    v = read_namelist(Path(__file__).parent / "namelists" / "cam_sponge.nl")[0].viscosity
    assert (v.sponge_del4_lev, v.sponge_del4_nu_fac, v.sponge_del4_nu_div_fac) == (3, 3.375, 4.5)
