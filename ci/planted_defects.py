"""Defects planted by hand into copies of pysces: who catches each, and where ``pysces-verify locate`` finds it.

    python ci/planted_defects.py              # all of them; writes docs/evidence/defects.md
    python ci/planted_defects.py sign metric  # these, on the terminal

Each defect is one edit of one file. The copy is what the kernels' checks and ``locate`` import; the Fortran and the
harness are the installed ones. Exit status 0 only if every defect is caught and found at the savepoint it names.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "defects.md"


@dataclass(frozen=True)
class Defect:
    """An edit: in file, old becomes new.

    kernels : whose live checks must notice.   records : golden records below test_data whose checks must.
    savepoint, field : where locate must find it, in the walk of model.
    """

    name: str
    what: str
    file: str
    old: str
    new: str
    kernels: tuple[str, ...]
    savepoint: str
    field: str = ""
    model: str = "theta_l"
    records: tuple[str, ...] = ()


DEFECTS = (
    Defect(
        "sign",
        "the gradient of kinetic energy and geopotential is added, not subtracted",
        "equations/theta_l.py",
        "            - self._energy_gradient(state, column, grid)\n",
        "            + self._energy_gradient(state, column, grid)\n",
        ("theta_l_hydrostatic_tendency",),
        "theta_l/tendency",
        "v",
    ),
    Defect(
        "index",
        "vorticity takes D(1,2) for D(2,1) in one covariant component",
        "operators/sphere.py",
        "v1, v2 = D[0, 0] * u + D[1, 0] * v, D[0, 1] * u",
        "v1, v2 = D[0, 0] * u + D[0, 1] * v, D[0, 1] * u",
        ("vorticity_sphere",),
        "theta_l/vorticity_sphere",
        "vort",
    ),
    Defect(
        "metric",
        "the weak divergence weighs with the Jacobian, without the quadrature weights",
        "operators/sphere.py",
        "flux_1, flux_2 = grid.mass_matrix * v1, grid.mass_matrix * v2",
        "flux_1, flux_2 = grid.jacobian * v1, grid.jacobian * v2",
        ("divergence_sphere_wk", "laplace_sphere_wk"),
        "theta_l/laplace_sphere_wk",
    ),
    Defect(
        "mesh",
        "the inverse metric does not get the correction that makes areas exact",
        "geometry/metric.py",
        "        metric.inverse_metric / alpha,\n",
        "        metric.inverse_metric,\n",
        (),
        "mesh/cubed_sphere",
        "metric_inverse",
        records=("homme/mesh/ne4_map2.nc",),
    ),
    Defect(
        "constant",
        "the lapse rate of the reference profile is 0.00650001 K/m",
        "equations/theta_l.py",
        "REFERENCE_LAPSE_RATE = 0.0065 ",
        "REFERENCE_LAPSE_RATE = 0.00650001 ",
        ("theta_l_hydrostatic_tendency",),
        "theta_l/pressure_gradient",
        "v",
    ),
    Defect(
        "level_shift",
        "the geopotential of a layer is that of its lower interface",
        "equations/theta_l.py",
        "return gradient_sphere(kinetic_energy + _midpoints(column.phi_i), grid)",
        "return gradient_sphere(kinetic_energy + column.phi_i[..., 1:], grid)",
        ("theta_l_hydrostatic_tendency",),
        "theta_l/energy_gradient",
        "v",
    ),
    Defect(
        "missing_dss",
        "no assembly between the two Laplacians of hyperviscosity",
        "dissipation.py",
        "laplace, vlaplace = dss_wk(stored(Hyperviscosity._first_laplacian, self, theta, dp, wind, grid), grid)",
        "laplace, vlaplace = stored(Hyperviscosity._first_laplacian, self, theta, dp, wind, grid)",
        ("theta_l_hyperviscosity",),
        "theta_l/biharmonic",
    ),
    Defect(
        "rk_coefficient",
        "the third stage goes 3/8 of the step, not 1/3",
        "stepping/tableaus.py",
        "Stage(1 / 5), Stage(1 / 3), Stage(2 / 3)",
        "Stage(1 / 5), Stage(3 / 8), Stage(2 / 3)",
        ("theta_l_dynamics_step", "cam_se_rk_step"),
        "theta_l/scheme",
        "h",
    ),
    Defect(
        "remap_limiter_order",
        "PPM's test for an extremum comes after the tests for overshoots, not before",
        "vertical/remap_ppm.py",
        """    extremum = (below - mean) * (mean - above) <= 0.0
    above, below = xp.where(extremum, mean, above), xp.where(extremum, mean, below)
    span = below - above
    overshoots = span * (mean - (above + below) * 0.5) > span * span * SIXTH
    above = xp.where(overshoots, 3.0 * mean - 2.0 * below, above)
    span = below - above
    undershoots = span * (mean - (above + below) * 0.5) < -(span * span * SIXTH)
    return above, xp.where(undershoots, 3.0 * mean - 2.0 * above, below)
