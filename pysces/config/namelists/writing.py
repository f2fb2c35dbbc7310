"""A configuration as a namelist of HOMME: the same run, made by HOMME. Here theta_l, and what all models share.

HOMME: namelist_mod
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .homme import CTL
from .homme_cases import CASES, CL2, OF_TRACERS, SUITES, WATER, HommeCase
from .homme_levels import BUNDLED, levels_of_test
from .translation import fortran
from .writing_output import output_words
from .writing_words import refuse, whole


def namelist_text(config: Any) -> str:
    """The namelist; ValueError in one sentence for what HOMME does not have, or does not choose by itself."""
    from .writing_others import shallow_text, wind_text

    writers = {"theta_l": _theta_l_text, "shallow_water": shallow_text, "prescribed_wind": wind_text}
    if config.model not in writers:
        known = ", ".join(writers)
        raise ValueError(
            f"HOMME's namelists are for {known}, found model {config.model!r}; they cannot describe this run."
        )
    _check_files(config)
    return writers[config.model](config)


def _check_files(config: Any) -> None:
    """What no namelist says of the files of a run."""
    said = {("time", name) for name in ("start_date", "calendar")} | {("output", "initial"), ("output", "layout")}
    for section, name in sorted(said):
        if getattr(config, section).changed(name):
            refuse(f"[{section}] {name}", getattr(getattr(config, section), name), "leave it out for a namelist")
    if config.output.names == "cam":
        refuse("[output] names", "cam", "its files have its own names")
    streams = config.output.stream
    if streams and not (config.output.file or streams[0].start_hours or streams[0].end_hours):
        refuse("[[output.stream]] without [output] file", "", "give the history, its first stream, a file")


def _theta_l_text(config: Any) -> str:
    _check_common(config)
    name, case = _homme_case(config)
    control = {
        **{"test_case": name, "theta_hydrostatic_mode": config.dynamics.theta_hydrostatic_mode},
        **{"topology": "cube", "integration": "explicit"},
        **mesh_words(config),
        **split_words(config),
        **_options(config),
        **_of_the_case(case, config),
        **_tracers(case, config),
        **_physics(name, case, config),
    }
    control |= {"runtype": 2, "restartfile": config.case.branch} if config.case.branch else {}
    groups = {"ctl_nl": control, "vert_nl": levels_of(config, case), "analysis_nl": output_words(config, name)}
    return "\n".join(group_text(title, words) for title, words in groups.items())


def group_text(title: str, words: dict[str, Any]) -> str:
    """A group, a word a line."""
    return "\n".join([f"&{title}", *(f"  {word} = {fortran(value)}" for word, value in words.items()), "/", ""])


def _check_common(config: Any) -> None:
    """What no namelist can say."""
    if config.grid.constants != "e3sm":
        refuse("[grid] constants", config.grid.constants, "HOMME has those of e3sm")
    for option in ("ncdata", "topography"):
        if getattr(config.case, option):
            refuse(f"[case] {option}", getattr(config.case, option), "leave it out for a namelist")
    if config.viscosity.nu < 0 and config.viscosity.hypervis_order:
        refuse("[viscosity] nu", config.viscosity.nu, "pysces chooses it: give the number that --dry-run prints")


def _homme_case(config: Any) -> tuple[str, HommeCase]:
    """The test case of HOMME that is this case with these options."""
    same = {name: case for name, case in CASES.items() if case.ours == config.case.name}
    for name, case in same.items():
        if all(_option(config, option) == value for option, value in case.fixed.items()):
            return name, case
    having = ", ".join(sorted({case.ours for case in CASES.values()}))
    found = (config.case.name, config.case.options)
    raise ValueError(
        f"[case], found {found!r}, is not a test case of HOMME; those of {having} are, as HOMME starts them."
    )


def _option(config: Any, name: str) -> Any:
    from ...cases.catalogue import find_case

    return config.case.options.get(name, find_case(config.case.name).defaults().get(name))


def mesh_words(config: Any) -> dict[str, Any]:
    """The mesh and the planet."""
    grid = config.grid
    own: dict[str, Any] = {"mesh_file": grid.mesh} if grid.mesh else {"ne": grid.ne}
    own |= {"cubed_sphere_map": grid.cubed_sphere_map} if not grid.mesh else {}
    own |= {"rearth": grid.rearth} if grid.rearth > 0 else {}
    return own | ({"omega": grid.omega} if grid.omega >= 0 else {})


def split_words(config: Any) -> dict[str, Any]:
    """Steps, how many make a tracer step and a remap, and the length."""
    return {"qsplit": config.time.qsplit, "rsplit": config.time.rsplit, **step_words(config)}


def step_words(config: Any) -> dict[str, Any]:
    """The step, and the length: ndays where it is whole, as HOMME has it, else steps."""
    time, step = config.time, config.step_length
    if not time.nmax and time.ndays == int(time.ndays) > 0:
        return {"tstep": step, "ndays": int(time.ndays)}
    return {"tstep": step, "nmax": time.nmax or whole("[time] ndays", time.ndays * 86400.0 / step)}


def _options(config: Any) -> dict[str, Any]:
    """Words that are options by the same value, and coefficients; those of tracers only where there are any."""
    words = {w: getattr(getattr(config, about.option[0]), about.option[1]) for w, about in CTL.items() if about.option}
    words |= {w: getattr(config.viscosity, w) for w in ("nu", "nu_div", "nu_p", "nu_q", "hv_ref_profiles")}
    words |= {} if config.dynamics.theta_hydrostatic_mode else {"nu_s": config.viscosity.nu_s}
    mu = ("dcmip16_mu", "dcmip16_mu_s", "dcmip16_mu_q")
    words |= {word: getattr(config.viscosity, word) for word in mu if config.viscosity.changed(word)}
    idle = ["rearth", "omega", *([] if config.case.tracers else [option for _, option in OF_TRACERS])]
    idle += ["nu"] if config.viscosity.nu < 0 else []  # no order, no coefficient
    return {w: value for w, value in words.items() if w not in idle}


def _of_the_case(case: HommeCase, config: Any) -> dict[str, Any]:
    """The case's own words; options that HOMME has no word for must be as HOMME has them."""
    free = {*case.options, *case.fixed, "moist"}
    for option, value in config.case.options.items():
        if option not in free and value != _defaults(config)[option]:
            refuse(f"[case] options.{option}", value, "HOMME has no word for it")
    said = {o: w for o, w in case.options.items() if o in config.case.options or CTL[w].default is not None}
    words = {word: _option(config, option) for option, word in said.items()}
    return words | ({"dcmip4_moist": int(_option(config, "moist"))} if case.levels == "4" else {})


