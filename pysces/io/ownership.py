"""Which files a run reads and writes, checked before it works: nothing that is there is lost, nothing is mixed up.

An existing file is replaced only when --overwrite is said and pysces wrote it. A run that goes on may write behind the
records of its own history: same configuration, same mesh, same time between records.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..config.run import RunConfig
from .classic import MAGIC
from .durable import open_regular, part_of
from .files_of_run import Files
from .lock import held
from .places import MESH_SOURCE, check_free, check_place, same_file, written_by_pysces
from .restart import Restart
from .run_log import check_log
from .same_run import check_generations, check_history, check_own_initial, check_streams, is_first_try


@contextmanager
def claimed(files: Files, config: RunConfig, restart: Restart | None) -> Iterator[None]:
    """The right to write these files, as long as the block lasts.

    Raises
    ------
    ValueError or OSError, before anything is touched, where a file is in use, in the way, or not one to go on with.
    """
    check_names(files)
    with ExitStack() as locks:
        for name in filter(None, files.outputs.values()):
            locks.enter_context(held(name))
        check_contents(files, config, restart)
        yield


def check_names(files: Files) -> None:
    """Refuse files that are one and the same, have no folder, or are no files."""
    written = {what: name for what, name in files.outputs.items() if name}
    if files.restart:
        written["restart before the newest"] = files.previous
    if files.log:
        written["log"] = files.log
    for what, name in written.items():
        check_place(what, name)
    temporary = {f"unfinished {what}": str(part_of(name)) for what, name in written.items()}
    pairs = [*(written | temporary).items(), *(("input", name) for name in files.inputs)]
    for (one, a), (other, b) in itertools.combinations(pairs, 2):
        generations = "restart" in one and "restart" in other  # linked to one another for a moment, which a kill keeps
        if (one, other) != ("input", "input") and same_file(a, b, linked=not generations):
            raise ValueError(f"The {one} and the {other} would be one file, {b}; give them different names.")


def check_contents(files: Files, config: RunConfig, restart: Restart | None) -> None:
    """Refuse to touch files that are there, unless this run goes on with them or they may be replaced."""
    if restart is None:
        overwrite = files.overwrite or (files.again and is_first_try(files, config))
        for name in filter(None, (files.history, files.restart, files.previous)):
            check_free(name, overwrite)
        for name in filter(os.path.lexists, files.pieces):
            check_free(name, overwrite)
        if files.initial:
            check_free(files.initial, files.overwrite)
    else:
        check_streams(files, config, restart)
        if files.history and os.path.lexists(files.history):
            check_history(files.history, config, restart)
        elif files.history and files.history == restart.config.get("output", {}).get("file"):
            raise ValueError(f"History {files.history} is not there; put it back, or give another --output.")
        check_generations(files, config)
        if files.initial:
            check_own_initial(files.initial, config)
    check_log(files.log)
    for name in filter(os.path.lexists, files.descriptions):
        if not written_by_pysces(name, (MESH_SOURCE,)):
            raise ValueError(f"{name} exists and was not written by pysces mesh; move it away.")
    for name in filter(None, (*files.outputs.values(), *files.pieces)):
        _check_part(part_of(os.path.realpath(name)))


def _check_part(part: Path) -> None:
    """What a run that was killed leaves has the first bytes of NetCDF, or none."""
    if not os.path.lexists(part):
        return
    with open_regular(part) as file:
        ours = MAGIC.startswith(file.read(len(MAGIC)))
    if not ours:
        raise ValueError(f"{part} exists and is not an unfinished file of pysces; move it away.")
