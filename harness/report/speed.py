"""Speed in the terminal: ratios to Fortran, programs compiled for other devices, first calls."""

from __future__ import annotations

from rich.table import Table

from .terminal import screen


def perf(rows: list[dict]) -> None:
    """Times, ratios with their intervals, of wall and of processor time; then traffic and what a model day takes."""
    times = Table(title="one evaluation; ratios above 1: pysces is slower", title_justify="left")
    for heading in (
        "kernel",
        "is a",
        "configuration",
        "pysces",
        "r8_fast",
        "over r8_fast",
        "of processor time",
        "numpy-f64",
        "over numpy-f64",
    ):
        times.add_column(heading)
    traffic = Table(title="least traffic, and what a simulated day takes", title_justify="left")
    for heading in ("kernel", "configuration", "inputs and outputs", "of bandwidth", "r8_fast", "a day", "r8_fast"):
        traffic.add_column(heading)
    for heading in ("compile", "results"):
        times.add_column(heading)
    for r in rows:
        times.add_row(
            *(
                r["kernel"],
                r["per"],
                r["configuration"],
                _time(r["port_s"]),
                _time(r["fortran_s"]),
                _timed_ratio(r, ""),
                _timed_ratio(r, "cpu_"),
            ),
            *(_time(r["numpy_s"]) if "numpy_s" in r else "", _timed_ratio(r, "numpy_"), _time(r["compile_s"])),
            "agree" if r["agrees"] else "[bold red]differ[/]",
        )
        traffic.add_row(
            *(r["kernel"], r["configuration"], f"{r['bytes'] / 1e6:.1f} MB"),
            *(f"{100 * r[f'{side}_of_bandwidth']:.1f} %" for side in ("port", "fortran")),
            *(_time(r[key]) if r[key] else "" for key in ("day_s", "fortran_day_s")),
        )
    console = screen()
    console.print(times, traffic)
    for name, threads, speed in sorted({(r["configuration"], r["threads"], r["bandwidth"]) for r in rows}):
        console.print(f"{name}: {threads} threads on every side but numpy-f64 (1); a copy moves {speed / 1e9:.1f} GB/s")
    if rows and "noise" in rows[0]:
        console.print(f"The time of one and the same work varied by {100 * rows[0]['noise']:.0f} % here.")


def _timed_ratio(row: dict, against: str) -> str:
    if f"{against}low" not in row:
        return ""
    ratio, low, high = (row[f"{against}{key}"] for key in ("ratio", "low", "high"))
    if ratio is None:  # of results that were kept when wide intervals had none
        return f"({low:.2f} - {high:.2f})"
    return f"{ratio:.2f} ({low:.2f} - {high:.2f})"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.2f} ms"


def compiled(rows: list[dict]) -> None:
    """What a step is on a device that is not here."""
    device = ", ".join(sorted({f"{r['device']}, ne{r['ne']} L{r['nlev']}, jax {r['jax']}" for r in rows}))
    table = Table(title=f"a step as XLA compiles it for {device}", title_justify="left")
    for heading in (
        "run",
        "kernels",
        "branches",
        "waits of the host",
        "bytes",
        "fields moved",
        "if memory bound",
        "compile",
    ):
        table.add_column(heading)
    for r in rows:
        table.add_row(
            *(
                r["run"],
                f"{r['kernels']:.0f}",
                f"{r['conditionals']:.1f}",
                f"{r['host']:.1f}",
                f"{r['bytes'] / 1e6:.0f} MB",
            ),
            *(f"{r['passes']:.0f}", _time(r["memory_bound_s"]), _time(r["compile_s"])),
        )
    screen().print(table)
    if any(r["unknown"] for r in rows):
        screen().print("A loop that ends when nothing is left to do counts as one pass, and as one wait of the host.")


def first_calls(rows: list[dict]) -> None:
    """Seconds until a first call is done, by the clock and of all processors."""
    table = Table(title="first call, compilation included; processor time in brackets", title_justify="left")
    for heading in ("run", "mesh", "of a", "kernels", "nothing kept", "all kept"):
        table.add_column(heading)
    for r in rows:
        both = (f"{r[f'{kept}_s']:.1f} s ({r[f'{kept}_cpu_s']:.1f})" for kept in ("cold", "warm"))
        table.add_row(r["run"], f"ne{r['ne']}", r["part"], r["kernels"], *both)
    screen().print(table)
