"""Results in the terminal (rich)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..errors import printable
from ..golden.record import Record
from ..judging import known_differences
from ..judging.compare import BITWISE, DIFFERENT, NOT_OFFERED, NOT_RUN, ROUNDOFF, VACUOUS
from ..judging.results import Result
from ..running.configurations import Configuration
from ..whole_runs.case import Day
from .matrix import matrix

COLOURS = {BITWISE: "green", ROUNDOFF: "green", DIFFERENT: "bold red", VACUOUS: "bold red", NOT_RUN: "yellow"}
COLOURS[NOT_OFFERED] = "dim"


def _plain(text: object) -> str:
    """Foreign text: no markup of rich, no control characters."""
    return escape(printable(text))


def screen() -> Console:
    """As wide as the terminal, and wide enough for the tables where the output goes into a file."""
    console = Console()
    return console if console.is_terminal else Console(width=180)


def results(found: list, everything: bool) -> None:
    """Loosened checks, the verdict matrix, what failed (or everything), and one line of totals."""
    console = screen()
    _loosened(console, found)
    console.print(_matrix(found))
    shown = [r for r in found if everything or r.verdict in (DIFFERENT, VACUOUS)]
    if shown:
        console.print(_details(shown))
    console.print(_totals(found))


def first(found: list) -> None:
    """The verdict matrix of what is judged before all else, while the rest goes on."""
    console = screen()
    console.print(_matrix(found, "the operators, on which all others stand; the rest follows"))
    console.print(_totals(found))
    console.file.flush()


def totals(found: list) -> None:
    """How many checks there are of each verdict."""
    screen().print(_totals(found))


def _matrix(found: list, title: str = "kernel x side") -> Table:
    rows, columns = matrix(found)
    table = Table(title=title, title_justify="left")
    table.add_column("kernel")
    for column in columns:
        table.add_column(_plain(column))
    for kernel, cells in rows.items():
        table.add_row(
            _plain(kernel),
            *(f"[{COLOURS[c.verdict]}]{c.text}[/]" if c else "" for c in (cells.get(k) for k in columns)),
        )
    return table


def _details(found: list) -> Table:
    table = Table(title="checks", title_justify="left")
    for heading in (
        "kernel",
        "case",
        "against",
        "configuration",
        "verdict",
        "compared",
        "error/scale",
        "R glob/lev/pt",
        "worst point",
        "why",
    ):
        table.add_column(heading, overflow="fold")
    for r in found:
        table.add_row(
            _plain(r.kernel),
            _plain(f"{r.producer}/{r.case}" + (" own mesh" if r.mesh == "own" else "")),
            _plain(r.reference),
            _plain(r.configuration),
            f"[{COLOURS[r.verdict]}]{r.verdict}[/]",
            r.comparison,
            _quotient(r),
            "/".join("-" if v is None else f"{v:.2g}" for v in (r.r_global, r.r_level, r.r_point)),
            _plain(_place(r.worst)),
            _plain(r.reason),
        )
    return table


def _quotient(r: Result) -> str:
    return (
        "" if r.max_abs_error is None else f"{r.max_abs_error / r.scale:.1e}" if r.scale else f"{r.max_abs_error:.1e}/0"
    )


def _place(worst: dict | None) -> str:
    if not worst:
        return ""
    text = ",".join("-" if worst[k] is None else str(worst[k]) for k in ("elem", "i", "j", "lev"))
    return text + (f" ({worst['lat']:.1f}N {worst['lon']:.1f}E {worst['node_class']})" if worst["node_class"] else "")


def _totals(found: list) -> str:
    counts = {verdict: sum(r.verdict == verdict for r in found) for verdict in COLOURS}
    unexpected = sum(r.verdict == NOT_RUN and not r.expected for r in found)
    text = ", ".join(f"[{COLOURS[v]}]{n} {v}[/]" for v, n in counts.items() if n)
    points = sum(r.compared.get("points", 0) for r in found)
    reasons = Counter(r.reason for r in found if r.verdict == NOT_RUN)
    head = f"{len(found)} checks, {points:,} points compared"
    lines = [f"{head}: {text}" + (f" ({unexpected} NOT-RUN without excuse)" if unexpected else "")]
    lines += [f"  NOT-RUN {count} times: {_plain(reason)}" for reason, count in sorted(reasons.items())]
    return "\n".join(lines + _not_offered(found))


def _not_offered(found: list) -> list[str]:
    """What somebody else's port does not have: kernels and cases by reason, outputs by kernel."""
    whole: dict[str, list[str]] = {}
    parts: dict[str, dict[str, None]] = {}
    for r in found:
        if r.verdict == NOT_OFFERED:
            whole.setdefault(r.reason, []).append(r.kernel if r.case == "all" else f"{r.kernel}/{r.case}")
        parts.setdefault(r.kernel, {}).update({f["field"]: None for f in r.fields if f["verdict"] == NOT_OFFERED})
    lines = [f"{len(names)}, {reason}: {', '.join(names)}" for reason, names in whole.items()]
    lines += [f"outputs of {kernel}: {', '.join(names)}" for kernel, names in parts.items() if names]
    return [f"  NOT-OFFERED {_plain(line)}" for line in lines]


