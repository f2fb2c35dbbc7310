/* What every kernel shares: arithmetic with jax's meaning, and the work of a call dealt out to XLA's own threads.

   XLA FFI: jaxlib/include/xla/ffi/api/c_api.h */
#include <math.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "xla/ffi/api/c_api.h"

/* Operands are named once, so that text does not grow with depth. */
#define larger(a, b) ({ __auto_type x_ = (a); __auto_type y_ = (b); __auto_type z_ = x_ > y_ ? x_ : y_; x_ != x_ ? x_ : z_; })
#define smaller(a, b) ({ __auto_type x_ = (a); __auto_type y_ = (b); __auto_type z_ = x_ < y_ ? x_ : y_; x_ != x_ ? x_ : z_; })
#define magnitude(a) ({ __auto_type x_ = (a); _Generic(x_, double: __builtin_fabs(x_), float: __builtin_fabsf(x_), default: x_ < 0 ? -x_ : x_); })
#define sign_of(a) ({ __auto_type x_ = (a); x_ > 0 ? 1 : x_ < 0 ? -1 : x_; })
#define either(c, a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); (c) ? b_ : a_; })
#define squared(a) ({ __auto_type x_ = (a); x_ * x_; })
#define cubed(a) ({ __auto_type x_ = (a); x_ * x_ * x_; })

typedef struct Job {
  const void **in;
  void **out;
  XLA_FFI_Buffer **inputs;
  int64_t nelem, chunk;
  atomic_llong next, done;
  atomic_int readers;
} Job;

static void elements(const Job *job, int64_t first, int64_t end); /* the kernel */

static void release(Job *job) {
  if (atomic_fetch_sub(&job->readers, 1) == 1) free(job);
}

static void work(void *data) {
  Job *job = data;
  for (;;) {
    int64_t first = atomic_fetch_add(&job->next, job->chunk);
    if (first >= job->nelem) break;
    int64_t end = first + job->chunk < job->nelem ? first + job->chunk : job->nelem;
    elements(job, first, end);
    atomic_fetch_add(&job->done, end - first);
  }
  release(job);
}

/* Helpers that start late find nothing to do; the caller never waits for one that has not begun. */
static void deal_out(XLA_FFI_CallFrame *frame, Job *job) {
  int64_t threads = 1;
  XLA_FFI_ThreadPool_NumThreads_Args count = {XLA_FFI_ThreadPool_NumThreads_Args_STRUCT_SIZE, NULL, frame->ctx, &threads};
  if (frame->api->XLA_FFI_ThreadPool_NumThreads(&count)) threads = 1;
  job->chunk = job->nelem / (8 * threads) + 1;
  int64_t helpers = (job->nelem + job->chunk - 1) / job->chunk - 1;
  helpers = helpers < threads - 1 ? helpers : threads - 1;
  atomic_store(&job->readers, 2 + (int)helpers);
  for (int64_t n = 0; n < helpers; ++n) {
    XLA_FFI_ThreadPool_Schedule_Args task = {XLA_FFI_ThreadPool_Schedule_Args_STRUCT_SIZE, NULL, frame->ctx, work, job};
    if (frame->api->XLA_FFI_ThreadPool_Schedule(&task)) release(job);
  }
  work(job);
  while (atomic_load(&job->done) < job->nelem) sched_yield();
  release(job);
}

static XLA_FFI_Error *tell_version(XLA_FFI_Extension_Base *extension) {
  XLA_FFI_Metadata *metadata = ((XLA_FFI_Metadata_Extension *)extension)->metadata;
  metadata->api_version.major_version = XLA_FFI_API_MAJOR;
  metadata->api_version.minor_version = XLA_FFI_API_MINOR;
  return NULL;
}

XLA_FFI_Error *handler(XLA_FFI_CallFrame *frame) {
  if (frame->extension_start && frame->extension_start->type == XLA_FFI_Extension_Metadata)
    return tell_version(frame->extension_start);
  int64_t inputs = frame->args.size, outputs = frame->rets.size;
  Job *job = malloc(sizeof(Job) + (inputs + outputs) * sizeof(void *));
  job->in = (const void **)(job + 1);
  job->out = (void **)(job->in + inputs);
  for (int64_t n = 0; n < inputs; ++n) job->in[n] = ((XLA_FFI_Buffer *)frame->args.args[n])->data;
  for (int64_t n = 0; n < outputs; ++n) job->out[n] = ((XLA_FFI_Buffer *)frame->rets.rets[n])->data;
  job->inputs = (XLA_FFI_Buffer **)frame->args.args;
  XLA_FFI_Buffer *first = frame->rets.rets[0];
  job->nelem = first->dims[first->rank - 4];
  atomic_init(&job->next, 0);
  atomic_init(&job->done, 0);
  deal_out(frame, job);
  return NULL;
}