def _defaults(config: Any) -> dict[str, Any]:
    from ...cases.catalogue import find_case

    return find_case(config.case.name).defaults()


def _tracers(case: HommeCase, config: Any) -> dict[str, Any]:
    number = (config.case.qsize or WATER.get(config.physics.suite, 1)) if config.case.tracers else 0
    wet = bool(number) and config.case.moisture and case.vapor
    if case.ours == "baroclinic_wave" and bool(_option(config, "moist")) != wet:
        refuse("[case] options.moist", _option(config, "moist"), "HOMME has vapor where moisture and tracers are on")
    return {"qsize": number, "moisture": "wet" if wet else "dry"}


def _physics(name: str, case: HommeCase, config: Any) -> dict[str, Any]:
    """The words of DCMIP's physics, or HOMME's own of the case; se_ftype = -1 where a case runs without its own."""
    suite, chlorine = config.physics.suite, config.physics.chemistry != "none"
    words: dict[str, Any] = {"se_ftype": config.physics.ftype}
    if case.forced:
        pairs = {ours: pair for pair, ours in SUITES.items()}
        if suite not in pairs:
            refuse("[physics] suite", suite, f"in {name} it has {', '.join(pairs)}")
        words |= dict(zip(("dcmip16_prec_type", "dcmip16_pbl_type"), pairs[suite]))
    elif suite != "none" and suite != case.suite:
        refuse("[physics] suite", suite, f"in {name} it has {case.suite}")
    if suite == "none" and not chlorine and (case.forced or case.suite != "none"):
        words["se_ftype"] = -1
    expected = name == "dcmip2016_test1" and config.case.qsize > CL2 and words["se_ftype"] != -1
    if chlorine != expected:
        refuse(
            "[physics] chemistry", config.physics.chemistry, "HOMME has it in dcmip2016_test1, with 5 tracers or more"
        )
    return words


def levels_of(config: Any, case: HommeCase) -> dict[str, Any]:
    """The words of vert_nl."""
    levels, names = config.vertical, {ours: homme for homme, ours in BUNDLED.items()}
    table = levels.table
    if case.levels and {n: v for n, v in table.items() if n != "nlev"} == levels_of_test(case.levels):
        return {"vanalytic": 1}
    if table.get("family") == "even_sigma":
        return _files(f"sabi-{table['nlev']}.ascii", f"sabm-{table['nlev']}.ascii")
    if table:
        refuse("[vertical] table", table, "write the levels as HOMME's two files and name them")
    if levels.vfile_int:
        if Path(levels.vfile_int).suffix in (".toml", ".nc"):
            refuse("[vertical] vfile_int", levels.vfile_int, "it reads two files of text")
        return _files(levels.vfile_int, levels.vfile_mid)
    if levels.name not in names:
        refuse("[vertical] name", levels.name, f"published as HOMME's files are {', '.join(names)}")
    middle = names[levels.name].replace("cami", "camm").replace("72i", "72m")
    return _files(f"{names[levels.name]}.ascii", f"{middle}.ascii")


def _files(interfaces: str, middles: str) -> dict[str, Any]:
    return {"vfile_int": interfaces} | ({"vfile_mid": middles} if middles else {})
