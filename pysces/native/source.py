"""The C of a kernel, whole."""

from __future__ import annotations

import math
import re

import numpy as np

from . import blocks, joins, sums  # noqa: F401  (they say what they write)
from .batches import Statement, by_member
from .loops import Loops
from .primitives import KINDS, constant
from .trace import ELEM, Program
from .walk import Variable

PART = 40  # statements of one C function
VECTOR = {"exp": 1, "log": 1, "pow": 2}  # of glibc's libm, with their operands; it has vector forms of these


def c_source(program: Program) -> str:
    """C that does to every element what the program does to one, behind XLA's interface.

    Raises
    ------
    NotElementLocal where the program has something that is not done here.
    """
    loops = Loops(program)
    loops.write()
    statements = by_member(loops.statements, set(loops.buffers))
    slots, sizes = _slots(loops, statements)
    body = [re.sub(r"\bb\d+_", lambda m: f"z->{slots[m.group()]}", s.text) for s in statements]
    fields = [_field(f"in{n}", a.variable, a.per_element) for n, a in enumerate(program.arguments)]
    fields += [_field(f"out{n}", r, True) for n, r in enumerate(program.results)]
    parts = _parts(body)
    return "\n".join(
        [
            '#include "handler.h"',
            *_declarations(loops),
            *(_table(name, kind, values) for name, (kind, values) in loops.tables.items()),
            *_scratch(sizes),
            *(line for n, part in enumerate(parts) for line in _function(n, part, fields)),
            "static void elements(const Job *job, int64_t first, int64_t end) {",
            "  Scratch scratch;",
            "  for (int64_t e = first; e < end; ++e) {",
            *(f"    part{n}(job, e, &scratch);" for n in range(len(parts))),
            "  }",
            "}",
            "",
        ]
    )


def _parts(body: list[str]) -> list[list[str]]:
    """Statements by tens, each function of which compilers digest; what is under a condition stays together."""
    parts: list[list[str]] = [[]]
    depth = 0
    for text in body:
        if depth == 0 and len(parts[-1]) >= PART:
            parts.append([])
        parts[-1].append(text)
        depth += text.endswith("{") - (text == "}")
    return parts


def _function(number: int, part: list[str], fields: list[tuple[str, str]]) -> list[str]:
    """One part, with the pointers that it reads."""
    read = set(re.findall(r"\b(?:in|out)\d+\b", " ".join(part)))
    return [
        f"static __attribute__((noinline)) void part{number}(const Job *job, int64_t e, Scratch *restrict z) {{",
        "  const int64_t nelem = job->nelem; (void)nelem;",
        *(f"  {declaration}" for name, declaration in fields if name in read),
        *(f"  {text}" for text in part),
        "}",
    ]


def _scratch(sizes: dict[str, tuple[str, int]]) -> list[str]:
    arrays = [f"  {kind} {name}[{length}] __attribute__((aligned(64)));" for name, (kind, length) in sizes.items()]
    return ["typedef struct Scratch {", *(arrays or ["  int none;"]), "} Scratch;"]


def _slots(loops: Loops, statements: list[Statement]) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    """An array for every buffer; two whose times do not overlap share one."""
    last = {base: n for n, s in enumerate(statements) for base in s.bases}
    free: dict[tuple[str, int], list[str]] = {}
    slots: dict[str, str] = {}
    sizes: dict[str, tuple[str, int]] = {}
    for n, s in enumerate(statements):
        for base in sorted(s.bases):
            if base in loops.buffers and base not in slots:
                size = loops.buffers[base]
                slots[base] = free[size].pop() if free.get(size) else f"s{len(sizes)}"
                sizes.setdefault(slots[base], size)
        for base in sorted(s.bases):
            if base in loops.buffers and last[base] == n:
                free.setdefault(loops.buffers[base], []).append(slots[base])
    return slots, sizes


def _field(name: str, variable: Variable, per_element: bool) -> tuple[str, str]:
    """A pointer to an argument or a result, moved to the element where it has an axis of them."""
    kind, fixed = KINDS[variable.dtype.name], "const " if name.startswith("in") else ""
    moved = f" + e * {math.prod(variable.shape[ELEM + 1 :])}" if per_element else ""
    where = re.sub(r"(\d+)", r"[\1]", name)
    return name, f"{fixed}{kind} *restrict {name} = ({fixed}{kind} *)job->{where}{moved};"


def _declarations(loops: Loops) -> list[str]:
    """Compilers use a vector form where it is declared."""
    return [
        f'_Pragma("omp declare simd notinbranch") double {name}({", ".join(["double"] * operands)});'
        for name, operands in VECTOR.items()
        if any(f"{name}(" in s.text for s in loops.statements)
    ]


def _table(name: str, kind: str, values: np.ndarray) -> str:
    numbers = ", ".join(constant(np.asarray(v), kind).value for v in values.ravel())
    return f"static const {kind} {name}[{values.size}] = {{{numbers}}};"
