"""Progress of long work: silence at first, one line that changes on a terminal, a line a minute elsewhere, verdicts."""

import io

import pytest
from pysces_harness.judging.results import Result
from pysces_harness.report.progress import Progress


class Stream(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def verdict(kernel, configuration, word="ROUNDOFF", expected=False):
    places = ("case", "port", "golden", configuration, "golden", "homme", word)
    return Result(kernel, *places, expected=expected)


@pytest.fixture(params=[True, False], ids=["terminal", "file"])
def followed(request):
    stream, clock = Stream(request.param), Clock()
    return Progress("matrix", stream, clock), stream, clock


def test_what_is_done_soon_is_silent(followed):
    progress, stream, clock = followed
    progress.planned({"numpy-f64": 1})
    progress.awaited({("dss", "numpy-f64"): 1})
    progress.started("numpy-f64", "dss/rough")
    clock.now = 1.5
    progress.answered("numpy-f64", 1.5)
    progress.judged(verdict("dss", "numpy-f64"))
    progress.end()
    assert stream.getvalue() == ""


def test_a_line_says_what_is_done_of_all_how_long_it_takes_and_what_is_under_way(followed):
    progress, stream, clock = followed
    progress.planned({"numpy-f64": 4, "jax-cpu-f64": 4})
    progress.started("numpy-f64", "dss/rough")
    for _ in range(4):
        progress.answered("numpy-f64", 10.0)
    progress.started("jax-cpu-f64", "dss/rough")
    progress.answered("jax-cpu-f64", 30.0)
    progress.started("jax-cpu-f64", "remap1/rough_alg1")
    clock.now = 70.0  # 70 s of work in 70 s: one at a time
    progress.waiting()
    expected = "matrix: 5 of 8 done in 70 s, about 90 s left; now remap1/rough_alg1 in jax-cpu-f64"
    assert stream.getvalue() == (f"\r\x1b[K{expected}" if stream.terminal else f"{expected}\n")


def test_work_that_is_done_two_at_a_time_is_left_for_half_as_long():
    clock = Clock()
    progress = Progress("run", Stream(False), clock)
    assert progress.seconds_left() is None
    progress.planned({"numpy-f64": 10})
    for _ in range(4):
        progress.answered("numpy-f64", 10.0)
    clock.now = 20.0
    assert progress.seconds_left() == pytest.approx(30.0)


def test_lines_come_no_more_often_than_a_minute_apart_in_a_file():
    stream, clock = Stream(False), Clock()
    progress = Progress("matrix", stream, clock)
    progress.planned({"numpy-f64": 1000})
    for second in range(601):
        clock.now = float(second)
        progress.answered("numpy-f64", 1.0)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10 and all(line.startswith("matrix: ") for line in lines)


def test_a_kernel_gets_a_line_with_its_worst_verdict_when_its_last_one_is_there(followed):
    """Held until the patience ends; what is left to --deep does not count, and alone it gets no line."""
    progress, stream, clock = followed
    progress.planned({"numpy-f64": 9})
    progress.awaited({("dss", "numpy-f64"): 3, ("remap1", "numpy-f64"): 1, ("mesh", "numpy-f64"): 1})
    progress.judged(verdict("dss", "numpy-f64"))
    progress.judged(verdict("dss", "numpy-f64", "NOT-RUN", expected=True))
    progress.judged(verdict("mesh", "numpy-f64", "NOT-RUN", expected=True))
    assert "dss" not in stream.getvalue()
    progress.judged(verdict("dss", "numpy-f64", "DIFFERENT"))
    clock.now = 61.0
    progress.waiting()
    progress.judged(verdict("remap1", "numpy-f64"))
    lines = [line.rpartition("\x1b[K")[2].split() for line in stream.getvalue().splitlines()]
    assert ["dss", "numpy-f64", "DIFFERENT", "2", "checks"] in lines
    assert ["remap1", "numpy-f64", "ROUNDOFF", "1", "check"] in lines and not any("mesh" in line for line in lines)


def test_what_comes_first_is_shown_when_numpy_and_fortran_have_it():
    shown = []
    progress = Progress("matrix", Stream(False), Clock(), first=(("dss",), shown.append))
    sides = ("numpy-f64", "r8_strict", "jax-cpu-f64")
    progress.awaited({("dss", name): 1 for name in sides} | {("remap1", "numpy-f64"): 1})
    for one in (verdict("remap1", "numpy-f64"), verdict("dss", "jax-cpu-f64"), verdict("dss", "numpy-f64")):
        progress.judged(one)
        assert shown == []
    progress.judged(verdict("dss", "r8_strict"))
    assert [[r.configuration for r in table] for table in shown] == [["numpy-f64", "r8_strict"]]
