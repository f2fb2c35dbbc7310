"""pysces' physics suites on a case's columns."""

from __future__ import annotations

from pysces.arrays.backend import Array
from pysces.constants import Constants, constants_from
from pysces.physics.suite import Air, Tendency

from ...registry import Fields, Settings
from .shared import of_the_run


def air(x: Fields, settings: Settings) -> Air:
    """The columns as a suite sees them."""
    return Air(
        wind=x["v"],
        temperature=x["T"],
        tracers=x["Q"],
        dp=x["dp3d"],
        dp_dry=x["dp_dry"],
        p=x["pmid"],
        p_i=x["pint"],
        phi_i=x["phinh_i"],
        lat=x["lat"],
        lon=x["lon"],
        dt=of_the_run(settings["dt"], x["T"]),
    )


def constants(settings: Settings) -> Constants:
    """CAM's constants with every value that the case states."""
    return constants_from(settings, "cam")


def named(tendency: Tendency) -> dict[str, Array]:
    """What a suite returned, by the models' names; what it leaves alone is left out."""
    found = {"FM": tendency.wind, "FT": tendency.temperature, "FQ": tendency.tracers}
    return {name: value for name, value in found.items() if value is not None}
