"""Options of a run: sections of options, whole configurations, namelists and presets.

What a model's own options are made of can be imported from here.
"""

from .run import RunConfig
from .section import AUTO, Section, option, section
from .sections import CaseOptions, DynamicsOptions, GridOptions, OutputOptions, TimeOptions, VerticalOptions

__all__ = [
    "AUTO",
    "CaseOptions",
    "DynamicsOptions",
    "GridOptions",
    "OutputOptions",
    "RunConfig",
    "Section",
    "TimeOptions",
    "VerticalOptions",
    "option",
    "section",
]