""",
        """    span = below - above
    overshoots = span * (mean - (above + below) * 0.5) > span * span * SIXTH
    above = xp.where(overshoots, 3.0 * mean - 2.0 * below, above)
    span = below - above
    undershoots = span * (mean - (above + below) * 0.5) < -(span * span * SIXTH)
    below = xp.where(undershoots, 3.0 * mean - 2.0 * above, below)
    extremum = (below - mean) * (mean - above) <= 0.0
    return xp.where(extremum, mean, above), xp.where(extremum, mean, below)
""",
        ("remap1",),
        "theta_l/remap1",
        "mass",
    ),
    Defect(
        "wrong_field",
        "layer thickness is damped with theta's viscosity, theta with layer thickness' own",
        "dissipation.py",
        "[-(h * self.nu) * weak_theta, -(h * self.nu_p) * weak_dp]",
        "[-(h * self.nu_p) * weak_theta, -(h * self.nu) * weak_dp]",
        ("theta_l_hyperviscosity",),
        "theta_l/hyperviscosity",
    ),
    Defect(
        "f32_constant",
        "kappa is rounded to single precision in the Exner function",
        "equations/theta_l.py",
        "xp.exp(c.kappa * log_p)",
        "xp.exp(xp.asarray(287.04 / 1005.0, xp.float32).astype(xp.float64) * log_p)",
        ("theta_l_hydrostatic_tendency",),
        "theta_l/column",
        "exner",
    ),
    Defect(
        "cam_se_sign",
        "CAM-SE advects temperature against the wind",
        "equations/cam_se.py",
        "            - _advection(state.wind, gradient_sphere(state.temperature, grid))\n",
        "            + _advection(state.wind, gradient_sphere(state.temperature, grid))\n",
        ("cam_se_tendency",),
        "cam_se/tendency",
        "T_tend",
        "cam_se",
    ),
    Defect(
        "cam_se_heating",
        "CAM-SE's friction cools the air it should warm",
        "dissipation_cam_se.py",
        "temperature_change - self.heated * (lost * inverse_cp)",
        "temperature_change + self.heated * (lost * inverse_cp)",
        ("cam_se_hyperviscosity",),
        "cam_se/hyperviscosity",
        "T",
        "cam_se",
    ),
    Defect(
        "cam_se_sponge",
        "CAM-SE's sponge damps the wind alike on all its levels",
        "dissipation_cam_se.py",
        "factor * vlaplace_sphere_wk_contra(top.wind, grid)",
        "h * self.nu_top * vlaplace_sphere_wk_contra(top.wind, grid)",
        ("cam_se_hyperviscosity",),
        "cam_se/sponge",
        "v",
        "cam_se",
    ),
)

SITE = """import sys
sys.meta_path[:] = [f for f in sys.meta_path if "editable" not in type(f).__module__]
"""


def patched(defect: Defect | None, folder: Path) -> dict[str, str]:
    """A copy of the sources with the defect in a folder; returns the environment in which it is what is imported."""
    import pysces_reference

    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "pysces", folder / "pysces", ignore=ignore)
    (folder / "pysces_harness").symlink_to(ROOT / "harness")
    reference = folder / "pysces_reference"
    reference.mkdir()
    shutil.copy(ROOT / "reference_fortran" / "__init__.py", reference)
    for build in pysces_reference.available():
        library = Path(pysces_reference.load(build).__file__)
        (reference / library.name).symlink_to(library)
    (folder / "sitecustomize.py").write_text(SITE)
    if defect is not None:
        _edit(folder / "pysces" / defect.file, defect)
    data = os.environ.get("PYSCES_TEST_DATA", str(ROOT / "test_data"))
    return {**os.environ, "PYTHONPATH": str(folder), "PYSCES_TEST_DATA": data}


def _edit(path: Path, defect: Defect) -> None:
    text = path.read_text()
    if text.count(defect.old) != 1:
        raise SystemExit(
            f"{path.name} holds the text of defect {defect.name} {text.count(defect.old)} times, not once."
        )
    path.write_text(text.replace(defect.old, defect.new))


def verify(words: list[str], environment: dict[str, str], folder: Path) -> tuple[int, str]:
    """Exit status and output of pysces-verify on the copy."""
    command = [sys.executable, "-c", "import sys; from pysces_harness.cli import main; sys.exit(main())", *words]
    ended = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    if ended.returncode not in (0, 1):
        raise SystemExit(f"pysces-verify {' '.join(words)} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return ended.returncode, ended.stdout


def located(defect: Defect | None, environment: dict[str, str], folder: Path) -> dict:
    """The object that ``locate --json`` writes."""
    target = folder / "locate.json"
    model = defect.model if defect else "theta_l"
    verify(["locate", "--model", model, "--ne", "2", "--nlev", "8", "--json", str(target)], environment, folder)
    return json.loads(target.read_text())


def caught(defect: Defect, environment: dict[str, str], folder: Path) -> dict[str, str]:
    """{kernel: verdict} of the kernels' own checks."""
    target = folder / "run.json"
    paths = [f"{environment['PYSCES_TEST_DATA']}/{record}" for record in defect.records]
    found: dict[str, list[str]] = {}
    for words in (["run", *defect.kernels] if defect.kernels else [], ["golden", *paths] if paths else []):
        if words:
            verify([*words, "--config", "numpy-f64", "--json", str(target)], environment, folder)
            for row in json.loads(target.read_text()):
                found.setdefault(row["kernel"], []).append(row["verdict"])
    return {kernel: "DIFFERENT" if "DIFFERENT" in verdicts else verdicts[0] for kernel, verdicts in found.items()}


