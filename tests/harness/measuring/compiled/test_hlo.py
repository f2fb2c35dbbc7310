"""Kernels, bytes and waits counted from the text of a compiled module, in an example whose counts are known."""

import pytest
from pysces_harness.measuring.compiled.hlo import Work, work

FIELD = 4 * 16 * 8  # bytes of f64[4,16]
MODULE = """HloModule jit_f, is_scheduled=true

%fused_part (p0: f64[4,16], p1: s32[]) -> f64[1,16] {
  %p0 = f64[4,16]{1,0} parameter(0)
  %p1 = s32[] parameter(1)
  ROOT %taken = f64[1,16]{1,0} dynamic-slice(%p0, %p1, %p1), dynamic_slice_sizes={1,16}
}

%fused_add (q0: f64[4,16], q1: f64[4,16]) -> f64[4,16] {
  %q0 = f64[4,16]{1,0} parameter(0)
  %q1 = f64[4,16]{1,0} parameter(1)
  ROOT %sum = f64[4,16]{1,0} add(%q0, %q1)
}

%body (state: (s32[], f64[4,16])) -> (s32[], f64[4,16]) {
  %state = (s32[], f64[4,16]{1,0}) parameter(0)
  %n = s32[] get-tuple-element(%state), index=0
  %x = f64[4,16]{1,0} get-tuple-element(%state), index=1
  %more = f64[4,16]{1,0} fusion(%x, %x), kind=kLoop, calls=%fused_add
  ROOT %next = (s32[], /*index=1*/f64[4,16]{1,0}) tuple(%n, %more)
}

%condition (state.1: (s32[], f64[4,16])) -> pred[] {
  %state.1 = (s32[], f64[4,16]{1,0}) parameter(0)
  ROOT %less = pred[] constant(true)
}

%quiet (y: f64[4,16]) -> f64[4,16] {
  ROOT %y = f64[4,16]{1,0} parameter(0)
}

%busy (z: f64[4,16]) -> f64[4,16] {
  %z = f64[4,16]{1,0} parameter(0)
  ROOT %twice = f64[4,16]{1,0} fusion(%z, %z), kind=kLoop, calls=%fused_add
}

ENTRY %main (a: f64[4,16], i: s32[]) -> f64[1,16] {
  %a = f64[4,16]{1,0} parameter(0)
  %i = s32[] parameter(1)
  %start = (s32[], f64[4,16]{1,0}) tuple(%i, %a)
  %loop = (s32[], f64[4,16]{1,0}) while(%start), condition=%condition, body=%body, backend_config={"known_trip_count":{"n":"3"}}
  %b = f64[4,16]{1,0} get-tuple-element(%loop), index=1
  %chosen = f64[4,16]{1,0} conditional(%i, %b, %b), branch_computations={%quiet, %busy}
  ROOT %row = f64[1,16]{1,0} fusion(%chosen, %i), kind=kLoop, calls=%fused_part, metadata={op_name="f(g)"}
}
"""  # noqa: E501


def test_kernels_bytes_and_waits():
    """Three passes and the busy branch move three fields each; of the last operand, one row is taken."""
    assert work(MODULE) == Work(kernels=5, bytes=4 * 3 * FIELD + 2 * 128 + 4, conditionals=1, host=1)


def test_a_loop_that_nobody_can_count_is_one_pass_and_a_wait():
    unknown = MODULE.replace('"known_trip_count":{"n":"3"}', "")
    assert work(unknown) == Work(kernels=3, bytes=2 * 3 * FIELD + 2 * 128 + 4, conditionals=1, host=2, unknown=1)


def test_text_without_a_program_is_refused():
    with pytest.raises(ValueError, match="no ENTRY"):
        work("HloModule nothing\n")
