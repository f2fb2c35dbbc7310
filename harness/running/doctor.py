"""What this machine is and whether to trust it: compilers, flags, instruction set, versions, devices, a probe."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from functools import cache
from importlib import metadata

from .configurations import FORTRAN

PACKAGES = ("numpy", "jax", "jaxlib", "netCDF4", "xarray", "mpi4py", "rich")
BAD_JAXLIB = ("0.10.2",)  # miscompiles on the CPU: a jitted sum of squares of a matrix product is off by 1 %

# In a process of its own: it must see the CPU, in both precisions, whatever the caller has done to JAX.
PROBE = """
import json, jax, jax.numpy as jnp, numpy as np
jax.config.update("jax_enable_x64", True)
worst = 0.0
for n in (4, 16, 64, 128, 257):
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=(2, n, n))
    expected = float(((a @ b) ** 2).sum())
    for dtype, noise in ((np.float64, 1e-12), (np.float32, 1e-4)):
        found = float(jax.jit(lambda a, b: jnp.sum(jnp.square(a @ b)))(a.astype(dtype), b.astype(dtype)))
        worst = max(worst, abs(found / expected - 1) / noise)
print(json.dumps({"worst": worst, "devices": [str(d) for d in jax.devices()]}))
"""


@cache
def facts() -> dict:
    """Everything that decides what the numbers mean on this machine."""
    found = {"python": sys.version.split()[0], "platform": platform.platform(), "cpu": cpu(), "cores": os.cpu_count()}
    found |= {name: version(name) for name in PACKAGES}
    found |= {f"fortran {build}": _build(build) for build in FORTRAN}
    found["native kernels"] = _native()
    probe = _probe()
    found["jax devices"] = ", ".join(probe.get("devices", [])) or "none"
    found["jax probe"] = _probe_text(probe)
    return found


def problems(facts: dict) -> list[str]:
    """One sentence for each thing under which no result of the harness can be vouched for."""
    found = []
    if facts["jaxlib"] in BAD_JAXLIB:
        found.append(f"jaxlib {facts['jaxlib']} miscompiles on the CPU: nothing is vouched for under it.")
    if facts["jax probe"].startswith("WRONG"):
        found.append(f"This jax computes a sum of squares wrongly ({facts['jax probe']}); no result is vouched for.")
    for build in ("r8_strict", "r4_strict"):
        for flag in ("-ffast-math", "-Ofast", "-ffp-contract=fast"):
            if f" {flag} " in f" {facts[f'fortran {build}']} ":
                found.append(f"reference_fortran {build} was compiled with {flag}; a reference must not be.")
    return found


def version(name: str) -> str:
    """Of an installed package, in words where there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _native() -> str:
    """The C compiler of [backend] kernels = "native"."""
    from pysces.arrays.compiler import c_compiler

    found = c_compiler()
    if found is None:
        return "no C compiler"
    return subprocess.run([found, "--version"], capture_output=True, text=True).stdout.partition("\n")[0]


def _build(build: str) -> str:
    reason = FORTRAN[build].missing()
    if reason:
        return reason
    import pysces_reference

    info = pysces_reference.compiler_info()[build]
    return f"{info['version']}: {info['options']}"


def cpu() -> str:
    """Model and the vector extensions that matter for rounding and speed."""
    try:
        with open("/proc/cpuinfo") as file:
            lines = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines() if ":" in line)
    except OSError:
        return platform.processor()
    fields = {name.strip(): value.strip() for name, value in lines.items()}
    isa = [flag for flag in ("avx", "avx2", "fma", "avx512f") if flag in fields.get("flags", "").split()]
    return f"{fields.get('model name', platform.processor())} ({' '.join(isa)})"


def _probe() -> dict:
    if version("jax") == "not installed":
        return {}
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": "", "JAX_ENABLE_COMPILATION_CACHE": "false"}
    ended = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, env=environment)
    return json.loads(ended.stdout) if ended.returncode == 0 else {"error": ended.stderr.strip().splitlines()[-1]}


def _probe_text(probe: dict) -> str:
    if not probe:
        return "not run, jax is not installed"
    if "error" in probe:
        return f"WRONG: it does not run: {probe['error']}"
    return "right" if probe["worst"] < 1.0 else f"WRONG by {probe['worst']:.1e} of the rounding allowed"
