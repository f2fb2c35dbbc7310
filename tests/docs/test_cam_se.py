"""What docs/models/cam_se.md says can be asked for from Python alone: it exists, and is no option of a run."""

import inspect

from docs.places import ROOT, rows

from pysces.config.presets import cam_se
from pysces.models.cam_se.hyperviscosity import CamSeHyperviscosity, cam_se_hyperviscosity
from pysces.models.cam_se.physics_step import cam_se_step
from pysces.models.cam_se.remap import CamSeRemap

PAGE = (ROOT / "docs" / "models" / "cam_se.md").read_text()
KNOWN = {name: value for section in cam_se().table().values() for name, value in section.items()}


def test_words_from_python_only_exist_and_are_no_options():
    words = {word.strip("`") for cell, *_ in rows(PAGE, "word") for word in cell.split("`, `")} - {
        "active species",
        "ftype = 1",
    }
    taken = [CamSeHyperviscosity, CamSeRemap, cam_se_step]
    known = {name for thing in taken for name in inspect.signature(thing).parameters}
    said = inspect.getdoc(cam_se_hyperviscosity)
    assert len(words) >= 3 and not words & set(KNOWN)
    assert {word for word in words if word not in known and word not in said} == set()
