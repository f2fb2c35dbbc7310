"""Every form of hyperviscosity through `pysces run` on a stretched mesh: chosen, said, and at work."""

import pytest

pytest.importorskip("netCDF4")

from pysces.driver.cli import main
from pysces.io.mesh_writer import write_exodus
from pysces.io.restart import read_restart
from pysces.mesh.made import stretched_mesh

SHORT = ["run", "--mesh", "mesh.g", "--case", "topographic_wave", "--nlev", "6", "--set", "case.options.across=30.0"]
SPONGE = ["viscosity.nu_top=1e-6", "viscosity.hypervis_subcycle_tom=1", "viscosity.laplace_scaling=2.0"]
TENSOR = "viscosity.hypervis_scaling=3.0"
FORMS = {
    "theta_l tensor": ["nu = 3.4e-08 s-1: E3SM's for hypervis_scaling = 3", "theta_l", TENSOR],
    "theta_l tensors": ["nu = 3.4e-08 s-1: E3SM's for hypervis_scaling = 3", "theta_l", TENSOR, *SPONGE],
    "theta_l constant": ["CAM-SE's for the mesh's finest spacing of ", "theta_l"],
    "cam_se tensor": ["s-1: CAM-SE's for its widest spacing of ", "cam_se", TENSOR, "viscosity.hypervis_subcycle=-1"],
    "cam_se variable": [
        "m4 s-1: CAM-SE's for fine_ne = 4",
        "cam_se",
        *("viscosity.hypervis_power=3.2", "viscosity.fine_ne=4", "viscosity.max_hypervis_courant=1.9"),
    ],
}


@pytest.fixture
def mesh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_exodus("mesh.g", *stretched_mesh(2, 2.0, 45.0, 106.0), "ne2 stretched by 2")


@pytest.mark.parametrize("form", FORMS)
def test_each_form_runs_says_its_rule_and_resumes(form, mesh, capsys):
    """The restart keeps the step that was chosen, so that the same words go on with it."""
    rule, model, *sets = FORMS[form]
    words = [*SHORT, "--model", model, *(w for s in (*sets, "time.tstep=0.0") for w in ("--set", s))]
    assert main([*words, "--set", "time.nmax=3", "--output", "wave.nc"]) == 0
    said = capsys.readouterr().out
    assert rule in said and ("sponge" in said) == (model == "cam_se" or "tensors" in form)
    assert 0 < read_restart("wave.restart.nc").config["time"]["tstep"] <= 600.0
    assert main([*words, "--set", "time.nmax=6", "--output", "wave.nc", "--resume", "wave.restart.nc"]) == 0


def test_what_does_not_fit_is_refused_in_a_sentence(mesh, capsys):
    """Nothing is chosen for a spacing that nobody named, nor a viscosity of two kinds."""
    assert main([*SHORT, "--model", "cam_se", "--set", "viscosity.hypervis_power=3.2"]) == 2
    assert "give nu, or fine_ne." in capsys.readouterr().err
    both = ["--set", "viscosity.hypervis_power=3.2", "--set", "viscosity.hypervis_scaling=3.2"]
    assert main([*SHORT, "--model", "cam_se", *both]) == 2
    assert "give one only." in capsys.readouterr().err
