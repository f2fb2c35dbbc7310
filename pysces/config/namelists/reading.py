"""Namelist files read: of HOMME or of CAM, told apart by their groups."""

from __future__ import annotations

import os

from ..presets import preset
from ..run import RunConfig
from .cam_translation import is_cam, translate_cam
from .homme_translation import translate_homme
from .parser import read
from .shallow_translation import is_shallow, translate_shallow
from .translation import Translation
from .wind_translation import is_given_wind, translate_wind


def translate(path: str | os.PathLike, as_theta_l: bool = False) -> Translation:
    """What a namelist file asks for and what is refused; ValueError in one sentence where it cannot be read."""
    groups = read(str(path))
    if "ctl_nl" in groups.values and is_shallow(groups):
        return translate_shallow(groups)
    if "ctl_nl" in groups.values and is_given_wind(groups):
        return translate_wind(groups)
    if "ctl_nl" in groups.values:
        return translate_homme(groups, as_theta_l)
    if is_cam(groups):
        return translate_cam(groups)
    found = ", ".join(groups.values) or "none"
    raise ValueError(f"Namelist {path} has no group ctl_nl (HOMME) or dyn_se_inparm (CAM); found {found}.")


def namelist_table(path: str | os.PathLike, as_theta_l: bool = False, said: dict | None = None) -> Translation:
    """As translate; ValueError in one sentence where something is refused, or left out and not in the table said."""
    return translate(path, as_theta_l).checked(said)


def read_namelist(path: str | os.PathLike, start: RunConfig | None = None) -> tuple[RunConfig, list[str]]:
    """The configuration that a namelist file asks for, and the words in it that were passed over.

    start : supplies what the namelist leaves out and HOMME cannot do without, such as levels; ValueError without it.
    """
    translation = namelist_table(path, said=None if start is None else start.table())
    config = (start or preset(translation.model)).with_table(translation.table, str(path))
    return config, translation.passed_over()
