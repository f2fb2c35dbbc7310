"""What has been done of a night, by the sources it was done with: a night that was cut off goes on from there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pysces

SOURCES = (".py", ".toml", ".F90")
FINISHED = (0, 1)  # exit statuses of a command that came to its verdicts


@cache
def sources() -> str:
    """A digest of pysces and the harness as they are."""
    found = hashlib.sha256()
    for room in (Path(pysces.__file__).parent, Path(__file__).parents[1]):
        for path in sorted(p for p in room.rglob("*") if p.suffix in SOURCES):
            found.update(path.relative_to(room).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]


@dataclass
class Diary:
    """{command: [exit status, seconds]} of what was done in a folder, with the digest of the sources."""

    folder: Path
    done: dict[str, tuple[int, float]] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / "done.json"

    def read(self) -> int:
        """Take up what was done with these sources; how much there was with others, which does not count."""
        if not self.path.exists():
            return 0
        kept = json.loads(self.path.read_text())
        if kept["sources"] != sources():
            return len(kept["done"])
        self.done = {words: (status, seconds) for words, (status, seconds) in kept["done"].items()}
        return 0

    def add(self, words: str, status: int, seconds: float) -> None:
        """A command that ended; one that came to no verdict is tried again another time."""
        if status in FINISHED:
            self.done[words] = status, seconds
            self.path.write_text(json.dumps({"sources": sources(), "done": self.done}, indent=1))
