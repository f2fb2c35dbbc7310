"""The command's edge: what is foreseen is one sentence with its status, what is not a traceback and a request."""

import errno
import os
import signal
import threading

import pytest

from pysces.driver.edge import LONGEST, REPORT, Defect, brief, computing, ending
from pysces.driver.pace import Pace
from pysces.driver.signals import Ended, stop_requested


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (ValueError("one,\ntwo;   three."), 2, "pysces: one, two; three."),
        (ImportError("no jax"), 2, "pysces: no jax"),
        (FloatingPointError("bad"), 1, "pysces: bad"),
        (MemoryError("8 TB"), 1, "there is not enough memory (8 TB); use fewer elements"),
        (RuntimeError("RESOURCE_EXHAUSTED: out of memory"), 1, "there is not enough memory"),
        (RuntimeError("NetCDF: HDF error"), 1, "NetCDF: HDF error; the file"),
        (RuntimeError("Unable to initialize backend 'cuda'"), 1, "the device asked for, cannot be used"),
        (
            OSError(errno.ENOSPC, "No space left on device", "h.nc"),
            1,
            "'h.nc': No space left on device; what was written",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "h.nc"), 2, "'h.nc': Permission denied; give another file"),
        (TypeError("must be real number"), 2, "a value that cannot be used (TypeError: must be real number)"),
        (OverflowError("too large"), 2, "a value that cannot be used (OverflowError"),
        (RecursionError("maximum depth"), 2, "a value that cannot be used (RecursionError"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), 2, "is not valid UTF-8"),
        (KeyboardInterrupt(), 130, "pysces: interrupted"),
        (Ended(signal.SIGTERM), 143, "pysces: ended by SIGTERM"),
        (Ended(signal.SIGHUP), 129, "pysces: ended by SIGHUP"),
    ],
)
def test_what_is_foreseen_is_one_sentence(error, status, sentence):
    said, found = ending(error)
    assert found == status and sentence in said and "\n" not in said


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("x"), AssertionError("x"), Defect("x")])
def test_a_defect_shows_its_traceback_and_asks_to_be_reported(error):
    said, status = ending(error)
    assert status == 1 and said.endswith(REPORT) and type(error).__name__ in said


@pytest.mark.parametrize("error", [TypeError("x"), ValueError("x"), OverflowError("x")])
def test_errors_of_values_in_a_run_that_computes_are_defects(error):
    with pytest.raises(Defect) as found, computing():
        raise error
    assert (
        found.value.__cause__ is error
        and REPORT in ending(found.value)[0]
        and repr(error)[:6] in ending(found.value)[0]
    )


def test_a_full_disk_in_a_run_that_computes_is_foreseen():
    with pytest.raises(OSError), computing():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "h.nc")


def test_a_traceback_can_be_asked_for(monkeypatch):
    monkeypatch.setenv("PYSCES_TRACEBACK", "1")
    assert ending(TypeError("x"))[0].startswith("TypeError: x\npysces: ")


def test_sentences_are_short():
    long = brief("found " + "x" * 5000 + "; use another.")
    assert len(long) <= LONGEST and long.startswith("found x") and long.endswith("; use another.") and " ... " in long


def test_chunks_take_seconds_whatever_lies_between_records():
    pace, calls, took = Pace(10.0), 0, []
    while calls < 100000:  # 3 ms a call, and 20 s of compiling in the first
        n = pace.calls(100000 - calls)
        took.append(0.003 * n + (0.0 if took else 20.0))
        pace.took(n, took[-1])
        calls += n
    assert max(took[1:]) <= 10.0 and len(took) < 45
    slow = Pace(10.0)
    for _ in range(5):
        assert slow.calls(1000) == 1
        slow.took(1, 60.0)


def test_a_request_in_the_middle_of_a_line_waits_its_turn():
    """Printing in a signal's handler, while the run prints, is an error of Python's."""
    said = []
    with stop_requested(lambda text, flush: said.append((text, threading.current_thread()))) as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(5) and stop.status == 143
    ((text, thread),) = said
    assert text.startswith("stopping after this chunk") and thread is not threading.main_thread()
