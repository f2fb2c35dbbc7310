"""What the checker of the CF conventions says of a file."""

import json

import pytest


def complaints(path, folder) -> list:
    """Errors and warnings of compliance-checker cf:1.11; skips where it is not installed."""
    runner = pytest.importorskip("compliance_checker.runner")
    runner.CheckSuite.load_all_available_checkers()
    report = folder / "report.json"
    runner.ComplianceChecker.run_checker(
        str(path), ["cf:1.11"], verbose=0, criteria="strict", output_filename=str(report), output_format="json"
    )
    (found,) = json.loads(report.read_text()).values()
    assert found["high_priorities"]
    return [p for level in ("high_priorities", "medium_priorities") for p in found[level] if p["msgs"]]
