"""What a user sees: one sentence that says what was wrong, what was found and what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

LONGEST = 400  # characters of a message; those that this package writes stay near 200 beside the paths in them
BRIEF = 100  # characters of what somebody else's exception says
FULL = (errno.ENOSPC, errno.EDQUOT)
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# What reading somebody else's file may raise when its content is not what it should be.
MALFORMED = (OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError)


class BadInput(ValueError):
    """What a user gave cannot be used; the message is the one sentence they see, exit status 2."""


def printable(text: object) -> str:
    """Text that a terminal, HTML and XML can hold: control characters and lone surrogates become visible."""
    return UNPRINTABLE.sub(lambda found: found.group().encode("unicode_escape").decode(), str(text))


def brief(text: object, most: int = BRIEF) -> str:
    """One printable line of at most so many characters; a longer one loses its middle."""
    line = printable(" ".join(str(text).split()))
    return line if len(line) <= most else f"{line[: most // 2 - 2]} ... {line[3 - most // 2 :]}"


def near(word: object, known: Iterable[str], otherwise: str = ".") -> str:
    """The end of a sentence that names what may have been meant; ``otherwise`` where nothing is close."""
    found = get_close_matches(brief(word), list(known), n=2, cutoff=0.7)
    return f"; did you mean {' or '.join(found)}?" if found else otherwise


@contextmanager
def reading(path: object, what: str) -> Iterator[None]:
    """Content that is not what it should be is the file's fault: BadInput with its name."""
    try:
        yield
    except BadInput:
        raise
    except MALFORMED as error:
        raise BadInput(f"{path}: cannot be read as {what} ({reason(error)}).") from None


def reason(error: BaseException) -> str:
    """An exception of Python or of a library in few words."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it is larger than this machine's memory"
    if isinstance(error, UnicodeError):
        return "it is not text in UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return brief(error.strerror)
    kind: dict[type[BaseException], str] = {
        KeyError: "there is no ",
        TypeError: "wrong type: ",
        OverflowError: "a number is too large: ",
    }
    return kind.get(type(error), "") + (brief(error) or type(error).__name__)


def sentence(error: BaseException) -> str:
    """What a user sees of an error that does not depend on pysces-verify being right; empty for a bug."""
    if isinstance(error, BadInput):
        return str(error)
    if isinstance(error, BrokenPipeError):
        return "Nobody reads the output any more; what --json and other options write may be missing."
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
        return "There is not enough memory for this; take a smaller mesh, fewer levels or fewer configurations."
    if isinstance(error, (OverflowError, RecursionError, UnicodeError)):
        return f"The input cannot be used: {reason(error)}; give smaller numbers or plain text."
    if isinstance(error, RuntimeError) and re.search("netcdf|hdf", str(error), re.IGNORECASE):
        return f"A NetCDF file cannot be read or written ({reason(error)}); it may be damaged, or its disk full."
    return ""


def _of_system(error: OSError) -> str:
    name = "" if error.filename is None else f"{Path(str(error.filename))}: "
    if error.errno in FULL:
        return f"{name}the disk is full; free some space and run again."
    return f"{name}{reason(error)}; check the path and the right to use it."