def examine(defect: Defect, with_kernels: bool = True) -> dict:
    """What became of one defect."""
    with tempfile.TemporaryDirectory(prefix="pysces-defect-") as name:
        folder = Path(name)
        environment = patched(defect, folder)
        verdicts = caught(defect, environment, folder) if with_kernels else {}
        found = located(defect, environment, folder)
    culprit = found["culprit"] or {"savepoint": "nowhere", "field": ""}
    right = culprit["savepoint"] == defect.savepoint and defect.field in ("", culprit["field"])
    return {
        "defect": defect,
        "verdicts": verdicts,
        "caught": all(v == "DIFFERENT" for v in verdicts.values()) and bool(verdicts or not with_kernels),
        "found": right,
        "culprit": culprit,
        "looks": found["looks"],
        "sentence": found["sentence"],
    }


HEAD = """# Planted defects

Written by `python ci/planted_defects.py`; do not edit. Each row is one edit of one file of `pysces/`, made on a copy.
Ten are of the kinds that porters of a dycore often make, in theta-l or in what both models share; three more are in
CAM-SE.
*Caught by* lists kernels whose own checks (`pysces-verify run`, `golden`) turn DIFFERENT; *located at* is what
`pysces-verify locate` names without help: the first savepoint that does not hold when it is fed with the reference's
inputs. How that works: [locating.md](locating.md).

| kind | what was done, where | caught by | located at | what it looks like |
|---|---|---|---|---|
"""


def document(rows: list[dict]) -> str:
    """docs/evidence/defects.md."""
    return (
        HEAD
        + "".join(_line(row) for row in rows)
        + "\n## The sentences\n\n"
        + "".join(f"* **{row['defect'].name}**: {row['sentence']}\n" for row in rows)
    )


def _line(row: dict) -> str:
    defect, culprit = row["defect"], row["culprit"]
    kernels = ", ".join(f"`{kernel}`" for kernel, verdict in row["verdicts"].items() if verdict == "DIFFERENT")
    place = f"step {culprit['step']}, {culprit['stage']}: `{culprit['savepoint']}`, field {culprit['field']}"
    cells = (defect.name, f"{defect.what} (`{defect.file}`)", kernels or "-", place, row["looks"] or "-")
    return "| " + " | ".join(cells) + " |\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="defects (default: all, and docs/evidence/defects.md is written)")
    parser.add_argument("--locate-only", action="store_true", help="leave the kernels' own checks out")
    options = parser.parse_args()
    known = {defect.name: defect for defect in DEFECTS}
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"defect {unknown[0]!r} is unknown; known are {', '.join(known)}")
    rows = []
    for name in options.names or known:
        rows.append(examine(known[name], not options.locate_only))
        state = ("caught" if rows[-1]["caught"] else "MISSED") + (", found" if rows[-1]["found"] else ", NOT FOUND")
        print(f"{name}: {state}\n  {rows[-1]['sentence']}", flush=True)
    if not options.names:
        DOCUMENT.write_text(document(rows))
    return 0 if all(row["caught"] and row["found"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
