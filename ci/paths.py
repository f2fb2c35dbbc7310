"""Walks the ten-minute pages of docs/start as a new user would, and prints how many minutes each one takes.

    python ci/paths.py                       # all three, each in a fresh copy and a fresh environment
    python ci/paths.py verify_a_port         # one
    python ci/paths.py --wheel dist/X.whl    # install that wheel where a page installs the copy
    python ci/paths.py --here                # in this environment, without installing: what the tests do

Blocks of sh are run as they stand, one shell for the whole page. A block whose first line is a comment with the name of
a file goes into that file; other blocks are one Python program, which is run at the end. Exit status 1 if a page fails
or takes longer than the ten minutes that it promises.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START = ROOT / "docs" / "start"
PAGES = ("verify_a_port", "assimilate", "learn")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
PROMISED = 10.0  # minutes


def script(text: str, wheel: str = "", here: bool = False) -> str:
    """The page as one shell script that names each block before it runs it."""
    lines, program = ["set -e"], []
    for number, (language, body) in enumerate(BLOCK.findall(text)):
        first = body.split("\n")[0]
        if not body.strip():
            continue
        if language == "sh":
            said = body.strip().splitlines()[-1].replace('"', "'")
            if not (here and "pip install" in body):
                lines += [f'echo "[$(date +%T)] block {number}: {said}"', _installed(body, wheel) if wheel else body]
        elif first.startswith(("# ", "! ")):
            lines.append(_written(first.split()[-1], body))
        else:
            program.append(body)  # one program, which goes on from block to block
    return "\n".join([*lines, _written("page.py", "".join(program)), "python page.py"] if program else lines)


def _written(name: str, body: str) -> str:
    return f"cat > {name} <<'END_OF_BLOCK'\n{body}END_OF_BLOCK"


def _installed(body: str, wheel: str) -> str:
    return re.sub(r'pip install "\.(\[[\w,]+\])"', rf'pip install "{wheel}\1"', body)


def walked(page: str, wheel: str, here: bool) -> tuple[float, float]:
    """Minutes that a page takes, on the clock and of processor time; a CalledProcessError where a block of it fails."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "pysces"
        subprocess.run(["git", "clone", "-q", "--depth", "1", ROOT.as_uri(), copy], check=True)
        began, used = time.monotonic(), _processor()
        text = script((START / f"{page}.md").read_text(), wheel, here)
        subprocess.run(["sh", "-c", text], cwd=copy, check=True)
        return (time.monotonic() - began) / 60.0, (_processor() - used) / 60.0


def _processor() -> float:
    """Seconds of processor time of all that was run so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main() -> int:
    """Walk the pages that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", nargs="*", help=f"default: {', '.join(PAGES)}")
    parser.add_argument("--wheel", default="", help="a wheel to install in place of the copy")
    parser.add_argument("--here", action="store_true", help="in this environment; install nothing")
    options = parser.parse_args()
    wheel = str(Path(options.wheel).resolve()) if options.wheel else ""
    late = []
    for page in options.page or PAGES:
        minutes, processor = walked(page, wheel, options.here)
        print(f"{page}: {minutes:.1f} minutes, {processor:.1f} of processor time", flush=True)
        late += [page] if minutes > PROMISED else []
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
