"""Sums over the copies of shared nodes in C, and what multiplies them, in one pass; least values around elements.

The additions are those of topology.assembly.gather_sum in its order, so the bits are the same.
"""

from __future__ import annotations

import functools
import importlib
import math
from typing import Any

from ..arrays.backend import Array, require_jax
from .library import target

SOURCE = """#include "handler.h"
static void elements(const Job *job, int64_t first, int64_t end) {{
  const int64_t nelem = job->nelem, rows = job->inputs[1]->dims[job->inputs[1]->rank - 2];
  const {kind} *restrict field = (const {kind} *)job->in[0], *restrict shared = (const {kind} *)job->in[1];
  const int32_t *restrict copies = (const int32_t *)job->in[2];
  const {kind} *restrict factor = (const {kind} *)job->in[3];
  {kind} *restrict out = ({kind} *)job->out[0];
  for (int64_t e = first; e < end; ++e)
    for (int64_t f = 0; f < {fields}; ++f)
      for (int64_t node = e * {nodes}; node < (e + 1) * {nodes}; ++node) {{
        const {kind} *own = field + (f * nelem * {nodes} + node) * {nlev};
        {kind} *total = out + (f * nelem * {nodes} + node) * {nlev};
        if (copies[node] == 0) {{
          _Pragma("omp simd") for (int k = 0; k < {nlev}; ++k) total[k] = own[k] * factor[node];
          continue;
        }}
        {kind} sum[{nlev}];
        _Pragma("omp simd") for (int k = 0; k < {nlev}; ++k) sum[k] = own[k];
        for (int c = 0; c < {ncopies} && copies[c * nelem * {nodes} + node]; ++c) {{
          const {kind} *other = shared + (f * rows + copies[c * nelem * {nodes} + node] - 1) * {nlev};
          _Pragma("omp simd") for (int k = 0; k < {nlev}; ++k) sum[k] += other[k];
        }}
        _Pragma("omp simd") for (int k = 0; k < {nlev}; ++k) total[k] = sum[k] * factor[node];
      }}
}}
"""
LEAST = """#include "handler.h"
static void elements(const Job *job, int64_t first, int64_t end) {{
  const int64_t nelem = job->nelem, rows = job->inputs[1]->dims[job->inputs[1]->rank - 4];
  const {kind} *restrict own = (const {kind} *)job->in[0], *restrict shared = (const {kind} *)job->in[1];
  const {index} *restrict around = (const {index} *)job->in[2];
  {kind} *restrict out = ({kind} *)job->out[0];
  for (int64_t e = first; e < end; ++e)
    for (int64_t f = 0; f < {fields}; ++f) {{
      {kind} least[{nlev}];
      _Pragma("omp simd") for (int k = 0; k < {nlev}; ++k) least[k] = own[(f * nelem + e) * {nlev} + k];
      for (int n = 0; n < {count}; ++n) {{
        const {kind} *other = shared + (f * rows + around[e * {count} + n]) * {nlev};
        _Pragma("omp simd") for (int k = 0; k < {nlev}; ++k)
          least[k] = other[k] < least[k] || other[k] != other[k] ? other[k] : least[k];
      }}
      _Pragma("omp simd") for (int k = 0; k < {nlev}; ++k) out[(f * nelem + e) * {nlev} + k] = least[k];
    }}
}}
"""
KINDS = {8: "double", 4: "float"}


def joined_in_kernel(places: Array, field: Array, rows: Array, factor: Array) -> Array:
    """gather_sum_times while a kernel is traced, as an operation of it.

    places : (elem, copy, i * j, 1), what copies [1] are there.   field : (..., elem, i, j, lev) [U].
    rows : (..., row, lev) [U].   factor : (elem, i, j, 1).
    """
    return _sum_of_copies().bind(places, field, rows, factor)


@functools.cache
def _sum_of_copies() -> Any:
    primitive = importlib.import_module("jax.extend.core").Primitive("sum_of_copies")
    primitive.def_abstract_eval(lambda places, field, rows, factor: field)
    return primitive


def gather_min(neighbours: Array, q: Array, rows: Array) -> Array:
    """Least of q (..., elem, 1, 1, lev) [U] of each element and of those in rows around it, NaN where one is; in C.

    neighbours : (elem, n) addresses [1] in rows.   rows : (..., row, 1, 1, lev) [U], own elements and any halo.
    """
    jax = require_jax()
    shape = {"kind": KINDS[q.dtype.itemsize], "index": f"int{8 * neighbours.dtype.itemsize}_t"}
    shape |= {"fields": math.prod(q.shape[:-4]), "nlev": q.shape[-1], "count": neighbours.shape[-1]}
    call = jax.ffi.ffi_call(
        target(LEAST.format(**shape)), jax.ShapeDtypeStruct(q.shape, q.dtype), vmap_method="sequential"
    )
    return call(q, rows, neighbours)


def gather_sum_times(copies: Array, field: Array, rows: Array, factor: Array) -> Array:
    """topology.assembly.gather_sum of copies, field and rows, times factor (elem, i, j, 1); of jax arrays on a CPU.

    copies : (copy, elem, i, j) [1].   field : (..., elem, i, j, lev), rows : (..., row, lev) [U].
    """
    jax = require_jax()
    *lead, _, n, _, nlev = field.shape
    shape = {
        "kind": KINDS[field.dtype.itemsize],
        "fields": math.prod(lead),
        "nodes": n * n,
        "nlev": nlev,
        "ncopies": len(copies),
    }
    call = jax.ffi.ffi_call(
        target(SOURCE.format(**shape)), jax.ShapeDtypeStruct(field.shape, field.dtype), vmap_method="sequential"
    )
    return call(field, rows, copies, factor)
