"""A tree of arrays in an .npz file, whole or not at all, with a few words about it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ..io.durable import replacing

ABOUT = "about"


def write_leaves(path: Path, tree: Any, about: dict) -> None:
    """Write a tree's arrays in the order of its leaves; about is kept as JSON."""
    arrays: dict[str, Any] = {f"leaf_{n}": np.asarray(leaf) for n, leaf in enumerate(jax.tree.leaves(tree))}
    arrays[ABOUT] = np.array(json.dumps(about))
    with replacing(path) as file:
        np.savez(file, **arrays)


def read_leaves(path: Path, like: Any) -> tuple[Any, dict]:
    """A tree of the structure of another, and the words about it.

    Raises
    ------
    ValueError where the file cannot be read or has arrays of other shapes.
    """
    leaves, structure = jax.tree.flatten(like)
    try:
        with np.load(path) as data:
            found = [data[f"leaf_{n}"] for n in range(len(leaves))]
            about = json.loads(str(data[ABOUT]))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"Cannot read {path} as arrays of pysces.learning: {error}; give another file.") from None
    if [np.shape(x) for x in leaves] != [x.shape for x in found]:
        raise ValueError(f"{path} keeps arrays of other shapes than this network's; give another file.")
    return jax.tree.unflatten(structure, found), about
