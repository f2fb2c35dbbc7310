"""The namelists of this folder: the first line of each says whether it is accepted, or why it is refused."""

from pathlib import Path

FILES = sorted((Path(__file__).parent / "namelists").glob("*.nl"))
ACCEPTED = [f for f in FILES if f.read_text().startswith("! accepted")]
REFUSED = [f for f in FILES if f not in ACCEPTED]
