"""The C of a kernel, whole."""

from __future__ import annotations

import re

import numpy as np

from .loops import Loops
from .primitives import constant
from .trace import ELEM, Program, elements_in

VECTOR = {  # the libm of glibc has vector forms of these, which compilers use where they are declared so
    "double": ("exp", "log", "pow"),
    "float": ("expf", "logf", "powf"),
}


def c_source(program: Program) -> str:
    """C that does to every element what the program does to one, behind XLA's interface.

    Raises
    ------
    NotElementLocal where the program has something that is not done here.
    """
    loops = Loops(program)
    loops.write()
    slots, sizes = _slots(loops)
    body = [re.sub(r"\bb\d+_", lambda m: slots[m.group()], text) for text, _ in loops.statements]
    pointers = [_pointer(n, a.variable, a.per_element) for n, a in enumerate(program.arguments)]
    pointers += [_result_pointer(n, r) for n, r in enumerate(program.results)]
    inside = [p.format(e="e") for p in pointers] + body
    scratch = [f"{kind} {name}[{length}] __attribute__((aligned(64)));" for name, (kind, length) in sizes.items()]
    lines = [
        '#include "handler.h"',
        *_declarations(loops),
        *(_table(name, kind, values) for name, (kind, values) in loops.tables.items()),
        "static void elements(const Job *job, int64_t first, int64_t end) {",
        "  const int64_t nelem = job->nelem; (void)nelem;",
        *(f"  {line}" for line in scratch),
        "  for (int64_t e = first; e < end; ++e) {",
        *(f"    {line}" for line in inside),
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _slots(loops: Loops) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    """An array for every buffer; two whose times do not overlap share one."""
    last = {base: n for n, (_, bases) in enumerate(loops.statements) for base in bases}
    free: dict[tuple[str, int], list[str]] = {}
    slots: dict[str, str] = {}
    sizes: dict[str, tuple[str, int]] = {}
    for n, (_, bases) in enumerate(loops.statements):
        for base in sorted(bases):
            if base in loops.buffers and base not in slots:
                size = loops.buffers[base]
                slots[base] = free[size].pop() if free.get(size) else f"s{len(sizes)}"
                sizes.setdefault(slots[base], size)
        for base in sorted(bases):
            if base in loops.buffers and last[base] == n:
                free.setdefault(loops.buffers[base], []).append(slots[base])
    return slots, sizes


def _pointer(number: int, variable, per_element: bool) -> str:
    kind = loops_kind(variable.dtype)
    moved = f" + {{e}} * {_inner(variable.shape)}" if per_element else ""
    return f"const {kind} *restrict in{number} = (const {kind} *)job->in[{number}]{moved};"


def _result_pointer(number: int, variable) -> str:
    kind = loops_kind(variable.dtype)
    return f"{kind} *restrict out{number} = ({kind} *)job->out[{number}] + {{e}} * {_inner(variable.shape)};"


def _inner(shape: tuple[int, ...]) -> int:
    return elements_in(shape[ELEM + 1 :])


def loops_kind(dtype: np.dtype) -> str:
    """The C type of an argument or a result."""
    from .primitives import KINDS

    return KINDS[dtype.name]


def _declarations(loops: Loops) -> list[str]:
    return [
        f'_Pragma("omp declare simd notinbranch") {kind} {name}({", ".join([kind] * (2 if "pow" in name else 1))});'
        for kind, names in VECTOR.items()
        for name in names
        if any(f"{name}(" in text for text, _ in loops.statements)
    ]


def _table(name: str, kind: str, values: np.ndarray) -> str:
    numbers = ", ".join(constant(np.asarray(v), kind).value for v in values.ravel())
    return f"static const {kind} {name}[{values.size}] = {{{numbers}}};"
