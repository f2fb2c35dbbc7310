"""``pysces-verify locate``: walk two sides along a short run and name the first savepoint that is wrong."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from types import ModuleType

from ..errors import BadInput
from ..guards import targets
from ..judging.results import finite
from ..locating import blame, record
from ..locating.cam_se import start as cam_se_start
from ..locating.march import Start, march
from ..locating.savepoint import Finding, Inspection, Savepoint, Visit
from ..locating.shallow_water import start as shallow_water_start
from ..locating.theta_l import nonhydrostatic_start
from ..locating.theta_l import start as theta_l_start
from ..report import walks as table
from ..running.configurations import Configuration
from ..running.one_side import one_side

MODELS = {
    "theta_l": theta_l_start,
    "theta_l_nonhydrostatic": nonhydrostatic_start,
    "cam_se": cam_se_start,
    "shallow_water": shallow_water_start,
}
LEFT = "results/locate.nc"
MESH_HELP = "Exodus file of a mesh, or 'patch' or 'stretched', small ones that are made up"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``locate`` takes beside the common options."""
    parser.add_argument("--model", choices=sorted(MODELS), default="theta_l", help="the equations (default: theta_l)")
    parser.add_argument(
        "--steps", type=int, default=1, help="calls: rsplit steps and a remap each, or plain steps (default: 1)"
    )
    parser.add_argument("--ne", type=int, help="elements along a cube edge (default: 3)")
    parser.add_argument("--mesh", metavar="FILE", help=MESH_HELP)
    parser.add_argument("--nlev", type=int, help="levels (default: 12; shallow water has none)")
    parser.add_argument("--members", type=int, default=20, help="reference members behind each S (default: 20)")
    parser.add_argument("--left", type=Path, default=Path(LEFT), metavar="FILE", help=f"NetCDF left behind ({LEFT})")
    parser.add_argument("--onward", action="store_true", help="continue after the culprit")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="judge again the inputs that such a file holds")


def run(options: argparse.Namespace) -> int:
    """Find the first savepoint (step, stage, term, point) where pysces leaves the reference."""
    if options.replay:
        return _replay(options.replay, options)
    side, start = one_side("locate", options.config), _start(options)
    inspection = Inspection(side, start.grid, options.members)
    findings = _walked(inspection, start, options)
    against = f"{side.name} against {side.fortran}, {start.model}, {start.case}"
    table.show(findings, f"{against}: R of the port fed with the reference's inputs, and running free")
    guilty = blame.culprit(findings)
    if options.json:
        targets.text(options.json, json.dumps(finite(_summary(findings, guilty, inspection, side)), indent=1))
    if guilty is None:
        print(blame.acquittal(findings))
        return 0
    found = blame.blame(guilty, inspection)
    print(found.sentence)
    print(f"{options.left} holds it; see it again: {record.write(options.left, found, start, side.name)}")
    return 1


def _start(options: argparse.Namespace) -> Start:
    if len(options.words) > 1:
        raise BadInput(f"locate follows one case, found {len(options.words)}; name one.")
    for name in ("steps", "members"):
        if getattr(options, name) < 1:
            raise BadInput(f"--{name} must be at least 1, found {getattr(options, name)}.")
    if options.mesh and options.ne:
        raise BadInput(f"--mesh {options.mesh} has elements of its own, found --ne {options.ne} too; give one of them.")
    model = MODELS[options.model]
    return model.start(options.words[0] if options.words else model.HILL, options.mesh or options.ne, options.nlev)


def _walked(inspection: Inspection, start: Start, options: argparse.Namespace) -> list:
    """Findings up to the end of the moment (step and stage) in which the culprit is found, or all of them."""
    findings, guilty = [], None
    for finding in march(inspection, start, options.steps):
        here = finding.visit.step, finding.visit.stage
        if guilty is not None and not options.onward and here != guilty:
            break
        findings.append(finding)
        if guilty is None and not finding.ok:
            guilty = here
    return findings


def _summary(findings: list, guilty: Finding | None, inspection: Inspection, side: Configuration) -> dict:
    """The object of --json."""
    found = None if guilty is None else blame.blame(guilty, inspection)
    return {
        "configuration": side.name,
        "reference": side.fortran,
        "sentence": found.sentence if found else blame.acquittal(findings),
        "looks": found.looks if found else "",
        "culprit": None if guilty is None else {**table.rows([guilty])[0], "title": guilty.visit.savepoint.title},
        "savepoints": table.rows(findings),
    }


def _replay(path: Path, options: argparse.Namespace) -> int:
    """Judge the inputs that a file holds once more, under its configuration or the one asked for."""
    attributes, x = record.read(path)
    side = one_side("locate", options.config or [attributes["configuration"]])
    model = MODELS[attributes["model"]]
    start = model.start(attributes["case"], **attributes["options"])
    point = _point(model, attributes["savepoint"])
    visit = Visit(point, int(attributes["step"]), attributes["stage"], x, attributes["settings"], x)
    inspection = Inspection(side, start.grid, options.members)
    finding = inspection.examine(visit)
    table.show([finding], f"{side.name} against {side.fortran}: {path}")
    print(blame.blame(finding, inspection).sentence if not finding.ok else f"{point.name} holds.")
    return 0 if finding.ok else 1


def _point(model: ModuleType, name: str) -> Savepoint:
    for point in model.points():
        if point.name == name:
            return point
    raise BadInput(f"There is no savepoint {name!r} here; the file is of another version.")
