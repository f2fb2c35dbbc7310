"""C compiled, kept, loaded and known to XLA."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from ..arrays.backend import require_jax
from ..arrays.compiler import c_compiler, refuse_without_c

HERE = Path(__file__).parent
FLAGS = ("-std=gnu11", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
         "-fopenmp-simd", "-fno-tree-loop-distribute-patterns", "-w", "-shared", "-fPIC")  # fmt: skip


def folder() -> Path:
    """Where compiled kernels are kept: $PYSCES_CACHE, or else pysces below the user's cache folder."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pysces"
    return Path(os.environ.get("PYSCES_CACHE") or usual) / "native"


@functools.cache
def target(source: str) -> str:
    """The name by which XLA calls a kernel, compiled if it is not kept from before.

    Raises
    ------
    ImportError, in one sentence, where the compiler refuses the source and where nothing can be kept.
    """
    jax = require_jax()
    name = f"pysces_{_key(source)}"
    kept = folder() / f"{name}.so"
    if not kept.exists():
        _compile(source, kept)
    library = ctypes.CDLL(str(kept))
    jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(library.handler), platform="cpu")
    return name


@functools.cache
def _machine() -> str:
    """What a compiled kernel depends on besides its source: the compiler and this processor."""
    refuse_without_c("cpu")
    command = c_compiler() or ""
    options = ("-march=native", "-Q", "--help=target")
    asked = [
        subprocess.run([command, *words], capture_output=True, text=True).stdout for words in (["--version"], options)
    ]
    return "".join([*asked, *FLAGS, (HERE / "handler.h").read_text(), require_jax().__version__])


def _key(source: str) -> str:
    return hashlib.sha256((_machine() + source).encode()).hexdigest()[:20]


def _compile(source: str, kept: Path) -> None:
    """Into a file of its own first, so that processes that compile the same never see half of one."""
    command = c_compiler() or "gcc"
    include = ["-I", str(HERE), "-I", require_jax().ffi.include_dir()]
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as there:
            text, made = Path(there) / "kernel.c", Path(there) / "kernel.so"
            text.write_text(source)
            words = [command, *FLAGS, *include, str(text), "-o", str(made), "-lmvec", "-lm"]
            ended = subprocess.run(words, capture_output=True, text=True)
            if ended.returncode:
                said = next(
                    (line for line in ended.stderr.splitlines() if "error" in line), f"status {ended.returncode}"
                )
                raise ImportError(f"{command} refused a native kernel ({said}); use gcc, or kernels = 'xla'.")
            os.replace(made, kept)
    except OSError as error:
        where = f"{kept.parent} ({error.strerror})"
        raise ImportError(
            f"Cannot keep native kernels in {where}; set PYSCES_CACHE, or use kernels = 'xla'."
        ) from error
