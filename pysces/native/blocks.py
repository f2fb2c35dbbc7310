"""What an element does under a condition of its own, or as long as one holds, in C."""

from __future__ import annotations

from .loops import Loops, writes
from .views import Value, View
from .walk import Block, Operation


@writes("while")
def repeated(loops: Loops, operation: Operation) -> None:
    """Results overwrite the arguments of a turn, all at its end."""
    ask, turn = operation.blocks
    carry = [loops.made(v) for v in operation.results]
    for start, view in zip(operation.operands, carry):
        loops.store(loops.value(start), view)
    for own in (ask.arguments, turn.arguments):
        loops.values.update({id(v): view for v, view in zip(own, carry)})
    outside = _stored_outside(loops, operation)
    loops.say("for (;;) {", *outside, *carry)
    _inside(loops, ask)
    asked = loops.stored(loops.value(ask.results[0]))
    loops.say(f"if (!{asked.text(['0'] * len(asked.shape))}) break;", asked)
    _inside(loops, turn)
    ended = [(loops.value(result), view) for result, view in zip(turn.results, carry)]
    changed = [(_apart(loops, value, carry), view) for value, view in ended if value != view]
    for value, view in changed:
        loops.store(value, view)
    loops.say("}", *outside, *carry)


def _apart(loops: Loops, value: Value, carry: list[View]) -> Value:
    """A result in memory that no turn's argument shares, so that these can be overwritten one after another."""
    if isinstance(value, View) and value.base not in {view.base for view in carry}:
        return value
    copied = loops.buffer(value.kind, value.shape)
    loops.store(value, copied)
    return copied


@writes("cond")
def chosen(loops: Loops, operation: Operation) -> None:
    """The branch of a number; below the first it is the first, beyond the last the last."""
    which, outside = loops.read(operation), _stored_outside(loops, operation)
    results = [loops.made(v) for v in operation.results]
    alive = (which, *outside, *results)
    loops.say("{", *alive)
    last = len(operation.blocks) - 1
    for n, block in enumerate(operation.blocks):
        test = "" if n == last else f"if ({which.text([])} <= {n})"
        loops.say(f"{'else ' if n else ''}{test} {{", *alive)
        _inside(loops, block)
        for result, view in zip(block.results, results):
            loops.store(loops.value(result), view)
        loops.say("}", *alive)
    loops.say("}", *alive)


def _stored_outside(loops: Loops, operation: Operation) -> list[View]:
    """What the blocks read and do not make, in memory; it must outlive them, however often they are done."""
    views = []
    for variable in (v for block in operation.blocks for v in block.outside if id(v) in loops.values):
        view = loops.stored(loops.values[id(variable)])
        loops.values[id(variable)] = view
        views.append(view)
    return views


def _inside(loops: Loops, block: Block) -> None:
    for operation in block.operations:
        loops.do(operation)
