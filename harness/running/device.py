"""What an accelerator's results were computed on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

DRIVER = Path("/proc/driver/nvidia/version")


def device_text() -> str:
    """Device, driver and versions of jax, jaxlib and the device's own runtime, of the JAX in this process."""
    import jax
    import jaxlib

    device = jax.devices()[0]
    runtime = " ".join(str(getattr(device.client, "platform_version", "")).split())
    parts = [f"{device.device_kind} ({device.platform})", f"driver {driver()}"]
    return ", ".join(
        [*parts, f"jax {jax.__version__}", f"jaxlib {jaxlib.__version__}", f"runtime {runtime or 'unknown'}"]
    )


def driver() -> str:
    """The version of NVIDIA's kernel driver, or "none"."""
    if DRIVER.exists():
        found = re.search(r"\s(\d+\.\d+(\.\d+)?)\s", DRIVER.read_text())
        return found.group(1) if found else "unknown"
    try:
        command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "none"
