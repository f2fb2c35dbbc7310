"""Which pysces this is: its version, and the commit where it runs from a checkout of its own repository."""

from __future__ import annotations

import subprocess
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "pysces-dycore"
UNKNOWN = "unknown version"


@cache
def version() -> str:
    """The version of the installed distribution, or else of the checkout, such as "0.1.0"."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:  # the folder alone, on a path
        return _of_checkout(Path(__file__).resolve().parent.parent / "pyproject.toml")


def _of_checkout(project: Path) -> str:
    about = tomllib.loads(project.read_text()).get("project", {}) if project.is_file() else {}
    return about["version"] if about.get("name") == DISTRIBUTION else UNKNOWN


@cache
def commit() -> str:
    """The commit of the checkout, with "+" where files differ from it; empty where there is none."""
    root = Path(__file__).resolve().parent.parent
    if _git(root, "rev-parse", "--show-toplevel") != str(root):
        return ""  # installed, perhaps inside somebody else's repository
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return _git(root, "rev-parse", "--short=12", "HEAD") + ("+" if changed else "")


def described() -> str:
    """Both, as ``pysces --version`` prints them."""
    return f"pysces {version()}" + (f", commit {commit()}" if commit() else "")


def _git(folder: Path, *words: str) -> str:
    """What git prints; empty where it, or a repository, is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