def _loosened(console: Console, found: list) -> None:
    """Every documented difference that a result of this run rests on."""
    used = {f["known_difference"] for r in found for f in r.fields if f.get("known_difference")}
    for entry in known_differences.load():
        if entry.reason in used or entry.expired:
            state = "EXPIRED" if entry.expired else f"<= {entry.bound:g} of scale until version {entry.expires}"
            where = f"{', '.join(entry.kernels)}: {', '.join(entry.fields)}"
            console.print(f"[yellow]known difference[/] {_plain(f'{where} {state}: {entry.reason}')}")


def detection(rows: Iterable[dict]) -> None:
    """The smallest planted defect that each kernel's checks notice."""
    rows = list(rows)
    kinds = list(dict.fromkeys(row["defect"] for row in rows))
    table = Table(title="smallest defect noticed (1: the whole term)", title_justify="left")
    for heading in ("kernel", "configuration", *kinds):
        table.add_column(heading)
    keys = dict.fromkeys((row["kernel"], row["configuration"]) for row in rows)
    for key in keys:
        sizes = {
            row["defect"]: row["smallest_detected"] for row in rows if (row["kernel"], row["configuration"]) == key
        }
        table.add_row(*key, *(_size(sizes, kind) for kind in kinds))
    screen().print(table)


def _size(sizes: dict, kind: str) -> str:
    if kind not in sizes:
        return ""
    return "[bold red]missed[/]" if sizes[kind] is None else f"{sizes[kind]:g}"


def weaknesses(sentences: list[str]) -> None:
    """Checks that would let a defect pass that others of their kind notice."""
    console = screen()
    console.print(f"{len(sentences)} weak checks" + (":" if sentences else ""))
    for sentence in sentences:
        console.print(f"  [yellow]weak[/] {_plain(sentence)}")


def listing(kernels: dict, configurations: dict, records: list) -> None:
    """Kernels with their Fortran side and number of records, configurations with what keeps them from running."""
    console = screen()
    table = Table("kernel", "Fortran", "generated cases", "golden records", title="kernels", title_justify="left")
    for name, kernel in kernels.items():
        count = sum(r.kernel == name for r in records)
        table.add_row(name, "yes" if kernel.fortran else "-", "yes" if kernel.cases else "-", str(count or "-"))
    console.print(table)
    table = Table("configuration", "here", title="configurations", title_justify="left")
    for name, configuration in configurations.items():
        table.add_row(name, configuration.missing() or "yes")
    console.print(table)
    table = Table("producer", "kernel", "case", "file", title="golden records", title_justify="left")
    for r in records:
        table.add_row(*map(_plain, (r.producer, r.kernel, r.case, r.path.name)))
    console.print(table)


def doctor(facts: dict, problems: list[str]) -> None:
    """The machine and what is wrong with it."""
    console = screen()
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, _plain(value))
    console.print(table)
    for problem in problems:
        console.print(f"[bold red]problem[/] {_plain(problem)}")
    if not problems:
        console.print("[green]nothing known to be wrong[/]")


def case_head(record: Record, configuration: Configuration) -> None:
    """The head of a whole run's table; rows follow as days are done."""
    s = record.settings
    what = f"{record.producer}/{record.kernel}/{record.case}: ne{s['ne']} L{s['nlev']}, tstep {s['tstep']:g} s"
    print(f"{what}, {configuration.name}")
    names = ("day", "ps err/scale", "T_mid", "vort_bot", "ps_min [hPa]", "reference", "mass drift", "s per day")
    print("  ".join(f"{name:>13s}" for name in names))


def case_day(day: Day) -> None:
    """One day of a whole run beside the record."""
    errors = "  ".join(f"{x:13.2e}" for x in (day.ps, day.T_mid, day.vort_bot))
    pressures = "  ".join(f"{x / 100:13.4f}" for x in (day.ps_min, day.ps_min_reference))
    verdict = "" if day.ok else "  DIFFERENT"
    print(f"{day.day:13.2f}  {errors}  {pressures}  {day.mass_drift:13.1e}  {day.wall:13.1f}{verdict}", flush=True)
