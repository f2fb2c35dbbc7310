"""The command ``pysces gallery``: one small picture of each test case, and the page that shows them.

Every picture is one ``pysces run`` and one ``pysces plot``, as a user would type them; the page gives both.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

from ..io.places import check_image
from .gallery_pictures import PICTURES, Picture

WIDTH, HEIGHT, LARGEST = 720, 560, 100_000  # pixels, and bytes of a file
SHADES = (64, 32, 24, 16)  # of red, green and blue: as many as the file has room for
PAGE = "gallery.md"
HEAD = """# Gallery

One picture for each test case, made by `pysces gallery`, which runs the two commands under each picture. Meshes are
coarse, so that all of it takes minutes on a laptop; give `pysces run` a larger `--ne` for better ones.

    pysces gallery --list                                    # the commands alone
    pysces gallery --folder pictures                         # all of them
    pysces gallery --folder pictures williamson6 galewsky    # two
"""


def page() -> str:
    """The page in Markdown that shows every picture with its commands."""
    parts = [HEAD]
    for picture in PICTURES:
        run, plot = (_wrapped(command) for command in picture.commands)
        parts.append(
            f"## {picture.name}\n\n{picture.caption}\n\n![{picture.name}]({picture.name}.png)\n\n{run}\n{plot}\n"
        )
    return "\n".join(parts)


def _wrapped(command: str, width: int = 84) -> str:
    """A command as a code block of Markdown, over several lines where it is long."""
    lines = [f"    {command}"]
    while len(lines[-1]) > width:
        cut = lines[-1].rindex(" --", 9, width)
        lines[-1:] = [f"{lines[-1][:cut]} \\", f"       {lines[-1][cut:]}"]
    return "\n".join(lines)


def add_gallery(parser: argparse.ArgumentParser, run: Callable[[list[str]], int]) -> None:
    """The words of the command; run : the command line of ``pysces`` itself, which returns its exit status."""
    parser.add_argument("name", nargs="*", help="cases; default: all")
    parser.add_argument("--folder", default="gallery", help="where pictures and the page go; default: gallery")
    parser.add_argument("--list", action="store_true", help="print the commands of the pictures, and stop")
    parser.add_argument(
        "--short", action="store_true", help="make one call on a coarse mesh, to see that everything works"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing pictures")
    parser.set_defaults(command=lambda options: _gallery(options, run))


def _gallery(options: argparse.Namespace, run: Callable[[list[str]], int]) -> int:
    chosen = _chosen(options.name)
    if options.list:
        print("\n".join(line for picture in chosen for line in picture.commands))
        return 0
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for picture in chosen:
        check_image(str(folder / f"{picture.name}.png"), options.overwrite)
    for picture in chosen:
        if status := _drawn(picture, folder, options.short, run):
            return status
    (folder / PAGE).write_text(page())
    return 0


def _chosen(names: list[str]) -> tuple[Picture, ...]:
    known = {picture.name: picture for picture in PICTURES}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"The gallery has no picture {unknown[0]!r}; choose among {', '.join(known)}.")
    return tuple(known[name] for name in names) or PICTURES


def _drawn(picture: Picture, folder: Path, short: bool, run: Callable[[list[str]], int]) -> int:
    """Run the case, draw it, make the file small; the exit status of what failed, else 0."""
    history, image = str(folder / f"{picture.name}.nc"), str(folder / f"{picture.name}.png")
    words = [*(_short(picture.run) if short else shlex.split(picture.run)), "-o", history, "--overwrite", "--quiet"]
    status = run(["run", *words]) or run(["plot", history, *shlex.split(picture.plot), "-o", image, "--overwrite"])
    if not status:
        _made_small(image)
    return status


SHORT = {"--ne": "2", "--days": None, "--every-hours": None, "--backend": "numpy"}


def _short(words: str) -> list[str]:
    """Words of a run that makes one call on a coarse mesh with NumPy."""
    found = shlex.split(words)
    pairs = list(zip(found[::2], found[1::2]))  # every word of these runs has a value
    kept = [(word, SHORT.get(word, value)) for word, value in pairs]
    return [part for word, value in kept if value is not None for part in (word, value)] + ["--set", "time.nmax=12"]


def _made_small(image: str) -> None:
    """An image again, so wide and in so few shades that its file is small; white stays white."""
    from PIL import Image

    with Image.open(image) as whole:
        small = whole.convert("RGB")
        small.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    for most in SHADES:
        shades = [round(255 * round(x * (most - 1) / 255) / (most - 1)) for x in range(256)]
        small.point(3 * shades).save(image, optimize=True)
        if Path(image).stat().st_size < LARGEST:
            break
