"""``pysces-verify growth``."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import BadInput
from ..guards import targets
from ..judging.results import finite
from ..running.configurations import Configuration
from ..running.one_side import one_side
from ..whole_runs.ensemble import Ensemble, Flow
from ..whole_runs.growth import Growth, draw, judge, passes, smallest_detected
from ..whole_runs.subjects import FLOWS, SIZES
from .locate import MESH_HELP


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``growth`` takes beside the common options."""
    parser.add_argument("--model", choices=sorted(FLOWS), default="theta_l", help="the equations (default: theta_l)")
    parser.add_argument("--members", type=int, default=20, help="Fortran members one ulp apart (default: 20)")
    parser.add_argument("--days", type=float, default=3.0, help="length of the run (default: 3)")
    parser.add_argument("--hours", type=float, default=6.0, help="between outputs (default: 6)")
    parser.add_argument("--ne", type=int, default=SIZES["ne"], help="elements along a cube edge (default: 4)")
    parser.add_argument("--mesh", metavar="FILE", help=f"{MESH_HELP}, instead of --ne")
    parser.add_argument("--nlev", type=int, help="levels (default: 12; shallow water has none)")
    parser.add_argument(
        "--defect",
        type=float,
        default=0.0,
        metavar="SIZE",
        help="plant a defect of this size in the port's derivatives",
    )
    parser.add_argument("--detect", action="store_true", help="find the smallest such defect that is noticed")
    parser.add_argument("--image", type=Path, metavar="FILE", help="draw the envelope and the port's curve")


def run(options: argparse.Namespace) -> int:
    """Compare a whole run's drift with an ensemble of Fortran runs one ulp apart."""
    side = one_side("growth", options.config)
    if options.words or options.members < 3:
        found = f"{options.members} members" if options.members < 3 else f"the word {options.words[0]!r}"
        raise BadInput(f"growth takes no words and needs --members of at least 3, found {found}.")
    case = FLOWS[options.model](options.mesh or options.ne, options.nlev, options.days, options.hours)
    ensemble = Ensemble(case, side.fortran)
    members = ensemble.members(options.members)
    curves = judge(case, ensemble, members, ensemble.port(side, options.defect))
    detected = smallest_detected(case, ensemble, members, side) if options.detect else None
    _show(curves, side, case, options.members)
    if options.detect:
        print(f"smallest defect noticed: {'none' if detected is None else f'{detected:g} of the derivative matrix'}")
    if options.json:
        names: dict[str, Any] = {
            "kernel": "growth",
            "case": case.subject.name,
            "side": "port",
            "configuration": side.name,
        }
        names |= {
            "reference": side.fortran,
            "members": options.members,
            "ne": case.grid.ne,
            "nlev": case.x[case.subject.nudged].shape[-1],
        }
        names |= {"defect": options.defect, "smallest_detected_defect": detected}
        targets.text(options.json, json.dumps(finite([names | asdict(curve) for curve in curves]), indent=1))
    if options.image:
        print(draw(curves, options.image, f"{side.name} in {options.members} members of {side.fortran}"))
    return 0 if passes(curves) else 1


def _show(curves: list[Growth], side: Configuration, case: Flow, members: int) -> None:
    """One line a curve, and what was compared."""
    print(f"{side.name} against {members} members of {side.fortran}: {case.days[-1]:g} days, {case.outputs} outputs")
    print(f"{'':8s}{'last median':>13s}{'last high':>13s}{'last port':>13s}{'x median':>10s}{'x high':>10s}  verdict")
    for c in curves:
        last = c.envelope[-1]
        numbers = "".join(f"{last[name]:13.3e}" for name in ("median", "high", "port"))
        median = f"{'-':>10s}" if c.ratio_median is None else f"{c.ratio_median:10.3g}"
        until = "" if c.horizon_day is None else f" (horizon: day {c.horizon_day:g})"
        print(f"{c.field:8s}{numbers}{median}{c.ratio_high:10.3g}  {c.verdict}{until} {c.reason}")
