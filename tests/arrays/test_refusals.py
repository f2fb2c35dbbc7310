"""What a compiled program refuses on the way must not compute with jax there: it would wait for itself."""

import numpy as np
import pytest

from pysces.arrays.refusals import _refuse, refuse_if


class FromAProgram:
    """A truth value as a callback gets it: numpy can read it, and what it computes itself waits for a place."""

    def __init__(self, bad):
        self.bad = bad

    def __array__(self, dtype=None, copy=None):
        return np.array(self.bad)

    def any(self, **_):
        raise AssertionError("computed by jax inside a callback")


def test_a_callback_computes_by_numpy_alone():
    _refuse(FromAProgram([False, False]), "too large")
    with pytest.raises(ValueError, match="too large"):
        _refuse(FromAProgram([False, True]), "too large")


def test_one_of_many_is_enough_inside_a_program_too():
    jax = pytest.importorskip("jax")

    @jax.jit
    def program(x):
        refuse_if(x > 1.0, "too large")
        return 2.0 * x

    jax.block_until_ready(program(np.array([0.5, 0.25])))
    jax.effects_barrier()
    with pytest.raises(Exception, match="too large"):
        jax.block_until_ready(program(np.array([0.5, 2.0])))
        jax.effects_barrier()
