"""HOMME's Fortran namelists (ctl_nl, vert_nl, analysis_nl) as a RunConfig.

Options that pysces does not have, but that do not change the science of its runs, are passed over and reported; options
that would are refused.
HOMME: namelist_mod
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from .presets import preset
from .run import RunConfig, suggest

_ASSIGNMENT = re.compile(r"([A-Za-z]\w*)\s*(?:\([^)]*\))?\s*=(?!=)")
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[^\s,]+")

# namelist word -> (section, option); same word where only the section is given
_CTL = {
    "grid": ("ne", "cubed_sphere_map"),
    "time": ("tstep", "ndays", "nmax", "tstep_type", "rsplit", "qsplit"),
    "viscosity": (
        *(
            "nu",
            "nu_div",
            "nu_p",
            "nu_q",
            "nu_top",
            "hypervis_order",
            "hypervis_subcycle",
            "hypervis_subcycle_q",
        ),
        *("hypervis_subcycle_tom", "hypervis_scaling", "laplace_scaling", "tom_sponge_start"),
        *("hv_ref_profiles", "hv_theta_correction"),
    ),
    "dynamics": (*("theta_advect_form", "pgrad_correction", "vert_remap_q_alg", "vert_remap_u_alg", "limiter_option"),),
}
_OPTIONS = {word: (section, word) for section, words in _CTL.items() for word in words}
_VERTICAL = {"vfile_int", "vfile_mid"}
_FIXED = {  # words that must have these values here: (allowed, what pysces does instead)
    "topology": (("cube",), "a cubed sphere"),
    "theta_hydrostatic_mode": ((True,), "the hydrostatic equations"),
    "transport_alg": ((0,), "Eulerian tracer transport"),
    "prescribed_wind": ((0,), "computed winds"),
    "ftype": ((-1, 0, 1, 2, 3, 4), "no physics forcing"),
    "integration": (("explicit", "runge_kutta"), "explicit stepping"),
    "hypervis_power": ((0, 0.0), "constant and tensor hyperviscosity (hypervis_scaling)"),
    "fine_ne": ((0, -1), "uniform meshes and tensor hyperviscosity (hypervis_scaling)"),
}
_TEST_CASES = {
    "dcmip2016_test1": "baroclinic_wave",
    "jw_baroclinic": "jablonowski_williamson",
    "asp_baroclinic": "jablonowski_williamson",
    "dcmip2012_test2_0": "rest_over_mountain",
}
_PASSED_OVER = {
    "nu_s",  # diffuses geopotential, which is not prognostic in the hydrostatic equations
    *("nthreads", "partmethod", "coord_transform_method", "z2_map_method", "statefreq", "restartfreq", "runtype"),
    *("restartfile", "restartdir", "disable_diagnostics", "smooth", "sub_case", "moisture", "qsize"),
    *("tasknum", "numnodes", "multilevel", "vthreads", "hthreads", "npdg", "se_ftype", "vform", "energy_fixer"),
    *("output_prefix", "output_dir", "output_start_time", "output_end_time", "output_varnames1", "output_varnames2"),
    *("output_type", "io_stride", "num_io_procs", "interp_type", "interp_gridtype", "interp_nlat", "interp_nlon"),
}
_HOURS = {1: 24.0, 2: 1.0}  # output_timeunits: days, hours


def read_namelist(path: str | os.PathLike, start: RunConfig | None = None) -> tuple[RunConfig, list[str]]:
    """The configuration that a HOMME namelist file asks for, and the words in it that were passed over."""
    table, passed_over = namelist_table(path)
    return (start or preset("theta_l")).with_table(table, str(path)), passed_over


def namelist_table(path: str | os.PathLike) -> tuple[dict, list[str]]:
    """What a HOMME namelist file asks for, as a configuration's table, and the words that were passed over."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"Cannot read namelist {path}: {error}.") from None
    groups = parse_namelist(text, str(path))
    if "ctl_nl" not in groups:
        raise ValueError(f"Namelist {path} has no group ctl_nl; found {', '.join(groups) or 'none'}.")
    words: dict[str, Any] = {}
    for name in ("ctl_nl", "vert_nl", "analysis_nl"):
        words |= groups.get(name, {})
    return _translate(words, Path(path))


def parse_namelist(text: str, source: str = "text") -> dict[str, dict]:
    """{group: {word: value}} in lower case; several values are a list. Comments start with !."""
    groups: dict[str, dict] = {}
    lines = [_without_comment(line) for line in text.splitlines()]
    current: str | None = None
    body: list[str] = []
    for line in lines:
        stripped = line.strip()
        if current is None and stripped.startswith("&"):
            current, rest = stripped[1:].partition(" ")[0].lower(), stripped[1:].partition(" ")[2]
            body, stripped = [], rest
        if current is None:
            continue
        ends = stripped == "/" or stripped.lower() == "&end" or stripped.endswith(" /")
        body.append(stripped.removesuffix("/") if ends else stripped)
        if ends:
            if current in groups:
                raise ValueError(f"Group {current} stands twice in namelist {source}; make one of the two.")
            groups[current] = _assignments("\n".join(body).replace("&end", ""))
            current = None
    if current is not None:
        raise ValueError(f"Group {current} in namelist {source} does not end; close it with a line '/'.")
    return groups


