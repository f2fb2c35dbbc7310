"""What a program that XLA compiled for a GPU does when it runs: kernels, traffic, and where the host has a say.

Read from the text of the scheduled module: an instruction of the entry is a kernel unless it only names memory;
loops count as often as they pass. A kernel moves its operands and its results; of an operand that it only slices or
gathers from, what it takes. A host that decides (a branch, a loop without a known number of passes) waits for the
device first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

WORDS = {"pred": 1, "s4": 1, "u4": 1}  # bytes of types whose names do not end in their bits
NAMES_ONLY = {  # nothing runs for these
    *("parameter", "constant", "tuple", "get-tuple-element", "bitcast", "after-all", "add-dependency", "opt-barrier"),
    *("partition-id", "replica-id", "copy-done", "async-done", "async-update"),
}
TAKES_PART = ("slice", "dynamic-slice", "gather")
CALLS = ("call", "async-start")
HOST = ("infeed", "outfeed", "send", "recv")
SHAPE = re.compile(r"\b(pred|[suf]\d+|bf16|c\d+)\[([\d,]*)\]")
HEAD = re.compile(r"^(ENTRY )?%?([\w.-]+) \(.*\{$")
INSTRUCTION = re.compile(r"^\s+(ROOT )?%?([\w.-]+) = (\(.*?\)|\S+) ([\w-]+)\((.*)$")
COMMENT = re.compile(r"/\*.*?\*/")


@dataclass(frozen=True)
class Instruction:
    """One line of a computation: its name, the text of its type, what it does, its operands, and the rest of it."""

    name: str
    type: str
    does: str
    operands: tuple[str, ...]
    rest: str

    @property
    def bytes(self) -> int:
        """Of its results."""
        return sum(
            math.prod(map(int, filter(None, dims.split(",")))) * _width(t) for t, dims in SHAPE.findall(self.type)
        )

    def named(self, key: str) -> list[str]:
        """Computations that it names by key, as in ``calls=%fused_add``."""
        found = re.search(rf"\b{key}=(\{{[^}}]*\}}|%?[\w.-]+)", self.rest)
        return re.findall(r"[\w.-]+", found.group(1)) if found else []


@dataclass
class Work:
    """What a program does, once."""

    kernels: int = 0
    bytes: int = 0
    conditionals: int = 0
    host: int = 0  # times that the host waits for the device to know what is next, or carries data
    unknown: int = field(default=0)  # loops whose passes nobody knows: counted once

    def add(self, other: Work, times: int = 1) -> None:
        """Adds other, so many times."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + times * value)


def work(text: str) -> Work:
    """What a compiled module does, from its text; ValueError where it has no entry."""
    computations = dict(_computations(text))
    entry = next((name for name in computations if name.startswith("ENTRY ")), None)
    if entry is None:
        raise ValueError("This is not the text of a compiled module: it has no ENTRY.")
    return _work(computations[entry], {name.removeprefix("ENTRY "): one for name, one in computations.items()})


def _computations(text: str) -> Iterator[tuple[str, list[Instruction]]]:
    name, body = "", list[Instruction]()
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            name, body = (head.group(1) or "") + head.group(2), []
        elif line.startswith("}") and name:
            yield name, body
            name = ""
        elif name and (found := INSTRUCTION.match(COMMENT.sub("", line))):
            _, this, kind, does, rest = found.groups()
            operands = tuple(re.findall(r"%([\w.-]+)", rest[: _end(rest)]))
            body.append(Instruction(this, kind, does, operands, rest[_end(rest) :]))


def _end(text: str) -> int:
    """Where the operands end: at the bracket that closes them."""
    depth = 1
    for n, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return n
    return len(text)


def _width(kind: str) -> int:
    return WORDS.get(kind) or 2 * (kind == "bf16") or int(re.sub(r"\D", "", kind)) // 8


def _work(body: list[Instruction], computations: dict[str, list[Instruction]]) -> Work:
    done, sizes = Work(), {one.name: one.bytes for one in body}
    for one in body:
        if one.does in CALLS:
            for name in one.named("to_apply") or one.named("calls"):
                done.add(_work(computations[name], computations))
        elif one.does == "while":
            done.add(*_looped(one, computations))
        elif one.does == "conditional":
            branches = one.named("branch_computations") or one.named("true_computation") + one.named(
                "false_computation"
            )
            done.add(max((_work(computations[name], computations) for name in branches), key=lambda w: w.kernels))
            done.add(Work(conditionals=1, host=1))
        elif one.does not in NAMES_ONLY:
            inner = (
                [i for name in one.named("calls") for i in computations.get(name, [])] if one.does == "fusion" else []
            )
            done.add(Work(kernels=1, bytes=one.bytes + _taken(one, inner, sizes), host=int(_by_host(one))))
    return done


def _by_host(one: Instruction) -> bool:
    return one.does in HOST or (one.does == "custom-call" and "callback" in one.rest)


def _looped(one: Instruction, computations: dict[str, list[Instruction]]) -> tuple[Work, int]:
    """One pass of a loop, and how often it passes; the host decides where that is not known."""
    passes = re.search(r'"known_trip_count":\{"n":"(\d+)"\}', one.rest)
    once = _work(computations[one.named("body")[0]], computations)
    once.add(_work(computations[one.named("condition")[0]], computations))
    if not passes:
        once.add(Work(host=1, unknown=1))
    return once, int(passes.group(1)) if passes else 1


def _taken(one: Instruction, inner: list[Instruction], sizes: dict[str, int]) -> int:
    """Bytes that a kernel reads; inner: the instructions that are fused in it."""
    if not inner:
        part = one.does in TAKES_PART
        return sum(min(sizes.get(name, 0), one.bytes) if part else sizes.get(name, 0) for name in one.operands)
    read = 0
    for parameter in (i for i in inner if i.does == "parameter"):
        users = [i for i in inner if parameter.name in i.operands]
        if users and all(i.does in TAKES_PART and i.operands[0] == parameter.name for i in users):
            read += min(parameter.bytes, sum(i.bytes for i in users))
        else:
            read += parameter.bytes
    return read
