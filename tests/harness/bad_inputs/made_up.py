"""What the tests beside this file feed: spoiled records, mappings, rows and ledgers."""

import hashlib
import json
import os

import netCDF4
import numpy as np
from pysces_harness.golden import record as golden

DATA = golden.test_data()
RECORD, MESH = DATA / "homme" / "gradient_sphere" / "smooth.nc", DATA / "homme" / "mesh" / "ne4_map2.nc"


def snapshot(*folders):
    """{path: sha256, or where a link leads} of every file."""
    found = {}
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() or p.is_symlink()):
            found[path] = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def flat(path):
    """The record's variables as a model's own file has them: without groups."""
    record = golden.read(RECORD)
    for name, field in (("s", record.inputs["s"]), ("ds", record.outputs["ds"])):
        axes = (axis.replace("one_level", "lev") for axis in field.axes)
        variable(path, "", name, dims=tuple(zip(axes, field.values.shape)), units=field.units)
        with netCDF4.Dataset(path, "a") as file:
            file[name][...] = field.values


def entry(**more):
    row = {"date": "2026-01-01T00:00:00", "commit": "abc", "kernel": "dss", "configuration": "c", "reference": "golden"}
    return {**row, "verdict": "ROUNDOFF", "r_point": 1.0, "r_global": 0.5, "r_level": 0.7, **more}


def change(path, **attributes):
    with netCDF4.Dataset(path, "a") as file:
        for name, value in attributes.items():
            file.setncattr(name, value)


def with_setting(path, **more):
    with netCDF4.Dataset(path) as file:
        said = json.loads(file.getncattr("settings"))
    change(path, settings=json.dumps({**said, **more}))


def variable(path, group, name, dtype="f8", dims=(), **attributes):
    with netCDF4.Dataset(path, "a" if path.exists() else "w") as file:
        place = file.createGroup(group) if group else file
        for axis, size in dims:
            if axis not in place.dimensions:
                place.createDimension(axis, size)
        packed = {"zlib": True} if dims and dtype is not str else {}  # chunks: a huge one takes no room
        made = place.createVariable(name, dtype, tuple(axis for axis, _ in dims), **packed)
        made.setncatts(attributes)


ODD = [0, -1, 1e308, "", "x" * 5000, "a\nb", np.arange(3), "../../x", ".hidden", 'quote"', "\u2028", "é"]


NUMBERS = [500, 10**9, 10**400, 0, -3, 4.5, True, None, "4", [4], {"a": 1}, float("nan"), float("inf"), "9" * 400]


RECORDS = {
    **{f"{name}={n}": (lambda p, name=name, v=v: change(p, **{name: v})) for name in ("kernel", "schema", "settings")
       for n, v in enumerate(ODD)},
    **{f"{key}={n}": (lambda p, key=key, v=v: with_setting(p, **{key: v}))
       for key in ("ne", "rearth", "cubed_sphere_map", "mesh", "hypervis_scaling") for n, v in enumerate(NUMBERS)},
    "deep settings": lambda p: change(p, settings="[" * 3000),
    "deep object": lambda p: change(p, settings='{"a":' * 3000 + "1" + "}" * 3000),
    "no settings": lambda p: change(p, settings="[]"),
    "huge": lambda p: variable(p, "input", "huge", dims=(("a", 2**24), ("b", 2**20))),
    "unlimited": lambda p: variable(p, "input", "more", dims=(("t", None), ("u", 3))),
    "text": lambda p: variable(p, "input", "words", str, dims=(("w", 2),)),
    "packed": lambda p: variable(p, "output", "packed", "i2", dims=(("w", 2),), scale_factor=2.0),
    "unwritten": lambda p: variable(p, "output", "empty", dims=(("w", 2),)),
    "level 0": lambda p: variable(p, "output", "lev_index", "f8", dims=(("l", 1),)),
    "other elements": lambda p: variable(p, "input", "other", "i4", dims=(("elem", 7),)),
    "no group": lambda p: netCDF4.Dataset(p, "w").close(),
    "folder": lambda p: (p.unlink(), p.mkdir()),
    "pipe": lambda p: (p.unlink(), os.mkfifo(p)),
    "loop": lambda p: (p.unlink(), p.symlink_to(p)),
    "text file": lambda p: p.write_text("no NetCDF"),
    "empty": lambda p: p.write_bytes(b""),
}  # fmt: skip


MAPPING = """kernel = "gradient_sphere"
case = "winter"
producer = "homme"
source = "our branch"
compiler = "gfortran"
flags = "-O2"
[settings]
ne = 4
rearth = 6.376e6
omega = 7.292e-5
[input.s]
variable = "s"
[output.ds]
variable = "ds"
"""


VALUES = ["3", "[]", "{}", '""', '"no"', "nan", "inf", "1979-05-27", "true", '["a", 1]', '"\\u0000"', "[[[[]]]]"]


SPOILED = ["", "[]", "{}", "null", "3", '"x"', "[1]", "[[]]", "[{}]", "[null]", '{"facts": 3}', '{"facts": {"a": {}}}',
           "[" * 5000, "{" * 5000, "\x00", "[NaN]", "9" * 5000, "[" + "9" * 5000 + "]", "\ufeff[]"]  # fmt: skip