def _without_comment(line: str) -> str:
    quote = ""
    for k, character in enumerate(line):
        if character == "!" and not quote:
            return line[:k]
        if character in "'\"":
            quote = "" if character == quote else (quote or character)
    return line


def _assignments(body: str) -> dict:
    """word = value pairs; a value reaches to the next word."""
    starts = list(_ASSIGNMENT.finditer(body))
    ends = [m.start() for m in starts[1:]] + [len(body)]
    pairs = {}
    for match, end in zip(starts, ends):
        values = [_value(token) for token in _TOKEN.findall(body[match.end() : end])]
        pairs[match.group(1).lower()] = values[0] if len(values) == 1 else values
    return pairs


def _value(token: str) -> Any:
    """A Fortran constant."""
    if token[0] in "'\"":
        return token[1:-1].replace(token[0] * 2, token[0])
    if token.lower() in (".true.", "t", ".t.", "true"):
        return True
    if token.lower() in (".false.", "f", ".f.", "false"):
        return False
    if re.fullmatch(r"[+-]?\d+", token):
        return int(token)
    try:
        return float(re.sub(r"[dD]", "e", token).split("_")[0])
    except ValueError:
        return token


def _translate(words: dict, path: Path) -> tuple[dict, list[str]]:
    """The configuration's table, and the words passed over."""
    table: dict = {}
    passed_over = []
    words = _split_factors(dict(words), path)
    for word, value in words.items():
        if word in _OPTIONS:
            section, name = _OPTIONS[word]
            table.setdefault(section, {})[name] = value
        elif word in _VERTICAL:
            table.setdefault("vertical", {})[word] = str(path.parent / value)
        elif word in _FIXED:
            _require(word, value, path)
        elif word in _PASSED_OVER:
            passed_over.append(word)
        elif word not in _SPECIAL:
            raise ValueError(f"Namelist {path} has an unknown word {word!r}; {suggest(word, _ALL_WORDS)}")
    _add_special(words, table, path)
    return table, passed_over + _without_effect(words, table)


def _split_factors(words: dict, path: Path) -> dict:
    """dt_tracer_factor and dt_remap_factor as qsplit and rsplit; the factors win."""
    tracer, remap = words.pop("dt_tracer_factor", None), words.pop("dt_remap_factor", None)
    if tracer is not None:
        words["qsplit"] = tracer
    if remap is not None:
        qsplit = words.get("qsplit", 1)
        if remap % qsplit:
            raise ValueError(
                f"Namelist {path}: dt_remap_factor must be a multiple of dt_tracer_factor={qsplit}, found {remap}."
            )
        words["rsplit"] = remap // qsplit
    return words


def _require(word: str, value: object, path: Path) -> None:
    allowed, instead = _FIXED[word]
    if value not in allowed:
        raise ValueError(
            f"Namelist {path} asks for {word} = {value!r}, but pysces has only {instead}; remove the line."
        )


NO_MESH = ("", "none", "null", "/dev/null")  # values of mesh_file, in any case, that name none
_SPECIAL = {"mesh_file", "test_case", "u_perturb", "rearth", "omega", "output_frequency", "output_timeunits"}
_ALL_WORDS = [*_OPTIONS, *_VERTICAL, *_FIXED, *_PASSED_OVER, *_SPECIAL, "dt_tracer_factor", "dt_remap_factor"]


def _add_special(words: dict, table: dict, path: Path) -> None:
    """Words whose meaning is not one option."""
    for word in ("rearth", "omega"):
        if word in words:
            raise ValueError(f"Namelist {path} sets {word}; planets are chosen with [grid] constants: remove the line.")
    if "test_case" in words:
        name = words["test_case"]
        if name not in _TEST_CASES:
            raise ValueError(f"Namelist {path} asks for test_case {name!r}; pysces has {', '.join(_TEST_CASES)}.")
        table["case"] = {"name": _TEST_CASES[name]}
        if _TEST_CASES[name] == "jablonowski_williamson":
            table["case"]["options"] = {"perturbation": _number("u_perturb", words.get("u_perturb", 0.0), path)}
    if str(words.get("mesh_file", "")).lower() not in NO_MESH:
        table.setdefault("grid", {})["mesh"] = str(path.parent / str(words["mesh_file"]))
    hours = _HOURS.get(_first(words.get("output_timeunits", 0)))
    frequency = _number("output_frequency", _first(words.get("output_frequency", 0)), path)
    if hours and frequency > 0:
        table["output"] = {"every_hours": frequency * hours}


def _without_effect(words: dict, table: dict) -> list[str]:
    """Words that these others leave without an effect, as in HOMME: nmax beside ndays, output in steps or seconds."""
    found = []
    if _first(words.get("ndays", 0)) and words.get("nmax"):
        del table["time"]["nmax"]
        found.append("nmax (ndays counts)")
    if _first(words.get("output_frequency", 0)) and "output" not in table:
        found.append("output_frequency (in units other than days and hours)")
    if "u_perturb" in words and not table.get("case", {}).get("options"):
        found.append("u_perturb")
    return found


def _first(value: Any) -> Any:
    """The first of several values, as of streams of output."""
    return value[0] if isinstance(value, list) and value else value


def _number(word: str, value: Any, path: Path) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"Namelist {path}: {word} must be a number, found {value!r}.")
    return float(value)
